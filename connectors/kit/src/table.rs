//! Tables in the words of PostgreSQL, which more than one connector speaks.
//!
//! Types keep every value of their kind: `numeric` without a scale, times with their moment, JSON as `jsonb`. One
//! statement makes a table whole, its key included, so that a crash leaves either all of it or nothing.

use engine_contract::{EntitySchema, Field, FieldType};

/// The longest text of a `varchar(n)`.
const LONGEST: usize = 10_485_760;

/// The statement that makes a table where there is none.
#[must_use]
pub fn create_table(schema: &str, wanted: &EntitySchema) -> String {
    let mut lines: Vec<String> = wanted.fields.iter().map(column).collect();
    if !wanted.key.is_empty() {
        let key: Vec<String> = wanted.key.iter().map(|name| quote(name)).collect();
        lines.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    format!("CREATE TABLE IF NOT EXISTS {} (\n  {}\n)", name(schema, &wanted.name), lines.join(",\n  "))
}

/// The statement that adds a column to a table.
#[must_use]
pub fn add_column(schema: &str, table: &str, field: &Field) -> String {
    format!("ALTER TABLE {} ADD COLUMN {} {}", name(schema, table), quote(&field.name), kind(field))
}

/// A table with its schema.
#[must_use]
pub fn name(schema: &str, table: &str) -> String {
    format!("{}.{}", quote(schema), quote(table))
}

fn column(field: &Field) -> String {
    let not_null = if field.required { " NOT NULL" } else { "" };
    format!("{} {}{not_null}", quote(&field.name), kind(field))
}

fn kind(field: &Field) -> String {
    match (field.kind, field.max_length) {
        (FieldType::Text, Some(most)) if (1..=LONGEST).contains(&most) => return format!("varchar({most})"),
        (FieldType::Text | FieldType::Any, _) => "text",
        (FieldType::Integer, _) => "bigint",
        (FieldType::Decimal, _) => "numeric",
        (FieldType::Boolean, _) => "boolean",
        (FieldType::Date, _) => "date",
        (FieldType::Timestamp, _) => "timestamptz",
        (FieldType::Object | FieldType::List | FieldType::Json, _) => "jsonb",
    }
    .to_owned()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_one_statement_with_its_key() {
        let field = |name: &str, kind, required| Field { required, ..Field::new(name, kind) };
        let wanted = EntitySchema {
            name: "or\"ders".to_owned(),
            fields: vec![
                field("id", FieldType::Integer, true),
                field("total", FieldType::Decimal, false),
                Field { max_length: Some(3), ..Field::new("currency", FieldType::Text) },
                field("raw", FieldType::Json, false),
            ],
            key: vec!["id".to_owned()],
            ..EntitySchema::default()
        };
        assert_eq!(
            create_table("shop", &wanted),
            "CREATE TABLE IF NOT EXISTS \"shop\".\"or\"\"ders\" (\n  \"id\" bigint NOT NULL,\n  \"total\" numeric,\n  \
             \"currency\" varchar(3),\n  \"raw\" jsonb,\n  PRIMARY KEY (\"id\")\n)"
        );
        let paid = field("paid_at", FieldType::Timestamp, false);
        assert_eq!(
            add_column("shop", "orders", &paid),
            "ALTER TABLE \"shop\".\"orders\" ADD COLUMN \"paid_at\" timestamptz"
        );
    }
}
