//! The files of attachments: addresses that open for a while without a token, and what is behind them.

use bytes::Bytes;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::answer::{Answer, Body};
use super::api;
use super::books::Books;
use super::kind::Kind;
use super::oauth::Signer;
use super::value::{Id, set, text};

/// How long an address opens.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// Makes addresses for the answers to one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links<'a> {
    pub(super) signer: &'a Signer,
    /// How the caller reaches the emulator; `None` under a name of the service.
    pub(super) base: Option<&'a str>,
    pub(super) realm: &'a str,
    pub(super) now: Timestamp,
}

/// What an address stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) realm: String,
    pub(super) id: String,
    issued: Timestamp,
}

impl Links<'_> {
    fn to(&self, id: &str) -> String {
        let base = self.base.unwrap_or("https://quickbooks.api.intuit.com");
        let place = self.signer.seal(&format!("{}|{id}|{}", self.realm, self.now.as_microsecond()));
        format!("{base}/download/{place}")
    }

    /// Adds `TempDownloadUri` to the attachments of an answer that have a file.
    pub(super) fn add(&self, value: &mut Value) {
        match value {
            Value::Object(object) if object.contains_key("FileAccessUri") => {
                if let Some(address) = text(object, "Id").map(|id| self.to(id)) {
                    set(object, "TempDownloadUri", address);
                }
            }
            Value::Object(object) => object.values_mut().for_each(|inner| self.add(inner)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.add(item)),
            _ => {}
        }
    }
}

/// `GET .../download/7`: the address of the file as a text; nothing where the request asks for something else, or
/// for what is not there.
pub(super) fn address(books: &Books, request: &api::Request<'_>, links: Links<'_>) -> Option<String> {
    let ["download", id] = request.path else { return None };
    let is_there = request.method == Method::GET && books.file(&Id::new(*id)).is_some();
    is_there.then(|| links.to(id))
}

/// What an address stands for; `None` for one that nobody here made.
pub(super) fn place(signer: &Signer, sealed: &str) -> Option<Place> {
    let payload = signer.open(sealed)?;
    let mut parts = payload.split('|');
    let (realm, id) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let issued = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
    Some(Place { realm, id, issued })
}

/// `GET /download/...`: the bytes as they were uploaded, or 403 once the address has ended.
pub(super) fn download(books: &Books, place: &Place, now: Timestamp) -> Answer {
    if now.duration_since(place.issued) >= GOOD_FOR {
        return Answer::text(403, "Request has expired");
    }
    let id = Id::new(place.id.as_str());
    match books.file(&id) {
        Some(bytes) => {
            let attachment = books.get(Kind::Attachable, &id);
            let content_type = attachment.and_then(|it| text(it, "ContentType"));
            let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
            Answer::new(200, Body::File(content_type, Bytes::clone(bytes)))
        }
        None => Answer::text(404, "There is nothing here."),
    }
}
