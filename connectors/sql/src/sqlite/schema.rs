//! Describes tables to the engine.

use super::{
    table::Table,
    types::{field_type, max_length},
};
use engine_contract::{EntitySchema, Field, Offer};

/// A table as a target object.
pub(super) fn of_table(table: &Table) -> EntitySchema {
    let fields = table.columns.iter().map(|column| {
        let mut field = Field::new(column.name.clone(), field_type(&column.declared, table.is_strict));
        field.max_length = max_length(&column.declared);
        field.required = column.is_not_null && !column.has_default && !table.is_rowid(column);
        field.read_only = column.is_generated;
        field.nullable = !column.is_not_null;
        field
    });
    EntitySchema {
        name: table.name.clone(),
        fields: fields.collect(),
        key: table.key(),
        offer: Offer { delete: vec!["delete".to_owned(), "soft".to_owned()], ..Offer::default() },
        ..EntitySchema::default()
    }
}
