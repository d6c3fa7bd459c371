//! A connection.

use crate::{Place, model::Open, toml::Document};
use std::sync::Arc;

/// `[connection.NAME]`, environment variables filled in.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its name.
    pub name: String,
    /// The name of its connector.
    pub connector: String,
    /// What its emulator is told, where that replaces the service.
    pub emulate: Option<Open>,
    /// Whether real business depends on it, so that people are asked before many writes.
    pub production: bool,
    /// The connector's settings.
    pub settings: Open,
    /// The connection in its file, as a JSON pointer.
    pub pointer: String,
    /// Its file, with the environment's laid over it.
    pub document: Arc<Document>,
}

impl Connection {
    /// The place of a setting, by its JSON pointer within the settings; `""` is the connection's name.
    #[must_use]
    pub fn place(&self, setting: &str) -> Place {
        self.document.place(&format!("{}{setting}", self.pointer))
    }

    /// The place of a setting's name, by its JSON pointer within the settings.
    #[must_use]
    pub fn key_place(&self, setting: &str) -> Place {
        self.document.key_place(&format!("{}{setting}", self.pointer))
    }
}
