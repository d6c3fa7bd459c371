//! Whether a column keeps a value exactly.
//!
//! The server would round what has too many places, drop offsets of time zones, and read words such as `now`. So each
//! value is looked at before it is sent: it goes as it is, or in other words for the same value, or its row is
//! refused. Texts that the server reads without loss or refuses by itself are left to it.

use super::{
    decimal::Decimal,
    encode::{kind, unescape},
    types::Shape,
};
use engine_contract::Value;

/// The words for a value that a column keeps: nothing when those it came in are right. The error says what the column
/// takes. `raw` is escaped as COPY wants it, the words that are returned are not.
pub(super) type Fitted = Result<Option<String>, &'static str>;

const NUMBERS: &str = "takes numbers only";

/// See [`Fitted`].
pub(super) fn fit(shape: &Shape, kind: u8, raw: &str) -> Fitted {
    match (shape, kind) {
        (Shape::Text, _) | (_, kind::NULL) | (Shape::List(_), kind::TEXT) => Ok(None),
        (Shape::Whole, _) => whole(kind, raw),
        (Shape::Numeric(scale), _) => numeric(*scale, kind, raw),
        (Shape::Single | Shape::Double, _) => binary(shape, kind, raw),
        (Shape::Money, kind::INT | kind::DECIMAL | kind::TEXT) => numeric(Some(2), kind, raw),
        (Shape::Money, _) => Err(NUMBERS),
        (Shape::Boolean, _) => boolean(kind, raw),
        (Shape::Date, kind::TEXT) => date(raw),
        (Shape::Time, kind::TEXT) => time(raw),
        (Shape::Timestamp | Shape::Timestamptz, kind::TEXT) => moment(shape, raw),
        (Shape::Date, _) => Err(DAYS),
        (Shape::Time, _) => Err(TIMES),
        (Shape::Timestamp | Shape::Timestamptz, _) => Err(MOMENTS),
        (Shape::Json, _) => Ok(json(kind, raw)),
        (Shape::Bytes, _) => bytes(kind, raw),
        (Shape::List(element), kind::JSON) => list(element, &unescape(raw)).map(Some),
        (Shape::List(_), _) => Err(LISTS),
    }
}

fn whole(kind: u8, raw: &str) -> Fitted {
    const WHOLE: &str = "takes whole numbers only";
    match kind {
        kind::INT => Ok(None),
        kind::BOOL => Ok(Some(if raw == "true" { "1" } else { "0" }.to_owned())),
        kind::TEXT if raw.parse::<i64>().is_ok() => Ok(None),
        kind::DECIMAL | kind::TEXT => whole_of(raw).ok_or(WHOLE).map(Some),
        _ => Err(WHOLE),
    }
}

/// `12` for `12.00`.
fn whole_of(raw: &str) -> Option<String> {
    Decimal::read(raw)?.whole().map(|number| number.to_string())
}

fn numeric(scale: Option<i32>, kind: u8, raw: &str) -> Fitted {
    match kind {
        kind::INT if scale.is_none_or(|scale| scale >= 0) => Ok(None),
        kind::TEXT if ["NaN", "Infinity", "-Infinity"].contains(&raw) => Ok(None),
        kind::INT | kind::DECIMAL | kind::TEXT => {
            if has_few_places(scale, raw) {
                return Ok(None);
            }
            let number = Decimal::read(raw).ok_or(NUMBERS)?;
            match scale {
                Some(scale) if number.places() > i64::from(scale) => Err("would round it"),
                _ => Ok(None),
            }
        }
        _ => Err(NUMBERS),
    }
}

/// Whether plain digits with a point have no more places than the scale: what amounts of money look like.
fn has_few_places(scale: Option<i32>, raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = scale.is_none_or(|scale| i32::try_from(fraction.len()).is_ok_and(|places| places <= scale));
    fits && is_digits(whole) && is_digits(fraction)
}

/// A binary fraction keeps a number when the shortest decimal that names the fraction is that number.
fn binary(shape: &Shape, kind: u8, raw: &str) -> Fitted {
    match kind {
        kind::TEXT if ["NaN", "Infinity", "-Infinity"].contains(&raw) => return Ok(None),
        kind::INT | kind::DECIMAL | kind::TEXT => {}
        _ => return Err(NUMBERS),
    }
    let number = Decimal::read(raw).ok_or(NUMBERS)?;
    // So many decimal digits survive always, within the usual range. Not before zeros: 67686900 has six, and lies in the
    // middle between two fractions.
    let (sure, is_named) = match shape {
        Shape::Single => (6, names_one::<f32>(raw, &number)),
        _ => (15, names_one::<f64>(raw, &number)),
    };
    let is_usual = number.precision() <= sure && (0..30).contains(&number.places());
    if is_usual || is_named { Ok(None) } else { Err("would turn it into another number: use numeric") }
}

/// Whether the server writes the fraction that it reads from `raw` as that number again. It takes the shortest decimal
/// that lies between the middles to both neighbours; one that lies on a middle is no name (`acceptBounds` in its
/// `d2s.c`), and then it takes more digits.
fn names_one<F: std::str::FromStr + PartialEq + std::fmt::LowerExp>(raw: &str, number: &Decimal) -> bool {
    let Ok(fraction) = raw.parse::<F>() else { return false };
    let Some(shortest) = Decimal::read(&format!("{fraction:e}")) else { return false };
    let is_same = |beside: String| beside.parse::<F>().is_ok_and(|other| other == fraction);
    let names_it = |number: &Decimal| number.beside().is_none_or(|sides| sides.into_iter().all(is_same));
    if names_it(&shortest) {
        // Of two names that are equally near the server may take the other one.
        return shortest == *number && !is_between_names(&fraction, shortest.precision());
    }
    // More digits, until they are no middle: the digit after 67686900 is another 0.
    let longer =
        (shortest.precision()..20).filter_map(|places| Decimal::read(&format!("{fraction:.places$e}")));
    longer.into_iter().find(names_it).as_ref() == Some(number)
}

/// Whether a fraction lies exactly in the middle between two decimals of so many digits.
fn is_between_names(fraction: &impl std::fmt::LowerExp, digits: usize) -> bool {
    let exact = format!("{fraction:.60e}");
    let mantissa = exact.split('e').next().unwrap_or_default();
    let mut rest = mantissa.bytes().filter(u8::is_ascii_digit).skip(digits);
    rest.next() == Some(b'5') && rest.all(|digit| digit == b'0')
}

/// Text becomes a JSON string, everything else is JSON already.
fn json(kind: u8, raw: &str) -> Option<String> {
    (kind == kind::TEXT).then(|| Value::Text(unescape(raw).into_owned()).to_json())
}

fn boolean(kind: u8, raw: &str) -> Fitted {
    match (kind, raw) {
        (kind::BOOL | kind::TEXT, _) | (kind::INT, "0" | "1") => Ok(None),
        _ => Err("takes true and false, 1 and 0"),
    }
}

fn bytes(kind: u8, raw: &str) -> Fitted {
    let digits = if kind == kind::TEXT { raw.strip_prefix("\\\\x").unwrap_or(raw) } else { "?" };
    let is_hex = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { Ok(Some(format!("\\x{digits}"))) } else { Err("takes bytes as pairs of hex digits") }
}

const DAYS: &str = "takes days, such as 2026-01-31";
const TIMES: &str = "takes times of up to 6 places, such as 09:30:00";
const MOMENTS: &str = "takes a date and time of up to 6 places, such as 2026-01-31T09:30:00Z";

fn date(raw: &str) -> Fitted {
    match after_date(raw) {
        Some("" | " BC") => Ok(None),
        None if is_endless(raw) => Ok(None),
        _ => Err(DAYS),
    }
}

fn time(raw: &str) -> Fitted {
    match after_time(raw) {
        Some(offset) if zone(offset).is_some() => Ok(None),
        _ => Err(TIMES),
    }
}

fn moment(shape: &Shape, raw: &str) -> Fitted {
    if is_endless(raw) {
        return Ok(None);
    }
    let rest = after_date(raw).ok_or(MOMENTS)?;
    if matches!(rest, "" | " BC") {
        return Ok(None);
    }
    let rest = rest.strip_prefix(['T', 't', ' ']).and_then(after_time).ok_or(MOMENTS)?;
    match zone(rest).ok_or(MOMENTS)? {
        Zone::Elsewhere if *shape == Shape::Timestamp => {
            // The server would drop the offset.
            let instant: jiff::Timestamp = raw.replacen(' ', "T", 1).parse().map_err(|_| MOMENTS)?;
            Ok(Some(instant.to_string()))
        }
        Zone::Utc | Zone::Elsewhere => Ok(None),
    }
}

fn is_endless(raw: &str) -> bool {
    ["infinity", "-infinity"].contains(&raw)
}

/// What follows `2026-01-31`.
fn after_date(raw: &str) -> Option<&str> {
    let year = raw.bytes().take_while(u8::is_ascii_digit).count();
    let (_, rest) = raw.split_at_checked(year).filter(|_| year >= 4)?;
    let rest = two_digits(rest.strip_prefix('-')?)?;
    two_digits(rest.strip_prefix('-')?)
}

/// What follows `09:30`, `09:30:00` or `09:30:00.123456`; zeros beyond the sixth place are no loss.
fn after_time(raw: &str) -> Option<&str> {
    let rest = two_digits(two_digits(raw)?.strip_prefix(':')?)?;
    let Some(rest) = rest.strip_prefix(':').and_then(two_digits) else { return Some(rest) };
    let Some(fraction) = rest.strip_prefix('.') else { return Some(rest) };
    let places = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = fraction.split_at_checked(places).filter(|_| places > 0)?;
    (digits.trim_end_matches('0').len() <= 6).then_some(rest)
}

fn two_digits(raw: &str) -> Option<&str> {
    let (digits, rest) = raw.split_at_checked(2)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(rest)
}

enum Zone {
    Utc,
    Elsewhere,
}

/// Reads `Z`, `+02`, `+0200`, `-03:30` or nothing.
fn zone(offset: &str) -> Option<Zone> {
    let Some(digits) = offset.strip_prefix(['+', '-']) else {
        return matches!(offset, "" | "Z" | "z" | " BC").then_some(Zone::Utc);
    };
    let digits = digits.replace(':', "");
    let is_offset = [2, 4, 6].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_offset.then(|| if digits.bytes().all(|byte| byte == b'0') { Zone::Utc } else { Zone::Elsewhere })
}

const LISTS: &str = "takes lists only, whose elements it can keep";

/// An array as the server reads it.
fn list(element: &Shape, json: &str) -> Result<String, &'static str> {
    match serde_json::from_str::<Value>(json) {
        Ok(Value::List(items)) => literal(element, &items),
        _ => Err(LISTS),
    }
}

fn literal(element: &Shape, items: &[Value]) -> Result<String, &'static str> {
    let mut out = String::from("{");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let (kind, text) = match item {
            Value::Null => {
                out.push_str("NULL");
                continue;
            }
            Value::List(inner) if *element != Shape::Json => {
                out.push_str(&literal(element, inner)?);
                continue;
            }
            Value::List(_) | Value::Map(_) => (kind::JSON, item.to_json()),
            Value::Bool(flag) => (kind::BOOL, flag.to_string()),
            Value::Int(number) => (kind::INT, number.to_string()),
            Value::Decimal(number) => (kind::DECIMAL, number.to_string()),
            Value::Number(number) => (kind::DECIMAL, number.to_string()),
            Value::Text(text) => (kind::TEXT, text.clone()),
        };
        let mut raw = String::new();
        super::encode::escape(&text, &mut raw);
        let text = fit(element, kind, &raw)?.unwrap_or(text);
        out.push('"');
        out.extend(text.chars().flat_map(|letter| {
            let escape = matches!(letter, '"' | '\\').then_some('\\');
            escape.into_iter().chain([letter])
        }));
        out.push('"');
    }
    out.push('}');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(shape: &Shape, json: &str) -> String {
        let value: Value = serde_json::from_str(json).unwrap();
        let (kind, text) = match &value {
            Value::Bool(_) => (kind::BOOL, value.scalar_text()),
            Value::Int(_) => (kind::INT, value.scalar_text()),
            Value::Decimal(_) | Value::Number(_) => (kind::DECIMAL, value.scalar_text()),
            Value::Text(_) => (kind::TEXT, value.scalar_text()),
            _ => (kind::JSON, Some(value.to_json())),
        };
        let mut raw = String::new();
        crate::postgres::encode::escape(&text.unwrap(), &mut raw);
        match fit(shape, kind, &raw) {
            Ok(None) => "as it is".to_owned(),
            Ok(Some(text)) => text,
            Err(_) => "refused".to_owned(),
        }
    }

    #[test]
    fn numbers_are_kept_exactly_or_refused() {
        let money = Shape::Numeric(Some(2));
        for (json, shown) in
            [("12.5", "as it is"), ("12.500", "as it is"), ("12.505", "refused"), ("\"12.505\"", "refused")]
        {
            assert_eq!(fitted(&money, json), shown, "{json}");
        }
        for (json, shown) in [
            ("1e2", "as it is"),
            ("1e-3", "refused"),
            ("true", "refused"),
            ("\"NaN\"", "as it is"),
            ("\"1,5\"", "refused"),
        ] {
            assert_eq!(fitted(&money, json), shown, "{json}");
        }
        assert_eq!(fitted(&Shape::Whole, "12.00"), "12");
        assert_eq!(fitted(&Shape::Whole, "12.01"), "refused");
        assert_eq!(fitted(&Shape::Whole, "\"0x10\""), "refused");
        assert_eq!(fitted(&Shape::Whole, "true"), "1");
        assert_eq!(fitted(&Shape::Numeric(Some(-2)), "150"), "refused");
        assert_eq!(fitted(&Shape::Numeric(Some(-2)), "1500"), "as it is");
        assert_eq!(fitted(&Shape::Double, "0.1"), "as it is");
        assert_eq!(fitted(&Shape::Double, "0.30000000000000004"), "as it is");
        assert_eq!(fitted(&Shape::Double, "0.300000000000000041"), "refused");
        assert_eq!(fitted(&Shape::Double, "9007199254740993"), "refused");
        assert_eq!(fitted(&Shape::Double, "1e400"), "refused");
        assert_eq!(fitted(&Shape::Double, "1e-400"), "refused");
        assert_eq!(fitted(&Shape::Single, "0.1"), "as it is");
        assert_eq!(fitted(&Shape::Single, "16777217"), "refused");
        // In the middle between two fractions: it would be read as 94830544.
        assert_eq!(fitted(&Shape::Single, "94830540"), "refused");
        assert_eq!(fitted(&Shape::Single, "94830544"), "as it is");
        assert_eq!(fitted(&Shape::Single, "-67686900"), "refused");
        assert_eq!(fitted(&Shape::Single, "500"), "as it is");
        assert_eq!(fitted(&Shape::Double, "1e20"), "as it is");
        // The fraction is 1129840.25: the server names it 1129840.2.
        assert_eq!(fitted(&Shape::Single, "1129840.3"), "refused");
        assert_eq!(fitted(&Shape::Double, "1.7976931348623157e308"), "as it is");
    }

    #[test]
    fn moments_keep_their_offset_and_their_places() {
        for (json, shown) in [
            ("\"2026-01-31T09:30:00Z\"", "as it is"),
            ("\"2026-01-31 09:30:00.123456\"", "as it is"),
            ("\"2026-01-31T09:30:00.1234560Z\"", "as it is"),
            ("\"2026-01-31T09:30:00.1234567Z\"", "refused"),
            ("\"2026-01-31T09:30:00+02:00\"", "2026-01-31T07:30:00Z"),
            ("\"now\"", "refused"),
            ("\"01/02/2026\"", "refused"),
            ("1769850000", "refused"),
        ] {
            assert_eq!(fitted(&Shape::Timestamp, json), shown, "{json}");
        }
        assert_eq!(fitted(&Shape::Timestamptz, "\"2026-01-31T09:30:00+02:00\""), "as it is");
        assert_eq!(fitted(&Shape::Date, "\"2026-01-31\""), "as it is");
        assert_eq!(fitted(&Shape::Date, "\"2026-01-31T09:30:00Z\""), "refused");
        assert_eq!(fitted(&Shape::Time, "\"09:30\""), "as it is");
        assert_eq!(fitted(&Shape::Time, "\"allballs\""), "refused");
    }

    #[test]
    fn lists_become_arrays_and_texts_json_strings() {
        let texts = Shape::List(Box::new(Shape::Text));
        assert_eq!(
            fitted(&texts, r#"["a\"b\\", null, "NULL", ["x"], 1.10]"#),
            r#"{"a\"b\\",NULL,"NULL",{"x"},"1.10"}"#
        );
        assert_eq!(fitted(&Shape::List(Box::new(Shape::Numeric(Some(1)))), "[1.25]"), "refused");
        assert_eq!(fitted(&Shape::List(Box::new(Shape::Json)), r#"[[1],"a"]"#), r#"{"[1]","\"a\""}"#);
        assert_eq!(fitted(&texts, "{}"), "refused");
        assert_eq!(fitted(&Shape::Json, "\"a\""), "\"a\"");
        assert_eq!(fitted(&Shape::Bytes, "\"00ff\""), "\\x00ff");
        assert_eq!(fitted(&Shape::Bytes, "\"\\\\x00FF\""), "\\x00FF");
        assert_eq!(fitted(&Shape::Bytes, "\"0g\""), "refused");
    }
}
