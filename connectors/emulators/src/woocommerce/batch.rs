//! Batches: one after the other, each with its own outcome, and without the checks of the single routes.

use super::{
    change,
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    value::{elements, id},
    view::{Shown, view},
};
use serde_json::{Map, Value, json};

/// The most changes of a batch, over all its lists.
const MOST: usize = 100;

/// Makes the changes of a batch: all that create, then all that update, then all that delete.
///
/// # Errors
/// Only when there are too many; nothing is done then.
pub(super) fn batch(shop: &mut Shop<'_>, kind: Kind, parent: Option<u64>, sent: &Value) -> Changed<Value> {
    let names = ["create", "update", "delete"];
    if names.iter().map(|name| elements(&sent[*name]).len()).sum::<usize>() > MOST {
        let message = format!("Unable to accept more than {MOST} items for this request.");
        return Err(Refusal::new(413, "woocommerce_rest_request_entity_too_large", message));
    }
    let mut out = Map::new();
    for name in names {
        let items = elements(&sent[name]);
        if items.is_empty() {
            continue;
        }
        let outcomes = items.iter().map(|item| one(shop, name, kind, parent, item)).collect();
        out.insert(name.to_owned(), Value::Array(outcomes));
    }
    // PHP writes an empty map as a list.
    Ok(if out.is_empty() { json!([]) } else { Value::Object(out) })
}

fn one(shop: &mut Shop<'_>, name: &str, kind: Kind, parent: Option<u64>, item: &Value) -> Value {
    let (changed, given) = match name {
        "create" => (change::create(shop, kind, parent, item), json!(0)),
        "update" => (change::update(shop, kind, (parent, id(&item["id"])), item), item["id"].clone()),
        // A batch has no bin.
        _ => {
            return change::delete(shop, kind, (parent, id(item)), true)
                .unwrap_or_else(|no| no.in_batch(item));
        }
    };
    match changed {
        Ok(record) => {
            let style = Shown::changed(true);
            view(shop.store, shop.settings, kind, &record, &style)
        }
        Err(refusal) => refusal.in_batch(&given),
    }
}
