//! What every integration with a store trips over, that no other test here names.

use crate::{
    Emulator,
    woocommerce::{
        Seed, WooCommerce,
        tests::{ask, moment, settings, store},
    },
};
use bytes::Bytes;
use serde_json::{Value, json};

const NOW: &str = "2026-11-23T00:20:00Z";

/// Asks with a header of credentials, or none.
fn as_whom(store: &mut WooCommerce, header: Option<&str>) -> (u16, Bytes) {
    let mut builder = http::Request::get("/wp-json/wc/v3/orders");
    if let Some(header) = header {
        builder = builder.header("authorization", header);
    }
    let response = store.handle(&builder.body(Bytes::new()).unwrap(), moment(NOW));
    (response.status().as_u16(), response.into_body())
}

#[test]
fn no_key_and_an_unknown_key_get_the_same_answer() {
    let mut store = store("UTC");
    let without = as_whom(&mut store, None);
    let unknown = as_whom(&mut store, Some("Basic Y2tfOTpjc185"));
    assert_eq!(without, unknown);
    assert_eq!(without.0, 401);
}

#[test]
fn stamps_come_in_local_time_and_in_gmt_without_an_offset() {
    let mut store = store("America/New_York");
    let (_, order, _) = ask(&mut store, "POST", "orders", &json!({}), "2026-11-23T02:20:00.750Z");
    assert_eq!(
        (&order["date_modified"], &order["date_modified_gmt"]),
        (&json!("2026-11-22T21:20:00"), &json!("2026-11-23T02:20:00"))
    );
    assert_eq!((&order["date_paid"], &order["date_completed_gmt"]), (&Value::Null, &Value::Null));
}

#[test]
fn items_of_a_batch_skip_the_checks_of_the_schema_and_fail_one_by_one() {
    let mut store = store("UTC");
    assert_eq!(ask(&mut store, "POST", "orders", &json!({"status": "bad"}), NOW).0, 400);
    let batch = json!({"create": [{"status": "bad"}], "update": [{"id": 999, "status": "completed"}]});
    let (status, body, _) = ask(&mut store, "POST", "orders/batch", &batch, NOW);
    assert_eq!((status, &body["create"][0]["status"]), (200, &json!("pending")));
    assert_eq!(body["update"][0]["error"]["code"], "woocommerce_rest_shop_order_invalid_id");
}

#[test]
fn what_has_no_picture_and_no_product_has_odd_types() {
    let mut store = store("UTC");
    let line = json!({"line_items": [{"product_id": 10, "quantity": 3, "total": "10"}]});
    let (_, made, _) = ask(&mut store, "POST", "orders", &line, NOW);
    let line = &made["line_items"][0];
    assert_eq!((&line["image"]["id"], &line["sku"]), (&json!(""), &json!("MUG")));
    assert_eq!(
        (line["total"].is_string(), line["price"].is_number()),
        (true, true),
        "amounts are texts, prices are not"
    );
    ask(&mut store, "DELETE", "products/10?force=true", &Value::Null, NOW);
    let (_, left, _) = ask(&mut store, "GET", &format!("orders/{}", made["id"]), &Value::Null, NOW);
    assert_eq!(left["line_items"][0]["sku"], Value::Null);
}

#[test]
fn bytes_beyond_ascii_and_slashes_are_escaped() {
    let products =
        json!([{"id": 10, "name": "Größe 1/2", "type": "simple", "status": "publish"}]).to_string();
    let mut store = WooCommerce::new(settings("UTC"));
    store.seed(&Seed::read([("products", products.as_str())]).unwrap());
    let request =
        http::Request::get("/wp-json/wc/v3/products/10").header("authorization", "Basic Y2tfMTpjc18x");
    let response = store.handle(&request.body(Bytes::new()).unwrap(), moment(NOW));
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(text.contains(r#""name":"Gr\u00f6\u00dfe 1\/2""#), "{text}");
}

/// A store whose webhooks listen to these topics, and were reached.
fn listening(topics: &[&str]) -> WooCommerce {
    let mut store = store("UTC");
    for topic in topics {
        let webhook = json!({"topic": topic, "delivery_url": "http://x.example/h", "secret": "s"});
        ask(&mut store, "POST", "webhooks", &webhook, "2026-11-23T00:00:00Z");
    }
    drop(delivered(&mut store, "2026-11-23T00:00:01Z"));
    store
}

/// What is sent: topic, id of the delivery, body.
fn delivered(store: &mut WooCommerce, now: &str) -> Vec<(String, String, Value)> {
    let sent = store.deliveries(moment(now));
    for delivery in &sent {
        store.handle(&delivery.outcome(Some(200)), moment(now));
    }
    let header = |headers: &[(&str, String)], name: &str| {
        headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    sent.iter()
        .map(|one| {
            let body = serde_json::from_slice(&one.body).unwrap_or_default();
            (
                header(&one.headers, "X-WC-Webhook-Topic"),
                header(&one.headers, "X-WC-Webhook-Delivery-ID"),
                body,
            )
        })
        .collect()
}

#[test]
fn a_delivery_says_how_the_record_is_when_it_is_sent_and_three_changes_are_one() {
    let mut store = listening(&["order.updated"]);
    let (_, order, _) = ask(&mut store, "POST", "orders", &json!({}), NOW);
    let path = format!("orders/{}", order["id"]);
    for note in ["one", "two", "three"] {
        ask(&mut store, "PUT", &path, &json!({"customer_note": note}), NOW);
    }
    let sent = delivered(&mut store, "2026-11-23T00:21:00Z");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].2["customer_note"], "three");
    ask(&mut store, "PUT", &path, &json!({"customer_note": "four"}), NOW);
    ask(&mut store, "DELETE", &format!("{path}?force=true"), &Value::Null, NOW);
    let sent = delivered(&mut store, "2026-11-23T00:22:00Z");
    assert_eq!(
        sent.iter().map(|one| one.2["code"].clone()).collect::<Vec<_>>(),
        ["woocommerce_rest_shop_order_invalid_id"]
    );
}

#[test]
fn deliveries_of_one_second_share_their_id() {
    let mut store = listening(&["order.created"]);
    for _ in 0..3 {
        ask(&mut store, "POST", "orders", &json!({}), NOW);
    }
    let mut ids: Vec<String> = delivered(&mut store, NOW).into_iter().map(|one| one.1).collect();
    assert_eq!(ids.len(), 3);
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[test]
fn the_bin_tells_a_false_deletion_and_what_is_deleted_for_good_tells_none() {
    let mut store = listening(&["product.deleted", "coupon.deleted", "order.deleted"]);
    let (_, coupon, _) = ask(&mut store, "POST", "coupons", &json!({"code": "X", "amount": "1"}), NOW);
    let topics = |store: &mut WooCommerce, path: &str| {
        ask(store, "DELETE", path, &Value::Null, NOW);
        let mut topics: Vec<String> = delivered(store, NOW).into_iter().map(|one| one.0).collect();
        topics.sort();
        topics
    };
    assert_eq!(topics(&mut store, "products/10"), ["coupon.deleted", "product.deleted"]);
    let coupon = format!("coupons/{}", coupon["id"]);
    assert_eq!(topics(&mut store, &coupon), ["coupon.deleted", "product.deleted"]);
    assert!(topics(&mut store, "products/10?force=true").is_empty());
    let (_, order, _) = ask(&mut store, "POST", "orders", &json!({}), NOW);
    assert!(topics(&mut store, &format!("orders/{}?force=true", order["id"])).is_empty());
    let (_, order, _) = ask(&mut store, "POST", "orders", &json!({}), NOW);
    assert_eq!(topics(&mut store, &format!("orders/{}", order["id"])), ["order.deleted"]);
}
