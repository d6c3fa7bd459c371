//! Builds the tree from the raw `map`.

use super::{Block, Member, Members, Node, Rule, Source, table};
use crate::{
    Text,
    diag::{Diagnostic, Diagnostics, code, words::type_of},
    load::{
        Shelf,
        decode::{missing_key, unknown_key},
    },
    model::Open,
    toml::{Document, child},
};
use engine_contract::Value;
use serde_json::Value as Json;

/// Reads mappings of one document.
pub(crate) struct Reader<'a, 'f> {
    pub(crate) document: &'a Document,
    pub(crate) shelf: &'a mut Shelf<'f>,
    pub(crate) out: &'a mut Diagnostics,
}

impl Reader<'_, '_> {
    /// The fields of a `map`, whose own names are never keywords.
    pub(crate) fn members(&mut self, pointer: &str, map: &Open) -> Members {
        self.fields(pointer, map, None)
    }

    /// The fields of an object. `reason` says why it is no rule, where it looks like one.
    fn fields(&mut self, pointer: &str, map: &Open, reason: Option<&str>) -> Members {
        let mut fields = Members::new();
        for (name, value) in map {
            let pointer = child(pointer, name);
            let node = match (reason, value) {
                (Some(_), Json::String(_)) => {
                    let path = self.path_or(&pointer, reason);
                    Node::Rules(
                        path.map(|path| self.plain(&pointer, Source::Path(vec![path]))).into_iter().collect(),
                    )
                }
                _ => self.node(&pointer, value),
            };
            fields.insert(name.clone(), Member { place: self.document.key_place(&pointer), node });
        }
        fields
    }

    fn node(&mut self, pointer: &str, value: &Json) -> Node {
        match value {
            Json::Object(members) => match table::kind(members) {
                table::Kind::Rule => Node::Rules(self.rule(pointer, value).into_iter().collect()),
                table::Kind::Object => {
                    let note = table::why_no_rule(members);
                    Node::Object(self.fields(pointer, members, note.as_deref()))
                }
                table::Kind::Escaped(inner) => {
                    Node::Object(self.members(&child(pointer, table::ESCAPE), inner))
                }
            },
            Json::Array(items) if items.iter().any(is_block) => Node::Blocks(self.blocks(pointer, items)),
            Json::Array(items) => {
                if items.is_empty() {
                    self.refuse_value(pointer, "an empty list yields no value");
                }
                Node::Rules(self.rules(pointer, items))
            }
            _ => Node::Rules(self.rule(pointer, value).into_iter().collect()),
        }
    }

    /// The rules of a list: in `map` the first with a value wins, in `key` they are the parts.
    fn rules(&mut self, pointer: &str, items: &[Json]) -> Vec<Rule> {
        let numbered = items.iter().enumerate();
        numbered.filter_map(|(index, item)| self.rule(&child(pointer, index), item)).collect()
    }

    /// The parts of a key: one rule or a list of them.
    pub(crate) fn key(&mut self, pointer: &str, value: &Json) -> Vec<Rule> {
        self.one_or_several(pointer, value, "a key has at least one part")
    }

    /// One rule or a list of them; `empty` is said of an empty list.
    pub(crate) fn one_or_several(&mut self, pointer: &str, value: &Json, empty: &str) -> Vec<Rule> {
        match value {
            Json::Null => Vec::new(),
            Json::Array(items) if items.is_empty() => {
                self.refuse_value(pointer, empty);
                Vec::new()
            }
            Json::Array(items) => self.rules(pointer, items),
            _ => self.rule(pointer, value).into_iter().collect(),
        }
    }

    pub(crate) fn rule(&mut self, pointer: &str, value: &Json) -> Option<Rule> {
        let source = match value {
            // The number without an exact value, which has been reported.
            Json::Null => return None,
            Json::String(_) => Source::Path(vec![self.path(pointer)?]),
            Json::Bool(_) | Json::Number(_) => Source::Const(Value::from(value.clone())),
            Json::Object(members) if matches!(table::kind(members), table::Kind::Rule) => {
                return Some(self.rule_table(pointer, value));
            }
            Json::Object(_) => {
                self.refuse_value(pointer, "a list holds rules, or blocks with a `map`");
                return None;
            }
            Json::Array(_) => {
                self.refuse_value(pointer, "a list of lists is no rule");
                return None;
            }
        };
        Some(self.plain(pointer, source))
    }

    /// A rule that does nothing to its value.
    pub(super) fn plain(&self, pointer: &str, source: Source) -> Rule {
        Rule {
            source,
            transform: Vec::new(),
            lookup: None,
            default: None,
            required: false,
            on: None,
            when: None,
            marker: false,
            place: self.document.place(pointer),
            pointer: pointer.to_owned(),
        }
    }

    /// A text that must be a path.
    pub(crate) fn path(&mut self, pointer: &str) -> Option<Text> {
        self.path_or(pointer, None)
    }

    fn path_or(&mut self, pointer: &str, note: Option<&str>) -> Option<Text> {
        let text = self.document.text_at(pointer)?;
        if text.text.starts_with(['$', '@']) {
            return Some(text);
        }
        self.out.push(not_a_path(&text, note));
        None
    }

    fn blocks(&mut self, pointer: &str, items: &[Json]) -> Vec<Block> {
        let numbered = items.iter().enumerate();
        numbered.filter_map(|(index, item)| self.block(child(pointer, index), item)).collect()
    }

    fn block(&mut self, pointer: String, item: &Json) -> Option<Block> {
        let Json::Object(table) = item else {
            self.refuse_value(&pointer, "a list with blocks holds nothing but blocks");
            return None;
        };
        for name in table.keys().filter(|name| !BLOCK.contains(&name.as_str())) {
            self.out.push(unknown_key(self.document, &child(&pointer, name), &BLOCK));
        }
        let each = table.get("each").and_then(|value| self.block_text(&pointer, "each", value));
        let when = table.get("when").and_then(|value| self.block_text(&pointer, "when", value));
        let map = match table.get("map") {
            Some(Json::Object(map)) => self.members(&child(&pointer, "map"), map),
            Some(other) => {
                self.wrong_type(&child(&pointer, "map"), "map", "a table", other);
                Members::new()
            }
            None => {
                self.out.push(missing_key(self.document, &pointer, "map", "{ Amount = \"@.total\" }"));
                Members::new()
            }
        };
        let has_each = table.contains_key("each");
        Some(Block { each, has_each, when, map, place: self.document.key_place(&pointer), pointer })
    }

    fn block_text(&mut self, block: &str, name: &str, value: &Json) -> Option<Text> {
        let pointer = child(block, name);
        if !value.is_string() {
            self.wrong_type(&pointer, name, "a text", value);
            return None;
        }
        if name == "each" { self.path(&pointer) } else { self.document.text_at(&pointer) }
    }

    /// Checks that every `{ var = ... }` inside a value that is kept as it is names a variable.
    pub(crate) fn check_variables(&mut self, pointer: &str, value: &Json) {
        match value {
            Json::Object(members) => {
                for (name, member) in members {
                    let pointer = child(pointer, name);
                    if members.len() == 1 && name == "var" && !member.is_string() {
                        self.wrong_type(&pointer, name, "the name of a variable", member);
                    } else {
                        self.check_variables(&pointer, member);
                    }
                }
            }
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.check_variables(&child(pointer, index), item);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn wrong_type(&mut self, pointer: &str, name: &str, wanted: &str, value: &Json) {
        // What has no exact value has been reported.
        if !value.is_null() {
            let message = format!("`{name}` must be {wanted}, not {}", type_of(value));
            self.out.push(Diagnostic::error(code::WRONG_TYPE, message).at(self.document.place(pointer), ""));
        }
    }

    fn refuse_value(&mut self, pointer: &str, message: &str) {
        let place = self.document.place(pointer);
        let help =
            "a rule is a path, a number, a boolean, or a table such as { path = \"$.total\", default = 0 }";
        self.out.push(Diagnostic::error(code::NOT_A_RULE, message).at(place, "").help(help));
    }
}

/// The keys of a block.
const BLOCK: [&str; 3] = ["each", "when", "map"];

fn is_block(item: &Json) -> bool {
    item.as_object().is_some_and(|members| {
        members.contains_key("map") || members.contains_key("each") && !table::has_source(members)
    })
}

/// `note` says why the text stands in an object, where a rule may have been meant.
fn not_a_path(text: &Text, note: Option<&str>) -> Diagnostic {
    let literal = format!("{{ const = {} }}", Json::from(text.text.as_str()));
    let looks_like_a_path = text.text.chars().all(|c| c.is_alphanumeric() || "_.[]*".contains(c))
        && text.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let help = if let Some(note) = note {
        format!("{note}: take it out, or write {literal} for the text itself")
    } else if looks_like_a_path {
        format!("write \"$.{}\" for the source field, or {literal} for the text itself", text.text)
    } else {
        format!("write {literal} for the text itself")
    };
    Diagnostic::error(code::NOT_A_PATH, format!("`{}` is not a JSONPath", text.text))
        .at(text.place.clone(), "a text here is a JSONPath and starts with `$` or `@`")
        .help(help)
}
