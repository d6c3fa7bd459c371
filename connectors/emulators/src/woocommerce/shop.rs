//! The store while it answers one request.

use super::{error::Refusal, kind::Kind, settings::Settings, store::Store, time};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// Something that webhooks may tell of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// `order.updated`, `action.woocommerce_order_status_completed`.
    pub(super) topic: String,
    /// The id of the record.
    pub(super) id: u64,
}

/// A store, a moment, and what happened in it.
pub(super) struct Shop<'a> {
    pub(super) store: &'a mut Store,
    pub(super) settings: &'a Settings,
    pub(super) zone: &'a TimeZone,
    pub(super) now: Timestamp,
    pub(super) events: Vec<Event>,
    /// The webhooks that were saved: those that were never reached are pinged.
    pub(super) saved_webhooks: Vec<u64>,
}

/// The result of a change.
pub(super) type Changed<T> = Result<T, Refusal>;

impl Shop<'_> {
    /// Notes that something happened to a record.
    pub(super) fn tell(&mut self, kind: Kind, event: &str, id: u64) {
        if let Some(resource) = kind.resource() {
            self.events.push(Event { topic: format!("{resource}.{event}"), id });
        }
    }

    /// Stamps a record as changed now.
    pub(super) fn touch(&mut self, kind: Kind, id: u64) {
        let (now, zone) = (self.now, self.zone);
        if let Some(record) = self.store.get_mut(kind, id) {
            time::set(record, "date_modified", now, zone);
        }
    }

    /// Sets a pair of stamps to now.
    pub(super) fn stamp(&self, record: &mut Value, name: &str) {
        time::set(record, name, self.now, self.zone);
    }

    /// A record, or the refusal of its id.
    pub(super) fn find(&self, kind: Kind, parent: Option<u64>, id: u64, status: u16) -> Changed<Value> {
        let record = self.store.get(kind, id).filter(|record| {
            let field = if kind == Kind::Refund { "parent_id" } else { "~parent" };
            parent.is_none_or(|parent| super::value::id(&record[field]) == parent)
        });
        let (code, message) = kind.unknown();
        record.cloned().ok_or_else(|| Refusal::new(status, code, message))
    }
}
