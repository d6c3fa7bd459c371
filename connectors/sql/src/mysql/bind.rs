//! From values to what the server stores: exactly that value, or a refusal. Even in strict mode the server rounds
//! decimals and fractions of seconds, drops spaces, takes `'2'` for the second text of an enum and `70` for the year
//! 1970, and says so in a warning at most: all of this is refused here, before anything is sent.

use super::{
    number,
    sequel::{Param, hex, unhex},
    table::Column,
    temporal,
    types::{Kind, Text},
};
use engine_contract::{ConnectorError, ErrorKind, Result, Value};

/// The stored form of `value` in `column`.
pub(super) fn bind(value: &Value, column: &Column) -> Result<Param> {
    let bound = match value {
        Value::Null if column.is_not_null => Err("is `NOT NULL`"),
        Value::Null => Ok(Param::Null),
        Value::List(_) | Value::Map(_) => structure(value, column),
        Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Number(_) | Value::Text(_) => {
            scalar(value, column)
        }
    };
    bound.map_err(|why| {
        let (name, declared, what) = (&column.name, &column.declared, value.type_name());
        let message = format!("column `{name}` ({declared}) cannot keep {what}: it {why}");
        ConnectorError::new(ErrorKind::Invalid, message)
    })
}

type Bound = Result<Param, &'static str>;

fn structure(value: &Value, column: &Column) -> Bound {
    match &column.kind {
        Kind::Json { is_native } => json(value, *is_native).map(|()| Param::Text(value.to_json())),
        Kind::Text(text) => characters(value.to_json(), text),
        Kind::Set(members) => {
            let Value::List(items) = value else { return Err(SET) };
            let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            set(&items.ok_or(SET)?, members)
        }
        _ => Err("takes single values only"),
    }
}

const SET: &str = "takes a list of its own texts only, in exactly their spelling";

fn scalar(value: &Value, column: &Column) -> Bound {
    // A boolean counts as 1 or 0, as the server itself has it.
    let text = match value {
        Value::Bool(flag) if !matches!(column.kind, Kind::Json { .. }) => u8::from(*flag).to_string(),
        other => other.scalar_text().unwrap_or_default(),
    };
    match &column.kind {
        Kind::Integer { bits, is_unsigned } => integer(&text, *bits, *is_unsigned),
        Kind::Boolean => integer(&text, 8, false),
        Kind::Bit(bits) => integer(&text, *bits, true),
        Kind::Year => year(&text),
        Kind::Decimal { precision, scale, is_unsigned } => {
            let exact = number::fixed(&text, *precision, *scale).filter(|text| !is_unsigned || !text.starts_with('-'));
            exact.map(Param::Text).ok_or("takes numbers only, and would lose digits of this one or has no room for it")
        }
        Kind::Float => number::float(&text).map(Param::Float).ok_or(FRACTION),
        Kind::Double => number::double(&text).map(Param::Double).ok_or(FRACTION),
        Kind::Text(kind) => characters(text, kind),
        Kind::Bytes { most, is_padded } => bytes(&text, *most, *is_padded),
        Kind::Date => temporal::parse_date(&text).map(Param::Text).ok_or("takes days like `2026-01-31` only"),
        Kind::Time(digits) => temporal::parse_time(&text, *digits).map(Param::Text).ok_or(
            "takes times like `07:30:00` up to 838 hours only, and would lose further digits of the second",
        ),
        Kind::DateTime(digits) | Kind::Timestamp(digits) => {
            temporal::parse_date_time(&text, *digits).map(Param::Text).ok_or(
                "takes dates with times like `2026-01-31T07:30:00` only, and would lose further digits of the second",
            )
        }
        Kind::Enum(members) if members.contains(&text) => Ok(Param::Text(text)),
        Kind::Enum(_) => Err("takes its own texts only, in exactly their spelling"),
        Kind::Set(members) => {
            let items: Vec<&str> = if text.is_empty() { Vec::new() } else { text.split(',').collect() };
            set(&items, members)
        }
        Kind::Json { is_native } => document(value, text, *is_native),
        Kind::Uuid => uuid(&text).map(Param::Text).ok_or("takes UUIDs only"),
        Kind::Checked => Ok(Param::Text(text)),
        Kind::Opaque => Err("is of a type that is read and never written"),
    }
}

const FRACTION: &str = "keeps binary fractions, and would give back another number: declare it DECIMAL";

fn integer(text: &str, bits: u32, is_unsigned: bool) -> Bound {
    let why = "takes whole numbers within its range only";
    // `12.00` counts as 12.
    let whole = number::fixed(text, 20, 0).ok_or(why)?;
    let shift = 64u32.checked_sub(bits).ok_or(why)?;
    if is_unsigned {
        let number: u64 = whole.parse().map_err(|_| why)?;
        return if number <= u64::MAX >> shift { Ok(Param::Unsigned(number)) } else { Err(why) };
    }
    let number: i64 = whole.parse().map_err(|_| why)?;
    let is_within = (i64::MIN >> shift..=i64::MAX >> shift).contains(&number);
    if is_within { Ok(Param::Int(number)) } else { Err(why) }
}

fn year(text: &str) -> Bound {
    let year = number::fixed(text, 4, 0).and_then(|year| year.parse().ok());
    let year = year.filter(|year| *year == 0 || (1901..=2155).contains(year));
    year.map(Param::Int).ok_or("takes 1901 to 2155, and 0")
}

fn characters(text: String, kind: &Text) -> Bound {
    let is_long = kind.most_chars.is_some_and(|most| text.chars().count() > most);
    let size = if kind.is_utf8 { text.len() } else { text.chars().count() };
    if is_long || size > kind.most_bytes {
        return Err("is too short for it");
    }
    if kind.drops_spaces && text.ends_with(' ') {
        return Err("drops spaces at the end: declare it VARCHAR");
    }
    Ok(Param::Text(text))
}

fn bytes(text: &str, most: usize, is_padded: bool) -> Bound {
    let bytes = unhex(text).ok_or("takes bytes as pairs of hex digits only")?;
    if bytes.len() > most {
        return Err("is too short for it");
    }
    if is_padded && bytes.len() < most {
        return Err("fills up with zero bytes: declare it VARBINARY");
    }
    Ok(Param::Bytes(bytes))
}

fn set(items: &[&str], members: &[String]) -> Bound {
    if items.iter().any(|item| !members.iter().any(|member| member == item)) {
        return Err(SET);
    }
    let chosen = members.iter().map(String::as_str).filter(|member| items.contains(member));
    Ok(Param::Text(chosen.collect::<Vec<_>>().join(",")))
}

/// A single value in a JSON column: a text is a JSON document itself, everything else is its own document.
fn document(value: &Value, text: String, is_native: bool) -> Bound {
    let Value::Text(_) = value else {
        return json(value, is_native).map(|()| Param::Text(value.to_json()));
    };
    let document: Value = serde_json::from_str(&text)
        .map_err(|_| "takes objects, lists, numbers, booleans, and texts of JSON only")?;
    json(&document, is_native).map(|()| Param::Text(text))
}

/// MySQL keeps numbers with fractions in JSON as binary fractions.
fn json(value: &Value, is_native: bool) -> Result<(), &'static str> {
    let is_kept = |text: &str| {
        is_native
            .then_some(text)
            .is_none_or(|text| number::fixed(text, 18, 0).is_some() || number::double(text).is_some())
    };
    let is_exact = match value {
        Value::Decimal(number) => is_kept(&number.to_string()),
        Value::Number(text) => is_kept(text),
        Value::List(items) => return items.iter().try_for_each(|item| json(item, is_native)),
        Value::Map(map) => return map.values().try_for_each(|item| json(item, is_native)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => true,
    };
    if is_exact { Ok(()) } else { Err("keeps numbers as binary fractions, and would give back another one") }
}

/// A UUID in the form in which the server gives it back.
fn uuid(text: &str) -> Option<String> {
    let digits = hex(&unhex(&text.replace('-', ""))?);
    let part = |range| digits.get(range);
    let parts = [part(0..8)?, part(8..12)?, part(12..16)?, part(16..20)?, part(20..32)?];
    let is_shaped = text.len() == 32 || parts.join("-").eq_ignore_ascii_case(text);
    (digits.len() == 32 && is_shaped).then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::types::{Declared, kind};

    fn bound(json: &str, whole: &str, charset: &str) -> String {
        let number = |index: usize| {
            let inner = whole.split_once('(')?.1.split_once(')')?.0;
            inner.split(',').nth(index)?.trim().parse().ok()
        };
        let declared = Declared {
            name: whole.split(['(', ' ']).next().unwrap().to_owned(),
            whole: whole.to_owned(),
            most_chars: number(0),
            most_bytes: number(0).map(|most: usize| {
                if charset == "utf8mb4" && whole.contains("char") { 4 * most } else { most }
            }),
            precision: number(0),
            scale: number(1),
            fraction: number(0),
            charset: Some(charset.to_owned()),
            is_checked_json: false,
        };
        let column = Column {
            name: "c".to_owned(),
            declared: whole.to_owned(),
            kind: kind(&declared),
            comment: String::new(),
            is_not_null: false,
            has_default: false,
            is_generated: false,
            refers_to: None,
        };
        let value: Value = serde_json::from_str(json).unwrap();
        bind(&value, &column).map_or_else(|_| "refused".to_owned(), |param| format!("{param:?}"))
    }

    #[test]
    fn values_are_stored_exactly_or_refused() {
        let cases = [
            ("12.50", "decimal(10,2)", "Text(\"12.50\")"),
            ("12.5", "decimal(10,2)", "Text(\"12.50\")"),
            ("12.505", "decimal(10,2)", "refused"),
            ("123456789.00", "decimal(10,2)", "refused"),
            ("-1", "decimal(10,2) unsigned", "refused"),
            ("\"x\"", "decimal(10,2)", "refused"),
            ("12.00", "int(11)", "Int(12)"),
            ("12.01", "int(11)", "refused"),
            ("2147483648", "int(11)", "refused"),
            ("-2147483648", "int(11)", "Int(-2147483648)"),
            ("18446744073709551615", "bigint(20) unsigned", "Unsigned(18446744073709551615)"),
            ("-1", "bigint(20) unsigned", "refused"),
            ("8388608", "mediumint(9)", "refused"),
            ("true", "tinyint(1)", "Int(1)"),
            ("\"7\"", "smallint(6)", "Int(7)"),
            ("3", "bit(1)", "refused"),
            ("true", "bit(1)", "Unsigned(1)"),
            ("0.1", "double", "Double(0.1)"),
            ("0.12345678901234567890", "double", "refused"),
            ("70", "year(4)", "refused"),
            ("\"a \"", "char(5)", "refused"),
            ("\"a \"", "varchar(5)", "Text(\"a \")"),
            ("\"abcdef\"", "varchar(5)", "refused"),
            ("\"ééééé\"", "varchar(5)", "Text(\"ééééé\")"),
            ("7", "varchar(9)", "Text(\"7\")"),
            ("{\"a\":[1.10]}", "varchar(90)", "Text(\"{\\\"a\\\":[1.10]}\")"),
            ("\"00ff\"", "binary(2)", "Bytes([0, 255])"),
            ("\"00\"", "binary(2)", "refused"),
            ("\"zz\"", "varbinary(2)", "refused"),
            ("\"2\"", "enum('a','b')", "refused"),
            ("\"A\"", "enum('a','b')", "refused"),
            ("\"a\"", "enum('a','b')", "Text(\"a\")"),
            ("[\"b\",\"a\",\"b\"]", "set('a','b','c')", "Text(\"a,b\")"),
            ("[]", "set('a','b')", "Text(\"\")"),
            ("[\"A\"]", "set('a','b')", "refused"),
            ("{\"a\":1.10}", "json", "Text(\"{\\\"a\\\":1.10}\")"),
            ("{\"a\":0.12345678901234567890}", "json", "refused"),
            ("\"plain\"", "json", "refused"),
            ("\"\\\"quoted\\\"\"", "json", "Text(\"\\\"quoted\\\"\")"),
            ("true", "json", "Text(\"true\")"),
            (
                "\"AAAAAAAABBBBCCCCDDDDEEEEEEEEEEEE\"",
                "uuid",
                "Text(\"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\")",
            ),
            ("\"aaaaaaaab-bbb-cccc-dddd-eeeeeeeeeeee\"", "uuid", "refused"),
            ("\"2026-01-02T03:04:05.5+01:00\"", "datetime(1)", "Text(\"2026-01-02T02:04:05.5\")"),
            ("\"POINT(1 1)\"", "geometry", "refused"),
            ("null", "double", "Null"),
        ];
        for (json, whole, expected) in cases {
            assert_eq!(bound(json, whole, "utf8mb4"), expected, "{json} in {whole}");
        }
        assert_eq!(bound("\"éé\"", "tinytext(3)", "utf8mb3"), "refused");
        assert_eq!(bound("\"éé\"", "tinytext(3)", "latin1"), "Text(\"éé\")");
    }
}
