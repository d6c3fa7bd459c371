//! The entities of a pipeline file.

use super::{
    AssertTable, Conflict, Direction, NewInTarget, Open, SourceOfTruth, Table, WhenRefTable, WriteTable,
};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// `[entity.NAME]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntityTable {
    /// The stream of the source: `from = "orders"`.
    pub from: Option<String>,
    /// The target object, unless routes name several: `to = "Invoice"`.
    pub to: Option<String>,
    /// Entities that must come first where no reference shows it: `needs = ["product"]`.
    pub needs: Vec<String>,
    /// What identifies a record, the stream's key when it is not given: `key = ["$.email", "$.currency"]`.
    #[schemars(with = "serde_json::Value")]
    pub key: Value,
    /// Makes one target object of each element: `each = "$.line_items[*]"`.
    pub each: Option<String>,
    /// What identifies an element within its record, never its position: `each_key = "@.id"`.
    #[schemars(with = "serde_json::Value")]
    pub each_key: Value,
    /// A script that lets records through, or the elements of `each`: `when = "record.total != \"0\""`. It is
    /// asked first: what it leaves out needs no key.
    pub when: Option<String>,
    /// Lets only records through whose reference leads to a target object:
    /// `when_ref = { ref = "order.unpaid", key = "$.id" }`.
    pub when_ref: Option<Table<WhenRefTable>>,
    /// The cursor, the filter and the connector's options for the stream: `source = { cursor = "updated_at" }`.
    #[schemars(with = "EntitySourceTable")]
    pub source: Open,
    /// How target objects are written: `write = { match = ["id"] }`.
    pub write: Table<WriteTable>,
    /// The fields of the target object: `map.Name = "$.name"`.
    pub map: Open,
    /// Several target objects: `[entity.order.route.paid]`. A record keeps its first route.
    pub route: IndexMap<String, Table<RouteTable>>,
    /// What must be true before anything is written: `[[entity.order.assert]]`.
    pub assert: Vec<Table<AssertTable>>,
    /// Which way changes flow: `direction = "two_way"`; `"one_way"` by default.
    pub direction: Direction,
    /// Which side is right where nothing else decides: `source_of_truth = "target"`; `"source"` by default.
    pub source_of_truth: SourceOfTruth,
    /// What becomes of an object that is new in the target of a two-way entity: `new_in_target = "ignore"`; `"create"` by
    /// default.
    pub new_in_target: NewInTarget,
    /// Who wins when both sides changed a record: `conflict = "newest_wins"`; `"source_wins"` by default.
    pub conflict: Conflict,
    /// Who wins for single fields of the target object: `PrimaryPhone.FreeFormNumber = "source_wins"`.
    pub conflict_fields: Open,
    /// What source fields become when changes flow back, where the map cannot be turned around by itself:
    /// `"billing.phone" = "$.PrimaryPhone.FreeFormNumber"`.
    pub map_back: Open,
}

/// `[entity.NAME.source]` without the connector's own options.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("additionalProperties" = true))]
pub struct EntitySourceTable {
    /// The field by which changes are read, one that the stream offers: `cursor = "date_modified_gmt"`.
    pub cursor: Option<String>,
    /// Which records are read, by the stream's filters: `filter = { status = ["completed"] }`.
    pub filter: Open,
}

impl EntitySourceTable {
    /// The keys that are not the connector's.
    pub const KEYS: [&'static str; 2] = ["cursor", "filter"];
}

/// `[entity.NAME.route.NAME]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RouteTable {
    /// The target object: `to = "SalesReceipt"`.
    pub to: Option<String>,
    /// A script that chooses this route: `when = "record.paid"`.
    pub when: Option<String>,
    /// Chooses this route for records whose reference leads to a target object:
    /// `when_ref = { ref = "order.paid", key = "$.parent_id" }`.
    pub when_ref: Option<Table<WhenRefTable>>,
    /// Takes the records that no other route took: `otherwise = true`.
    pub otherwise: bool,
    /// Fields laid over those of the entity: `map.DueDate = "$.due"`.
    pub map: Open,
}
