use super::*;
use crate::{Emulator, Entry, Journaled, replay};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A store that nothing is in but a product, with one key.
pub(super) fn settings(zone: &str) -> Settings {
    Settings {
        url: "https://shop.example".to_owned(),
        zone: zone.to_owned(),
        https: true,
        keys: vec![KeyPair {
            key: "ck_1".to_owned(),
            secret: "cs_1".to_owned(),
            permission: Permission::ReadWrite,
            role: Role::Administrator,
        }],
    }
}

pub(super) fn store(zone: &str) -> WooCommerce {
    let product = json!([{"id": 10, "name": "Mug", "type": "simple", "status": "publish", "price": "5.00",
        "regular_price": "5.00", "sale_price": "", "sku": "MUG", "tax_status": "none", "tax_class": "",
        "manage_stock": true, "stock_quantity": 1, "stock_status": "instock", "backorders": "no"}]);
    let mut store = WooCommerce::new(settings(zone));
    store.seed(&Seed::read([("products", product.to_string().as_str())]).unwrap());
    store
}

pub(super) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Asks with the key in the header.
pub(super) fn ask(
    store: &mut impl Emulator,
    method: &str,
    path: &str,
    body: &Value,
    now: &str,
) -> (u16, Value, http::HeaderMap) {
    let mut builder = http::Request::builder()
        .method(method)
        .uri(format!("/wp-json/wc/v3/{path}"))
        .header("authorization", "Basic Y2tfMTpjc18x");
    if !body.is_null() {
        builder = builder.header("content-type", "application/json");
    }
    let sent = if body.is_null() { String::new() } else { body.to_string() };
    let response = store.handle(&builder.body(Bytes::from(sent)).unwrap(), moment(now));
    let answered = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), answered, response.headers().clone())
}

const NOW: &str = "2026-11-23T00:20:00Z";

/// Everything that changes a store, refusals that leave something behind among it.
fn changes() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "POST",
            "webhooks",
            json!({"topic": "order.updated", "delivery_url": "http://x.example/h", "secret": "s"}),
        ),
        (
            "POST",
            "orders",
            json!({"status": "processing", "line_items": [{"product_id": 10, "quantity": 2}]}),
        ),
        ("POST", "orders", json!({"coupon_lines": [{"code": "none"}]})),
        ("POST", "customers", json!({"email": "a@example.com"})),
        ("POST", "coupons", json!({"code": "X", "amount": "10", "discount_type": "percent"})),
        ("PUT", "orders/11", json!({"customer_note": "n", "line_items": [{"product_id": 10}]})),
        ("POST", "orders/11/refunds", json!({"amount": "1", "api_refund": false})),
        ("POST", "orders/batch", json!({"create": [{"status": "bad"}], "delete": [11]})),
        ("DELETE", "products/10", Value::Null),
    ]
}

#[test]
fn a_journal_restores_the_store() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let mut first =
        Journaled::new(store("Europe/Berlin"), move |entry| told.lock().unwrap().push(entry.to_line()));
    for (method, path, body) in changes() {
        ask(&mut first, method, path, &body, NOW);
        ask(&mut first, "GET", "orders", &Value::Null, NOW);
    }
    let sent = first.inner_mut().deliveries(moment(NOW));
    first.handle(&sent[0].outcome(None), moment(NOW));
    let mut second = store("Europe/Berlin");
    let entries =
        lines.lock().unwrap().iter().map(|line| Entry::from_line(line).unwrap()).collect::<Vec<_>>();
    assert_eq!(replay(&mut second, entries).unwrap(), changes().len() + 1);
    assert!(first.inner().holds_the_same_as(&second));
    assert!(!second.deliveries(moment(NOW)).is_empty(), "what has no outcome is handed out again");
}

#[test]
fn the_same_order_twice_is_two_orders() {
    let mut store = store("UTC");
    let body = json!({"transaction_id": "t"});
    let (_, one, _) = ask(&mut store, "POST", "orders", &body, NOW);
    let (_, two, _) = ask(&mut store, "POST", "orders", &body, NOW);
    assert_ne!(one["id"], two["id"]);
}

#[test]
fn prices_are_taken_as_the_store_takes_them() {
    let mut store = store("UTC");
    for (sent, kept) in [("12,50", "1250"), ("abc", ""), ("5", "5"), ("1234.5678", "1234.5678")] {
        let (status, body, _) = ask(&mut store, "PUT", "products/10", &json!({"regular_price": sent}), NOW);
        assert_eq!((status, &body["regular_price"]), (200, &json!(kept)), "{sent}");
    }
    let (status, body, _) = ask(&mut store, "PUT", "products/10", &json!({"regular_price": 12.5}), NOW);
    assert_eq!((status, &body["code"]), (400, &json!("rest_invalid_param")));
}

#[test]
fn stock_may_fall_below_nothing_and_comes_back_with_a_cancelled_order() {
    let mut store = store("UTC");
    let order = json!({"status": "processing", "line_items": [{"product_id": 10, "quantity": 3}]});
    let (_, order, _) = ask(&mut store, "POST", "orders", &order, NOW);
    let stock = |store: &mut WooCommerce| {
        ask(store, "GET", "products/10", &Value::Null, NOW).1["stock_quantity"].clone()
    };
    assert_eq!(stock(&mut store), -2);
    ask(&mut store, "PUT", &format!("orders/{}", order["id"]), &json!({"status": "cancelled"}), NOW);
    assert_eq!(stock(&mut store), 1);
}

#[test]
fn a_post_that_means_get_changes_nothing_and_a_get_never_means_delete() {
    let mut store = store("UTC");
    let (status, ..) = ask(&mut store, "GET", "products/10?_method=DELETE&force=true", &Value::Null, NOW);
    assert_eq!(status, 200);
    assert_eq!(ask(&mut store, "GET", "products/10", &Value::Null, NOW).0, 200);
}

/// Databases show what was begun before only when it has ended: the stamp is older than what was seen already.
#[test]
fn a_change_that_shows_up_late_has_the_stamp_of_its_beginning() {
    let mut store = store("UTC");
    ask(&mut store, "POST", "products", &json!({"name": "Cup"}), "2026-11-23T00:20:10Z");
    ask(&mut store, "PUT", "products/10", &json!({"name": "Bowl"}), "2026-11-23T00:20:05Z");
    let shown: Vec<(&str, &str)> = store
        .records("products")
        .map(|product| (product["name"].as_str().unwrap(), product["date_modified_gmt"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("Bowl", "2026-11-23T00:20:05"), ("Cup", "2026-11-23T00:20:10")]);
    assert_eq!(store.records("nothing").count(), 0);
}
