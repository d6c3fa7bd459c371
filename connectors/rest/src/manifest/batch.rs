//! `[object.X.write.batch]`: several objects in one request, each with an answer of its own.

use super::{service::Pairs, write::Method};
use engine_contract::Op;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One request whose body lists objects by what is done with them: `{ "create": [..], "update": [..] }`. Its answer
/// has the same lists, each object at the place where it was sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchTable {
    pub(crate) method: Method,
    /// As that of a single call, without `{id}` and `{version}`: objects share a request when their paths agree.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: Pairs,
    /// The most objects of a request.
    pub(crate) max: usize,
    /// The list of each operation. An operation without one is sent alone.
    pub(crate) lists: BTreeMap<Op, String>,
    /// The member of an object's answer that is there when it was refused: what a single request would have been
    /// answered with.
    pub(crate) refused: String,
    /// The member of a refusal that holds its HTTP status; 400 where it has none.
    pub(crate) status: Option<String>,
}
