//! A store with a mug, a shirt in two sizes and a customer, and what happens in it.

mod answers;
mod lists;
mod orders;
mod records;
mod time;
mod webhooks;
mod writes;

use super::scene::{Scene, run};
use bytes::Bytes;
use connector_emulators::{
    Emulator,
    woocommerce::{KeyPair, Permission, Role, Seed, Settings, WooCommerce},
};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) const CURSOR: &str = "date_modified_gmt";
const URL: &str = "https://shop.example";

pub(super) type Shop = Scene<WooCommerce>;

fn start() -> Timestamp {
    "2026-11-23T00:20:00Z".parse().unwrap()
}

fn store(url: &str, zone: &str) -> WooCommerce {
    let plain = |id: u64, sku: &str, price: &str| {
        json!({"id": id, "name": sku, "type": "simple", "status": "publish", "price": price, "sku": sku,
            "regular_price": price, "sale_price": "", "tax_status": "none", "tax_class": "",
            "manage_stock": false, "stock_quantity": null, "stock_status": "instock", "backorders": "no",
            "variations": [], "date_created_gmt": "2026-01-01T00:00:00", "date_modified": "2026-01-01T00:00:00",
            "date_modified_gmt": "2026-01-01T00:00:00"})
    };
    let customers = json!([
        {"id": 2, "email": "Ada@example.com", "first_name": "Ada", "last_name": "L", "role": "customer",
            "username": "ada", "date_created_gmt": "2026-01-01T00:00:00", "date_modified_gmt": null},
        {"id": 3, "email": "eve@example.com", "first_name": "Eve", "last_name": "S", "role": "subscriber",
            "username": "eve", "date_created_gmt": "2026-01-01T00:00:00", "date_modified_gmt": null},
    ]);
    let products = json!([plain(10, "MUG", "5.00"), plain(11, "SHIRT", "20.00")]).to_string();
    let customers = customers.to_string();
    let seed = Seed::read([("products", products.as_str()), ("customers", customers.as_str())]).unwrap();
    let key = KeyPair {
        key: "ck_1".to_owned(),
        secret: "cs_1".to_owned(),
        permission: Permission::ReadWrite,
        role: Role::Administrator,
    };
    let https = url.starts_with("https");
    let mut store =
        WooCommerce::new(Settings { url: url.to_owned(), zone: zone.to_owned(), https, keys: vec![key] });
    store.seed(&seed);
    store
}

/// A store in a zone, and a connection to it.
pub(super) async fn shop_in(zone: &str) -> Shop {
    shop_at(URL, zone).await
}

async fn shop_at(url: &str, zone: &str) -> Shop {
    let settings =
        json!({"url": url, "consumer_key": {"secret": "ck_1"}, "consumer_secret": {"secret": "cs_1"}});
    Scene::open(store(url, zone), ("woocommerce", &settings), None, start()).await
}

/// Runs a test with a store in New York.
pub(super) fn with_shop(test: impl AsyncFnOnce(Shop)) {
    run(async { test(shop_in("America/New_York").await).await });
}

/// Asks a store as somebody else does.
pub(super) fn ask(store: &mut WooCommerce, method: &str, path: &str, body: &Value, now: Timestamp) -> Value {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("/wp-json/wc/v3/{path}"))
        .header("authorization", "Basic Y2tfMTpjc18x")
        .header("content-type", "application/json")
        .body(if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) })
        .unwrap();
    serde_json::from_slice(store.handle(&request, now).body()).unwrap_or_default()
}

impl Shop {
    /// Somebody else makes something; its id.
    pub(super) fn made(&self, path: &str, body: &Value) -> String {
        let made = self.behind(|store, now| ask(store, "POST", path, body, now));
        assert!(made["id"].is_u64(), "{made}");
        made["id"].to_string()
    }

    /// Somebody else changes something.
    pub(super) fn changes(&self, path: &str, body: &Value) -> Value {
        self.behind(|store, now| ask(store, "PUT", path, body, now))
    }

    /// Somebody else deletes something.
    pub(super) fn deletes(&self, path: &str) {
        self.behind(|store, now| ask(store, "DELETE", path, &Value::Null, now));
    }

    /// What somebody else sees.
    pub(super) fn sees(&self, path: &str) -> Value {
        self.behind(|store, now| ask(store, "GET", path, &Value::Null, now))
    }

    /// An order of mugs.
    pub(super) fn order(&self, more: &Value) -> String {
        let mut body = json!({"status": "processing", "line_items": [{"product_id": 10, "quantity": 2}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.made("orders", &body)
    }
}
