//! What a connector is tried with.

use engine_contract::{Connection, Context, Map, Value};
use std::{future::Future, pin::Pin};

/// Work on an open connection.
pub(super) type Work<'a> =
    Box<dyn FnOnce(Context, Connection) -> Pin<Box<dyn Future<Output = ()> + 'a>> + 'a>;

/// A service with some data, to which a connector connects. It goes away with the fixture.
pub(super) trait Fixture {
    /// The connector's name.
    fn connector(&self) -> &'static str;

    /// Opens a connection and works with it.
    fn with(&self, work: Work<'_>);

    /// What can be read there; nothing for connectors that only write.
    fn source(&self) -> Option<SourceCase>;

    /// What can be written there; nothing for connectors that only read.
    fn target(&self) -> Option<TargetCase>;
}

/// A stream with records.
pub(super) struct SourceCase {
    pub(super) stream: &'static str,
    /// The field by which changes are read.
    pub(super) cursor: Option<&'static str>,
    /// The keys of all records, in any order. At least ten, some with equal cursors.
    pub(super) keys: Vec<String>,
}

/// A kind of object that can be written.
pub(super) struct TargetCase {
    pub(super) object: &'static str,
    pub(super) match_on: &'static [&'static str],
    /// The fields of an object, by its number and the version of its content.
    pub(super) content: fn(u32, u32) -> Map,
    /// The field that tells a version, and its value there.
    pub(super) tells: (&'static str, fn(u32) -> Value),
    /// The fields of an object that the service refuses, one of which holds [`CANARY`]; nothing where it takes all.
    pub(super) refused: Option<fn() -> Map>,
}

/// A value that may show in no error.
pub(super) const CANARY: &str = "canary-4711";

/// Fields from JSON.
pub(super) fn fields(json: &serde_json::Value) -> Map {
    match serde_json::from_value(json.clone()).unwrap() {
        Value::Map(map) => map,
        other => panic!("{other:?} is no object"),
    }
}
