//! From values to what `SQLite` stores: exactly that value, or a refusal. No number passes through binary
//! floating point, neither here nor inside `SQLite`.

use super::{
    table::Column,
    types::{Affinity, is_decimal_text},
};
use engine_contract::{ConnectorError, ErrorKind, Result, Value, parse_number};
use rusqlite::types::Value as Sql;

const REMEDY: &str =
    "would turn it into a binary fraction: declare the column TEXT, or use whole minor units";

/// The stored form of `value` in `column`.
pub(super) fn bind(value: &Value, column: &Column) -> Result<Sql> {
    match value {
        Value::Null => Ok(Sql::Null),
        Value::Bool(flag) => integer(i64::from(*flag), column),
        Value::Int(number) => integer(*number, column),
        Value::Decimal(number) => decimal(&number.to_string(), column),
        Value::Number(text) => decimal(text, column),
        Value::Text(text) => self::text(text, column),
        Value::List(_) | Value::Map(_) => match column.affinity {
            Affinity::Integer | Affinity::Real => {
                Err(refused(column, value.type_name(), "takes numbers only"))
            }
            Affinity::Text if is_decimal_text(&column.declared) => {
                Err(refused(column, value.type_name(), "takes numbers only"))
            }
            Affinity::Text | Affinity::Blob | Affinity::Numeric => Ok(Sql::Text(value.to_json())),
        },
    }
}

/// `SQLite` would make a text of it in a text column: doing so here keeps what is bound equal to what is stored.
fn integer(number: i64, column: &Column) -> Result<Sql> {
    /// Whole numbers up to 2^53 are exact in a binary fraction of 64 bits.
    const EXACT: u64 = 1 << 53;
    match column.affinity {
        Affinity::Text => Ok(Sql::Text(number.to_string())),
        Affinity::Real if number.unsigned_abs() > EXACT => Err(refused(column, "a number", REMEDY)),
        Affinity::Integer | Affinity::Blob | Affinity::Real | Affinity::Numeric => Ok(Sql::Integer(number)),
    }
}

fn decimal(text: &str, column: &Column) -> Result<Sql> {
    match column.affinity {
        Affinity::Text | Affinity::Blob => Ok(Sql::Text(text.to_owned())),
        Affinity::Integer => whole(text)
            .map(Sql::Integer)
            .ok_or_else(|| refused(column, "a number", "takes whole numbers of 64 bits only")),
        Affinity::Real | Affinity::Numeric => Err(refused(column, "a decimal", REMEDY)),
    }
}

fn text(text: &str, column: &Column) -> Result<Sql> {
    match column.affinity {
        Affinity::Text if is_decimal_text(&column.declared) && !is_numeric(text) => {
            Err(refused(column, "a text", "takes numbers only"))
        }
        Affinity::Text | Affinity::Blob => Ok(Sql::Text(text.to_owned())),
        Affinity::Integer => text
            .parse()
            .map(Sql::Integer)
            .map_err(|_| refused(column, "a text", "takes whole numbers of 64 bits only")),
        // Such a column turns texts that look like numbers into numbers; only whole ones stay what they are.
        Affinity::Real | Affinity::Numeric => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => integer(number, column),
            _ if looks_numeric(text) => Err(refused(column, "a number in a text", REMEDY)),
            _ => Ok(Sql::Text(text.to_owned())),
        },
    }
}

/// The whole number that equals `text`, such as `12` for `12.00`.
fn whole(text: &str) -> Option<i64> {
    match parse_number(text) {
        Value::Int(number) => Some(number),
        Value::Decimal(number) if number.fract().is_zero() => i64::try_from(number).ok(),
        _ => None,
    }
}

/// Whether `text` is a JSON number.
fn is_numeric(text: &str) -> bool {
    text.parse::<serde_json::Number>().is_ok()
}

/// Whether `SQLite` could read `text` as a number: wider than JSON (`+1`, ` .5`, `1.`).
fn looks_numeric(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.matches('-').count() <= usize::from(digits.contains(['e', 'E']))
}

fn refused(column: &Column, what: &str, why: &str) -> ConnectorError {
    let declared = if column.declared.is_empty() { "no type" } else { &column.declared };
    ConnectorError::new(
        ErrorKind::Invalid,
        format!("column `{}` ({declared}) cannot keep {what}: it {why}", column.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::types::affinity;

    fn bound(json: &str, declared: &str) -> String {
        let column = Column {
            name: "c".to_owned(),
            declared: declared.to_owned(),
            affinity: affinity(declared, false),
            is_not_null: false,
            has_default: false,
            is_generated: false,
            key_place: 0,
        };
        let value: Value = serde_json::from_str(json).unwrap();
        bind(&value, &column).map_or_else(|_| "refused".to_owned(), |sql| format!("{sql:?}"))
    }

    #[test]
    fn values_are_stored_exactly_or_refused() {
        assert_eq!(bound("12.50", "TEXT"), "Text(\"12.50\")");
        assert_eq!(bound("12.50", "DECIMAL_TEXT"), "Text(\"12.50\")");
        assert_eq!(bound("12.50", "DECIMAL(10,2)"), "refused");
        assert_eq!(bound("\"12.50\"", "DECIMAL(10,2)"), "refused");
        assert_eq!(bound("12.50", "REAL"), "refused");
        assert_eq!(bound("12.00", "INTEGER"), "Integer(12)");
        assert_eq!(bound("12.01", "INTEGER"), "refused");
        assert_eq!(bound("9007199254740993", "REAL"), "refused");
        assert_eq!(bound("9223372036854775808", "INTEGER"), "refused");
        assert_eq!(
            bound("0.12345678901234567890123456789", "TEXT"),
            "Text(\"0.12345678901234567890123456789\")"
        );
        assert_eq!(bound("\"7\"", "INTEGER"), "Integer(7)");
        assert_eq!(bound("\"x\"", "INTEGER"), "refused");
        assert_eq!(bound("\"007\"", "NUMERIC"), "refused");
        assert_eq!(bound("\"2026-01-02\"", "DATE"), "Text(\"2026-01-02\")");
        assert_eq!(bound("\"x\"", "DECIMAL_TEXT"), "refused");
        assert_eq!(bound("true", "BOOLEAN"), "Integer(1)");
        assert_eq!(bound("7", "VARCHAR(9)"), "Text(\"7\")");
        assert_eq!(bound("{\"a\":[1.10]}", "JSON"), "Text(\"{\\\"a\\\":[1.10]}\")");
        assert_eq!(bound("null", "REAL"), "Null");
    }
}
