//! `[object.X.write.batch]`: several objects in one request, each with an answer of its own.

use super::{service::Pairs, write::Method};
use engine_contract::Op;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One request whose body lists objects by what is done with them: `{ "create": [..], "update": [..] }`. Its answer
/// has the same lists, each object at the place where it was sent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchTable {
    pub(crate) method: Method,
    /// As that of a single call, without `{id}` and `{version}`: objects share a request when their paths agree.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: Pairs,
    /// The most objects of a request.
    pub(crate) max: usize,
    pub(crate) lists: BatchLists,
    /// The member of an object's answer that is there when it was refused: what a single request would have been
    /// answered with.
    pub(crate) refused: String,
    /// The member of a refusal that holds its HTTP status; 400 where it has none.
    pub(crate) status: Option<String>,
    /// Fields whose values the service checks in single requests alone, with the values that are fine: an object with
    /// another one goes alone, so that it is checked.
    #[serde(default)]
    pub(crate) known: BTreeMap<String, Vec<String>>,
}

/// The list of each operation. What has none is sent alone; so is what removes objects.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BatchLists {
    pub(crate) create: Option<String>,
    pub(crate) update: Option<String>,
}

impl BatchLists {
    /// The lists with their operations.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Op, &str)> {
        let create = self.create.as_deref().map(|list| (Op::Create, list));
        create.into_iter().chain(self.update.as_deref().map(|list| (Op::Update, list)))
    }

    /// Whether an operation has one.
    pub(crate) fn has(&self, op: Op) -> bool {
        self.each().any(|(known, _)| known == op)
    }
}
