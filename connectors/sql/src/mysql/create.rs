//! Makes tables: one statement makes a table whole, its key included.
//!
//! Texts are compared as bytes, as the engine compares them. Types keep every value of their kind: money has ten
//! digits behind the point, times have six.

use super::{
    error,
    sequel::{quote, quote_all, run_once},
};
use engine_contract::{ConnectorError, EntitySchema, ErrorKind, Field, FieldType, Result};
use sqlx::MySqlConnection;

/// The most characters of a text in a key: one of InnoDB takes 3,072 bytes, four for a character.
const KEY_CHARS: usize = 764;

/// The most characters of a text of its own row; longer ones lie beside it.
const ROW_CHARS: usize = 255;

/// The most characters that texts of the row may have together: a row takes 65,535 bytes.
const ALL_CHARS: usize = 12_000;

/// The statement that makes a table where there is none.
pub(super) fn create_table(wanted: &EntitySchema) -> String {
    let is_text = |field: &&Field| is_text(field.kind) && wanted.key.contains(&field.name);
    let key_chars = KEY_CHARS / wanted.fields.iter().filter(is_text).count().max(1);
    let mut left = ALL_CHARS;
    let mut lines = Vec::with_capacity(wanted.fields.len() + 1);
    for field in &wanted.fields {
        let kind = if wanted.key.contains(&field.name) && is_text(&field) {
            let most = field.max_length.unwrap_or(ROW_CHARS).clamp(1, key_chars.min(ROW_CHARS));
            left = left.saturating_sub(most);
            format!("VARCHAR({most})")
        } else {
            kind(field, &mut left)
        };
        let not_null = if field.required { " NOT NULL" } else { "" };
        lines.push(format!("{} {kind}{not_null}", quote(&field.name)));
    }
    if !wanted.key.is_empty() {
        lines.push(format!("PRIMARY KEY ({})", quote_all(wanted.key.iter().map(String::as_str))));
    }
    format!(
        "CREATE TABLE IF NOT EXISTS {} (\n  {}\n) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin \
         ROW_FORMAT = DYNAMIC",
        quote(&wanted.name),
        lines.join(",\n  ")
    )
}

/// The statement that adds a column to a table.
pub(super) fn add_column(table: &str, field: &Field) -> String {
    let kind = kind(field, &mut ROW_CHARS.clone());
    format!("ALTER TABLE {} ADD COLUMN {} {kind}", quote(table), quote(&field.name))
}

fn is_text(kind: FieldType) -> bool {
    matches!(kind, FieldType::Text | FieldType::Any)
}

fn kind(field: &Field, left: &mut usize) -> String {
    match (field.kind, field.max_length) {
        (FieldType::Text, Some(most)) if (1..=ROW_CHARS.min(*left)).contains(&most) => {
            *left -= most;
            return format!("VARCHAR({most})");
        }
        (FieldType::Text | FieldType::Any, _) => "MEDIUMTEXT",
        (FieldType::Integer, _) => "BIGINT",
        (FieldType::Decimal, _) => "DECIMAL(38,10)",
        (FieldType::Boolean, _) => "BOOLEAN",
        (FieldType::Date, _) => "DATE",
        (FieldType::Timestamp, _) => "DATETIME(6)",
        (FieldType::Object | FieldType::List | FieldType::Json, _) => "JSON",
    }
    .to_owned()
}

/// Makes a table.
pub(super) async fn run(db: &mut MySqlConnection, wanted: &EntitySchema) -> Result<()> {
    let sql = create_table(wanted);
    run_once(db, sql, []).await.map(drop).map_err(|error| {
        let error = error::of_database(&error, "making the table");
        let error = if error.kind() == ErrorKind::Forbidden {
            let message = "the user may not make tables: have an administrator run the statement";
            ConnectorError::new(ErrorKind::Forbidden, message).with_source(error)
        } else {
            error
        };
        error.with_context("table", wanted.name.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_text_fit_an_index_and_rows_their_page() {
        let text = |name: &str, max_length| Field { max_length, ..Field::new(name, FieldType::Text) };
        let mut wanted = EntitySchema {
            name: "t".to_owned(),
            fields: (0..4).map(|index| text(&format!("k{index}"), None)).collect(),
            key: (0..4).map(|index| format!("k{index}")).collect(),
            ..EntitySchema::default()
        };
        wanted.fields.extend((0..60).map(|index| text(&format!("c{index}"), Some(255))));
        let sql = create_table(&wanted);
        assert_eq!(sql.matches("VARCHAR(191)").count(), 4, "{sql}");
        assert!(sql.contains("VARCHAR(255)") && sql.contains("`c59` MEDIUMTEXT"), "{sql}");
        assert_eq!(
            add_column("t", &Field::new("paid`at", FieldType::Timestamp)),
            "ALTER TABLE `t` ADD COLUMN `paid``at` DATETIME(6)"
        );
    }
}
