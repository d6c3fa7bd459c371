//! Connectors that a project brings: the files of `connectors/NAME/`, and what is said of mistakes in them.
//!
//! What the files mean, the runtime of described connectors knows; here they are only read. Its words about the
//! shape of connector.toml are those of serde, which become the words of this engine.

use crate::{
    FileText, Place,
    diag::{
        Code, Diagnostic, code, suggest,
        words::{Refusal, header, last, list, type_of},
    },
    toml::Document,
};
use serde_json::Value;
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// The folder of connectors.
pub const CONNECTORS: &str = "connectors";
/// The file that makes a folder a connector.
pub const MANIFEST: &str = "connector.toml";

/// The files of one connector.
#[derive(Clone, Debug, Default)]
pub struct ConnectorFiles {
    /// The name of its folder.
    pub name: String,
    /// connector.toml; nothing when it is missing or no TOML.
    pub manifest: Option<Arc<Document>>,
    /// The texts by their names within the folder: connector.toml, hooks.rhai, field schemas.
    pub texts: BTreeMap<String, Arc<FileText>>,
    /// Whether everything that is there could be read.
    pub is_readable: bool,
}

impl ConnectorFiles {
    /// The folder, relative to the project.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("{CONNECTORS}/{}", self.name)
    }

    /// The texts as they are.
    #[must_use]
    pub fn plain(&self) -> BTreeMap<String, String> {
        self.texts.iter().map(|(name, text)| (name.clone(), text.text().to_owned())).collect()
    }

    /// What is wrong at some bytes of a file.
    #[must_use]
    pub fn wrong(&self, code: Code, file: &str, bytes: Range<usize>, message: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(code, message);
        match self.texts.get(file) {
            Some(text) => diagnostic.at(text.place(bytes), ""),
            None => diagnostic.at(self.place("/connector"), ""),
        }
    }

    /// What is wrong with the shape of the value at a JSON pointer of connector.toml, from the words of serde.
    #[must_use]
    pub fn misshaped(&self, pointer: &str, message: &str) -> Diagnostic {
        let name = last(pointer);
        let place = self.place(pointer);
        let error = |code, message: String| Diagnostic::error(code, message).at(place.clone(), "");
        match Refusal::of(message) {
            Refusal::UnknownKey { known } => self.unknown_key(pointer, &known),
            Refusal::UnknownValue { allowed } => {
                let given = self.value(pointer).and_then(Value::as_str).unwrap_or_default();
                let message = format!("`{name}` must be {}", list(&allowed, "or"));
                error(code::CONNECTOR_VALUE, message).meant(suggest(given, allowed), "")
            }
            Refusal::MissingKey { key } => {
                let message = format!("{} needs `{key}`", header(pointer));
                Diagnostic::error(code::CONNECTOR_MISSING, message).at(self.key_place(pointer), "")
            }
            Refusal::WrongType { wanted } => {
                let given = self.value(pointer).map_or("nothing", type_of);
                error(code::CONNECTOR_TYPE, format!("`{name}` must be {wanted}, not {given}"))
            }
            Refusal::Other => error(code::CONNECTOR_TYPE, format!("`{name}` is not what belongs here")),
        }
    }

    fn unknown_key(&self, pointer: &str, known: &[&str]) -> Diagnostic {
        let name = last(pointer);
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let place = self.key_place(pointer);
        let message = format!("unknown key `{name}` in {}", header(parent));
        let diagnostic = Diagnostic::error(code::CONNECTOR_KEY, message).at(place.clone(), "");
        match suggest(&name, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(place, near),
            None => diagnostic.help(format!("the keys here are {}", list(known, "and"))),
        }
    }

    /// The place of a value of connector.toml.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        self.manifest.as_ref().map(|manifest| manifest.place(pointer)).unwrap_or_default()
    }

    fn key_place(&self, pointer: &str) -> Place {
        self.manifest.as_ref().map(|manifest| manifest.key_place(pointer)).unwrap_or_default()
    }

    fn value(&self, pointer: &str) -> Option<&Value> {
        self.manifest.as_ref()?.get(pointer)
    }
}
