//! The arguments of routes, and how `WordPress` checks them.
//!
//! The tables beside this file hold names, types, defaults and enumerations, as OPTIONS shows them. Two habits of
//! `WordPress` are kept: a list may be sent as a text with commas, and lists of ids are never checked (`include=a,b`
//! finds nothing, and is no mistake).

mod check;

use super::{kind::Kind, route::Route};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

pub(super) use check::{check, is_email};

/// The arguments of a resource.
pub(super) struct Table {
    pub(super) title: String,
    /// Those of its list.
    pub(super) list: Map<String, Value>,
    /// Those of the request that creates one; an update has the same ones, without defaults.
    pub(super) create: Map<String, Value>,
    /// The fields of a record.
    pub(super) properties: Map<String, Value>,
}

fn table(text: &str) -> Table {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let part = |name: &str| value[name].as_object().cloned().unwrap_or_default();
    let title = super::value::text(&value["title"]).to_owned();
    Table { title, list: part("list"), create: part("create"), properties: part("properties") }
}

macro_rules! tables {
    ($($name:ident = $file:literal;)*) => {
        $(static $name: LazyLock<Table> = LazyLock::new(|| table(include_str!($file)));)*
    };
}

tables! {
    ORDERS = "orders.json";
    ORDER_REFUNDS = "order_refunds.json";
    REFUNDS = "refunds.json";
    NOTES = "notes.json";
    PRODUCTS = "products.json";
    VARIATIONS = "variations.json";
    CATEGORIES = "categories.json";
    CUSTOMERS = "customers.json";
    COUPONS = "coupons.json";
    TAXES = "taxes.json";
    WEBHOOKS = "webhooks.json";
}

/// The table of a kind; refunds have one more for those of all orders.
pub(super) fn of(kind: Kind, has_parent: bool) -> &'static Table {
    match kind {
        Kind::Order => &ORDERS,
        Kind::Refund if has_parent => &ORDER_REFUNDS,
        Kind::Refund => &REFUNDS,
        Kind::Note => &NOTES,
        Kind::Product => &PRODUCTS,
        Kind::Variation => &VARIATIONS,
        Kind::Category => &CATEGORIES,
        Kind::Customer => &CUSTOMERS,
        Kind::Coupon => &COUPONS,
        Kind::Tax => &TAXES,
        Kind::Webhook => &WEBHOOKS,
    }
}

/// The arguments of an update: nothing is required and nothing has a default.
pub(super) fn update(table: &Table) -> Map<String, Value> {
    let mut arguments = table.create.clone();
    for argument in arguments.values_mut().filter_map(Value::as_object_mut) {
        argument.shift_remove("default");
        argument.shift_remove("required");
    }
    arguments
}

/// The answer to OPTIONS.
pub(super) fn options(route: &Route, url: &str) -> Value {
    let (table, id) = match route {
        Route::List { kind, parent } => (of(*kind, parent.is_some()), false),
        Route::Item { kind, parent, .. } => (of(*kind, parent.is_some()), true),
        Route::Batch { .. } | Route::Fixed(_) | Route::TaxClass(_) => {
            return json!({"namespace": "wc/v3", "methods": route.methods(), "endpoints": []});
        }
    };
    let methods = route.methods();
    let mut endpoints = Vec::new();
    if id {
        let number = json!({"type": "integer", "required": false});
        let with_id = |mut arguments: Map<String, Value>| {
            arguments.shift_insert(0, "id".to_owned(), number.clone());
            shown(arguments)
        };
        let context = json!({"type": "string", "enum": ["view", "edit"], "default": "view"});
        endpoints.push(
            json!({"methods": ["GET"], "args": with_id(Map::from_iter([("context".to_owned(), context)]))}),
        );
        if methods.contains(&"PUT") {
            endpoints.push(json!({"methods": ["POST", "PUT", "PATCH"], "args": with_id(update(table))}));
        }
        let force = json!({"type": "boolean", "default": false});
        endpoints.push(
            json!({"methods": ["DELETE"], "args": with_id(Map::from_iter([("force".to_owned(), force)]))}),
        );
    } else {
        endpoints.push(json!({"methods": ["GET"], "args": shown(table.list.clone())}));
        if methods.contains(&"POST") {
            endpoints.push(json!({"methods": ["POST"], "args": shown(table.create.clone())}));
        }
    }
    let mut answer = json!({
        "namespace": "wc/v3",
        "methods": methods,
        "endpoints": endpoints,
        "schema": {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": table.title,
            "type": "object",
            "properties": table.properties,
        },
    });
    if let (false, Route::List { parent: None, .. }) = (id, route) {
        answer["_links"] = json!({"self": [{"href": url}]});
    }
    answer
}

/// Arguments as OPTIONS shows them: each says whether it is required.
fn shown(mut arguments: Map<String, Value>) -> Value {
    for argument in arguments.values_mut().filter_map(Value::as_object_mut) {
        argument.entry("required").or_insert(Value::Bool(false));
    }
    Value::Object(arguments)
}
