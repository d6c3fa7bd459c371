//! What waits to be delivered, and what became of what was.

use super::Delivery;
use crate::woocommerce::{
    change,
    kind::Kind,
    reply::encoded,
    settings::Settings,
    shop::{Event, Shop},
    store::Store,
    time,
    value::{hex, id, int, text},
    view::Shown,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// After so many failures in a row the next one disables a webhook.
const PATIENCE: i64 = 6;

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Waiting {
    /// The first word to a webhook that was not reached yet.
    Ping,
    /// What happened to a record.
    Event(Event),
}

/// The deliveries of a store that have no outcome yet.
#[derive(Clone, Debug, Default)]
pub(in crate::woocommerce) struct Queue {
    waiting: BTreeMap<u64, (u64, Waiting)>,
    last: u64,
    /// The deliveries that were handed out. A restart forgets that they were.
    taken: Vec<u64>,
}

impl PartialEq for Queue {
    fn eq(&self, other: &Self) -> bool {
        self.waiting == other.waiting && self.last == other.last
    }
}

impl Queue {
    /// Notes what happened, for the webhooks that listen, and pings those that were saved and not reached yet.
    pub(in crate::woocommerce) fn note(&mut self, store: &Store, events: &[Event], saved: &[u64]) {
        for number in saved {
            let pending =
                store.get(Kind::Webhook, *number).is_some_and(|webhook| webhook["~pending"] == true);
            if pending {
                self.add(*number, Waiting::Ping);
            }
        }
        for event in events {
            let hears =
                |webhook: &&Value| webhook["status"] == "active" && webhook["topic"] == event.topic.as_str();
            for webhook in store.all(Kind::Webhook).filter(hears) {
                self.add(id(&webhook["id"]), Waiting::Event(event.clone()));
            }
        }
    }

    /// While one of the same kind waits, further ones are dropped.
    fn add(&mut self, webhook: u64, what: Waiting) {
        let is_there = |(number, (other, waiting)): (&u64, &(u64, Waiting))| {
            *other == webhook && *waiting == what && !self.taken.contains(number)
        };
        if !self.waiting.iter().any(is_there) {
            self.last += 1;
            self.waiting.insert(self.last, (webhook, what));
        }
    }

    /// Hands out what waits, as it is sent now.
    pub(in crate::woocommerce) fn take(
        &mut self,
        store: &Store,
        settings: &Settings,
        now: Timestamp,
    ) -> Vec<Delivery> {
        let mut out = Vec::new();
        for (number, (webhook, what)) in &self.waiting {
            if self.taken.contains(number) {
                continue;
            }
            if let Some(record) = store.get(Kind::Webhook, *webhook) {
                out.push(delivery(store, settings, now, *number, record, what));
            }
        }
        self.taken.extend(out.iter().map(|delivery| delivery.number));
        out
    }

    /// Hears what became of a delivery. 200 to 302 are fine; a failure is never tried again, and too many in a row
    /// disable the webhook. Only 200 to a ping ends the pings.
    pub(in crate::woocommerce) fn settle(&mut self, shop: &mut Shop<'_>, number: u64, status: Option<u64>) {
        self.taken.retain(|taken| *taken != number);
        let Some((webhook, what)) = self.waiting.remove(&number) else { return };
        let Some(mut record) = shop.store.get(Kind::Webhook, webhook).cloned() else { return };
        if what == Waiting::Ping {
            if status == Some(200) {
                record["~pending"] = false.into();
                shop.stamp(&mut record, "date_modified");
                shop.store.put(Kind::Webhook, record);
            }
            return;
        }
        let failures = int(&record["~failures"]);
        if status.is_some_and(|status| (200..=302).contains(&status)) {
            if failures == 0 {
                return;
            }
            record["~failures"] = 0.into();
        } else if failures >= PATIENCE {
            record["status"] = "disabled".into();
        } else {
            record["~failures"] = (failures + 1).into();
        }
        shop.stamp(&mut record, "date_modified");
        shop.store.put(Kind::Webhook, record);
        shop.saved_webhooks.push(webhook);
    }
}

fn delivery(
    store: &Store,
    settings: &Settings,
    now: Timestamp,
    number: u64,
    webhook: &Value,
    what: &Waiting,
) -> Delivery {
    let own = id(&webhook["id"]);
    let agent = ("User-Agent", "WooCommerce/10.5.0 Hookshot (WordPress/6.9.1)".to_owned());
    let url = text(&webhook["delivery_url"]).to_owned();
    let Waiting::Event(event) = what else {
        let headers = vec![agent, ("Content-Type", "application/x-www-form-urlencoded".to_owned())];
        return Delivery { number, webhook: own, url, headers, body: format!("webhook_id={own}").into() };
    };
    let body = Bytes::from(encoded(&payload(store, settings, event)));
    let headers = vec![
        agent,
        ("Content-Type", "application/json".to_owned()),
        ("X-WC-Webhook-Source", format!("{}/", settings.url)),
        ("X-WC-Webhook-Topic", text(&webhook["topic"]).to_owned()),
        ("X-WC-Webhook-Resource", text(&webhook["resource"]).to_owned()),
        ("X-WC-Webhook-Event", text(&webhook["event"]).to_owned()),
        ("X-WC-Webhook-Signature", signature(text(&webhook["~secret"]), &body)),
        ("X-WC-Webhook-ID", own.to_string()),
        ("X-WC-Webhook-Delivery-ID", delivery_id(own, now)),
    ];
    Delivery { number, webhook: own, url, headers, body }
}

/// The record as it is now; only its id when it was deleted; a refusal when it is gone.
fn payload(store: &Store, settings: &Settings, event: &Event) -> Value {
    let (resource, what) = event.topic.split_once('.').unwrap_or_default();
    let kind = match resource {
        "action" => return json!({"action": what, "arg": event.id}),
        _ if what == "deleted" => return json!({"id": event.id}),
        "order" => Kind::Order,
        "customer" => Kind::Customer,
        "coupon" => Kind::Coupon,
        _ => Kind::Product,
    };
    let read = change::read(store, settings, kind, (None, event.id), &Shown::default());
    read.unwrap_or_else(|refusal| refusal.body())
}

/// The store takes what stands for a character in HTML for that character, before it signs.
fn signature(secret: &str, body: &[u8]) -> String {
    let secret = HTML.iter().fold(secret.to_owned(), |text, (written, meant)| text.replace(written, meant));
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

const HTML: [(&str, &str); 5] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#039;", "'"), ("&amp;", "&")];

/// Made of the webhook and the second alone, so that all deliveries of a second share it.
fn delivery_id(webhook: u64, now: Timestamp) -> String {
    let hash = Sha256::digest(format!("{webhook} {}", time::gmt(now)));
    hex(hash.get(..16).unwrap_or_default())
}
