//! From stored rows to values, by the binary protocol: numbers as they are, and no number through text that rounds.

use super::{
    number,
    sequel::{hex, quote_all, raw},
    table::{Column, Table},
    temporal,
    types::Kind,
};
use engine_contract::{Map, Value, parse_number};
use sqlx::mysql::MySqlRow;

/// Columns, ready to select.
pub(super) struct Columns<'t> {
    columns: Vec<&'t Column>,
}

impl<'t> Columns<'t> {
    /// All columns of a table.
    pub(super) fn of(table: &'t Table) -> Self {
        Self { columns: table.columns.iter().collect() }
    }

    /// These columns.
    pub(super) fn some(columns: Vec<&'t Column>) -> Self {
        Self { columns }
    }

    /// The names, quoted and separated by commas.
    pub(super) fn list(&self) -> String {
        quote_all(self.columns.iter().map(|column| column.name.as_str()))
    }

    /// Reads the columns of a row that begin at `first`.
    pub(super) fn read(&self, row: &MySqlRow, first: usize) -> sqlx::Result<Map> {
        let mut map = Map::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            let value = match raw(row, first + index)? {
                None => Value::Null,
                Some(bytes) => value(bytes, &column.kind).map_err(|error| broken(&column.name, error))?,
            };
            map.insert(column.name.clone(), value);
        }
        Ok(map)
    }
}

fn broken(column: &str, error: std::str::Utf8Error) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) }
}

/// The value of packed bytes. A date without month or day is null.
fn value(bytes: &[u8], kind: &Kind) -> Result<Value, std::str::Utf8Error> {
    let text = || std::str::from_utf8(bytes);
    let maybe = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    Ok(match kind {
        Kind::Integer { is_unsigned, .. } => integer(bytes, *is_unsigned),
        Kind::Year => integer(bytes, true),
        Kind::Boolean => flag(integer(bytes, false)),
        Kind::Bit(1) => flag(big_endian(bytes)),
        Kind::Bit(_) => big_endian(bytes),
        Kind::Decimal { .. } => parse_number(text()?),
        Kind::Float => fixed(bytes).map_or(Value::Null, |bytes| number::of_float(f32::from_le_bytes(bytes))),
        Kind::Double => {
            fixed(bytes).map_or(Value::Null, |bytes| number::of_double(f64::from_le_bytes(bytes)))
        }
        Kind::Text(_) | Kind::Enum(_) | Kind::Uuid | Kind::Checked => Value::Text(text()?.to_owned()),
        Kind::Bytes { .. } | Kind::Opaque => Value::Text(hex(bytes)),
        Kind::Date => maybe(temporal::date(bytes)),
        Kind::Time(digits) => Value::Text(temporal::time(bytes, *digits)),
        Kind::DateTime(digits) => maybe(temporal::date_time(bytes, *digits)),
        Kind::Timestamp(digits) => maybe(temporal::date_time(bytes, *digits).map(|text| format!("{text}Z"))),
        Kind::Set(_) => {
            let items = text()?.split(',').filter(|item| !item.is_empty());
            Value::List(items.map(Value::from).collect())
        }
        Kind::Json { .. } => json(text()?),
    })
}

fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// A whole number of one to eight bytes, the lowest first.
fn integer(bytes: &[u8], is_unsigned: bool) -> Value {
    let is_negative = !is_unsigned && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if is_negative { 0xff } else { 0 }; 8];
    wide.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    if is_unsigned {
        return parse_number(&u64::from_le_bytes(wide).to_string());
    }
    Value::Int(i64::from_le_bytes(wide))
}

fn big_endian(bytes: &[u8]) -> Value {
    let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    parse_number(&number.to_string())
}

/// A boolean for 0 and 1; other numbers, which such a column can hold too, as they are.
fn flag(number: Value) -> Value {
    match number {
        Value::Int(0) => Value::Bool(false),
        Value::Int(1) => Value::Bool(true),
        other => other,
    }
}

/// A JSON document; a text or `null` of JSON stays the text of its document, which writes back as the same.
fn json(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(Value::Text(_) | Value::Null) | Err(_) => Value::Text(text.to_owned()),
        Ok(document) => document,
    }
}
