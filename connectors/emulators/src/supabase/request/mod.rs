//! A request as PostgREST understands it, before it is known which tables there are.

pub(crate) mod media;
mod payload;
pub(crate) mod preference;
pub(crate) mod range;

use super::{error::Refusal, query::Query, settings::Settings};
use bytes::Bytes;
use http::Method;
pub(crate) use payload::Payload;
use preference::Preferences;
use range::Range;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The description of the API.
    Root,
    Table(String),
    Function(String),
}

/// A request after it was read.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) resource: Resource,
    pub(crate) schema: String,
    /// Whether the answer names the schema.
    pub(crate) names_schema: bool,
    pub(crate) preferences: Preferences,
    pub(crate) query: Query,
    pub(crate) range: Range,
    pub(crate) payload: Option<Payload>,
}

/// The beginning of all paths.
const PREFIX: &str = "/rest/v1";

impl Call {
    /// Reads a request; the parameter `apikey` is not among `pairs` any more.
    pub(crate) fn read(
        request: &http::Request<Bytes>,
        pairs: &[(String, String)],
        settings: &Settings,
    ) -> Result<Self, Refusal> {
        let (method, headers) = (request.method(), request.headers());
        let preferences = Preferences::read(headers)?;
        let resource = resource(request.uri().path())?;
        let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
        let header = if reads { "accept-profile" } else { "content-profile" };
        let profile = headers.get(header).and_then(|value| value.to_str().ok());
        if let Some(unknown) = profile.filter(|name| !settings.schemas.iter().any(|known| known == name)) {
            let hint = format!("Only the following schemas are exposed: {}", settings.schemas.join(", "));
            return Err(Refusal::new(406, "PGRST106", format!("Invalid schema: {unknown}")).hint(hint));
        }
        let writes = [Method::POST, Method::PATCH, Method::PUT, Method::DELETE].contains(method);
        let is_known = match resource {
            Resource::Root => reads,
            Resource::Table(_) | Resource::Function(_) => reads || writes,
        };
        if !is_known {
            return Err(Refusal::new(405, "PGRST117", format!("Unsupported HTTP method: {method}")));
        }
        let query = Query::read(pairs)?;
        let range = Range::read(method, headers, &query)?;
        let payload = match *method {
            Method::POST | Method::PATCH => {
                Some(Payload::read(headers, request.body(), query.columns.as_deref())?)
            }
            Method::PUT => Some(Payload::read(headers, request.body(), None)?),
            _ => None,
        };
        let schema =
            profile.or_else(|| settings.schemas.first().map(String::as_str)).unwrap_or("public").to_owned();
        let names_schema = profile.is_some() || settings.schemas.len() != 1;
        Ok(Self {
            method: method.clone(),
            resource,
            schema,
            names_schema,
            preferences,
            query,
            range,
            payload,
        })
    }
}

fn resource(path: &str) -> Result<Resource, Refusal> {
    let nothing = || Refusal::new(404, "PGRST125", "Invalid path specified in request URL");
    let rest = path.strip_prefix(PREFIX).ok_or_else(nothing)?;
    let parts: Vec<String> = rest.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    match parts.as_slice() {
        [] => Ok(Resource::Root),
        [table] => Ok(Resource::Table(table.clone())),
        [rpc, function] if rpc == "rpc" => Ok(Resource::Function(function.clone())),
        _ => Err(nothing()),
    }
}

/// A part of a path without its escapes; `+` is a plain letter in paths.
fn decoded(part: &str) -> String {
    let escaped = part.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
