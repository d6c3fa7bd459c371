//! The preferences of a company. An update changes the groups it names and leaves the rest.

use serde_json::Value;

use crate::quickbooks::value::{Object, set};

/// The fields that only the service changes.
const FIXED: [&str; 5] = ["Id", "SyncToken", "MetaData", "domain", "sparse"];

/// Takes over what was given, group by group.
pub(in crate::quickbooks) fn merge_preferences(object: &mut Object, given: &Object) {
    for (group, value) in given.iter().filter(|(group, _)| !FIXED.contains(&group.as_str())) {
        match (object.get_mut(group).and_then(Value::as_object_mut), value.as_object()) {
            (Some(stored), Some(given)) => {
                for (name, value) in given {
                    set(stored, name, value.clone());
                }
            }
            _ => set(object, group, value.clone()),
        }
    }
}
