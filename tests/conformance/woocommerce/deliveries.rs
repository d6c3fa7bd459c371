//! The deliveries of webhooks against those that the real store sent.

use super::{
    recording::{Delivered, read},
    store,
};
use bytes::Bytes;
use connector_emulators::{
    Emulator,
    woocommerce::{Delivery, WooCommerce},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SECRET: &str = "whs3cret & 'q\"<ü";

/// A store whose webhooks listen to everything, and its clock.
struct Shop {
    store: WooCommerce,
    second: i64,
}

impl Shop {
    fn new() -> Self {
        let mut shop = Self { store: store("https://127.0.0.1:18143", true), second: 1_795_393_440 };
        for resource in ["order", "product", "customer", "coupon"] {
            for event in ["created", "updated", "deleted", "restored"] {
                shop.listen(&format!("{resource}.{event}"));
            }
        }
        shop.listen("action.woocommerce_order_status_completed");
        shop.sent();
        shop
    }

    fn listen(&mut self, topic: &str) {
        let body =
            json!({"topic": topic, "delivery_url": format!("http://127.0.0.1/ok/{topic}"), "secret": SECRET});
        self.ask("POST", "webhooks", &body);
    }

    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Value {
        self.second += 1;
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/wp-json/wc/v3/{path}"))
            .header("authorization", "Basic Y2tfYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTpjc19hYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh")
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let response = self.store.handle(&request, self.now());
        let body = serde_json::from_slice(response.body()).unwrap();
        assert!(response.status().is_success(), "{method} {path}: {body}");
        body
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.second).unwrap()
    }

    /// What the queue sends now; all of it arrives.
    fn sent(&mut self) -> Vec<Delivery> {
        self.second += 1;
        let now = self.now();
        let sent = self.store.deliveries(now);
        for delivery in &sent {
            self.store.handle(&delivery.outcome(Some(200)), now);
        }
        sent
    }
}

/// The topics of deliveries, and the ids in them.
fn topics(sent: &[Delivery]) -> BTreeSet<String> {
    let topic = |delivery: &Delivery| {
        let topic = &delivery.headers.iter().find(|(name, _)| *name == "X-WC-Webhook-Topic").unwrap().1;
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        let what =
            if body.get("code").is_some() && body.get("data").is_some() { "refusal" } else { "record" };
        format!("{topic} {what}")
    };
    sent.iter().map(topic).collect()
}

/// What was recorded, by its cause.
fn recorded() -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in read::<Delivered>("deliveries") {
        let Some(cause) = &one.caused_by else { continue };
        let topic = one.headers.iter().find(|(name, _)| name == "X-WC-Webhook-Topic");
        let Some((_, topic)) = topic else { continue };
        let body: Value = serde_json::from_str(&one.body).unwrap();
        let what =
            if body.get("code").is_some() && body.get("data").is_some() { "refusal" } else { "record" };
        all.entry(cause.clone()).or_default().insert(format!("{topic} {what}"));
    }
    all
}

#[test]
fn the_same_causes_have_the_same_deliveries() {
    let mut shop = Shop::new();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    orders(&mut shop, &mut seen);
    others(&mut shop, &mut seen);
    let recorded = recorded();
    assert_eq!(recorded.len(), 19, "{:?}", recorded.keys());
    assert_eq!(seen, recorded);
}

/// Notes what was sent since, under its cause.
fn note(shop: &mut Shop, seen: &mut BTreeMap<String, BTreeSet<String>>, cause: &str) {
    let sent = topics(&shop.sent());
    if !sent.is_empty() {
        seen.insert(cause.to_owned(), sent);
    }
}

/// What happens to orders.
fn orders(shop: &mut Shop, seen: &mut BTreeMap<String, BTreeSet<String>>) {
    let line = json!([{"product_id": 12, "quantity": 1}]);
    let order =
        shop.ask("POST", "orders", &json!({"status": "processing", "customer_id": 3, "line_items": line}));
    note(shop, seen, "order created by REST");
    let path = format!("orders/{}", order["id"]);
    shop.ask("PUT", &path, &json!({"customer_note": "one"}));
    note(shop, seen, "order updated by REST");
    for word in ["two", "three", "four"] {
        shop.ask("PUT", &path, &json!({"customer_note": word}));
    }
    note(shop, seen, "order updated three times before the queue ran");
    // The customer became a paying one long before, in the recorded store.
    shop.ask("PUT", "customers/3", &json!({}));
    let completed = shop.ask("POST", "orders", &json!({"status": "completed", "customer_id": 3}));
    assert!(completed["id"].is_number());
    shop.sent();
    shop.ask("PUT", &path, &json!({"status": "completed"}));
    note(shop, seen, "order completed");
    shop.ask("POST", &format!("{path}/refunds"), &json!({"amount": "1.00", "api_refund": false}));
    note(shop, seen, "order part refund");
    shop.ask("POST", &format!("{path}/notes"), &json!({"note": "n"}));
    note(shop, seen, "order note added");
    shop.ask("DELETE", &path, &json!({}));
    note(shop, seen, "order trashed");
    shop.ask("PUT", &path, &json!({"status": "completed"}));
    let restored = topics(&shop.sent());
    assert!(restored.iter().all(|topic| topic.starts_with("action.")), "{restored:?}");
    shop.ask("DELETE", &format!("{path}?force=true"), &json!({}));
    note(shop, seen, "order force deleted");
    let gone = shop.ask("POST", "orders", &json!({}));
    shop.ask("DELETE", &format!("orders/{}?force=true", gone["id"]), &json!({}));
    note(shop, seen, "order created then force deleted before the queue ran");
}

/// What happens to products, customers and coupons, and many orders at once.
fn others(shop: &mut Shop, seen: &mut BTreeMap<String, BTreeSet<String>>) {
    let product = shop.ask(
        "POST",
        "products",
        &json!({"name": "W", "regular_price": "5", "manage_stock": true, "stock_quantity": 9}),
    );
    note(shop, seen, "product created");
    let path = format!("products/{}", product["id"]);
    shop.ask("PUT", &path, &json!({"name": "W2"}));
    note(shop, seen, "product updated");
    shop.ask(
        "POST",
        "orders",
        &json!({"status": "processing", "line_items": [{"product_id": product["id"]}]}),
    );
    note(shop, seen, "product stock cut by an order");
    shop.ask("PUT", "products/51/variations/53", &json!({"regular_price": "12"}));
    note(shop, seen, "variation updated");
    shop.ask("DELETE", &path, &json!({}));
    note(shop, seen, "product trashed");
    shop.ask("DELETE", &format!("{path}?force=true"), &json!({}));
    note(shop, seen, "product force deleted");
    let customer = shop.ask("POST", "customers", &json!({"email": "w@example.com"}));
    note(shop, seen, "customer created");
    let path = format!("customers/{}", customer["id"]);
    shop.ask("PUT", &path, &json!({"first_name": "W"}));
    note(shop, seen, "customer updated");
    shop.ask("DELETE", &format!("{path}?force=true"), &json!({}));
    note(shop, seen, "customer deleted");
    let coupon = shop.ask("POST", "coupons", &json!({"code": "w"}));
    note(shop, seen, "coupon created");
    let path = format!("coupons/{}", coupon["id"]);
    shop.ask("PUT", &path, &json!({"amount": "3"}));
    note(shop, seen, "coupon updated");
    shop.ask("DELETE", &path, &json!({}));
    note(shop, seen, "coupon trashed");
    shop.ask("DELETE", &format!("{path}?force=true"), &json!({}));
    note(shop, seen, "coupon force deleted");
    let batch: Vec<Value> = (143..163).map(|id| json!({"id": id, "customer_note": "b"})).collect();
    shop.ask("POST", "orders/batch", &json!({"update": batch}));
    note(shop, seen, "batch of 20 order updates");
}

#[test]
fn deliveries_have_the_headers_of_the_real_ones_and_their_signature() {
    let real = read::<Delivered>("deliveries");
    let real = real.iter().find(|one| one.name == "order_created_by_REST__order.created_349").unwrap();
    let names = |headers: &[(String, String)]| -> BTreeSet<String> {
        let transport = ["host", "accept", "accept-encoding", "connection", "content-length"];
        headers
            .iter()
            .map(|(name, _)| name.to_lowercase())
            .filter(|name| !transport.contains(&name.as_str()))
            .collect()
    };
    let mut shop = Shop::new();
    shop.ask("POST", "orders", &json!({"billing": {"first_name": "Zoë"}}));
    let sent = shop.sent();
    let own: Vec<(String, String)> =
        sent[0].headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    assert_eq!(names(&own), names(&real.headers));
    assert_eq!(real.secret, SECRET);
    let body = std::str::from_utf8(&sent[0].body).unwrap();
    assert!(
        body.contains("Zo\\u00eb") && body.contains("https:\\/\\/127.0.0.1"),
        "bytes are escaped as PHP does"
    );
    let ids: BTreeSet<&String> = sent
        .iter()
        .filter_map(|one| one.headers.iter().find(|(name, _)| *name == "X-WC-Webhook-Delivery-ID"))
        .map(|(_, id)| id)
        .collect();
    assert_eq!(ids.len(), 2, "one for each webhook, however many deliveries there are in a second");
}
