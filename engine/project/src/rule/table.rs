//! Tells rules from nested objects.
//!
//! A table is a rule when it has a source and all its keys are keywords; everything else is a nested object.
//! Two kinds of tables count as rules although they are none, so that their mistake is named: those with a
//! keyword that is misspelled, and those with a keyword of other tools' rules (`find`, `var`).

use crate::{
    diag::suggest,
    model::{Open, RuleTable},
};

/// The key around an object whose members are all named like keywords.
pub(super) const ESCAPE: &str = "object";

/// Words that look like sources but are none.
pub(super) const NO_SOURCES: [&str; 3] = ["find", "var", "script_file"];
/// Words that look like keywords but are none.
const NO_KEYWORDS: [&str; 4] = ["by", "value", "when", "marker"];

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
    let looks_like_a_rule = has_source(table) && table.keys().all(|key| is_like_a_keyword(key));
    if looks_like_a_rule { Kind::Rule } else { Kind::Object }
}

/// Why a table with a source is an object all the same.
pub(super) fn why_no_rule(table: &Open) -> Option<String> {
    let foreign = table.keys().find(|key| !is_like_a_keyword(key)).filter(|_| has_source(table))?;
    Some(format!("this table is an object, because `{foreign}` is no keyword of a rule"))
}

pub(super) fn has_source(table: &Open) -> bool {
    RuleTable::SOURCES.into_iter().chain(NO_SOURCES).any(|word| table.contains_key(word))
}

fn is_like_a_keyword(key: &str) -> bool {
    let is_known = RuleTable::keywords().chain(NO_SOURCES).chain(NO_KEYWORDS).any(|word| word == key);
    // Short names are near to each other by chance.
    is_known || key.len() > 3 && suggest(key, RuleTable::keywords()).is_some()
}
