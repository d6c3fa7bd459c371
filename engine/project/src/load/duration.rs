//! Lengths of time: `90s`, `15m`, `24h`, `7d`.

use crate::{
    diag::{Diagnostic, Diagnostics, code, words::last},
    toml::Document,
};
use std::time::Duration;

/// The length that a text at `pointer` says; nothing when it is none, which is reported.
pub(crate) fn read(
    document: &Document,
    pointer: &str,
    text: &str,
    out: &mut Diagnostics,
) -> Option<Duration> {
    let length = parse(text);
    if length.is_none() {
        let name = last(pointer);
        let message = format!("`{name}` must be a whole number and a unit: `s`, `m`, `h` or `d`");
        let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, message).at(document.place(pointer), "");
        out.push(diagnostic.help(format!("for example `{name} = \"24h\"`")));
    }
    length
}

/// Nothing beyond what fits.
fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}
