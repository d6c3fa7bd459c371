//! Exact numbers: what a decimal column keeps, and which decimals a binary fraction gives back unchanged.

use engine_contract::{Value, parse_number};

/// The plain notation of a JSON number with exactly `scale` digits after the point, such as `7.00` for `7` and
/// `120.00` for `1.2e2`. `None` when it is no number, or when it has more digits than `precision` and `scale` keep.
pub(super) fn fixed(text: &str, precision: usize, scale: usize) -> Option<String> {
    let (negative, digits, power) = parts(text)?;
    // In units of the last place that the column keeps; a place below that is lost.
    let zeros =
        if digits.is_empty() { 0 } else { usize::try_from(power.checked_add_unsigned(scale)?).ok()? };
    if digits.len().checked_add(zeros)? > precision {
        return None;
    }
    let units = format!("{digits}{}", "0".repeat(zeros));
    let padded = format!("{units:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at_checked(padded.len() - scale)?;
    let sign = if negative && !digits.is_empty() { "-" } else { "" };
    Some(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// A JSON number as sign, digits without zeros in front or at the end, and the power of ten behind them.
fn parts(text: &str) -> Option<(bool, String, isize)> {
    text.parse::<serde_json::Number>().ok()?;
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: isize = exponent.parse().ok()?;
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    let power = exponent
        .checked_sub(isize::try_from(fraction.len()).ok()?)?
        .checked_add(isize::try_from(all.len() - digits.len()).ok()?)?;
    let digits = digits.trim_start_matches('0');
    Some((negative, digits.to_owned(), if digits.is_empty() { 0 } else { power }))
}

/// Whether two JSON numbers are the same number.
fn is_same(one: &str, two: &str) -> bool {
    match (parts(one), parts(two)) {
        (Some((_, one, _)), Some((_, two, _))) if one.is_empty() && two.is_empty() => true,
        (one, two) => one.is_some() && one == two,
    }
}

/// The binary fraction of 64 bits that is read back as exactly this decimal.
pub(super) fn double(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    is_same(text, &format!("{number:e}")).then_some(number)
}

/// The binary fraction of 32 bits that is read back as exactly this decimal.
pub(super) fn float(text: &str) -> Option<f32> {
    let number: f32 = text.parse().ok()?;
    is_same(text, &format!("{number:e}")).then_some(number)
}

/// The shortest decimal that stands for a binary fraction.
pub(super) fn of_double(number: f64) -> Value {
    parse_number(&format!("{number:e}"))
}

/// The shortest decimal that stands for a binary fraction of 32 bits.
pub(super) fn of_float(number: f32) -> Value {
    parse_number(&format!("{number:e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_kept_exactly_or_not_at_all() {
        let show = |text: &str| fixed(text, 5, 2).unwrap_or_else(|| "-".to_owned());
        assert_eq!(show("7"), "7.00");
        assert_eq!(show("-7.1"), "-7.10");
        assert_eq!(show("7.100"), "7.10");
        assert_eq!(show("1.2e2"), "120.00");
        assert_eq!(show("5e-2"), "0.05");
        assert_eq!(show("0"), "0.00");
        assert_eq!(show("-0.0"), "0.00");
        assert_eq!(show("999.99"), "999.99");
        assert_eq!(show("1000"), "-");
        assert_eq!(show("0.001"), "-");
        assert_eq!(show("7.125"), "-");
        assert_eq!(show("1e99999"), "-");
        assert_eq!(show("1e-99999"), "-");
        assert_eq!(show("x"), "-");
        assert_eq!(fixed("12", 5, 0).as_deref(), Some("12"));
        assert_eq!(fixed("0e9999", 5, 0).as_deref(), Some("0"));
    }

    #[test]
    fn a_binary_fraction_takes_what_it_gives_back() {
        for text in ["0.1", "12.50", "1e300", "-0.30000000000000004", "0", "123456789012345"] {
            assert!(double(text).is_some(), "{text}");
        }
        for text in ["0.12345678901234567890", "9007199254740993", "1e400", "x"] {
            assert!(double(text).is_none(), "{text}");
        }
        assert!(float("0.1").is_some());
        assert!(float("16777217").is_none());
    }
}
