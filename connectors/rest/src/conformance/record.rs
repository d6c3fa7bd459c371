//! Recording, and judging what was recorded.

use super::{
    drive::{self, Seen},
    errors,
    fixture::{Answered, Body, Exchange, Recording},
    reads,
    replay::{self, Credentials, Replay, asked},
    scrub::Scrubber,
    settings::settings,
    verdict::Check,
    writes,
};
use crate::{
    Described,
    runtime::{Rehearsal, address},
};
use bytes::Bytes;
use engine_contract::{
    Access, ConnectorError, Context, DynConnector, ErrorKind, FieldType, HttpTransport, NoNetwork, Result,
    Source, StreamInfo, Value, async_trait,
};
use http::{Request, Response};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What is recorded.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The streams; all when none is named.
    pub streams: Vec<String>,
    /// The most records that each read takes.
    pub limit: usize,
}

/// Lets requests through, and notes those to the service.
struct Recorder {
    inner: Arc<dyn HttpTransport>,
    /// The address before every path of the service: requests for tokens go elsewhere.
    address: String,
    credentials: Credentials,
    seen: Mutex<Vec<Exchange>>,
}

#[async_trait]
impl HttpTransport for Recorder {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let is_ours = request.uri().to_string().starts_with(&self.address);
        let asked = asked(&request, &self.credentials);
        let response = self.inner.send(request).await?;
        if is_ours {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            // What is asked twice is answered from the notes as it was the first time.
            if !seen.iter().any(|exchange| exchange.request == asked) {
                seen.push(Exchange { request: asked, response: answered(&response) });
            }
        }
        Ok(response)
    }
}

fn answered(response: &Response<Bytes>) -> Answered {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = response.headers().iter();
    Answered {
        status: response.status().as_u16(),
        headers: headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect(),
        body: Body::of(response.body()),
    }
}

impl Described {
    /// Reads streams of a connection and notes the exchanges, without anything secret or personal. `clean` takes
    /// secrets out of a text.
    ///
    /// # Errors
    /// When a stream cannot be read.
    pub async fn record(
        &self,
        context: &Context,
        config: &Json,
        wanted: &Wanted,
        clean: &(dyn Fn(&str) -> String + Sync),
    ) -> Result<Vec<Recording>> {
        let address = address(self.manifest(), config)?;
        let mut raw = Vec::new();
        for stream in self.streams(&wanted.streams)? {
            let recorder = Arc::new(Recorder {
                inner: Arc::clone(&context.http),
                address: address.clone(),
                credentials: Credentials::of(self),
                seen: Mutex::default(),
            });
            let context = Context { http: recorder.clone(), ..context.clone() };
            self.drive(&context, config, &stream, wanted.limit)
                .await
                .map_err(|error| error.with_context("stream", stream.name.clone()))?;
            let exchanges =
                std::mem::take(&mut *recorder.seen.lock().unwrap_or_else(PoisonError::into_inner));
            raw.push((stream.name, exchanges));
        }
        let (settings, origins) = settings(self, config, &address);
        let settings: serde_json::Map<String, Json> =
            settings.into_iter().map(|(name, value)| (name, json(&value))).collect();
        let clean = |text: &str| clean(text);
        let mut scrubber = Scrubber::new(self, origins, &clean);
        scrubber.all(&mut raw);
        let limit = wanted.limit;
        let recording =
            |(stream, exchanges)| Recording { stream, settings: settings.clone(), limit, exchanges };
        Ok(raw.into_iter().map(recording).collect())
    }

    /// Judges the connector by what was recorded.
    ///
    /// # Errors
    /// When a recording does not fit the connector any more: its settings are refused.
    pub async fn judge(&self, recordings: &[Recording]) -> Result<Vec<Check>> {
        let (mut checks, mut all_seen) = (Vec::new(), BTreeMap::new());
        let described = self.apart();
        for stream in described.streams(&[])? {
            let name = stream.name.clone();
            let Some(recording) = recordings.iter().find(|recording| recording.stream == name) else {
                checks.push(Check::untold(&name, "reads to its end", "it was not recorded"));
                continue;
            };
            match described.replay(recording, &stream).await {
                Ok(seen) => {
                    checks.extend(described.reads(&seen, &stream));
                    all_seen.insert(name, seen);
                }
                Err(error) => {
                    let against = vec![error.to_string()];
                    checks.push(Check::of(&name, "reads to its end", "", against));
                }
            }
        }
        let config = recordings
            .first()
            .map_or_else(|| described.invented(), |recording| Json::Object(recording.settings.clone()));
        let context = replay::context(Arc::new(NoNetwork));
        let rehearsal = Rehearsal::new(described.said(), &context, &config)?;
        let recorded: Vec<&Recording> = recordings.iter().collect();
        checks.extend(errors::judge(&rehearsal, &described.manifest().errors, &recorded));
        checks.extend(writes::judge(&described, &config, &all_seen).await?);
        Ok(checks)
    }

    async fn replay(&self, recording: &Recording, stream: &StreamInfo) -> Result<Seen> {
        let replay = Replay::new(recording, Credentials::of(self));
        let context = replay::context(Arc::new(replay));
        let config = Json::Object(recording.settings.clone());
        self.drive(&context, &config, stream, recording.limit).await
    }

    fn reads(&self, seen: &Seen, stream: &StreamInfo) -> Vec<Check> {
        let table = self.manifest().stream.get(&stream.name);
        let precision = |cursor: &str| {
            table.and_then(|table| table.cursor.get(cursor)).map_or(1, |cursor| cursor.precision_seconds)
        };
        let schemas = &self.offers().stream_schemas;
        let schema = schemas.iter().find(|schema| schema.name == stream.name);
        schema.map(|schema| reads::judge(seen, schema, precision)).unwrap_or_default()
    }

    async fn drive(
        &self,
        context: &Context,
        config: &Json,
        stream: &StreamInfo,
        limit: usize,
    ) -> Result<Seen> {
        let connection = self.open(context, config, Access::Read).await?;
        let source: Box<dyn Source> = connection
            .source
            .ok_or_else(|| ConnectorError::new(ErrorKind::Unsupported, "the connector reads nothing"))?;
        Box::pin(drive::drive(&*source, context, stream, (limit, self.nothing(&stream.name)))).await
    }

    /// The streams that were asked for.
    fn streams(&self, wanted: &[String]) -> Result<Vec<StreamInfo>> {
        let all = &self.offers().streams;
        if let Some(unknown) = wanted.iter().find(|name| all.iter().all(|stream| stream.name != **name)) {
            let known: Vec<_> = all.iter().map(|stream| stream.name.as_str()).collect();
            return Err(ConnectorError::new(ErrorKind::NotFound, format!("there is no stream `{unknown}`"))
                .with_context("streams", known.join(", ")));
        }
        let is_wanted = |stream: &&StreamInfo| wanted.is_empty() || wanted.contains(&stream.name);
        Ok(all.iter().filter(is_wanted).cloned().collect())
    }

    /// A key that no record has.
    fn nothing(&self, stream: &str) -> &'static str {
        let schema = self.offers().stream_schemas.iter().find(|schema| schema.name == stream);
        let first = schema.and_then(|schema| schema.field(schema.key.first()?));
        if first.is_some_and(|field| field.kind == FieldType::Integer) {
            "999999999999"
        } else {
            "no-such-record"
        }
    }

    /// Settings for a connection that sends nothing.
    fn invented(&self) -> Json {
        let settings = self.manifest().settings();
        let value = |name: &str, setting: &crate::manifest::Setting| -> Json {
            if let Some(example) = setting.example.as_ref().or(setting.default.as_ref()) {
                return example.clone();
            }
            match setting.kind {
                crate::manifest::Kind::Secret => serde_json::json!({ "secret": name }),
                crate::manifest::Kind::Url => Json::from("https://service.example"),
                crate::manifest::Kind::Integer => Json::from(1),
                crate::manifest::Kind::Boolean => Json::Bool(true),
                crate::manifest::Kind::OneOf => setting.one_of.first().cloned().into(),
                crate::manifest::Kind::Text | crate::manifest::Kind::Date => Json::from("sample"),
            }
        };
        let replaced_by = self.manifest().base.as_ref().and_then(|base| base.replaced_by.as_deref());
        let given = settings.iter().filter(|(name, _)| Some(**name) != replaced_by);
        Json::Object(given.map(|(name, setting)| ((*name).to_owned(), value(name, setting))).collect())
    }
}

/// A value as JSON.
fn json(value: &Value) -> Json {
    serde_json::from_str(&value.to_json()).unwrap_or_default()
}
