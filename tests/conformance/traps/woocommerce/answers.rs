//! Answers that are none of the store's, or mean something else than their status says.

use super::{CURSOR, with_shop};
use crate::traps::scene::{at, new, read};
use connector_emulators::{Fault, FaultPlan, Trigger, What};
use engine_contract::{ErrorKind, Op, Retry};
use serde_json::json;
use std::time::Duration;

fn always(what: What) -> FaultPlan {
    FaultPlan { fault: vec![Fault { what, on: Trigger::default() }], ..FaultPlan::default() }
}

/// What stands in the way of a store answers for it: for a removal, a page with 404 must not count as removed, and for
/// a change not as gone, or the object would be made again.
#[test]
fn a_page_that_says_not_found_is_no_missing_record() {
    with_shop(async |shop| {
        for status in [404, 410] {
            shop.fails(always(What::Html { status }));
            assert_eq!(shop.write(Op::Delete, "products", &json!({}), &at("10")).await, "halts Config");
            let told = shop.write(Op::Update, "products", &json!({"name": "Cup"}), &at("10")).await;
            assert_eq!(told, "halts Config", "{status}");
            let error = shop.read(read("orders", Some(CURSOR), None)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        }
        shop.fails(FaultPlan::default());
        assert_eq!(shop.sees("products/10")["status"], "publish");
    });
}

/// Maintenance, a firewall, a login page: each says something else to do.
#[test]
fn a_page_in_place_of_an_answer_is_told_by_its_status() {
    with_shop(async |shop| {
        for (status, kind, told) in [
            (200, ErrorKind::Protocol, "unknown Protocol"),
            (403, ErrorKind::Forbidden, "halts Forbidden"),
            (406, ErrorKind::Forbidden, "halts Forbidden"),
            (502, ErrorKind::Unavailable, "unknown Unavailable"),
            (503, ErrorKind::Unavailable, "unknown Unavailable"),
        ] {
            shop.fails(always(What::Html { status }));
            assert_eq!(shop.write(Op::Create, "orders", &json!({}), &new("1")).await, told, "{status}");
            let error = shop.read(read("orders", Some(CURSOR), None)).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
        }
    });
}

/// Hosts throttle with 429, mostly without saying for how long.
#[test]
fn a_host_that_throttles_is_left_alone_for_as_long_as_it_says_or_half_a_minute() {
    with_shop(async |shop| {
        for (retry_after_seconds, wait) in [(Some(7), 7), (None, 30)] {
            shop.fails(always(What::RateLimited { retry_after_seconds }));
            let error = shop.read(read("orders", Some(CURSOR), None)).await.unwrap_err();
            assert_eq!(error.retry(), Retry::After(Duration::from_secs(wait)), "{error}");
        }
    });
}

/// A wrong key cannot be told from none, a key that may not write is answered with 401 too.
#[test]
fn a_refused_key_stops_and_names_all_that_can_be_wrong() {
    with_shop(async |shop| {
        shop.fails(always(What::ServerError { status: 401, after_effect: false }));
        let said = shop.refusal(Op::Create, "orders", &json!({}), &new("1")).await;
        for word in ["key", "secret", "read, write", "https", "Authorization"] {
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(shop.write(Op::Create, "orders", &json!({}), &new("1")).await, "halts Unauthorized");
    });
}
