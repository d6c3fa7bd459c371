//! `[object.X.write]`: how objects are made, changed and removed. `[target.write]` says it for all objects.

use super::{batch::BatchTable, service::Pairs};
use engine_contract::Op;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The calls and where answers hold what. What an object does not say, `[target.write]` says.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WriteTable {
    /// Makes an object.
    pub(crate) create: Option<CallTable>,
    /// Changes an object.
    pub(crate) update: Option<CallTable>,
    /// Removes an object for good.
    pub(crate) delete: Option<CallTable>,
    /// Takes back what it did and keeps it as a trace.
    pub(crate) void: Option<CallTable>,
    /// Puts it out of use.
    pub(crate) deactivate: Option<CallTable>,
    /// Several at once.
    pub(crate) batch: Option<BatchTable>,
    /// The member of an answer that holds the object; the whole answer when empty.
    pub(crate) answer: Option<String>,
    /// The member of an object that holds its id.
    pub(crate) id: Option<String>,
    /// The member of an object that holds its version.
    pub(crate) version: Option<String>,
    /// The parameter that carries the request key.
    pub(crate) request_key: Option<String>,
    /// The field that carries the engine's marker.
    pub(crate) marker: Option<MarkerTable>,
    /// Writes of such objects go one after the other, never at once.
    pub(crate) serial: Option<bool>,
    /// Fields that only a create may send: the service would add to them instead of replacing them.
    pub(crate) create_only: Vec<String>,
    /// What a refused create leaves behind, by a field and its values: it carries the marker, and is not the object.
    pub(crate) leftovers: BTreeMap<String, Vec<String>>,
    /// How lists of an object are compared with what was written to them, by field.
    pub(crate) lists: BTreeMap<String, ListTable>,
    /// Fields that hold ids of records of a stream, and the stream: an object that names one that is not there is
    /// refused before it is sent, because the service would take it. 0 names nothing.
    pub(crate) must_exist: BTreeMap<String, String>,
    /// What stands for `null`.
    pub(crate) null: Option<Null>,
    /// Fields that every create holds where the mapping says nothing else.
    pub(crate) constants: serde_json::Map<String, serde_json::Value>,
}

/// `[object.X.write.lists.FIELD]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ListTable {
    /// The member that tells elements apart; without it their order does.
    pub(crate) by: Option<String>,
    /// Elements that the service adds by itself, by a member and its values.
    pub(crate) added: BTreeMap<String, Vec<String>>,
}

/// What a `null` of a mapping becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Null {
    /// `null` in updates; creates leave the field out.
    #[default]
    Null,
    /// An empty text in updates of texts; else the field is left out.
    EmptyText,
}

/// One request. Texts may name `{id}`, `{version}`, settings, and members of the object: `{parent_id}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallTable {
    /// The method.
    pub(crate) method: Method,
    /// The path below the service's address.
    pub(crate) path: String,
    /// Parameters.
    #[serde(default)]
    pub(crate) query: Pairs,
    /// Members that the connector puts before the content.
    #[serde(default)]
    pub(crate) with: serde_json::Map<String, serde_json::Value>,
    /// Members that are taken from the object as it is now.
    #[serde(default)]
    pub(crate) copy: Vec<String>,
}

/// How a request changes things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// How objects carry the engine's marker.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkerTable {
    /// Where in the field it stands.
    pub(crate) kind: MarkerKind,
    /// The field that carries it.
    pub(crate) field: String,
    /// Its name among pairs.
    pub(crate) key: Option<String>,
}

/// Where in its field a marker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MarkerKind {
    /// At the end of a text.
    Text,
    /// In a list of `{ "key": ..., "value": ... }`.
    Pair,
}

impl WriteTable {
    /// This table, with what it leaves open taken from `common`.
    pub(crate) fn over(&self, common: &Self) -> Self {
        let call =
            |own: &Option<CallTable>, common: &Option<CallTable>| own.clone().or_else(|| common.clone());
        let mut constants = common.constants.clone();
        constants.extend(self.constants.clone());
        let mut leftovers = common.leftovers.clone();
        leftovers.extend(self.leftovers.clone());
        let mut lists = common.lists.clone();
        lists.extend(self.lists.clone());
        let mut must_exist = common.must_exist.clone();
        must_exist.extend(self.must_exist.clone());
        Self {
            create: call(&self.create, &common.create),
            update: call(&self.update, &common.update),
            delete: call(&self.delete, &common.delete),
            void: call(&self.void, &common.void),
            deactivate: call(&self.deactivate, &common.deactivate),
            batch: self.batch.clone().or_else(|| common.batch.clone()),
            answer: self.answer.clone().or_else(|| common.answer.clone()),
            id: self.id.clone().or_else(|| common.id.clone()),
            version: self.version.clone().or_else(|| common.version.clone()),
            request_key: self.request_key.clone().or_else(|| common.request_key.clone()),
            marker: self.marker.clone().or_else(|| common.marker.clone()),
            serial: self.serial.or(common.serial),
            create_only: self.create_only.iter().chain(&common.create_only).cloned().collect(),
            leftovers,
            lists,
            must_exist,
            null: self.null.or(common.null),
            constants,
        }
    }

    /// The call of an operation.
    pub(crate) fn call(&self, op: Op) -> Option<&CallTable> {
        match op {
            Op::Create => self.create.as_ref(),
            Op::Update => self.update.as_ref(),
            Op::Delete => self.delete.as_ref(),
            Op::Void => self.void.as_ref(),
            Op::Deactivate => self.deactivate.as_ref(),
            // Only tables take them.
            Op::SoftDelete => None,
        }
    }

    /// All calls with their operations.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (Op, &CallTable)> {
        Op::ALL.into_iter().filter_map(|op| Some((op, self.call(op)?)))
    }
}
