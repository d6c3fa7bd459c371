//! Describes tables to the engine.

use super::{
    table::{Kind, Table},
    types::Shape,
};
use engine_contract::{EntitySchema, Field, Offer};

/// A table as a target object.
pub(super) fn of_table(table: &Table) -> EntitySchema {
    let fields = table.columns.iter().map(|column| {
        let mut field = Field::new(column.name.clone(), column.shape.field_type());
        field.description = column.comment.clone().unwrap_or_default();
        field.max_length = column.described.max_length();
        field.required = column.is_not_null && !column.has_default && !column.is_generated;
        field.read_only = column.is_generated;
        field.nullable = !column.is_not_null;
        field.one_of.clone_from(&column.labels);
        field.refers_to.clone_from(&column.refers_to);
        if let Shape::List(element) = &column.shape {
            field.element = Some(element.field_type());
            // The labels are those of a single value.
            field.one_of.clear();
        }
        field
    });
    let is_writable = table.kind != Kind::View;
    EntitySchema {
        name: table.name.clone(),
        description: table.comment.clone().unwrap_or_default(),
        fields: fields.collect(),
        key: table.key(),
        offer: Offer {
            is_read_only: !is_writable,
            delete: if is_writable { vec!["delete".to_owned(), "soft".to_owned()] } else { Vec::new() },
            ..Offer::default()
        },
    }
}
