//! The connectors of this engine, as one explicit list.

use engine_contract::Registry;

/// Every connector that this engine is built with.
#[must_use]
pub fn registry() -> Registry {
    Registry::default().with(connector_file::FileConnector).with(connector_sql::SqliteConnector)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_connector_is_found_by_its_name() {
        let registry = super::registry();
        assert_eq!(registry.names().collect::<Vec<_>>(), ["file", "sqlite"]);
    }
}
