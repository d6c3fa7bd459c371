//! Telephone numbers in the international form E.164.

use engine_contract::Value;
use phonenumber::{Mode, country};

const PHONE: &str = "a valid telephone number";

/// The most characters of such a number: a plus and 15 digits.
pub(super) const LENGTH: usize = 16;

/// The longest text that is looked at.
const LONGEST: usize = 60;

/// The number with its country's code. A number without one is a number of `country`.
pub(super) fn e164(text: &str, country: &str) -> Result<Value, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let country = self::country(country);
    if text.len() > LONGEST {
        return Err(PHONE);
    }
    let number = phonenumber::parse(country, text).ok().filter(phonenumber::is_valid).ok_or(PHONE)?;
    let number = number.format().mode(Mode::E164).to_string();
    if number.len() > LENGTH { Err(PHONE) } else { Ok(Value::Text(number)) }
}

/// The country of this ISO 3166 code of two capital letters.
pub(super) fn country(code: &str) -> Option<country::Id> {
    code.parse().ok()
}
