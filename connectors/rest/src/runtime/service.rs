//! One remote account: where requests go, who asks, what answers mean.

use super::{
    answer::Answer,
    catalog::Catalog,
    faults::{Faults, Verdict},
    heard::Heard,
    hooks::{Draft, Hooks, Next},
    instant,
    query::{self, Query},
};
use crate::manifest::{Effect, TimeTable};
use bytes::Bytes;
use connector_kit::Client;
use engine_contract::{ConnectorError, Context, Cursor, ErrorKind, Result, Retry};
use http::{HeaderMap, Method, Request, header};

/// A request before it has an address and a signature.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The path below the service's address; or a whole address that the service itself gave.
    pub(super) path: String,
    pub(super) query: Query,
    /// Headers beside those of the service.
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Call {
    pub(super) fn get(path: impl Into<String>, query: Query) -> Self {
        Self::new(Method::GET, path, query, None)
    }

    pub(super) fn new(
        method: impl Into<Method>,
        path: impl Into<String>,
        query: Query,
        body: Option<Bytes>,
    ) -> Self {
        Self { method: method.into(), path: path.into(), query, headers: HeaderMap::new(), body }
    }
}

/// What a connection sends through.
pub(super) struct Service {
    pub(super) catalog: Catalog,
    pub(super) client: Client,
    pub(super) base: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) faults: Faults,
    pub(super) hooks: Hooks,
    pub(super) time: TimeTable,
    pub(super) heard: Heard,
    /// How many pages of a list may be asked for at once.
    pub(super) pages_at_once: usize,
}

impl Service {
    /// Sends a request and gives the answer, whatever it says.
    pub(super) async fn send(&self, context: &Context, call: Call) -> Result<Answer> {
        let request = self.request(call)?;
        let mut answer = self.client.send(context, request).await.map(Answer::of)?;
        if let Some(time) = self.time_of(&answer).filter(|_| answer.is_success()) {
            self.heard.note(context, time);
        }
        let verdict = self.judge(&answer);
        if verdict.is_none() {
            match self.hooks.response(&answer) {
                Ok(Some(made)) => answer.become_body(made),
                Ok(None) => {}
                Err(fault) => answer.fault = Some(fault),
            }
        }
        // The client sees a 429 itself; that a limit is behind another status, only the body tells.
        let throttled = verdict.filter(|_| answer.status != 429).map(|verdict| verdict.error);
        if let Some(Retry::After(wait)) =
            throttled.filter(|error| error.kind() == ErrorKind::RateLimited).map(|error| error.retry())
        {
            self.client.hold(context, wait);
        }
        Ok(answer)
    }

    /// Sends a request that reads. Every answer but a success is an error.
    pub(super) async fn read(&self, context: &Context, call: Call) -> Result<Answer> {
        let answer = self.send(context, call).await?;
        match self.judge(&answer) {
            Some(verdict) => Err(verdict.error),
            None if answer.body.is_none() => Err(answer.unreadable()),
            None => Ok(answer),
        }
    }

    /// As [`Service::read`]; nothing where the service does not have what the request names.
    pub(super) async fn read_if_there(&self, context: &Context, call: Call) -> Result<Option<Answer>> {
        match self.read(context, call).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What an answer means that is no success.
    pub(super) fn judge(&self, answer: &Answer) -> Option<Verdict> {
        let hooked = match &answer.fault {
            Some(fault) => Err(fault.clone()),
            None => self.hooks.classify(answer),
        };
        match hooked {
            // Something was answered, and nobody knows what: the request may have taken effect.
            Err(fault) => {
                Some(Verdict { error: fault.error(), effect: Effect::Unknown, stops: true, or_gone: false })
            }
            Ok(Some(kind)) => Some(self.faults.of_kind(kind, answer)),
            Ok(None) => self.faults.judge(answer),
        }
    }

    /// What the hook `next_page` wants asked after a page.
    pub(super) fn next_page(&self, answer: &Answer, call: &Call) -> Result<Option<Next>> {
        self.hooks.next_page(answer, call).map_err(|fault| fault.error())
    }

    /// The service's own time, from an answer.
    pub(super) fn time_of(&self, answer: &Answer) -> Option<Cursor> {
        let member = self.time.member.as_deref();
        let told = member.and_then(|member| super::path::text(answer.body.as_ref()?, member));
        let told =
            told.and_then(|text| Cursor::parse(&text).ok()).filter(|told| matches!(told, Cursor::Instant(_)));
        told.or_else(|| answer.date().map(Cursor::Instant))
    }

    /// A bound as the service reads it.
    pub(super) fn instant(&self, cursor: Cursor) -> String {
        instant::to_text(self.time.format, cursor)
    }

    /// The request as it is meant, before hooks and signature.
    fn draft(&self, call: Call) -> Draft {
        let mut parameters = if call.path.contains("://") { Query::new() } else { self.query.clone() };
        // What the request says wins; it may say one name several times.
        parameters.retain(|(name, _)| call.query.iter().all(|(own, _)| own != name));
        parameters.extend(call.query);
        let mut headers = self.headers.clone();
        headers.extend(call.headers.clone());
        if call.body.is_some() {
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        }
        Draft { call: Call { query: parameters, ..call }, headers }
    }

    /// The request as it goes to be signed.
    pub(super) fn request(&self, call: Call) -> Result<Request<Bytes>> {
        let Draft { call, headers } = self.hooks.request(self.draft(call)).map_err(|fault| fault.error())?;
        let path = call.path.trim_start_matches('/');
        let is_address = call.path.contains("://");
        let mut address = if is_address { call.path.clone() } else { format!("{}/{path}", self.base) };
        if !call.query.is_empty() {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(&query::to_text(&call.query));
        }
        let mut request = Request::builder().method(call.method).uri(address);
        if let Some(all) = request.headers_mut() {
            *all = headers;
        }
        request.body(call.body.unwrap_or_default()).map_err(|error| {
            ConnectorError::new(
                ErrorKind::Config,
                "the address of the request is none: check the connection's address",
            )
            .with_source(error)
        })
    }
}
