//! Describes tables to the engine.

use super::{
    table::{Column, Table},
    types::Kind,
};
use engine_contract::{EntitySchema, Field, FieldType, Offer};

/// A table as a target object, or a table or view as a stream.
pub(super) fn of_table(table: &Table) -> EntitySchema {
    EntitySchema {
        name: table.name.clone(),
        description: table.comment.clone(),
        fields: table.columns.iter().map(field).collect(),
        key: table.key(),
        offer: Offer { delete: vec!["delete".to_owned(), "soft".to_owned()], ..Offer::default() },
    }
}

fn field(column: &Column) -> Field {
    let mut field = Field::new(column.name.clone(), column.kind.field_type());
    field.description.clone_from(&column.comment);
    field.max_length = column.kind.max_length();
    field.required = column.is_not_null && !column.has_default && !column.is_generated;
    field.read_only = column.is_generated;
    field.nullable = !column.is_not_null;
    field.refers_to.clone_from(&column.refers_to);
    match &column.kind {
        Kind::Enum(texts) => field.one_of.clone_from(texts),
        Kind::Set(_) => field.element = Some(FieldType::Text),
        _ => {}
    }
    field
}
