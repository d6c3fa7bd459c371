//! How target objects are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[entity.NAME.write]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "settings read best as flags with names")]
pub struct WriteTable {
    /// Fields by which an existing target object is adopted when all agree: `match = ["sku"]`.
    #[serde(rename = "match")]
    pub match_on: Vec<String>,
    /// Makes the table where there is none, with the columns that the map fills, before the first record is written:
    /// `create_table = true`. What is made is shown first, and a table that is there is never altered.
    pub create_table: bool,
    /// Deletes elements of a record that share these fields and are gone from it, beside `each` only:
    /// `replace_within = ["order_id"]`.
    pub replace_within: Vec<String>,
    /// What happens to the target object of a record that `when` or the filter no longer admits:
    /// `delete = "delete"`; `"keep"` by default.
    pub delete: Delete,
    /// The field that says whether an object is deleted, beside `delete = "soft"` only: a date and time, which is empty
    /// as long as the record is there, or a flag. `deleted_field = "is_deleted"`; `"deleted_at"` by default.
    pub deleted_field: Option<String>,
    /// What happens to the target object of an order that is cancelled: `on_cancel = "void"`; `"keep"` by
    /// default.
    pub on_cancel: OnCancel,
    /// What happens to changes of a target object whose period is closed: `when_closed = "block"`, which is
    /// also the default.
    pub when_closed: WhenClosed,
    /// What happens when another object has the name already: `name_taken = "suffix_key"`; `"fail"` by default.
    pub name_taken: NameTaken,
    /// What happens to records that an older mapping wrote: `on_mapping_change = "replan"`. By default `"new_only"` for
    /// documents of books, whose periods can be closed, and `"replan"` for everything else.
    pub on_mapping_change: Option<OnMappingChange>,
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
            deleted_field: None,
            create_table: false,
            on_cancel: OnCancel::Keep,
            when_closed: WhenClosed::Block,
            name_taken: NameTaken::Fail,
            on_mapping_change: None,
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
    /// It is marked as deleted in `deleted_field`, also when the source does not have the record any more.
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
    /// The record is blocked until a person decides: each run tries again, in case the books were opened.
    #[default]
    Block,
    /// The change is left out: the target object stays as it is, and one that is not there is not made.
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

/// What happens to records that an older mapping wrote, when the mapping changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMappingChange {
    /// They stay as they were written, until the record itself changes.
    #[default]
    NewOnly,
    /// The next run that reads them writes them again.
    Replan,
    /// They stay, and count as blocked until a person has them written again.
    Block,
}
