//! What a store holds.
//!
//! Records are kept as the API shows them, without `_links`. What it does not show has names that begin with `~`.

use super::{
    kind::Kind,
    value::{elements, id, text},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Records by id.
pub(super) type Table = BTreeMap<u64, Value>;

/// A counter of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counter {
    /// Orders, refunds, products, variations and coupons share one space.
    Post,
    User,
    /// The lines of orders.
    Item,
    Meta,
    Comment,
    Term,
    Tax,
    Webhook,
}

/// The records of a store.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Store {
    tables: BTreeMap<Kind, Table>,
    counters: BTreeMap<Counter, u64>,
    pub(super) tax_classes: Vec<Value>,
    pub(super) payment_gateways: Vec<Value>,
    pub(super) shipping_methods: Vec<Value>,
    pub(super) general: Vec<Value>,
}

impl Kind {
    fn counter(self) -> Counter {
        match self {
            Self::Order | Self::Refund | Self::Product | Self::Variation | Self::Coupon => Counter::Post,
            Self::Customer => Counter::User,
            Self::Note => Counter::Comment,
            Self::Category => Counter::Term,
            Self::Tax => Counter::Tax,
            Self::Webhook => Counter::Webhook,
        }
    }
}

impl Store {
    /// All records of a kind.
    pub(super) fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Value> {
        self.tables.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    /// The record of a kind with an id.
    pub(super) fn get(&self, kind: Kind, id: u64) -> Option<&Value> {
        self.tables.get(&kind)?.get(&id)
    }

    /// The same, to change.
    pub(super) fn get_mut(&mut self, kind: Kind, id: u64) -> Option<&mut Value> {
        self.tables.get_mut(&kind)?.get_mut(&id)
    }

    /// Keeps a record, under its `id`.
    pub(super) fn put(&mut self, kind: Kind, record: Value) {
        let number = id(&record["id"]);
        self.see(kind.counter(), number);
        self.tables.entry(kind).or_default().insert(number, record);
    }

    /// Removes a record.
    pub(super) fn remove(&mut self, kind: Kind, id: u64) -> Option<Value> {
        self.tables.get_mut(&kind)?.remove(&id)
    }

    /// The next id.
    pub(super) fn next(&mut self, counter: Counter) -> u64 {
        let last = self.counters.entry(counter).or_default();
        *last += 1;
        *last
    }

    /// The next id of a kind.
    pub(super) fn next_of(&mut self, kind: Kind) -> u64 {
        self.next(kind.counter())
    }

    /// Notes an id that is taken.
    pub(super) fn see(&mut self, counter: Counter, number: u64) {
        let last = self.counters.entry(counter).or_default();
        *last = (*last).max(number);
    }

    /// The product or variation with an id.
    pub(super) fn sellable(&self, number: u64) -> Option<&Value> {
        self.get(Kind::Product, number).or_else(|| self.get(Kind::Variation, number))
    }

    /// The same, to change.
    pub(super) fn sellable_mut(&mut self, number: u64) -> Option<&mut Value> {
        let kind = if self.get(Kind::Product, number).is_some() { Kind::Product } else { Kind::Variation };
        self.get_mut(kind, number)
    }

    /// The product or variation with an SKU.
    pub(super) fn by_sku(&self, sku: &str) -> Option<&Value> {
        let mut all = self.all(Kind::Product).chain(self.all(Kind::Variation));
        all.find(|one| !sku.is_empty() && text(&one["sku"]) == sku)
    }

    /// The coupon with a code, in any case.
    pub(super) fn by_code(&self, code: &str) -> Option<&Value> {
        let code = code.to_lowercase();
        self.all(Kind::Coupon).find(|one| text(&one["code"]) == code && text(&one["status"]) != "trash")
    }

    /// A setting of the group `general`.
    pub(super) fn setting(&self, name: &str) -> &str {
        let found = self.general.iter().find(|one| text(&one["id"]) == name);
        found.map_or("", |one| text(&one["value"]))
    }

    /// The currency of the store.
    pub(super) fn currency(&self) -> &str {
        match self.setting("woocommerce_currency") {
            "" => "USD",
            currency => currency,
        }
    }

    /// The refunds of an order, oldest first.
    pub(super) fn refunds_of(&self, order: u64) -> impl Iterator<Item = &Value> {
        self.all(Kind::Refund).filter(move |refund| id(&refund["parent_id"]) == order)
    }

    /// Meta data as a record keeps it: entries with ids, by key where they are known. `false` becomes an empty text
    /// and numbers become texts, as they do in the database.
    pub(super) fn merge_meta(&mut self, kept: &mut Vec<Value>, sent: &Value) {
        for one in elements(sent) {
            let (number, key) = (id(&one["id"]), text(&one["key"]));
            let place = kept
                .iter()
                .position(|old| if number > 0 { id(&old["id"]) == number } else { text(&old["key"]) == key });
            if one["value"].is_null() {
                if let Some(place) = place {
                    kept.remove(place);
                }
                continue;
            }
            let value = as_kept(&one["value"]);
            match place.and_then(|place| kept.get_mut(place)) {
                Some(old) => old["value"] = value,
                None if key.is_empty() => {}
                None => kept.push(json!({"id": self.next(Counter::Meta), "key": key, "value": value})),
            }
        }
    }
}

/// A value of meta data after its way through the database.
fn as_kept(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => super::value::written(value).into(),
        Value::Object(parts) if parts.is_empty() => json!([]),
        other => other.clone(),
    }
}
