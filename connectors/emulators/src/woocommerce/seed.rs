//! What a store begins with: the texts of a folder, by name.

use super::{
    kind::Kind,
    store::{Counter, Store},
    value::{elements, id, text},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The files of a folder that describes a store, by their names without `.json`. Each is a list of records as the
/// API shows them: `orders`, `orders_trash`, `refunds`, `products`, `customers`, `coupons`, `taxes`, `tax_classes`,
/// `payment_gateways`, `shipping_methods`, `settings_general`. `variations` and `notes` are objects from the
/// number of the product or order to such a list. Those that are missing are empty.
#[derive(Clone, Debug, Default)]
pub struct Seed(BTreeMap<String, Value>);

/// A text of a seed that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// No JSON.
    #[error("`{name}.json` is no JSON: {problem}")]
    Json {
        /// The name of the file, without its ending.
        name: String,
        /// What the parser says.
        problem: String,
    },
    /// JSON of another form.
    #[error("`{name}.json` has another form than the list of records that it should be")]
    Form {
        /// The name of the file, without its ending.
        name: String,
    },
    /// A file that a store does not have.
    #[error("`{name}.json` is no part of a store")]
    Unknown {
        /// The name of the file, without its ending.
        name: String,
    },
}

const TABLES: [(&str, Kind); 7] = [
    ("orders", Kind::Order),
    ("orders_trash", Kind::Order),
    ("refunds", Kind::Refund),
    ("products", Kind::Product),
    ("customers", Kind::Customer),
    ("coupons", Kind::Coupon),
    ("taxes", Kind::Tax),
];
const LISTS: [&str; 4] = ["tax_classes", "payment_gateways", "shipping_methods", "settings_general"];
const NESTED: [(&str, Kind); 2] = [("variations", Kind::Variation), ("notes", Kind::Note)];

impl Seed {
    /// Reads the texts of a folder, by the names of its files without `.json`.
    ///
    /// # Errors
    /// When a name is unknown, or a text is no JSON or has another form.
    pub fn read<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, SeedError> {
        let mut seed = BTreeMap::new();
        for (name, text) in texts {
            let name = name.to_owned();
            let value: Value = serde_json::from_str(text)
                .map_err(|problem| SeedError::Json { name: name.clone(), problem: problem.to_string() })?;
            let fits = if NESTED.iter().any(|(nested, _)| *nested == name) {
                value.as_object().is_some_and(|parts| parts.values().all(is_records))
            } else if LISTS.contains(&name.as_str()) || TABLES.iter().any(|(table, _)| *table == name) {
                is_records(&value)
            } else {
                return Err(SeedError::Unknown { name });
            };
            if !fits {
                return Err(SeedError::Form { name });
            }
            seed.insert(name, value);
        }
        Ok(Self(seed))
    }

    /// The store that it describes.
    pub(super) fn store(&self) -> Store {
        let mut store = Store::default();
        let list = |name: &str| self.0.get(name).map(elements).unwrap_or_default();
        for (name, kind) in TABLES {
            for record in list(name) {
                keep(&mut store, kind, record.clone());
            }
        }
        for (name, kind) in NESTED {
            for (parent, records) in self.0.get(name).and_then(Value::as_object).into_iter().flatten() {
                for record in elements(records) {
                    let mut record = record.clone();
                    record["~parent"] = json!(parent.parse::<u64>().unwrap_or_default());
                    keep(&mut store, kind, record);
                }
            }
        }
        store.tax_classes = list("tax_classes").to_vec();
        store.payment_gateways = list("payment_gateways").to_vec();
        store.shipping_methods = list("shipping_methods").to_vec();
        store.general = list("settings_general").to_vec();
        categories(&mut store);
        store
    }
}

fn is_records(value: &Value) -> bool {
    value.as_array().is_some_and(|records| records.iter().all(Value::is_object))
}

fn keep(store: &mut Store, kind: Kind, mut record: Value) {
    if let Some(parts) = record.as_object_mut() {
        parts.shift_remove("_links");
    }
    for lines in ["line_items", "tax_lines", "shipping_lines", "fee_lines", "coupon_lines"] {
        for line in elements(&record[lines]) {
            store.see(Counter::Item, id(&line["id"]));
            for meta in elements(&line["meta_data"]) {
                store.see(Counter::Meta, id(&meta["id"]));
            }
        }
    }
    for meta in elements(&record["meta_data"]) {
        store.see(Counter::Meta, id(&meta["id"]));
    }
    store.put(kind, record);
}

/// The categories that products name, and the one that those without are in.
fn categories(store: &mut Store) {
    let mut found: BTreeMap<u64, Value> = BTreeMap::new();
    found.insert(15, category(15, "Uncategorized", "uncategorized"));
    for product in store.all(Kind::Product) {
        for one in elements(&product["categories"]) {
            let number = id(&one["id"]);
            found.entry(number).or_insert_with(|| category(number, text(&one["name"]), text(&one["slug"])));
        }
    }
    for record in found.into_values() {
        store.put(Kind::Category, record);
    }
}

/// A category of products.
pub(super) fn category(number: u64, name: &str, slug: &str) -> Value {
    json!({"id": number, "name": name, "slug": slug, "parent": 0, "description": "", "display": "default",
        "image": null, "menu_order": 0, "count": 0})
}
