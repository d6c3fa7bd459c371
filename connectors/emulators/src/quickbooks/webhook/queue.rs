//! Notices that wait, and those that are tried again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Change, is_told, payload};
use crate::quickbooks::oauth::hash;
use crate::quickbooks::settings::{WebhookFormat, Webhooks};

/// After the first failure 20 minutes, then 30, then 50.
const WAITS: [i64; 3] = [20, 30, 50];

/// Answers after which a notice is tried again.
const TRY_AGAIN: [u16; 5] = [408, 500, 502, 503, 504];

/// A notice to be sent to the endpoint of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// For [`QuickBooks::delivered`](super::super::QuickBooks::delivered).
    pub id: u64,
    /// `intuit-signature` and its companions, with `content-type`.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// 1 for the first try.
    pub attempt: usize,
}

/// What waits to be delivered. Lives in memory: a restart tells again what requests changed.
#[derive(Debug)]
pub(in crate::quickbooks) struct Queue {
    settings: Option<Webhooks>,
    seed: u64,
    fresh: Vec<Change>,
    waiting: BTreeMap<u64, Waiting>,
    notices: u64,
    events: u64,
    /// The endpoint failed for good; the service sends it nothing more.
    is_given_up: bool,
}

#[derive(Debug)]
struct Waiting {
    delivery: Delivery,
    due: Timestamp,
    is_under_way: bool,
}

impl Queue {
    pub(in crate::quickbooks) fn new(settings: Option<Webhooks>, seed: u64) -> Self {
        Self {
            settings,
            seed,
            fresh: Vec::new(),
            waiting: BTreeMap::new(),
            notices: 0,
            events: 0,
            is_given_up: false,
        }
    }

    pub(in crate::quickbooks) fn add(&mut self, changes: Vec<Change>) {
        if self.settings.is_some() && !self.is_given_up {
            self.fresh.extend(changes.into_iter().filter(|change| is_told(change.kind)));
        }
    }

    pub(in crate::quickbooks) fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// The notices that are due. They count as under way until [`Queue::report`] says how they went.
    pub(in crate::quickbooks) fn take(&mut self, now: Timestamp) -> Vec<Delivery> {
        self.pack(now);
        let mut due: Vec<Delivery> = Vec::new();
        for waiting in self.waiting.values_mut().filter(|it| !it.is_under_way && it.due <= now) {
            waiting.is_under_way = true;
            due.push(waiting.delivery.clone());
        }
        let every =
            self.settings.as_ref().and_then(|settings| settings.repeat_every).filter(|&every| every > 0);
        if let Some(every) = every {
            due = due
                .into_iter()
                .flat_map(|delivery| {
                    let copies = if delivery.id % every == 0 { 2 } else { 1 };
                    std::iter::repeat_n(delivery, copies)
                })
                .collect();
        }
        if self.settings.as_ref().is_some_and(|settings| settings.disorder) {
            due.reverse();
        }
        due
    }

    /// How a delivery went; `None` is an endpoint that did not answer within three seconds.
    pub(in crate::quickbooks) fn report(&mut self, id: u64, status: Option<u16>, now: Timestamp) {
        let fails = TRY_AGAIN.contains(&status.unwrap_or(408));
        let Some(waiting) = self.waiting.get_mut(&id).filter(|waiting| waiting.is_under_way) else { return };
        if !fails {
            self.waiting.remove(&id);
            return;
        }
        if let Some(&minutes) = WAITS.get(waiting.delivery.attempt - 1) {
            waiting.due = now + SignedDuration::from_mins(minutes);
            waiting.delivery.attempt += 1;
            waiting.is_under_way = false;
        } else {
            self.is_given_up = true;
            self.waiting.clear();
            self.fresh.clear();
        }
    }

    /// Makes notices of the changes that came since the last time.
    fn pack(&mut self, now: Timestamp) {
        let Some(settings) = self.settings.clone() else { return };
        let mut changes = std::mem::take(&mut self.fresh);
        if changes.is_empty() {
            return;
        }
        if settings.disorder {
            changes.reverse();
        }
        match settings.format {
            WebhookFormat::CloudEvents => {
                let body = payload::cloud_events(self.seed, self.events, &changes);
                self.events += u64::try_from(changes.len()).unwrap_or_default();
                self.wait(&settings, &body, "application/cloudevents-batch+json", now);
            }
            WebhookFormat::Classic => {
                let mut by_realm: BTreeMap<String, Vec<Change>> = BTreeMap::new();
                for change in changes {
                    by_realm.entry(change.realm.clone()).or_default().push(change);
                }
                for (realm, changes) in by_realm {
                    let body = payload::classic(&realm, &changes);
                    self.wait(&settings, &body, "application/json; charset=utf-8", now);
                }
            }
        }
    }

    fn wait(&mut self, settings: &Webhooks, body: &Value, content_type: &str, now: Timestamp) {
        self.notices += 1;
        let id = self.notices;
        let body = body.to_string().into_bytes();
        let headers = vec![
            ("intuit-signature", payload::signature(&settings.verifier, &body)),
            ("intuit-created-time", now.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()),
            (
                "intuit-t-id",
                payload::uuid(&hash(&[b"webhook notice", &self.seed.to_be_bytes(), &id.to_be_bytes()])),
            ),
            ("intuit-notification-schema-version", "0.1".to_owned()),
            ("user-agent", "intuit_notification_server/0.1".to_owned()),
            ("content-type", content_type.to_owned()),
        ];
        let delivery = Delivery { id, headers, body, attempt: 1 };
        self.waiting.insert(id, Waiting { delivery, due: now, is_under_way: false });
    }
}
