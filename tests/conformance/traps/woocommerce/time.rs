//! Stamps without offsets, fractions or zones, and what they hide.

use super::{CURSOR, shop_in, with_shop};
use crate::traps::scene::{filtered, json_of, keys, read, run};
use engine_contract::Cursor;
use serde_json::json;

/// Bounds with an offset are wrong by the store's own: east of Greenwich the changes of the last hours are lost, west
/// of it too many rows come.
#[test]
fn in_no_zone_a_change_is_lost_or_read_for_nothing() {
    run(async {
        for zone in ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"] {
            let shop = shop_in(zone).await;
            shop.order(&json!({}));
            shop.pass(600);
            let changed = shop.order(&json!({}));
            let seen = shop.read(read("orders", Some(CURSOR), Some("2026-11-23T00:25:00Z"))).await.unwrap();
            assert_eq!(keys(&seen), [changed.as_str()], "{zone}");
            let asked = shop.asked();
            assert!(asked.iter().all(|asked| asked.contains("dates_are_gmt=true")), "{asked:?}");
        }
    });
}

/// Local time runs through one hour twice when summer time ends.
#[test]
fn an_hour_that_comes_twice_is_read_in_its_order() {
    with_shop(async |shop| {
        let body = json!({"status": "processing"});
        let at = |time: &str| {
            let now = time.parse().unwrap();
            shop.behind(|store, _| super::ask(store, "POST", "orders", &body, now))["id"].to_string()
        };
        let (first, second) = (at("2026-11-01T05:30:00Z"), at("2026-11-01T06:20:00Z"));
        let seen = shop.read(read("orders", Some(CURSOR), Some("2026-11-01T05:00:00Z"))).await.unwrap();
        assert_eq!(keys(&seen), [first.as_str(), second.as_str()]);
        let seen = shop.read(read("orders", Some(CURSOR), Some("2026-11-01T06:00:00Z"))).await.unwrap();
        assert_eq!(keys(&seen), [second.as_str()]);
    });
}

/// Bounds are exclusive and stamps have a grain of a second.
#[test]
fn what_happens_later_in_the_second_that_was_read_last_is_read_next_time() {
    with_shop(async |shop| {
        let first = shop.order(&json!({}));
        let request = read("orders", Some(CURSOR), None);
        let batch = shop.source().read(&shop.context, &request).await.unwrap();
        let second = shop.order(&json!({}));
        let Some(Cursor::Instant(cursor)) = batch.checkpoint.cursor else { panic!("{batch:?}") };
        let seen = shop.read(read("orders", Some(CURSOR), Some(&cursor.to_string()))).await.unwrap();
        assert_eq!(keys(&seen), [first.as_str(), second.as_str()]);
        let fraction = Some("2026-11-23T00:20:00.9Z");
        let seen = shop.read(read("orders", Some(CURSOR), fraction)).await.unwrap();
        assert_eq!(seen.len(), 2, "a fraction is cut off by the store");
    });
}

/// More records of one second than a page holds.
#[test]
fn a_second_with_more_records_than_a_page_is_read_whole() {
    with_shop(async |shop| {
        for _ in 0..6 {
            let orders = vec![json!({"status": "processing"}); 50];
            shop.behind(|store, now| {
                super::ask(store, "POST", "orders/batch", &json!({"create": orders}), now)
            });
        }
        let seen = shop.read(read("orders", Some(CURSOR), Some("2026-11-23T00:20:00Z"))).await.unwrap();
        let mut keys = keys(&seen);
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 300);
    });
}

/// A stamp is taken when a change begins, and seen when it has ended: a long request shows up behind the cursor.
#[test]
fn a_change_that_shows_up_late_is_read_within_the_lag_that_the_stream_tells() {
    with_shop(async |shop| {
        shop.order(&json!({}));
        let batch = shop.source().read(&shop.context, &read("orders", Some(CURSOR), None)).await.unwrap();
        let cursor = batch.checkpoint.cursor.unwrap();
        let body = json!({"status": "processing"});
        let begun = "2026-11-23T00:18:10Z".parse().unwrap();
        let late =
            shop.behind(|store, _| super::ask(store, "POST", "orders", &body, begun))["id"].to_string();
        let streams = shop.source().streams();
        let orders = streams.iter().find(|stream| stream.name == "orders").unwrap();
        let since = cursor.minus(orders.visibility_lag).to_string();
        let seen = shop.read(read("orders", Some(CURSOR), Some(&since))).await.unwrap();
        assert!(keys(&seen).contains(&late.as_str()), "{since}");
    });
}

/// The store's clock rules: ours may be ahead, and a cursor that passes the store's own time loses what comes.
#[test]
fn the_clock_of_a_stream_is_the_stores_own() {
    with_shop(async |shop| {
        let ahead = connector_emulators::FaultPlan { clock_shift_seconds: -400, ..Default::default() };
        shop.fails(ahead);
        let clock = shop.source().clock(&shop.context, "orders", Some(CURSOR)).await.unwrap();
        assert_eq!(clock, Some(Cursor::parse("2026-11-23T00:13:20Z").unwrap()));
    });
}

/// Days of a filter are days in UTC, both of them included, although the service leaves bounds out.
#[test]
fn the_first_and_the_last_second_of_a_day_belong_to_it() {
    with_shop(async |shop| {
        let body = json!({"status": "processing"});
        let at = |time: &str| {
            let now = time.parse().unwrap();
            shop.behind(|store, _| super::ask(store, "POST", "orders", &body, now))["id"].to_string()
        };
        at("2026-11-19T23:59:59Z");
        let inside = [at("2026-11-20T00:00:00Z"), at("2026-11-20T23:59:59Z")];
        at("2026-11-21T00:00:00Z");
        let day = json!({"created_from": "2026-11-20", "created_until": "2026-11-20"});
        let seen = shop.read(filtered(read("orders", Some(CURSOR), None), day)).await.unwrap();
        assert_eq!(keys(&seen), inside.each_ref().map(String::as_str));
        assert!(seen.iter().all(|record| record.is_admitted));
    });
}

/// `date_paid` and its like are null until it happens; what has no date is no broken record.
#[test]
fn dates_that_are_not_yet_set_are_null_and_break_nothing() {
    with_shop(async |shop| {
        shop.order(&json!({"status": "pending"}));
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        let order = json_of(&seen[0]);
        assert!(order["date_paid_gmt"].is_null() && order["date_completed_gmt"].is_null(), "{order}");
    });
}
