//! What a service answered.

use super::hooks::Fault;
use bytes::Bytes;
use engine_contract::{ConnectorError, ErrorKind, Record};
use http::{HeaderMap, Response, header};
use jiff::Timestamp;

/// One answer, read as far as it can be.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The body; nothing when it is empty or no JSON. Where there is a hook `response`, what it made of it.
    pub(super) body: Option<Record>,
    /// The body as it came, where a hook made another of it.
    raw: Option<Record>,
    /// What a hook did wrong with it.
    pub(super) fault: Option<Fault>,
}

impl Answer {
    pub(super) fn of(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        // A byte order mark in front is no JSON, and harmless; some plugins of shops send one.
        let body = body.strip_prefix(b"\xef\xbb\xbf").map(Bytes::copy_from_slice).unwrap_or(body);
        let (status, body) = (parts.status.as_u16(), Record::parse(body).ok());
        Self { status, headers: parts.headers, body, raw: None, fault: None }
    }

    /// What a part of an answer says, as if it had come alone.
    pub(super) fn part(status: u16, body: Record) -> Self {
        Self { status, headers: HeaderMap::new(), body: Some(body), raw: None, fault: None }
    }

    /// The body as the service sent it.
    pub(super) fn told(&self) -> Option<&Record> {
        self.raw.as_ref().or(self.body.as_ref())
    }

    /// Takes over what the hook `response` made of the body.
    pub(super) fn become_body(&mut self, made: Record) {
        self.raw = self.body.replace(made);
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is a web page: what proxies, firewalls and maintenance modes send instead of an answer.
    pub(super) fn is_page(&self) -> bool {
        self.told().is_none()
            && self.header(header::CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("html"))
    }

    /// The server's own time when it answered.
    pub(super) fn date(&self) -> Option<Timestamp> {
        super::instant::http_date(self.header(header::DATE.as_str())?)
    }

    /// The error of an answer that is a success and cannot be read.
    pub(super) fn unreadable(&self) -> ConnectorError {
        let message = if self.is_page() {
            "a web page came instead of data: something between here and the service answers for it"
        } else {
            "the answer is not what the service documents: it may have been cut off"
        };
        ConnectorError::new(ErrorKind::Protocol, message)
            .with_context("status", self.status.to_string())
            .with_retry(engine_contract::Retry::Soon)
    }
}
