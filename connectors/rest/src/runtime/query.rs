//! Parameters of requests as text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but what RFC 3986 calls unreserved: what OAuth 1.0a signs, and what every server reads alike.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and values, in the order in which they are sent.
pub(super) type Query = Vec<(String, String)>;

/// The text behind `?`.
pub(super) fn to_text(query: &Query) -> String {
    let pairs: Vec<_> =
        query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A text as one part of a path or query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Sets a parameter; one of the same name is replaced.
pub(super) fn set(query: &mut Query, name: &str, value: impl Into<String>) {
    let value = value.into();
    match query.iter_mut().find(|(known, _)| known == name) {
        Some(known) => known.1 = value,
        None => query.push((name.to_owned(), value)),
    }
}
