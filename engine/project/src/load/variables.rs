//! `${env:NAME}` in connections and in the state store's URL.

use crate::{
    Place, Text,
    diag::{Diagnostic, Diagnostics, code, suggest},
};
use std::collections::BTreeMap;

const OPEN: &str = "${env:";

/// The environment variables that files may name.
pub(super) struct Variables<'a> {
    /// The names in `[project] env`.
    pub(super) listed: Vec<String>,
    pub(super) environment: &'a BTreeMap<String, String>,
}

impl Variables<'_> {
    /// A text with its variables filled in; nothing when one of them was refused.
    pub(super) fn fill(&self, text: &Text, out: &mut Diagnostics) -> Option<String> {
        let mut filled = String::new();
        let mut is_good = true;
        let mut rest = text.text.as_str();
        while let Some((before, after)) = rest.split_once(OPEN) {
            filled.push_str(before);
            let start = text.text.len() - after.len() - OPEN.len();
            let Some((name, remainder)) = after.split_once('}') else {
                // Not a variable: the text ends before it is closed.
                filled.push_str(OPEN);
                rest = after;
                continue;
            };
            let end = text.text.len() - remainder.len();
            if let Some(value) = self.value(name) {
                filled.push_str(value);
            } else {
                out.push(self.refusal(name, text.place_of(start..end)));
                is_good = false;
            }
            rest = remainder;
        }
        filled.push_str(rest);
        is_good.then_some(filled)
    }

    fn is_listed(&self, name: &str) -> bool {
        self.listed.iter().any(|listed| listed == name)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.environment.get(name).filter(|_| self.is_listed(name)).map(String::as_str)
    }

    /// What is said of a variable that stands, with its `${env:` and `}`, at a place.
    fn refusal(&self, name: &str, place: Place) -> Diagnostic {
        if self.is_listed(name) {
            let message = format!("the environment variable `{name}` is not set");
            return Diagnostic::error(code::VARIABLE_NOT_SET, message)
                .at(place, "")
                .help("set it before the engine starts");
        }
        let message = format!("the environment variable `{name}` is not listed");
        let diagnostic = Diagnostic::error(code::VARIABLE_NOT_LISTED, message).at(place.clone(), "");
        match suggest(name, self.listed.iter().map(String::as_str)) {
            Some(near) => {
                diagnostic.help(format!("did you mean `{near}`?")).fix(place, format!("{OPEN}{near}}}"))
            }
            None => diagnostic.help("list it in engine.toml: `[project] env = [...]`"),
        }
    }
}
