//! Makes tables: one statement makes a table whole, its key included.
//!
//! `SQLite` has few types. Numbers with fractions are kept as exact text, times as the texts that they are.

use super::{
    error,
    table::{quote, quote_all},
};
use engine_contract::{EntitySchema, Field, FieldType, Result};
use rusqlite::Connection;

/// The statement that makes a table where there is none.
pub(super) fn create_table(wanted: &EntitySchema) -> String {
    let column = |field: &Field| {
        let not_null = if field.required { " NOT NULL" } else { "" };
        format!("{} {}{not_null}", quote(&field.name), kind(field))
    };
    let mut lines: Vec<String> = wanted.fields.iter().map(column).collect();
    if !wanted.key.is_empty() {
        lines.push(format!("PRIMARY KEY ({})", quote_all(&wanted.key)));
    }
    format!("CREATE TABLE IF NOT EXISTS {} (\n  {}\n)", quote(&wanted.name), lines.join(",\n  "))
}

/// The statement that adds a column to a table.
pub(super) fn add_column(table: &str, field: &Field) -> String {
    format!("ALTER TABLE {} ADD COLUMN {} {}", quote(table), quote(&field.name), kind(field))
}

fn kind(field: &Field) -> String {
    match (field.kind, field.max_length) {
        (FieldType::Text, Some(most)) => return format!("VARCHAR({most})"),
        (FieldType::Text | FieldType::Any | FieldType::Date | FieldType::Timestamp, _) => "TEXT",
        (FieldType::Integer, _) => "INTEGER",
        (FieldType::Decimal, _) => "DECIMAL_TEXT",
        (FieldType::Boolean, _) => "BOOLEAN",
        (FieldType::Object | FieldType::List | FieldType::Json, _) => "JSON",
    }
    .to_owned()
}

/// Makes a table.
pub(super) fn run(db: &Connection, wanted: &EntitySchema) -> Result<()> {
    let made = db.execute_batch(&create_table(wanted));
    made.map_err(|error| {
        error::of_database(error, "making the table").with_context("table", wanted.name.clone())
    })
}
