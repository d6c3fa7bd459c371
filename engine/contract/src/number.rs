//! Reading JSON numbers without losing a digit.

use crate::Value;
use rust_decimal::Decimal;

/// Reads a JSON number: [`Value::Int`], else [`Value::Decimal`] when its digits fit exactly, else
/// [`Value::Number`] with the text as written.
#[must_use]
pub fn parse_number(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return Value::Int(number);
    }
    exact_decimal(text).map_or_else(|| Value::Number(text.into()), Value::Decimal)
}

/// The decimal that equals `text`, or nothing when 28 digits cannot hold it.
pub(crate) fn exact_decimal(text: &str) -> Option<Decimal> {
    if text.bytes().any(|byte| byte == b'e' || byte == b'E') {
        // `from_scientific` refuses what it cannot hold.
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_exact_value() {
        let show = |text: &str| format!("{:?}", parse_number(text));
        assert_eq!(show("12"), "Int(12)");
        assert_eq!(show("12.50"), "Decimal(12.50)");
        assert_eq!(show("1e2"), "Decimal(100)");
        assert_eq!(show("0.1"), "Decimal(0.1)");
        assert_eq!(show("9223372036854775808"), "Decimal(9223372036854775808)");
        assert_eq!(show("0.12345678901234567890123456789"), "Number(\"0.12345678901234567890123456789\")");
        assert_eq!(show("1e400"), "Number(\"1e400\")");
    }
}
