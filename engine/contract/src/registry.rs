//! The connectors that an engine knows.

use crate::{Connector, DynConnector};
use std::{collections::BTreeMap, sync::Arc};

/// Connectors by name.
#[derive(Clone, Default)]
pub struct Registry {
    connectors: BTreeMap<&'static str, Arc<dyn DynConnector>>,
}

impl Registry {
    /// Adds a connector; a second one of the same name replaces the first.
    #[must_use]
    pub fn with(mut self, connector: impl Connector) -> Self {
        let connector: Arc<dyn DynConnector> = Arc::new(connector);
        self.connectors.insert(connector.name(), connector);
        self
    }

    /// The connector called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn DynConnector>> {
        self.connectors.get(name)
    }

    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.connectors.keys().copied()
    }
}
