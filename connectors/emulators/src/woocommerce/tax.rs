//! Rates of taxes: as records, and which of them hold for an address.

use super::{
    kind::Kind,
    shop::Shop,
    store::Store,
    value::{decimal, elements, fixed, id, int, text, truth, written},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Makes a rate.
pub(super) fn create(shop: &mut Shop<'_>, sent: &Value) -> Value {
    let number = shop.store.next_of(Kind::Tax);
    let mut rate = json!({"id": number, "country": "", "state": "", "postcode": "", "city": "", "rate": "0.0000",
        "name": "", "priority": 1, "compound": false, "shipping": true, "order": 0, "class": "standard",
        "postcodes": [], "cities": []});
    apply(&mut rate, sent);
    shop.store.put(Kind::Tax, rate.clone());
    rate
}

/// Changes a rate.
pub(super) fn update(shop: &mut Shop<'_>, number: u64, sent: &Value) -> Value {
    let mut rate = shop.store.get(Kind::Tax, number).cloned().unwrap_or_default();
    apply(&mut rate, sent);
    shop.store.put(Kind::Tax, rate.clone());
    rate
}

fn apply(rate: &mut Value, sent: &Value) {
    for name in ["country", "state", "postcode", "city", "name", "class"] {
        if let Some(value) = sent.get(name) {
            rate[name] = written(value).as_ref().into();
        }
    }
    if let Some(value) = sent.get("rate") {
        rate["rate"] = fixed(decimal(value), 4).into();
    }
    for name in ["priority", "order"] {
        if let Some(value) = sent.get(name) {
            rate[name] = int(value).into();
        }
    }
    for name in ["compound", "shipping"] {
        if let Some(value) = sent.get(name) {
            rate[name] = truth(value).into();
        }
    }
    for (name, single) in [("postcodes", "postcode"), ("cities", "city")] {
        if let Some(value) = sent.get(name) {
            rate[name] = value.clone();
        } else if let Some(value) = sent.get(single) {
            rate[name] = written(value).split(';').filter(|one| !one.is_empty()).collect();
        }
    }
}

/// A rate that holds.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    pub(super) id: u64,
    pub(super) percent: Decimal,
    pub(super) compound: bool,
    pub(super) shipping: bool,
}

/// The rates of a class at an address: for each priority the one that fits most closely.
pub(super) fn rates(store: &Store, class: &str, address: &Value) -> Vec<Rate> {
    let class = if class.is_empty() { "standard" } else { class };
    let empty_or = |value: &Value, other: &Value| {
        text(value).is_empty() || text(value).eq_ignore_ascii_case(text(other))
    };
    let mut fitting: Vec<&Value> = store
        .all(Kind::Tax)
        .filter(|rate| {
            text(&rate["class"]) == class
                && empty_or(&rate["country"], &address["country"])
                && empty_or(&rate["state"], &address["state"])
                && is_within(&rate["postcodes"], text(&address["postcode"]))
                && is_within(&rate["cities"], text(&address["city"]))
        })
        .collect();
    fitting.sort_by_key(|rate| {
        let is_wide = |name: &str| text(&rate[name]).is_empty();
        let lists = elements(&rate["postcodes"]).is_empty() && elements(&rate["cities"]).is_empty();
        (
            int(&rate["priority"]),
            is_wide("country"),
            is_wide("state"),
            lists,
            int(&rate["order"]),
            id(&rate["id"]),
        )
    });
    fitting.dedup_by_key(|rate| int(&rate["priority"]));
    let rate = |rate: &&Value| Rate {
        id: id(&rate["id"]),
        percent: decimal(&rate["rate"]),
        compound: truth(&rate["compound"]),
        shipping: truth(&rate["shipping"]),
    };
    fitting.iter().map(rate).collect()
}

/// Whether a list is empty or names a place: exactly, with `*` at the end, or as a range `10000...10100`.
fn is_within(list: &Value, place: &str) -> bool {
    let fits = |entry: &str| {
        if let Some((from, to)) = entry.split_once("...") {
            return from <= place && place <= to;
        }
        match entry.strip_suffix('*') {
            Some(start) => place.to_lowercase().starts_with(&start.to_lowercase()),
            None => entry.eq_ignore_ascii_case(place),
        }
    };
    elements(list).is_empty() || elements(list).iter().any(|entry| fits(text(entry)))
}

/// The taxes of a net amount, by rate: plain ones of the amount, compound ones of the amount with the plain ones.
pub(super) fn taxes(amount: Decimal, rates: &[Rate]) -> Vec<(u64, Decimal)> {
    let hundred = Decimal::ONE_HUNDRED;
    let plain: Vec<(u64, Decimal)> = rates
        .iter()
        .filter(|rate| !rate.compound)
        .map(|rate| (rate.id, amount * rate.percent / hundred))
        .collect();
    let mut base = amount + plain.iter().map(|(_, tax)| *tax).sum::<Decimal>();
    let mut all = plain;
    for rate in rates.iter().filter(|rate| rate.compound) {
        let tax = base * rate.percent / hundred;
        base += tax;
        all.push((rate.id, tax));
    }
    all
}
