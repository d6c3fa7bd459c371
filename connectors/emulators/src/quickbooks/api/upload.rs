//! Files, sent as the parts of a form: `file_metadata_01` says what `file_content_01` is, and may be left out.
//!
//! An attachment says its name, its type and its size; its bytes are kept beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::resource::shown;
use crate::quickbooks::books::{Books, Call};
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Object, set};

/// A part of a form. Its heads are in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    heads: String,
    body: &'a [u8],
}

/// `POST .../upload`: one attachment for each file.
pub(super) fn receive(books: &mut Books, body: &[u8], call: Call) -> Outcome<Object> {
    let parts = parts(body).ok_or_else(|| Fault::bad_body("The body is no form of several parts"))?;
    let mut made = Vec::new();
    let mut files = Vec::new();
    for part in &parts {
        let Some(number) = part.named("file_content_") else { continue };
        let told = parts.iter().find(|other| other.named("file_metadata_").as_deref() == Some(&number));
        let told = told.map(|told| serde_json::from_slice::<Object>(told.body));
        let mut attachment = match told {
            Some(told) => told.map_err(|_| Fault::bad_body("The metadata of a file are no object"))?,
            None => Object::new(),
        };
        for (field, value) in
            [("FileName", part.parameter("filename")), ("ContentType", part.head("content-type"))]
        {
            if let Some(value) = value.filter(|_| !attachment.contains_key(field)) {
                set(&mut attachment, field, value);
            }
        }
        let id = books.save(Kind::Attachable, &attachment, call)?;
        if let Some(mut stored) = books.get(Kind::Attachable, &id).cloned() {
            let bytes = part.bytes();
            set(&mut stored, "Size", bytes.len());
            books.put(Kind::Attachable, id.clone(), stored);
            files.push((id.clone(), bytes));
        }
        made.push(Value::Object(shown(books, Kind::Attachable, &id)?));
    }
    if made.is_empty() {
        return Err(Fault::missing("file_content_01"));
    }
    // A form is taken whole or not at all, and this is its end.
    for (id, bytes) in files {
        books.keep_file(id, bytes);
    }
    let mut answer = Object::new();
    set(&mut answer, "AttachableResponse", json!(made));
    Ok(answer)
}

impl Part<'_> {
    fn head(&self, name: &str) -> Option<String> {
        let line = self.heads.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.trim().to_owned())
    }

    /// A parameter of the disposition: `form-data; name="file_content_01"; filename="a.txt"`.
    fn parameter(&self, name: &str) -> Option<String> {
        let disposition = self.head("content-disposition")?;
        let given = disposition.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        given.map(|given| given.trim_matches('"').to_owned())
    }

    /// What stands behind the beginning of its name.
    fn named(&self, beginning: &str) -> Option<String> {
        self.parameter("name")?.strip_prefix(beginning).map(str::to_owned)
    }

    /// The bytes of the file.
    fn bytes(&self) -> Bytes {
        if self.head("content-transfer-encoding").as_deref() != Some("base64") {
            return Bytes::copy_from_slice(self.body);
        }
        let text: Vec<u8> = self.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(text).map_or_else(|_| Bytes::new(), Bytes::from)
    }
}

/// The parts between boundaries. The first line is a boundary; lines end with or without a carriage return, since
/// one client library leaves it out.
fn parts(body: &[u8]) -> Option<Vec<Part<'_>>> {
    let body = body.trim_ascii_start();
    let end = body.iter().position(|byte| *byte == b'\n')?;
    let boundary = body.get(..end)?.trim_ascii_end();
    if !boundary.starts_with(b"--") {
        return None;
    }
    let mut found = Vec::new();
    let mut rest = body.get(boundary.len()..)?;
    while let Some(at) = position(rest, boundary) {
        found.extend(part(rest.get(..at)?));
        rest = rest.get(at + boundary.len()..)?;
    }
    Some(found)
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let bytes = bytes.trim_ascii_start();
    let (at, gap) = [&b"\r\n\r\n"[..], b"\n\n"]
        .into_iter()
        .filter_map(|gap| Some((position(bytes, gap)?, gap.len())))
        .min()?;
    let heads = String::from_utf8_lossy(bytes.get(..at)?);
    // Names of heads are in lower case; what they say is kept.
    let heads = heads.lines().map(|line| match line.split_once(':') {
        Some((name, value)) => format!("{}:{value}\n", name.trim().to_ascii_lowercase()),
        None => String::new(),
    });
    let body = bytes.get(at + gap..)?;
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    Some(Part { heads: heads.collect(), body: body.strip_suffix(b"\r").unwrap_or(body) })
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
