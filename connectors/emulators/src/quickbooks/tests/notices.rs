//! Webhooks.

use base64::Engine as _;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Desk, REALM, settings};
use crate::Emulator;
use crate::quickbooks::{Company, CompanyKind, WebhookFormat, Webhooks};

fn told(format: WebhookFormat) -> Desk {
    let mut chosen = settings(CompanyKind::Us);
    chosen.webhooks =
        Some(Webhooks { format, verifier: "verifier".to_owned(), repeat_every: None, disorder: false });
    Desk::with(chosen)
}

fn body(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn the_classic_notice_lists_what_changed_and_is_signed() {
    let mut desk = told(WebhookFormat::Classic);
    let ada = desk.customer("Ada");
    desk.write("Customer", json!({"Id": ada, "SyncToken": "0", "sparse": true, "Notes": "n"}));
    let deliveries = desk.service.deliveries(desk.now);
    assert_eq!(deliveries.len(), 1);
    let notice = body(&deliveries[0].body);
    let event = |operation: &str| json!({"name": "Customer", "id": "1", "operation": operation, "lastUpdated": "2026-03-02T17:00:00.000Z"});
    assert_eq!(
        notice,
        json!({"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": [event("Create"), event("Update")]}}]})
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(b"verifier").unwrap();
    mac.update(&deliveries[0].body);
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert!(deliveries[0].headers.contains(&("intuit-signature", signature)));
    assert_eq!(desk.service.deliveries(desk.now), [], "it is under way");
}

#[test]
fn cloud_events_are_a_list_with_ids_of_their_own() {
    let mut desk = told(WebhookFormat::CloudEvents);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "1");
    desk.post("invoice?operation=void", &json!({"Id": invoice["Id"], "SyncToken": "0"}));
    let deliveries = desk.service.deliveries(desk.now);
    let events = body(&deliveries[0].body);
    let types: Vec<_> =
        events.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["qbo.customer.created.v1", "qbo.invoice.created.v1", "qbo.invoice.voided.v1"]);
    assert_eq!((&events[0]["intuitentityid"], &events[0]["intuitaccountid"]), (&ada, &json!(REALM)));
    assert_ne!(events[0]["id"], events[1]["id"]);
    assert_eq!(events[0]["id"].as_str().unwrap().len(), 36);
}

#[test]
fn companies_are_apart_and_one_delivery_may_hold_several() {
    for (format, expected) in [(WebhookFormat::Classic, 2), (WebhookFormat::CloudEvents, 1)] {
        let mut chosen = settings(CompanyKind::Us);
        chosen.companies.push(Company::new("2", CompanyKind::Ca));
        chosen.webhooks =
            Some(Webhooks { format, verifier: "v".to_owned(), repeat_every: None, disorder: false });
        let mut desk = Desk::with(chosen);
        desk.customer("Ada");
        let token = desk.service.grant("2", desk.now).access_token;
        let request = Request::post("/v3/company/2/customer")
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "application/json")
            .body(Bytes::from(json!({"DisplayName": "Ada"}).to_string()))
            .unwrap();
        assert_eq!(
            desk.service.handle(&request, desk.now).status(),
            200,
            "the name is free in the other company"
        );
        assert_eq!(desk.service.deliveries(desk.now).len(), expected);
    }
}

#[test]
fn a_failed_notice_comes_again_after_20_30_and_50_minutes_and_then_no_more() {
    let mut desk = told(WebhookFormat::Classic);
    desk.customer("Ada");
    let mut waits = Vec::new();
    let mut last = desk.now;
    for status in [Some(500), None, Some(503), Some(504)] {
        let due = loop {
            if let Some(delivery) = desk.service.deliveries(desk.now).pop() {
                break delivery;
            }
            desk.now += SignedDuration::from_mins(1);
        };
        waits.push(desk.now.duration_since(last).as_mins());
        last = desk.now;
        desk.service.delivered(due.id, status, desk.now);
    }
    assert_eq!(waits, [0, 20, 30, 50]);
    assert!(desk.service.has_given_up_webhooks());
    desk.wait(3600);
    desk.customer("Bob");
    assert_eq!(desk.service.deliveries(desk.now), []);
}

#[test]
fn an_answer_that_is_no_failure_ends_it() {
    let mut desk = told(WebhookFormat::Classic);
    desk.customer("Ada");
    let id = desk.service.deliveries(desk.now)[0].id;
    desk.service.delivered(id, Some(200), desk.now);
    desk.wait(7200);
    assert_eq!(desk.service.deliveries(desk.now), []);
}

#[test]
fn notices_can_come_twice_and_out_of_order() {
    let mut chosen = settings(CompanyKind::Us);
    let webhooks = Webhooks {
        format: WebhookFormat::CloudEvents,
        verifier: "verifier".to_owned(),
        repeat_every: Some(1),
        disorder: true,
    };
    chosen.webhooks = Some(webhooks);
    let mut desk = Desk::with(chosen);
    desk.customer("Ada");
    desk.customer("Bob");
    let deliveries = desk.service.deliveries(desk.now);
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[0], deliveries[1]);
    assert_eq!(body(&deliveries[0].body)[0]["intuitentityid"], json!("2"));
}
