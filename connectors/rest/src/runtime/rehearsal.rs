//! Parts of a connection one by one, for judging a connector without its service.

use super::{
    answer::Answer,
    open::{self, Said},
    path,
    service::Service,
    settings::Settings,
    write,
};
use crate::manifest::{Effect, Manifest};
use bytes::Bytes;
use connector_kit::Accounts;
use engine_contract::{
    ConnectorError, Context, Current, EntitySchema, Map, Op, Record, Result, Value, Write,
};
use http::{Request, Response};
use serde_json::Value as Json;

/// A connection that sends nothing.
pub(crate) struct Rehearsal {
    service: Service,
}

/// What an answer means.
pub(crate) struct Judgement {
    pub(crate) error: ConnectorError,
    pub(crate) effect: Effect,
    pub(crate) stops: bool,
}

impl Rehearsal {
    pub(crate) fn new(said: Said<'_>, context: &Context, config: &Json) -> Result<Self> {
        Ok(Self { service: open::service(said, &Accounts::default(), context, config)? })
    }

    /// What is wrong with an answer; nothing when it is a success that can be read.
    pub(crate) fn judge(&self, response: Response<Bytes>) -> Option<Judgement> {
        let answer = Answer::of(response);
        let verdict = self.service.judge(&answer);
        let judgement = verdict.map(|verdict| Judgement {
            error: verdict.error,
            effect: verdict.effect,
            stops: verdict.stops,
        });
        let unreadable = answer.body.is_none();
        judgement.or_else(|| {
            let stops = false;
            unreadable.then(|| Judgement { error: answer.unreadable(), effect: Effect::Unknown, stops })
        })
    }

    /// The request of a write, as it would be signed. `fields` are the object as it is now.
    pub(crate) fn request(&self, write: &Write, fields: &Map) -> Result<Request<Bytes>> {
        let current = Current {
            target_id: write.target_id.clone().unwrap_or_default(),
            token: write.token.clone(),
            fields: Value::Map(fields.clone()),
        };
        let now = (write.op != Op::Create).then_some(&current);
        self.service.request(write::call(&self.service, write, now)?)
    }

    /// The fields of an object, with everything that its connector knows of how it is written.
    pub(crate) fn schema(&self, object: &str) -> Result<&EntitySchema> {
        self.service.catalog.schema(object)
    }
}

/// The address of a connection, without a `/` at its end.
pub(crate) fn address(manifest: &Manifest, config: &Json) -> Result<String> {
    let base = manifest.base.as_ref().ok_or_else(|| open::cannot_open(manifest))?;
    open::address(base, &Settings::of(manifest, config))
}

/// Whether a record has something at a dotted path.
pub(crate) fn has(record: &Record, dotted: &str) -> bool {
    path::text(record, dotted).is_some_and(|text| !text.is_empty())
}
