use crate::{
    Emulator,
    woocommerce::{
        WooCommerce,
        tests::{ask, moment, store},
    },
};
use serde_json::{Value, json};

fn listening() -> WooCommerce {
    let mut store = store("UTC");
    let webhook = json!({"topic": "order.updated", "delivery_url": "http://x.example/h", "secret": "s"});
    ask(&mut store, "POST", "webhooks", &webhook, "2026-11-23T00:00:00Z");
    store
}

/// Sends what waits; all of it is answered with a status.
fn send(store: &mut WooCommerce, status: Option<u16>, now: &str) -> Vec<String> {
    let sent = store.deliveries(moment(now));
    for delivery in &sent {
        store.handle(&delivery.outcome(status), moment(now));
    }
    sent.iter().map(|delivery| String::from_utf8(delivery.body.to_vec()).unwrap()).collect()
}

fn status(store: &mut WooCommerce) -> Value {
    ask(store, "GET", "webhooks/1", &Value::Null, "2026-11-23T01:00:00Z").1["status"].clone()
}

#[test]
fn the_seventh_failure_in_a_row_disables_a_webhook() {
    let mut store = listening();
    send(&mut store, Some(200), "2026-11-23T00:00:01Z");
    let (_, order, _) = ask(&mut store, "POST", "orders", &json!({}), "2026-11-23T00:00:02Z");
    let path = format!("orders/{}", order["id"]);
    for failure in 1..=7 {
        assert_eq!(status(&mut store), "active", "before failure {failure}");
        ask(&mut store, "PUT", &path, &json!({}), "2026-11-23T00:00:03Z");
        assert_eq!(
            send(&mut store, Some(500), "2026-11-23T00:00:04Z").len(),
            1,
            "no delivery is tried again"
        );
    }
    assert_eq!(status(&mut store), "disabled");
    ask(&mut store, "PUT", &path, &json!({}), "2026-11-23T00:00:05Z");
    assert!(send(&mut store, Some(200), "2026-11-23T00:00:06Z").is_empty());
    // The count stays until a success: one more failure disables it again.
    ask(&mut store, "PUT", "webhooks/1", &json!({"status": "active"}), "2026-11-23T00:00:07Z");
    ask(&mut store, "PUT", &path, &json!({}), "2026-11-23T00:00:08Z");
    send(&mut store, None, "2026-11-23T00:00:09Z");
    assert_eq!(status(&mut store), "disabled");
}

#[test]
fn a_redirect_is_a_success_and_a_success_starts_the_count_anew() {
    let mut store = listening();
    send(&mut store, Some(200), "2026-11-23T00:00:01Z");
    for round in 0..20 {
        ask(&mut store, "POST", "orders", &json!({}), "2026-11-23T00:00:02Z");
        let answer = if round % 6 == 5 { 302 } else { 303 };
        send(&mut store, Some(answer), "2026-11-23T00:00:03Z");
    }
    assert_eq!(status(&mut store), "active");
}

#[test]
fn a_webhook_is_pinged_whenever_it_is_saved_until_a_ping_is_answered_with_200() {
    let mut store = listening();
    assert_eq!(send(&mut store, Some(500), "2026-11-23T00:00:01Z"), ["webhook_id=1"]);
    assert!(send(&mut store, Some(200), "2026-11-23T00:00:02Z").is_empty());
    ask(&mut store, "PUT", "webhooks/1", &json!({"name": "n"}), "2026-11-23T00:00:03Z");
    assert_eq!(send(&mut store, Some(200), "2026-11-23T00:00:04Z"), ["webhook_id=1"]);
    ask(&mut store, "PUT", "webhooks/1", &json!({"name": "m"}), "2026-11-23T00:00:05Z");
    assert!(send(&mut store, Some(200), "2026-11-23T00:00:06Z").is_empty());
}

#[test]
fn the_secret_is_never_shown() {
    let mut store = listening();
    let (_, body, _) = ask(&mut store, "GET", "webhooks/1", &Value::Null, "2026-11-23T00:00:01Z");
    assert!(body.as_object().unwrap().keys().all(|name| !name.contains("secret") && !name.starts_with('~')));
}
