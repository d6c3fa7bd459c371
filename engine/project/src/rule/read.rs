//! Reads one rule that is written as a table.

use super::{HOLD_FOR, Reference, Rule, Source, TransformCall, parse::Reader, table};
use crate::{
    Place,
    diag::{Diagnostic, code, suggest, words::list},
    load::decode::decode,
    model::{Open, RuleTable, Table},
    toml::child,
};
use serde_json::Value as Json;
use std::time::Duration;

impl Reader<'_> {
    /// A table that is a rule. Where its source was refused it has none, so that the rest of it is judged.
    pub(super) fn rule_table(&mut self, pointer: &str, table: &Open) -> Rule {
        let known = self.without_unknown_keywords(pointer, table);
        let sources: Vec<_> =
            RuleTable::SOURCES.into_iter().filter(|word| known.contains_key(*word)).collect();
        if sources.len() > 1 {
            let message = format!("a rule has one source, not {}", list(&sources, "and"));
            let place = self.document.place(pointer);
            let help = "several rules in a list are tried in order: the first that yields a value wins";
            self.out.push(Diagnostic::error(code::SEVERAL_SOURCES, message).at(place, "").help(help));
        } else if !sources.is_empty() {
            self.check_reference_keywords(pointer, &known);
        }
        let decoded = decode::<Table<RuleTable>>(self.document, pointer, Json::Object(known), self.out);
        let Table(rule) = decoded.table;
        let source = match sources.as_slice() {
            [word] => self.source(pointer, word, &rule),
            _ => None,
        };
        let transform = self.transforms(&child(pointer, "transform"), &rule.transform);
        Rule {
            transform,
            lookup: rule.lookup,
            default: rule.default,
            required: rule.required,
            on: rule.on,
            ..self.plain(pointer, source.unwrap_or(Source::Path(Vec::new())))
        }
    }

    fn without_unknown_keywords(&mut self, pointer: &str, table: &Open) -> Open {
        let known: Open = table
            .iter()
            .filter(|(key, _)| RuleTable::keywords().any(|word| word == *key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        // What stands beside a source that does not exist belongs to it: naming the source says it all.
        let has_source = RuleTable::SOURCES.into_iter().any(|word| known.contains_key(word));
        for key in table.keys().filter(|key| !known.contains_key(*key)) {
            if has_source || table::NO_SOURCES.contains(&key.as_str()) {
                let place = self.document.key_place(&child(pointer, key));
                self.out.push(unknown_keyword(key, place));
            }
        }
        known
    }

    fn check_reference_keywords(&mut self, pointer: &str, table: &Open) {
        if table.contains_key("ref") {
            return;
        }
        for word in RuleTable::OF_REFERENCES.into_iter().filter(|word| table.contains_key(*word)) {
            let place = self.document.key_place(&child(pointer, word));
            let message = format!("`{word}` works only beside `ref`");
            self.out.push(Diagnostic::error(code::WITHOUT_REF, message).at(place, ""));
        }
    }

    /// The source that a rule names; nothing when its value was refused, which has been reported.
    fn source(&mut self, pointer: &str, word: &str, rule: &RuleTable) -> Option<Source> {
        match word {
            "path" => self.paths(&child(pointer, "path"), &rule.path),
            "const" => rule.constant.clone().map(Source::Const),
            "script" => {
                rule.script.as_ref()?;
                self.document.text_at(&child(pointer, "script")).map(Source::Script)
            }
            _ => self.reference(pointer, rule),
        }
    }

    fn paths(&mut self, pointer: &str, value: &Json) -> Option<Source> {
        let paths = match value {
            Json::String(_) => vec![self.path(pointer)?],
            Json::Array(items) if items.iter().all(Json::is_string) && !items.is_empty() => {
                let pointers = (0..items.len()).map(|index| child(pointer, index));
                pointers.filter_map(|pointer| self.path(&pointer)).collect()
            }
            other => {
                self.wrong_type(pointer, "path", "a path or a list of paths", other);
                return None;
            }
        };
        (!paths.is_empty()).then_some(Source::Path(paths))
    }

    fn reference(&mut self, pointer: &str, rule: &RuleTable) -> Option<Source> {
        let name = rule.reference.as_ref()?;
        let (entity, route) = match name.split_once('.') {
            Some((entity, route)) => (entity, Some(route.to_owned())),
            None => (name.as_str(), None),
        };
        let key_pointer = child(pointer, "key");
        if self.document.get(&key_pointer).is_none() {
            let message = format!("the reference to `{name}` needs `key`");
            let place = self.document.place(&child(pointer, "ref"));
            let missing = Diagnostic::error(code::MISSING_KEY, message).at(place, "");
            self.out.push(missing.help("for example `key = \"$.customer_id\"`"));
        }
        Some(Source::Ref(Reference {
            entity: entity.to_owned(),
            route,
            place: self.document.place(&child(pointer, "ref")),
            key: self.key(&key_pointer, &rule.key),
            if_missing: rule.if_missing.unwrap_or_default(),
            hold_for: self.hold_for(&child(pointer, "hold_for"), rule.hold_for.as_deref()),
        }))
    }

    fn hold_for(&mut self, pointer: &str, text: Option<&str>) -> Duration {
        let Some(text) = text else { return HOLD_FOR };
        duration(text).unwrap_or_else(|| {
            let message = "`hold_for` must be a whole number and a unit: `s`, `m`, `h` or `d`";
            let place = self.document.place(pointer);
            let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, message).at(place, "");
            self.out.push(diagnostic.help("for example `hold_for = \"24h\"`"));
            HOLD_FOR
        })
    }

    fn transforms(&mut self, pointer: &str, items: &[Json]) -> Vec<TransformCall> {
        let mut calls = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let place = self.document.place(&child(pointer, index));
            match call(item) {
                Some((name, args)) => calls.push(TransformCall { name, args, place }),
                None if item.is_null() => {}
                None => {
                    let message = "a transform is a name, or a table with the name as its only key";
                    let diagnostic = Diagnostic::error(code::TRANSFORM_SHAPE, message).at(place, "");
                    self.out.push(diagnostic.help("for example `transform = [\"trim\", { fit = 100 }]`"));
                }
            }
        }
        calls
    }
}

fn unknown_keyword(key: &str, place: Place) -> Diagnostic {
    let message = format!("`{key}` is not a keyword of a rule");
    let diagnostic = Diagnostic::error(code::UNKNOWN_KEYWORD, message).at(place.clone(), "");
    if let Some(near) = suggest(key, RuleTable::keywords()) {
        return diagnostic.help(format!("did you mean `{near}`?")).fix(place, near);
    }
    let keywords: Vec<_> = RuleTable::keywords().collect();
    diagnostic.help(format!(
        "the keywords are {}; an object with a field of this name is written {{ object = {{ ... }} }}",
        list(&keywords, "and")
    ))
}

fn call(item: &Json) -> Option<(String, Json)> {
    match item {
        Json::String(name) => Some((name.clone(), Json::Null)),
        Json::Object(table) if table.len() == 1 => {
            table.iter().next().map(|(name, args)| (name.clone(), args.clone()))
        }
        _ => None,
    }
}

/// A time such as `90s`, `15m`, `24h`, `7d`; nothing beyond what fits.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}
