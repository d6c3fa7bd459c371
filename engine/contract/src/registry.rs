//! The connectors that an engine knows.

use crate::{Connector, DynConnector};
use std::{collections::BTreeMap, sync::Arc};

/// Connectors by name.
#[derive(Clone, Default)]
pub struct Registry {
    connectors: BTreeMap<String, Arc<dyn DynConnector>>,
}

impl Registry {
    /// Adds a connector; a second one of the same name replaces the first.
    #[must_use]
    pub fn with(self, connector: impl Connector) -> Self {
        self.with_erased(Arc::new(connector))
    }

    /// Adds a connector whose settings have no type of their own: one that is described by data.
    #[must_use]
    pub fn with_erased(mut self, connector: Arc<dyn DynConnector>) -> Self {
        self.connectors.insert(connector.name().to_owned(), connector);
        self
    }

    /// The connector called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn DynConnector>> {
        self.connectors.get(name)
    }

    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.connectors.keys().map(String::as_str)
    }
}
