//! What a connector implements.

use crate::{
    Amount, Batch, Capabilities, ConnectorError, Context, Cursor, Encode, EntitySchema, ErrorKind, Field,
    Lookup, Map, Outcome, ReadRequest, Record, Result, SourceRecord, StreamInfo, Value, Write,
    write::{Current, MarkedPage},
};
use async_trait::async_trait;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Whether a connection may change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes.
    Write,
    /// Reads only: dry runs and checks. Files and databases are opened read-only, nothing is created.
    Read,
}

/// A kind of service. Stateless: [`Connector::open`] makes the connection.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// The settings of a connection, `[connection.NAME]` without the keys every connection has. Use
    /// `deny_unknown_fields`, and document each field: the text is what editors show.
    type Config: DeserializeOwned + JsonSchema + Send + Sync;

    /// The name that `connector = "..."` selects.
    fn name(&self) -> &str;

    /// What every connection of this connector offers, known without opening one; nothing when each offers
    /// something of its own.
    fn describe(&self) -> Option<Discovery> {
        None
    }

    /// The statements that make a target object which is not there, in the service's own words, for people to read and
    /// to run; none where objects are not made by statements. Pure.
    fn statements(&self, config: &Self::Config, wanted: &EntitySchema) -> Vec<String> {
        let _ = (config, wanted);
        Vec::new()
    }

    /// Whether [`Target::create`] carries such statements out.
    fn creates_objects(&self) -> bool {
        false
    }

    /// Opens a connection. Cheap where it can be: reach out on first use.
    ///
    /// # Errors
    /// `Config` when a setting is wrong, `Unavailable` or `NotFound` when the place is not there.
    async fn open(&self, context: &Context, config: Self::Config, access: Access) -> Result<Connection>;

    /// Lists what the connection offers.
    ///
    /// # Errors
    /// As [`Connector::open`].
    async fn discover(&self, context: &Context, config: Self::Config) -> Result<Discovery>;
}

/// An open connection: what can be read, what can be written.
pub struct Connection {
    /// What it can do.
    pub capabilities: Capabilities,
    /// Reads, when `capabilities.can_read`.
    pub source: Option<Box<dyn Source>>,
    /// Writes, when `capabilities.can_write`.
    pub target: Option<Box<dyn Target>>,
}

/// What a connection offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Discovery {
    /// What can be read.
    pub streams: Vec<StreamInfo>,
    /// The fields of streams, where they are known.
    pub stream_schemas: Vec<EntitySchema>,
    /// What can be written.
    pub objects: Vec<EntitySchema>,
}

/// Reads streams. Methods take `&self`: state that a read needs travels in [`ReadRequest::resume`].
#[async_trait]
pub trait Source: Send + Sync {
    /// What can be read.
    fn streams(&self) -> Vec<StreamInfo>;

    /// The longest time between a record's cursor value and the moment a reader can see it: what [`Source::streams`]
    /// says. Sources that do not list their streams say it here.
    fn visibility_lag(&self, stream: &str) -> Duration {
        let known = self.streams().into_iter().find(|info| info.name == stream);
        known.map_or(Duration::ZERO, |info| info.visibility_lag)
    }

    /// Where the records of a stream say what amount of money they are about: plans add it up.
    fn amount(&self, stream: &str) -> Option<Amount> {
        let _ = stream;
        None
    }

    /// Where the records of a stream say when they were made, as a dotted path. With [`Source::amount`] it makes them
    /// documents, which `start_date` counts for.
    fn created(&self, stream: &str) -> Option<String> {
        let _ = stream;
        None
    }

    /// Whether a filter of `source.filter` can be judged on the records of a stream: a read without it yields what it leaves
    /// out too, and [`Source::meets`] tells which those are.
    fn judges(&self, stream: &str, filter: &str, value: &Value) -> bool {
        let _ = (stream, filter, value);
        false
    }

    /// Whether a record meets a filter that [`Source::judges`] says yes to. Pure.
    fn meets(&self, stream: &str, filter: (&str, &Value), record: &Record) -> bool {
        let _ = (stream, filter, record);
        true
    }

    /// The source's own "now", in the terms of the stream's cursor; `None` when the stream is swept. Asked
    /// once, before the first batch of a run: the stored cursor never passes it.
    ///
    /// # Errors
    /// When the source cannot be asked.
    async fn clock(&self, context: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>>;

    /// The next batch. Cancel-safe: dropping the future loses nothing.
    ///
    /// # Errors
    /// When the stream cannot be read. Records that are broken one by one go into [`Batch::broken`].
    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch>;

    /// Records by their stream keys; those that do not exist are left out.
    ///
    /// # Errors
    /// When the stream cannot be read.
    async fn fetch(
        &self,
        context: &Context,
        request: &ReadRequest,
        keys: &[String],
    ) -> Result<Vec<SourceRecord>>;
}

/// Writes target objects.
#[async_trait]
pub trait Target: Send + Sync {
    /// The fields of a target object, where they are known.
    ///
    /// # Errors
    /// `NotFound` when there is no such object.
    async fn schema(&self, context: &Context, object: &str) -> Result<EntitySchema>;

    /// The statements of [`Target::create`], exactly. Pure.
    fn statements(&self, wanted: &EntitySchema) -> Vec<String> {
        let _ = wanted;
        Vec::new()
    }

    /// The statement that gives an object one more field; nothing where there is none. Pure: the engine never carries it
    /// out, it shows it.
    fn adding(&self, object: &str, field: &Field) -> Option<String> {
        let _ = (object, field);
        None
    }

    /// Makes a target object that is not there, with the wanted fields, its key unique; one that is there by now stays as
    /// it is. All or nothing.
    ///
    /// # Errors
    /// `Forbidden` when the credentials do not allow it, `Unsupported` where objects cannot be made.
    async fn create(&self, context: &Context, wanted: &EntitySchema) -> Result<()> {
        let _ = (context, wanted);
        Err(ConnectorError::new(ErrorKind::Unsupported, "this connector makes no target objects"))
    }

    /// The exact bytes of a create, an update or a soft delete. Pure: equal input gives equal bytes, with no I/O.
    ///
    /// # Errors
    /// `Invalid` when the fields cannot be written so.
    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes>;

    /// The id that the object of a create or update will have, where its content decides that (a natural
    /// key). Pure. By it the engine sees, before anything is written, that two records claim one object.
    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        let _ = encode;
        None
    }

    /// The bytes of a create or update whose object is named differently, because the service answered
    /// `Duplicate`: `suffix` is put behind the name, which is cut where both are too long. Pure. Nothing for
    /// objects without a name of their own, and where the bytes do not hold it.
    fn renamed(&self, object: &str, payload: &Bytes, suffix: &str) -> Option<Bytes> {
        let _ = (object, payload, suffix);
        None
    }

    /// What a write would make of an object, and what the object is, in a form in which both can be compared field by
    /// field. Pure. `fields` are the mapped ones, `payload` is what [`Target::encode`] made of them, and `current` is what
    /// [`Target::read_back`] gave. Connectors leave out of both what they or the service add by themselves.
    fn compared(&self, object: &str, fields: &Map, payload: &Bytes, current: Value) -> (Map, Value) {
        let _ = (object, payload);
        (fields.clone(), current)
    }

    /// The most writes of such objects that one call takes, where that is not [`Capabilities::write_batch_max`].
    fn write_batch_max(&self, object: &str) -> Option<usize> {
        let _ = object;
        None
    }

    /// Sends writes of one target object, at most [`Target::write_batch_max`], and answers each by its id. A write without an answer counts as unknown.
    ///
    /// # Errors
    /// Only when nothing was sent at all: the connection is refused, the credentials are missing.
    async fn write(&self, context: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>>;

    /// Finds objects by marker: for class `Marker` and for keys past their horizon.
    ///
    /// # Errors
    /// When the target cannot be searched.
    async fn lookup(&self, context: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>>;

    /// Finds objects by the value of one of their fields: for each value the ids of the objects that have it, at
    /// most two, which is enough to see that there are several. Values that no object has may be left out.
    ///
    /// # Errors
    /// `Unsupported` when the target cannot be searched so, `NotFound` or `Config` when it has no such object or
    /// field, and when it cannot be read.
    async fn find(
        &self,
        context: &Context,
        object: &str,
        by: &str,
        values: &[String],
    ) -> Result<Vec<(String, Vec<String>)>> {
        let _ = (context, object, by, values);
        Err(ConnectorError::new(
            ErrorKind::Unsupported,
            "this connector finds no target objects by their fields",
        ))
    }

    /// Finds objects that agree with wanted ones in all the fields of `match_on` (dotted paths): for each wanted
    /// object at most two, which is enough to see that there are several. Inactive objects count.
    ///
    /// # Errors
    /// `Unsupported` when the target cannot be searched so, and when it cannot be read.
    async fn matches(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        wanted: &[Map],
    ) -> Result<Vec<Vec<Current>>> {
        let _ = (context, object, match_on, wanted);
        Err(ConnectorError::new(ErrorKind::Unsupported, "this connector cannot look for objects to adopt"))
    }

    /// The objects that have the name which the bytes of a create want, inactive ones too: asked after the
    /// service answered `Duplicate`.
    ///
    /// # Errors
    /// `Unsupported` when objects have no names, and when the target cannot be read.
    async fn namesakes(&self, context: &Context, object: &str, payload: &Bytes) -> Result<Vec<Current>> {
        let _ = (context, object, payload);
        Err(ConnectorError::new(ErrorKind::Unsupported, "this connector finds no objects by their names"))
    }

    /// Whether objects of a kind carry the engine's marker. Pure.
    fn carries_marker(&self, object: &str) -> bool {
        let _ = object;
        false
    }

    /// The engine's marker in an object as [`Target::read_back`] gives it, whoever's it is. Pure.
    fn marker_in(&self, object: &str, fields: &Value) -> Option<String> {
        let _ = (object, fields);
        None
    }

    /// The objects of a kind that carry a marker of the engine's, whoever's: a page of them, behind the one that named
    /// this place. A page may be empty and not the last.
    ///
    /// # Errors
    /// `Unsupported` when objects of this kind carry none, and when the target cannot be read.
    async fn marked(&self, context: &Context, object: &str, resume: Option<&str>) -> Result<MarkedPage> {
        let _ = (context, object, resume);
        Err(ConnectorError::new(ErrorKind::Unsupported, "objects of this connector carry no marker"))
    }

    /// Finds the objects that agree with the bytes of creates in what a create without an answer would be recognised
    /// by, whatever marker they carry: for each its objects, in the order of the creates.
    ///
    /// # Errors
    /// `Unsupported` when only a marker tells such objects apart, and when the target cannot be read.
    async fn alike(&self, context: &Context, object: &str, payloads: &[Bytes]) -> Result<Vec<Vec<Current>>> {
        let _ = (context, object, payloads);
        Err(ConnectorError::new(ErrorKind::Unsupported, "this connector finds no objects by what was sent"))
    }

    /// Objects by the target's ids; those that do not exist are left out.
    ///
    /// # Errors
    /// When the target cannot be read.
    async fn read_back(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>>;

    /// Makes visible what was written, for targets that show it as a whole: a file that is replaced at once. Called
    /// when a run has come to its end; not when it stopped before. What is visible already stays as it is, so that
    /// a call after a crash makes up for one that was missed.
    ///
    /// # Errors
    /// When it cannot be shown. What was written stays written, and the next run tries again.
    async fn finish(&self, context: &Context) -> Result<()> {
        let _ = context;
        Ok(())
    }
}
