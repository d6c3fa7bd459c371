//! Required fields that nobody maps.
//!
//! **What it finds.** A field that the target requires on a create and that an entity's map, with the
//! route's laid over it, does not have. So too the required fields of an inner object, and of the elements of
//! a list, once anything of them is mapped.
//!
//! **Why it matters.** The target would refuse every create.
//!
//! **Fails:** a map without `id` for a table whose `id` is `NOT NULL` and has no default.
//!
//! **Passes:** `id = "$.id"`.

use super::types::{Level, Mapped};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    rule::{Members, Node},
};

/// `filled` is the field that the engine fills itself.
pub(super) fn check(mapped: &Mapped<'_>, filled: Option<&str>, out: &mut Diagnostics) {
    for level in mapped.levels.iter().filter(|level| level.holder.is_whole()) {
        one(level, filled, out);
    }
}

fn one(level: &Level<'_>, filled: Option<&str>, out: &mut Diagnostics) {
    let filled = filled.filter(|_| level.holder.within.is_empty());
    let required = level.holder.fields().filter(|field| field.required && !field.read_only);
    let required = required.filter(|field| Some(field.name.as_str()) != filled);
    for field in required.filter(|field| !maps(level.members, &field.name)) {
        let message =
            format!("{} requires `{}`, and the map does not fill it", level.holder.label(), field.name);
        let missing = Diagnostic::error(code::FIELD_MISSING, message).at(level.place.clone(), "");
        out.push(missing.help(format!("add `{} = \"$...\"` to the map", field.name)));
    }
}

/// Whether a map fills a field, by its own name or by its dotted path.
pub(super) fn maps(map: &Members, field: &str) -> bool {
    if map.contains_key(field) {
        return true;
    }
    let Some((first, rest)) = field.split_once('.') else { return false };
    match map.get(first).map(|member| &member.node) {
        Some(Node::Object(object)) => maps(object, rest),
        _ => false,
    }
}
