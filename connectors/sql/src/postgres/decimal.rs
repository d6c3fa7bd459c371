//! Decimal numbers as text: digits and a place, compared exactly.

/// A number in one form for each value: `digits * 10^power`, without zeros at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    is_negative: bool,
    digits: String,
    power: i64,
}

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; nothing for anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (is_negative, unsigned) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_number = !(whole.is_empty() && fraction.is_empty())
            && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !is_number {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let kept = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - kept.len()).ok()?;
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, power: 0 });
        }
        let power = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(dropped)?;
        Some(Self { is_negative, digits, power })
    }

    /// How many places behind the point the value needs.
    pub(super) fn places(&self) -> i64 {
        -self.power
    }

    /// How many digits the value needs.
    pub(super) fn precision(&self) -> usize {
        self.digits.len()
    }

    /// Texts of two numbers that are less and more by far less than the last digit; nothing for 0 and for numbers of
    /// more digits than any fraction of 64 bits needs.
    pub(super) fn beside(&self) -> Option<[String; 2]> {
        const MUCH: u128 = 10_u128.pow(20);
        let digits: u128 = self.digits.parse().ok().filter(|_| self.digits.len() <= 17)?;
        let scaled = digits.checked_mul(MUCH)?;
        let sign = if self.is_negative { "-" } else { "" };
        let power = self.power.checked_sub(20)?;
        Some([format!("{sign}{}e{power}", scaled - 1), format!("{sign}{}e{power}", scaled + 1)])
    }

    /// The value as a whole number of 64 bits, if it is one.
    pub(super) fn whole(&self) -> Option<i64> {
        let zeros = usize::try_from(self.power).ok().filter(|zeros| *zeros < 19)?;
        if self.digits.is_empty() {
            return Some(0);
        }
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_form() {
        for (one, two) in
            [("1.10", "1.1"), ("-0.00", "0"), ("1e2", "100"), ("+.5", "0.50"), ("1E-3", "0.001")]
        {
            assert_eq!(Decimal::read(one), Decimal::read(two), "{one} {two}");
            assert!(Decimal::read(one).is_some(), "{one}");
        }
        assert_ne!(Decimal::read("1"), Decimal::read("-1"));
        for broken in ["", ".", "-", "1.2.3", "0x10", "1_000", " 1", "NaN", "1e", "1e99999999999999999999"] {
            assert_eq!(Decimal::read(broken), None, "{broken}");
        }
        assert_eq!(Decimal::read("12.50").unwrap().places(), 1);
        assert_eq!(Decimal::read("12.00").unwrap().whole(), Some(12));
        assert_eq!(Decimal::read("1e400").unwrap().whole(), None);
        assert_eq!(Decimal::read("-9223372036854775808").unwrap().whole(), Some(i64::MIN));
        assert_eq!(Decimal::read("0.01").unwrap().whole(), None);
    }
}
