//! Limits, with the time that the caller says it is.

use jiff::SignedDuration;
use serde_json::json;

use super::{Desk, REALM, settings};
use crate::Takes;
use crate::quickbooks::{CompanyKind, Limits, Usage};

fn limited() -> Desk {
    let mut chosen = settings(CompanyKind::Us);
    chosen.limits = Limits::default();
    Desk::with(chosen)
}

#[test]
fn the_eleventh_request_of_a_second_is_refused() {
    let mut desk = limited();
    let answers: Vec<u16> = (0..11).map(|_| desk.get("companyinfo/1").0).collect();
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 10);
    let (status, refusal) = desk.get("companyinfo/1");
    assert_eq!(status, 429);
    assert_eq!(refusal["fault"]["error"][0]["code"], "3001");
    assert_eq!(
        refusal["fault"]["error"][0]["message"],
        "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    );
    assert_eq!(refusal["fault"]["type"], "SERVICE");
    desk.now += SignedDuration::from_secs(1);
    assert_eq!(desk.get("companyinfo/1").0, 200);
    let usage = desk.service.usage(REALM).unwrap();
    assert_eq!(
        usage,
        Usage { requests: 13, refused: 2, per_minute: 13, per_second: 12, batches_per_minute: 0, at_once: 1 }
    );
}

#[test]
fn five_hundred_requests_fit_into_any_minute() {
    let mut desk = limited();
    for _ in 0..500 {
        assert_eq!(desk.get("companyinfo/1").0, 200);
        desk.now += SignedDuration::from_millis(110);
    }
    assert_eq!(desk.get("companyinfo/1").0, 429);
    desk.now += SignedDuration::from_secs(6);
    assert_eq!(desk.get("companyinfo/1").0, 200, "the window slides");
}

#[test]
fn forty_batches_fit_into_any_minute() {
    let mut desk = limited();
    let batch = json!({"BatchItemRequest": [{"bId": "1", "Query": "select * from Term"}]});
    for _ in 0..40 {
        assert_eq!(desk.post("batch", &batch).0, 200);
        desk.now += SignedDuration::from_millis(200);
    }
    assert_eq!(desk.post("batch", &batch).0, 429);
    assert_eq!(desk.get("companyinfo/1").0, 200, "other requests still fit");
    assert_eq!(desk.service.usage(REALM).unwrap().batches_per_minute, 41);
}

#[test]
fn a_hint_when_to_come_back_is_there_only_if_set() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.limits = Limits { per_second: 0, retry_after: Some(60), ..Limits::default() };
    let mut desk = Desk::with(chosen);
    assert_eq!(desk.send("GET", "companyinfo/1", "").headers()["retry-after"], "60");
    let mut desk = limited();
    for _ in 0..11 {
        desk.get("companyinfo/1");
    }
    assert!(!desk.send("GET", "companyinfo/1", "").headers().contains_key("retry-after"));
}

#[test]
fn ten_requests_are_under_way_at_once_where_they_take_time() {
    let mut chosen = settings(CompanyKind::Us);
    let takes = SignedDuration::from_secs(3);
    chosen.limits = Limits { per_second: usize::MAX, takes, ..Limits::default() };
    let mut desk = Desk::with(chosen);
    for _ in 0..10 {
        let answer = desk.send("GET", "companyinfo/1", "");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.extensions().get::<Takes>(), Some(&Takes(takes.unsigned_abs())));
        desk.now += SignedDuration::from_millis(100);
    }
    assert_eq!(desk.get("companyinfo/1").0, 429, "the first one has a second to go");
    desk.now += SignedDuration::from_secs(2);
    assert_eq!(desk.get("companyinfo/1").0, 200, "the first one has ended");
    assert_eq!(desk.get("companyinfo/1").0, 429);
    assert_eq!(desk.service.usage(REALM).unwrap().at_once, 11);
}
