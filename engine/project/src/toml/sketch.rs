//! A file as far as it can be read while somebody types in it.

use super::{convert, depth};
use ::toml::de::DeTable;
use serde_json::Value;

/// The file as JSON without what could not be read; nothing for one that is nested too deep.
pub(crate) fn sketch(text: &str) -> Option<Value> {
    if depth::too_deep(text).is_some() {
        return None;
    }
    let (table, _) = DeTable::parse_recoverable(text);
    Some(convert::convert(text, table.get_ref()).0)
}
