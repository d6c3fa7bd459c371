//! The secrets that settings name.

use serde_json::Value;
use std::collections::BTreeSet;

/// The names of the secrets that settings use: `{ secret = "name" }`.
pub(crate) fn secret_names(settings: &Value) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    collect(settings, &mut names);
    names
}

fn collect<'a>(settings: &'a Value, out: &mut BTreeSet<&'a str>) {
    match settings {
        Value::Object(members) => {
            if let (Some(Value::String(name)), 1) = (members.get("secret"), members.len()) {
                out.insert(name);
            }
            members.values().for_each(|value| collect(value, out));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, out)),
        _ => {}
    }
}
