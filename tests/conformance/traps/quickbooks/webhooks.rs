//! Notices of changes, as the emulated company sends them: each is a hint, and what it hints at is read.

use super::{Books, CURSOR, REALM, of, start, with_settings};
use crate::traps::{
    deliveries::{described, judged},
    scene::{json_of, keys, read},
};
use bytes::Bytes;
use connector_emulators::{
    Emulator,
    quickbooks::{Company, CompanyKind, Delivery, Settings, WebhookFormat, Webhooks},
};
use connector_rest::{Hint, Notice, Refused};
use http::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Write};

const VERIFIER: &str = "verifier-token";

fn telling(format: WebhookFormat, repeat_every: Option<u64>, disorder: bool) -> Settings {
    let webhooks = Webhooks { format, verifier: VERIFIER.to_owned(), repeat_every, disorder };
    Settings { webhooks: Some(webhooks), ..of(CompanyKind::Us) }
}

fn sent(books: &Books) -> Vec<Delivery> {
    books.behind(|books, now| {
        let sent = books.deliveries(now);
        for delivery in &sent {
            books.delivered(delivery.id, Some(200), now);
        }
        sent
    })
}

fn headers(delivery: &Delivery) -> HeaderMap {
    let named =
        |(name, value): &(&'static str, String)| (HeaderName::from_static(name), value.parse().unwrap());
    delivery.headers.iter().map(named).collect()
}

fn told_with(headers: &HeaderMap, body: &[u8]) -> Result<Notice, Refused> {
    described("quickbooks").delivered(connector_rest::Delivery { headers, body }, &[VERIFIER])
}

fn hints(delivery: &Delivery) -> Vec<Hint> {
    match told_with(&headers(delivery), &delivery.body) {
        Ok(Notice::Changes(hints)) => hints,
        other => panic!("{other:?}"),
    }
}

/// Company, topic and key of each hint.
fn named(hints: &[Hint]) -> Vec<(String, String, String)> {
    let named = |hint: &Hint| (hint.account.clone().unwrap(), hint.topic.clone(), hint.key.clone().unwrap());
    hints.iter().map(named).collect()
}

/// A customer, an invoice and its end.
fn happens(books: &Books) {
    let ada = books.customer("Ada");
    let invoice = books.made("Invoice", &books.sale(&json!(10)));
    let gone = json!({"Id": invoice["Id"], "SyncToken": "0"});
    books.behind(|books, now| super::ask(books, "POST", "invoice?operation=delete", &gone, now));
    assert_eq!((ada, &invoice["Id"]), (json!("1"), &json!("1")));
}

#[test]
fn notices_of_both_forms_say_the_same() {
    judged("quickbooks", &["classic", "events"]);
    for format in [WebhookFormat::Classic, WebhookFormat::CloudEvents] {
        with_settings(telling(format, None, false), async |books| {
            happens(&books);
            let sent = sent(&books);
            assert_eq!(sent.len(), 1);
            let hints = hints(&sent[0]);
            let change = |topic: &str| (REALM.to_owned(), topic.to_owned(), "1".to_owned());
            assert_eq!(
                named(&hints),
                ["customer.created", "invoice.created", "invoice.deleted"].map(change),
                "{format:?}"
            );
            assert_eq!(hints.iter().map(|hint| hint.is_gone).collect::<Vec<_>>(), [false, false, true]);
            assert_eq!(
                (&hints[0].streams[..], &hints[1].streams[..]),
                (&["Customer".to_owned()][..], &["Invoice".to_owned()][..])
            );
            assert!(books.fetch("Invoice", &["1"]).await.is_empty(), "and it is gone");
        });
    }
}

#[test]
fn a_notice_of_several_companies_names_the_company_of_each_change() {
    judged("quickbooks", &["two-companies"]);
    let mut settings = telling(WebhookFormat::CloudEvents, None, false);
    settings.companies.push(Company::new("4711", CompanyKind::Us));
    with_settings(settings, async |books| {
        books.customer("Ada");
        books.behind(|books, now| {
            let token = books.grant("4711", start()).access_token;
            let request = http::Request::post("/v3/company/4711/customer")
                .header("authorization", format!("Bearer {token}"))
                .body(Bytes::from(json!({"DisplayName": "Eve"}).to_string()))
                .unwrap();
            books.handle(&request, now);
        });
        let sent = sent(&books);
        assert_eq!(sent.len(), 1);
        let accounts: Vec<String> =
            named(&hints(&sent[0])).into_iter().map(|(account, ..)| account).collect();
        assert_eq!(accounts, [REALM, "4711"]);
    });
}

#[test]
fn a_notice_is_believed_by_its_signature_over_the_bytes_alone() {
    with_settings(telling(WebhookFormat::CloudEvents, None, false), async |books| {
        books.customer("Ada");
        let delivery = sent(&books).remove(0);
        let good = headers(&delivery);
        assert!(told_with(&good, &delivery.body).is_ok());
        let pretty = serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(&delivery.body).unwrap());
        assert_eq!(told_with(&good, &pretty.unwrap()), Err(Refused::Forged));
        let signed = good["intuit-signature"].to_str().unwrap();
        let mut digits = String::new();
        for byte in base64_bytes(signed) {
            write!(digits, "{byte:02x}").unwrap();
        }
        for other in [digits.as_str(), "", "AAAA", signed.get(..20).unwrap()] {
            let mut headers = good.clone();
            headers.insert("intuit-signature", other.parse().unwrap());
            assert_eq!(told_with(&headers, &delivery.body), Err(Refused::Forged), "{other}");
        }
        let mut twice = good.clone();
        twice.append("intuit-signature", "AAAA".parse().unwrap());
        let unsigned = Err(Refused::Unsigned("intuit-signature".to_owned()));
        assert_eq!(told_with(&twice, &delivery.body), unsigned, "two signatures are none");
        assert_eq!(told_with(&HeaderMap::new(), &delivery.body), unsigned);
    });
}

fn base64_bytes(text: &str) -> Vec<u8> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.decode(text).unwrap()
}

#[test]
fn a_notice_that_comes_twice_has_the_names_that_it_had() {
    for format in [WebhookFormat::Classic, WebhookFormat::CloudEvents] {
        with_settings(telling(format, Some(1), false), async |books| {
            happens(&books);
            let sent = sent(&books);
            assert_eq!(sent.len(), 2, "{format:?}");
            let all: Vec<String> = sent.iter().flat_map(hints).map(|hint| hint.repeat).collect();
            assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (6, 3), "{format:?}");
        });
    }
}

#[test]
fn a_notice_in_disorder_leads_to_the_object_as_it_is_now() {
    with_settings(telling(WebhookFormat::CloudEvents, None, true), async |books| {
        let id = books.customer("Ada");
        books.made("Customer", &json!({"Id": id, "SyncToken": "0", "sparse": true, "Notes": "later"}));
        let hints = hints(&sent(&books)[0]);
        let topics: Vec<&str> = hints.iter().map(|hint| hint.topic.as_str()).collect();
        assert_eq!(topics, ["customer.updated", "customer.created"]);
        for hint in &hints {
            let seen = books.fetch(&hint.streams[0], &[hint.key.as_deref().unwrap()]).await;
            assert_eq!(json_of(&seen[0])["Notes"], "later");
        }
    });
}

#[test]
fn a_merge_names_the_object_that_is_left_and_the_one_that_is_gone() {
    judged("quickbooks", &["merge-classic", "merge-events"]);
}

#[test]
fn a_notice_is_read_whatever_its_content_type() {
    with_settings(telling(WebhookFormat::CloudEvents, None, false), async |books| {
        books.customer("Ada");
        let delivery = sent(&books).remove(0);
        for content_type in
            ["application/json", "application/cloudevents-batch+json; charset=utf-8", "text/plain"]
        {
            let mut headers = headers(&delivery);
            headers.insert("content-type", content_type.parse().unwrap());
            assert!(told_with(&headers, &delivery.body).is_ok(), "{content_type}");
        }
    });
}

#[test]
fn a_change_of_something_unknown_hides_no_other_change() {
    judged("quickbooks", &["unknown"]);
    with_settings(telling(WebhookFormat::Classic, None, false), async |books| {
        books.made("Vendor", &json!({"DisplayName": "Ink & Co"}));
        books.customer("Ada");
        let hints = hints(&sent(&books)[0]);
        let streams: Vec<Vec<String>> = hints.into_iter().map(|hint| hint.streams).collect();
        assert_eq!(streams, [vec![], vec!["Customer".to_owned()]]);
    });
}

#[test]
fn an_endpoint_that_was_given_up_loses_what_happens_and_the_cursor_finds_it() {
    with_settings(telling(WebhookFormat::CloudEvents, None, false), async |books| {
        books.customer("Ada");
        for minutes in [20, 30, 50, 0] {
            let delivery = books.behind(|books, now| books.deliveries(now).remove(0));
            books.behind(|books, now| books.delivered(delivery.id, None, now));
            books.pass(minutes * 60);
        }
        let eve = books.customer("Eve");
        assert!(sent(&books).is_empty(), "nothing is told any more");
        let seen = books.read(read("Customer", Some(CURSOR), Some("2026-03-02T17:30:00Z"))).await.unwrap();
        assert_eq!(keys(&seen), [eve.as_str().unwrap()]);
    });
}
