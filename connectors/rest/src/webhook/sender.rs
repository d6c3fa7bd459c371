//! Who sent a delivery.

use super::{Delivery, Refused};
use crate::manifest::{PingTable, SignatureKind, SignatureTable};
use connector_kit::is_signed;
use http::header::CONTENT_TYPE;
use std::borrow::Cow;

/// The characters that `WordPress` puts in the place of what stands for them in HTML (`wp_specialchars_decode`). What
/// stands for `&` comes last, so that nothing is decoded twice.
const HTML: [(&str, &str); 9] = [
    ("&lt;", "<"),
    ("&#060;", "<"),
    ("&gt;", ">"),
    ("&#062;", ">"),
    ("&quot;", "\""),
    ("&#034;", "\""),
    ("&#039;", "'"),
    ("&#038;", "&"),
    ("&amp;", "&"),
];

/// Whether it is the form of a ping, of its content type and with its one field.
pub(super) fn is_ping(ping: &PingTable, delivery: Delivery<'_>) -> bool {
    let content_type = header(delivery, CONTENT_TYPE.as_str()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    let body = std::str::from_utf8(delivery.body).unwrap_or_default();
    let is_form = content_type.eq_ignore_ascii_case(&ping.content_type) && !body.contains('&');
    is_form && body.split_once('=').is_some_and(|(name, _)| name == ping.member)
}

/// Whether one of the secrets signed the body.
pub(super) fn prove(table: &SignatureTable, delivery: Delivery<'_>, secrets: &[&str]) -> Result<(), Refused> {
    let SignatureTable { kind: SignatureKind::HmacSha256Base64, header, secret, is_html } = table;
    if secrets.iter().all(|secret| secret.is_empty()) {
        return Err(Refused::NoSecret(secret.clone()));
    }
    let told = self::header(delivery, header).ok_or_else(|| Refused::Unsigned(header.clone()))?;
    let signed = |secret: &str| is_signed(secret.as_bytes(), delivery.body, told);
    let is_ours = |secret: &&str| signed(secret) || (*is_html && signed(&decoded(secret)));
    if secrets.iter().any(is_ours) { Ok(()) } else { Err(Refused::Forged) }
}

/// A header that is there once and is a text.
pub(super) fn header<'a>(delivery: Delivery<'a>, name: &str) -> Option<&'a str> {
    let mut values = delivery.headers.get_all(name).iter();
    let value = values.next()?.to_str().ok();
    value.filter(|_| values.next().is_none())
}

fn decoded(secret: &str) -> Cow<'_, str> {
    HTML.iter().fold(Cow::Borrowed(secret), |text, (written, meant)| {
        if text.contains(written) { Cow::Owned(text.replace(written, meant)) } else { text }
    })
}
