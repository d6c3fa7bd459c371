//! Tells rules from nested objects.
//!
//! A table is a rule when it has a source and all its keys are keywords; everything else is a nested object.
//! Tables with a keyword that is misspelled count as rules too, so that their mistake is named.

use crate::model::{Open, RuleTable};

/// The key around an object whose members are all named like keywords.
pub(super) const ESCAPE: &str = "object";

/// What a table in a mapping is.
pub(super) enum Kind<'a> {
    Rule,
    Object,
    /// The object inside `{ object = { ... } }`.
    Escaped(&'a Open),
}

pub(super) fn kind(table: &Open) -> Kind<'_> {
    if let (1, Some(members)) = (table.len(), table.get(ESCAPE).and_then(|value| value.as_object())) {
        return Kind::Escaped(members);
    }
    if is_rule(table) { Kind::Rule } else { Kind::Object }
}

/// Whether a table is a rule, or was meant to be one.
pub(crate) fn is_rule(table: &Open) -> bool {
    has_source(table) && table.keys().all(|key| is_like_a_keyword(key))
}

/// Why a table with a source is an object all the same.
pub(super) fn why_no_rule(table: &Open) -> Option<String> {
    let foreign = table.keys().find(|key| !is_like_a_keyword(key)).filter(|_| has_source(table))?;
    Some(format!("this table is an object, because `{foreign}` is no keyword of a rule"))
}

pub(super) fn has_source(table: &Open) -> bool {
    RuleTable::SOURCES.into_iter().any(|word| table.contains_key(word))
}

pub(super) fn is_keyword(key: &str) -> bool {
    RuleTable::keywords().any(|word| word == key)
}

fn is_like_a_keyword(key: &str) -> bool {
    // Short names are near to each other by chance.
    let most = if key.len() < 6 { 1 } else { 2 };
    let is_near = |word| strsim::damerau_levenshtein(key, word) <= most;
    is_keyword(key) || key.len() > 3 && RuleTable::keywords().any(is_near)
}
