use crate::woocommerce::{
    WooCommerce,
    tests::{ask, store},
};
use serde_json::{Value, json};

/// Whether an order that was changed at `changed` is in a list.
fn is_listed(store: &mut WooCommerce, query: &str) -> bool {
    let (status, body, _) =
        ask(store, "GET", &format!("orders?{query}"), &Value::Null, "2027-01-01T00:00:00Z");
    assert_eq!(status, 200, "{query}");
    !body.as_array().unwrap().is_empty()
}

fn with_order(zone: &str, changed: &str) -> WooCommerce {
    let mut store = store(zone);
    ask(&mut store, "POST", "orders", &json!({}), changed);
    store
}

#[test]
fn bounds_are_exclusive_and_an_offset_with_the_flag_is_wrong_by_the_stores_own() {
    // Changed at 00:21:09 UTC, which is 19:21:09 in New York and 01:21:09 in Berlin.
    let rows = [
        ("America/New_York", "2026-11-23T00:21:08&dates_are_gmt=true", true),
        ("America/New_York", "2026-11-23T00:21:09&dates_are_gmt=true", false),
        ("America/New_York", "2026-11-22T19:21:08", true),
        ("America/New_York", "2026-11-22T19:21:09", false),
        ("America/New_York", "2026-11-23T00:21:08Z", true),
        ("America/New_York", "2026-11-23T00:21:09Z", false),
        ("America/New_York", "2026-11-23T02:21:08%2B02:00", true),
        ("America/New_York", "2026-11-23T00:21:09Z&dates_are_gmt=true", true),
        ("America/New_York", "2026-11-23T00:21:08.9&dates_are_gmt=true", true),
        ("Europe/Berlin", "2026-11-23T00:21:08Z&dates_are_gmt=true", false),
        ("Europe/Berlin", "2026-11-22T23:21:08Z&dates_are_gmt=true", true),
        ("Asia/Kolkata", "2026-11-22T18:51:09Z&dates_are_gmt=true", false),
        ("UTC", "2026-11-23T00:21:08Z&dates_are_gmt=true", true),
    ];
    for (zone, after, listed) in rows {
        let mut store = with_order(zone, "2026-11-23T00:21:09Z");
        assert_eq!(is_listed(&mut store, &format!("modified_after={after}")), listed, "{zone} {after}");
    }
}

#[test]
fn an_hour_that_comes_twice_is_told_apart_by_gmt_alone() {
    // 05:30 and 06:30 UTC are both 01:30 in New York on the day that summer time ends.
    let mut store = with_order("America/New_York", "2026-11-01T06:30:00Z");
    let (_, body, _) = ask(&mut store, "GET", "orders", &Value::Null, "2026-11-02T00:00:00Z");
    assert_eq!(body[0]["date_modified"], "2026-11-01T01:30:00");
    assert_eq!(body[0]["date_modified_gmt"], "2026-11-01T06:30:00");
    assert!(is_listed(&mut store, "modified_after=2026-11-01T06:29:59&dates_are_gmt=true"));
    assert!(!is_listed(&mut store, "modified_after=2026-11-01T06:30:00&dates_are_gmt=true"));
}

#[test]
fn drafts_of_the_checkout_are_any_order_and_the_bin_is_not() {
    let mut store = with_order("UTC", "2026-11-23T00:00:00Z");
    let (_, order, _) = ask(&mut store, "GET", "orders", &Value::Null, "2026-11-23T00:00:01Z");
    let path = format!("orders/{}", order[0]["id"]);
    ask(&mut store, "PUT", &path, &json!({"status": "checkout-draft"}), "2026-11-23T00:00:02Z");
    assert!(is_listed(&mut store, "status=any"));
    ask(&mut store, "DELETE", &path, &Value::Null, "2026-11-23T00:00:03Z");
    assert!(!is_listed(&mut store, "status=any,trash") && is_listed(&mut store, "status=trash"));
}

#[test]
fn past_the_end_orders_have_no_total_and_products_have_theirs() {
    let mut store = with_order("UTC", "2026-11-23T00:00:00Z");
    for (path, total, before) in [("orders", "0", "page=0"), ("products", "1", "page=1")] {
        let (status, body, headers) =
            ask(&mut store, "GET", &format!("{path}?page=9"), &Value::Null, "2026-11-23T00:00:01Z");
        assert_eq!(
            (status, body, &headers["x-wp-total"]),
            (200, json!([]), &total.parse().unwrap()),
            "{path}"
        );
        assert!(headers["link"].to_str().unwrap().contains(before), "{path}");
    }
}

#[test]
fn customers_ignore_when_they_were_changed() {
    let mut store = store("UTC");
    ask(&mut store, "POST", "customers", &json!({"email": "a@example.com"}), "2026-11-23T00:00:00Z");
    let path = "customers?modified_after=2099-01-01T00:00:00";
    let (_, body, _) = ask(&mut store, "GET", path, &Value::Null, "2026-11-23T00:00:01Z");
    assert_eq!(body.as_array().unwrap().len(), 1);
}
