//! The entities of a pipeline file.

use super::{Open, Table};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `[entity.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntityTable {
    /// The stream of the source: `from = "orders"`.
    pub from: Option<String>,
    /// The target object, unless routes name several: `to = "Invoice"`.
    pub to: Option<String>,
    /// Entities that must come first where no reference shows it: `needs = ["product"]`.
    pub needs: Vec<String>,
    /// What identifies a record, the stream's key when it is not given: `key = ["$.email", "$.currency"]`.
    pub key: Value,
    /// Makes one target object of each element: `each = "$.line_items[*]"`.
    pub each: Option<String>,
    /// What identifies an element within its record, never its position: `each_key = "@.id"`.
    pub each_key: Value,
    /// A script that lets records through, or the elements of `each`: `when = "record.total != \"0\""`. It is
    /// asked first: what it leaves out needs no key.
    pub when: Option<String>,
    /// The cursor and the connector's options for the stream: `source = { cursor = "updated_at" }`.
    pub source: Open,
    /// How target objects are written: `write = { match = ["id"] }`.
    pub write: Table<WriteTable>,
    /// The fields of the target object: `map.Name = "$.name"`.
    pub map: Open,
    /// Several target objects: `[entity.order.route.paid]`. A record keeps its first route.
    pub route: IndexMap<String, Table<RouteTable>>,
}

/// `[entity.NAME.route.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteTable {
    /// The target object: `to = "SalesReceipt"`.
    pub to: Option<String>,
    /// A script that chooses this route: `when = "record.paid"`.
    pub when: Option<String>,
    /// Takes the records that no other route took: `otherwise = true`.
    pub otherwise: bool,
    /// Fields laid over those of the entity: `map.DueDate = "$.due"`.
    pub map: Open,
}

/// `[entity.NAME.write]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct WriteTable {
    /// Fields by which an existing target object is adopted when all agree: `match = ["sku"]`.
    #[serde(rename = "match")]
    pub match_on: Vec<String>,
    /// Deletes elements of a record that share these fields and are gone from it, beside `each` only:
    /// `replace_within = ["order_id"]`.
    pub replace_within: Vec<String>,
    /// What happens to the target object of a record that `when` or the filter no longer admits:
    /// `delete = "delete"`; `"keep"` by default.
    pub delete: Delete,
    /// What happens to the target object of an order that is cancelled: `on_cancel = "void"`; `"keep"` by
    /// default.
    pub on_cancel: OnCancel,
    /// What happens to changes of a target object whose period is closed: `when_closed = "block"`, which is
    /// also the default.
    pub when_closed: WhenClosed,
    /// What happens when another object has the name already: `name_taken = "suffix_key"`; `"fail"` by default.
    pub name_taken: NameTaken,
    /// What happens to old records when the mapping changes: `on_mapping_change = "replan"`; `"new_only"` by
    /// default.
    pub on_mapping_change: OnMappingChange,
    /// The most deletes, voids and deactivations of one run: `max_deletes = 10`.
    pub max_deletes: Option<u64>,
    /// Whether existing target objects are changed: `update = false`; true by default.
    pub update: bool,
    /// Whether several records may share one target object: `shared = true`.
    pub shared: bool,
    /// Accepts doubled records after a crash, for targets that cannot exclude them: `at_least_once = true`.
    pub at_least_once: bool,
}

impl Default for WriteTable {
    fn default() -> Self {
        Self {
            match_on: Vec::new(),
            replace_within: Vec::new(),
            delete: Delete::Keep,
            on_cancel: OnCancel::Keep,
            when_closed: WhenClosed::Block,
            name_taken: NameTaken::Fail,
            on_mapping_change: OnMappingChange::NewOnly,
            max_deletes: None,
            update: true,
            shared: false,
            at_least_once: false,
        }
    }
}

/// What happens to the target object of a record that `when` no longer admits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delete {
    /// It stays.
    #[default]
    Keep,
    /// It is deleted.
    Delete,
    /// It is marked as deleted.
    Soft,
    /// It is made inactive.
    Deactivate,
    /// It is voided: it stays, with amounts of zero.
    Void,
}

/// What happens to the target object of an order that is cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnCancel {
    /// It stays.
    #[default]
    Keep,
    /// It is voided: it stays, with amounts of zero.
    Void,
    /// It is deleted.
    Delete,
}

/// What happens to changes of a target object whose period is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenClosed {
    /// The record is blocked until a person decides.
    #[default]
    Block,
    /// The change is left out.
    Skip,
}

/// What happens when another object has the name already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameTaken {
    /// The record fails.
    #[default]
    Fail,
    /// The record's key is put behind the name.
    SuffixKey,
    /// The other object is adopted.
    Adopt,
}

/// What happens to old records when the mapping changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMappingChange {
    /// They stay as they were written.
    #[default]
    NewOnly,
    /// They are written again.
    Replan,
    /// Their changes wait for a person.
    Block,
}
