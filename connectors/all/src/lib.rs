//! The connectors of this engine, as one explicit list.

use engine_contract::Registry;
use std::sync::Arc;

/// Every connector that this engine is built with.
#[must_use]
pub fn registry() -> Registry {
    let native = Registry::default()
        .with(connector_file::FileConnector)
        .with(connector_sql::MysqlConnector)
        .with(connector_sql::PostgresConnector)
        .with(connector_sql::SqliteConnector);
    connector_rest::bundled().fold(native, |registry, described| registry.with_erased(Arc::new(described)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_connector_is_found_by_its_name() {
        let registry = super::registry();
        let names: Vec<_> = registry.names().collect();
        assert_eq!(names, ["file", "mysql", "postgres", "quickbooks", "sqlite", "supabase", "woocommerce"]);
    }
}
