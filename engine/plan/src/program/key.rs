//! Keys: the values of some rules as one text.

use engine_contract::Value;

/// The parts of a key that a value stands for: a list is a composite. Nothing when a part is missing: `null`,
/// an empty text and the number 0 all mean that there is no such record.
pub(crate) fn parts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(items) if !items.is_empty() => items.iter().map(part).collect(),
        other => Some(vec![part(other)?]),
    }
}

fn part(value: &Value) -> Option<String> {
    let is_zero = match value {
        Value::Int(number) => *number == 0,
        Value::Decimal(number) => number.is_zero(),
        _ => false,
    };
    value.scalar_text().filter(|text| !is_zero && !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_empty_and_null_are_no_key() {
        let of = |json: &str| {
            parts(&serde_json::from_str(json).unwrap()).map(|parts| engine_contract::join_key(&parts))
        };
        for missing in ["0", "0.00", "\"\"", "null", "{}", "[]", "[1,null]", "[\"a\",0]"] {
            assert_eq!(of(missing), None, "{missing}");
        }
        assert_eq!(of("[\"a|b\",7]").as_deref(), Some("a\\|b|7"));
        assert_eq!(of("\"C:\\\\x\"").as_deref(), Some("C:\\x"));
    }
}
