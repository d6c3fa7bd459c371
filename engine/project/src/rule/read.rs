//! Reads one rule that is written as a table.

use super::{
    Find, HOLD_FOR, IfMissing, Reference, Rule, Source, TransformCall, Variable, parse::Reader, table,
};
use crate::{
    Place, Text,
    diag::{Code, Diagnostic, code, suggest, words::list},
    load::{
        beside,
        decode::{decode, missing_key},
        duration,
    },
    model::{RuleTable, Table, WhenRefTable},
    toml::child,
};
use serde_json::Value as Json;
use std::borrow::Cow;

impl Reader<'_, '_> {
    /// A table that is a rule. Where its source was refused it has none, so that the rest of it is judged.
    pub(super) fn rule_table(&mut self, pointer: &str, value: &Json) -> Rule {
        let known = self.without_unknown_keywords(pointer, value);
        let sources: Vec<_> =
            RuleTable::SOURCES.into_iter().filter(|word| known.get(word).is_some()).collect();
        if sources.len() > 1 {
            let message = format!("a rule has one source, not {}", list(&sources, "and"));
            let place = self.document.place(pointer);
            let help = "several rules in a list are tried in order: the first that yields a value wins";
            self.out.push(Diagnostic::error(code::SEVERAL_SOURCES, message).at(place, "").help(help));
        } else if !sources.is_empty() {
            let finds = ("find", code::WITHOUT_FIND, RuleTable::OF_FINDS.as_slice());
            let references = ("ref", code::WITHOUT_REF, RuleTable::OF_REFERENCES.as_slice());
            for (source, code, words) in [finds, references] {
                self.check_companions(pointer, &known, source, (code, words));
            }
        }
        let decoded = decode::<Table<RuleTable>>(self.document, pointer, &known, self.out);
        let Table(rule) = decoded.table;
        let source = match sources.as_slice() {
            [word] => self.source(pointer, word, &rule),
            _ => None,
        };
        let transform = self.transforms(&child(pointer, "transform"), &rule.transform);
        Rule {
            transform,
            when: rule.when.as_ref().and_then(|_| self.document.text_at(&child(pointer, "when"))),
            lookup: rule.lookup,
            default: rule.default,
            required: rule.required,
            on: rule.on,
            marker: rule.marker,
            ..self.plain(pointer, source.unwrap_or(Source::Path(Vec::new())))
        }
    }

    fn without_unknown_keywords<'v>(&mut self, pointer: &str, value: &'v Json) -> Cow<'v, Json> {
        let Json::Object(table) = value else { return Cow::Borrowed(value) };
        if table.keys().all(|key| table::is_keyword(key)) {
            return Cow::Borrowed(value);
        }
        let mut known = table.clone();
        known.retain(|key, _| table::is_keyword(key));
        for key in table.keys().filter(|key| !table::is_keyword(key)) {
            let place = self.document.key_place(&child(pointer, key));
            self.out.push(unknown_keyword(key, place));
        }
        Cow::Owned(Json::Object(known))
    }

    /// Checks that `words` stand beside their source only.
    fn check_companions(
        &mut self,
        pointer: &str,
        table: &Json,
        source: &str,
        (code, words): (Code, &[&str]),
    ) {
        if table.get(source).is_some() {
            return;
        }
        for word in words.iter().filter(|word| table.get(word).is_some()) {
            let place = self.document.key_place(&child(pointer, word));
            let message = format!("`{word}` works only beside `{source}`");
            self.out.push(Diagnostic::error(code, message).at(place, ""));
        }
    }

    /// The source that a rule names; nothing when its value was refused, which has been reported.
    fn source(&mut self, pointer: &str, word: &str, rule: &RuleTable) -> Option<Source> {
        let at = child(pointer, word);
        match word {
            "path" => self.paths(&at, &rule.path),
            "const" => rule.constant.clone().map(Source::Const),
            "find" => self.find(pointer, rule),
            "var" => {
                let name = rule.var.clone()?;
                Some(Source::Var(Variable { name, place: self.document.place(&at) }))
            }
            "script" => {
                rule.script.as_ref()?;
                self.document.text_at(&at).map(Source::Script)
            }
            "script_file" => {
                let name = rule.script_file.as_ref()?;
                let file = beside::read(self.document, &at, name, self.shelf, self.out)?;
                Some(Source::Script(Text::whole(&file)))
            }
            _ => self.rule_reference(pointer, rule).map(Source::Ref),
        }
    }

    fn find(&mut self, pointer: &str, rule: &RuleTable) -> Option<Source> {
        let object = rule.find.clone()?;
        let place = self.document.place(&child(pointer, "find"));
        for (key, example) in [("by", "by = \"Name\""), ("value", "value = \"$.name\"")] {
            if self.document.get(&child(pointer, key)).is_none() {
                let message = format!("the search for `{object}` needs `{key}`");
                let missing = Diagnostic::error(code::MISSING_KEY, message).at(place.clone(), "");
                self.out.push(missing.help(format!("for example `{example}`")));
            }
        }
        let value =
            self.one_or_several(&child(pointer, "value"), &rule.value, "an empty list yields no value");
        let by_place = self.document.place(&child(pointer, "by"));
        Some(Source::Find(Find { object, by: rule.by.clone()?, value, place, by_place }))
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

    fn rule_reference(&mut self, pointer: &str, rule: &RuleTable) -> Option<Reference> {
        let reference = self.reference(pointer, rule.reference.as_ref()?, &rule.key);
        let if_missing = rule.if_missing.unwrap_or_default();
        let at = child(pointer, "hold_for");
        let hold_for = rule
            .hold_for
            .as_deref()
            .map_or(Some(HOLD_FOR), |text| duration::read(self.document, &at, text, self.out));
        Some(Reference { if_missing, hold_for: hold_for.unwrap_or(HOLD_FOR), ..reference })
    }

    /// `when_ref`; nothing when it names nothing, which has been reported.
    pub(crate) fn when_ref(&mut self, pointer: &str, table: &WhenRefTable) -> Option<Reference> {
        if let Some(name) = &table.reference {
            return Some(self.reference(pointer, name, &table.key));
        }
        if self.document.get(&child(pointer, "ref")).is_none() {
            let missing = missing_key(self.document, pointer, "ref", "\"order.paid\"");
            self.out.push(missing);
        }
        None
    }

    fn reference(&mut self, pointer: &str, name: &str, key: &Json) -> Reference {
        let (entity, route) = match name.split_once('.') {
            Some((entity, route)) => (entity, Some(route.to_owned())),
            None => (name, None),
        };
        let key_pointer = child(pointer, "key");
        if self.document.get(&key_pointer).is_none() {
            let message = format!("the reference to `{name}` needs `key`");
            let place = self.document.place(&child(pointer, "ref"));
            let missing = Diagnostic::error(code::MISSING_KEY, message).at(place, "");
            self.out.push(missing.help("for example `key = \"$.customer_id\"`"));
        }
        Reference {
            entity: entity.to_owned(),
            route,
            place: self.document.place(&child(pointer, "ref")),
            key: self.key(&key_pointer, key),
            if_missing: IfMissing::default(),
            hold_for: HOLD_FOR,
        }
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
