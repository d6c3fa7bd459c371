//! What names and shapes tell: of people, of secrets, of nothing.

use crate::Described;
use engine_contract::Cursor;
use std::collections::BTreeSet;

/// Parts of names that tell of a person.
pub(super) const PERSONAL: [&str; 26] = [
    "firstname",
    "lastname",
    "middlename",
    "fullname",
    "givenname",
    "familyname",
    "surname",
    "nickname",
    "displayname",
    "username",
    "guestname",
    "customername",
    "contactname",
    "email",
    "phone",
    "mobile",
    "fax",
    "street",
    "address1",
    "address2",
    "postcode",
    "postalcode",
    "zipcode",
    "birth",
    "ipaddress",
    "iban",
];
/// Parts of names that tell of a secret.
pub(super) const SECRET: [&str; 10] = [
    "secret",
    "password",
    "passwd",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "signature",
    "sessionid",
    "token",
];
/// Members beside which a `name` is that of a person.
pub(super) const COMPANIONS: [&str; 4] = ["email", "phone", "mobile", "birthday"];
/// Headers that say something about the data.
const HEADERS: [&str; 5] = ["content-type", "date", "link", "retry-after", "etag"];

/// Words, moments and numbers: nothing that tells of a person by itself.
pub(super) fn is_plain(text: &str) -> bool {
    let is_word = text.len() <= 24
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_number = text.len() <= 24 && text.parse::<serde_json::Number>().is_ok();
    is_word || is_number || matches!(Cursor::parse(text), Ok(Cursor::Instant(_)))
}

/// Whether a name, without what stands between its words, contains one of some parts.
pub(super) fn contains(parts: &[&str], name: &str) -> bool {
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    parts.iter().any(|part| letters.contains(part))
}

pub(super) fn is_kept(header: &str) -> bool {
    let tells = ["token", "key", "auth", "cookie", "session", "user", "mail", "account"];
    HEADERS.contains(&header) || (header.starts_with("x-") && !tells.iter().any(|part| header.contains(part)))
}

/// The names of members that connector.toml names: these are read, and must stay what they are.
pub(super) fn read_by(described: &Described) -> BTreeSet<String> {
    let manifest = described.manifest();
    let mut dotted: Vec<&str> = Vec::new();
    for page in manifest.page.values() {
        dotted.extend(page.next.iter().chain(&page.token).map(String::as_str));
    }
    let errors = &manifest.errors;
    dotted.extend(errors.code.iter().chain(&errors.fault).chain(&errors.field).map(String::as_str));
    dotted.extend(manifest.time.member.as_deref());
    for stream in manifest.stream.values() {
        dotted.extend(stream.read.iter().map(|read| read.list.as_str()));
        dotted.extend(stream.cursor.keys().chain(&stream.key).map(String::as_str));
        dotted.extend(stream.join.values().map(|join| join.by.as_str()));
    }
    let writes: Vec<_> = manifest.object.keys().filter_map(|object| manifest.write(object)).collect();
    for write in &writes {
        dotted.extend(write.id.iter().chain(&write.version).chain(&write.answer).map(String::as_str));
    }
    dotted.into_iter().flat_map(|name| name.split('.')).map(str::to_owned).collect()
}
