//! Names, parameters and statements, as SQL.

use engine_contract::{Value, parse_number};
use futures::future::BoxFuture;
use sqlx::{
    Arguments, AssertSqlSafe, MySql, MySqlConnection, Row,
    mysql::{MySqlArguments, MySqlRow},
    query::Query,
};

/// A value on its way to the server.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Param {
    Null,
    Int(i64),
    Unsigned(u64),
    Float(f32),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Param {
    /// About how many bytes it takes on its way.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Null => 3,
            Self::Int(_) | Self::Unsigned(_) | Self::Float(_) | Self::Double(_) => 11,
            Self::Text(text) => 12 + text.len(),
            Self::Bytes(bytes) => 12 + bytes.len(),
        }
    }

    /// What names a row: the value as it is stored, bytes as hex digits.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Int(number) => Value::Int(*number),
            Self::Unsigned(number) => parse_number(&number.to_string()),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Bytes(bytes) => Value::Text(hex(bytes)),
            Self::Null | Self::Float(_) | Self::Double(_) => Value::Null,
        }
    }
}

/// Lower hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half)).map_or('0', |digit| char::from(*digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of hex digits of either case.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.filter_map(|pair| Some(pair.first()? << 4 | pair.last()?)).collect())
}

/// A name as SQL: always quoted.
pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Quoted names, separated by commas.
pub(super) fn quote_all<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// `(?, ?), (?, ?)` for two rows of two columns.
pub(super) fn tuples(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

/// A statement with its parameters. Names in `sql` are quoted by [`quote`], and values are parameters.
pub(super) fn statement<'p>(
    sql: String,
    params: impl IntoIterator<Item = &'p Param>,
) -> sqlx::Result<Query<'static, MySql, MySqlArguments>> {
    let mut arguments = MySqlArguments::default();
    for param in params {
        let added = match param {
            Param::Null => arguments.add(None::<i64>),
            Param::Int(number) => arguments.add(*number),
            Param::Unsigned(number) => arguments.add(*number),
            Param::Float(number) => arguments.add(*number),
            Param::Double(number) => arguments.add(*number),
            Param::Text(text) => arguments.add(text.as_str()),
            Param::Bytes(bytes) => arguments.add(bytes.as_slice()),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(sql), arguments))
}

/// Runs a statement that is not worth keeping prepared, because its length depends on the number of rows.
pub(super) fn run_once<'c, 'p>(
    db: &'c mut MySqlConnection,
    sql: String,
    params: impl IntoIterator<Item = &'p Param>,
) -> BoxFuture<'c, sqlx::Result<u64>> {
    let query = statement(sql, params);
    Box::pin(async move { Ok(query?.persistent(false).execute(db).await?.rows_affected()) })
}

/// As [`run_once`], for a statement that gives rows.
pub(super) fn rows_once<'c, 'p>(
    db: &'c mut MySqlConnection,
    sql: String,
    params: impl IntoIterator<Item = &'p Param>,
) -> BoxFuture<'c, sqlx::Result<Vec<MySqlRow>>> {
    let query = statement(sql, params);
    Box::pin(async move { query?.persistent(false).fetch_all(db).await })
}

/// The bytes of a column as the server sent them, whatever its type; nothing for NULL.
pub(super) fn raw(row: &MySqlRow, index: usize) -> sqlx::Result<Option<&[u8]>> {
    row.try_get_unchecked(index)
}

/// A column of characters.
pub(super) fn text(row: &MySqlRow, index: usize) -> sqlx::Result<Option<String>> {
    let bytes = raw(row, index)?;
    bytes
        .map(|bytes| String::from_utf8(bytes.to_vec()))
        .transpose()
        .map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_bytes_become_hex_digits() {
        assert_eq!(quote("a`; DROP"), "`a``; DROP`");
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
        assert_eq!(unhex("00Ff10"), Some(vec![0, 255, 16]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("0g"), None);
        assert_eq!(tuples(2, 2), "(?, ?), (?, ?)");
    }
}
