//! connector.toml as it is written. Unknown keys are refused, so that a typo is never taken for a default.

mod batch;
mod page;
mod read;
mod service;
mod tables;
mod webhook;
mod write;

pub(crate) use batch::BatchTable;
pub(crate) use page::{PageKind, PageTable};
pub(crate) use read::{
    Bound, Compare, CursorTable, FetchTable, FilterTable, FindTable, JoinTable, ReadTable,
};
pub(crate) use service::{
    Again, AuthKind, AuthTable, BaseTable, Effect, ErrorsTable, Language, LanguageTable, LimitsTable, Pairs,
    RuleTable, Scope, TimeFormat, TimeTable, kind_of, kind_words,
};
pub(crate) use tables::{TablesKind, TablesTable};
pub(crate) use webhook::{DeliveryTable, PingTable, SignatureKind, SignatureTable, Webhooks};
pub(crate) use write::{CallTable, ListTable, MarkerKind, Null, WriteTable};

use engine_contract::{Amount, EffectClass};
use schemars::JsonSchema;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// Texts by name.
pub(crate) type Texts = BTreeMap<String, String>;

/// A whole connector.toml.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// What the connector is.
    pub(crate) connector: About,
    /// The settings of a connection: `[settings.url]`.
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, Setting>,
    /// Without it connections can be checked, and not opened.
    pub(crate) base: Option<BaseTable>,
    /// How requests are signed.
    pub(crate) auth: Option<AuthTable>,
    /// How much may be asked of the service.
    #[serde(default)]
    pub(crate) limits: LimitsTable,
    /// How the service writes instants.
    #[serde(default)]
    pub(crate) time: TimeTable,
    /// What answers mean that are no success.
    #[serde(default)]
    pub(crate) errors: ErrorsTable,
    /// The query language of the service, where it has one.
    pub(crate) language: Option<LanguageTable>,
    /// Ways to read a list to its end: `[page.changes]`.
    #[serde(default)]
    pub(crate) page: BTreeMap<String, PageTable>,
    /// Streams and objects that are the tables of each account.
    pub(crate) tables: Option<TablesTable>,
    /// What pipelines may say in `[source] options`.
    #[serde(default)]
    pub(crate) source: SourceTable,
    /// What goes for all target objects.
    #[serde(default)]
    pub(crate) target: TargetTable,
    /// What the service tells of its own accord.
    #[serde(default)]
    pub(crate) webhooks: Webhooks,
    /// What can be read: `[stream.orders]`.
    #[serde(default)]
    pub(crate) stream: BTreeMap<String, StreamTable>,
    /// What can be written or looked up: `[object.Invoice]`.
    #[serde(default)]
    pub(crate) object: BTreeMap<String, ObjectTable>,
}

impl Manifest {
    /// All that `[connection.NAME]`, `[source] options` and `[target] options` may say, by name.
    pub(crate) fn settings(&self) -> BTreeMap<&str, &Setting> {
        let options = self.source.options.iter().chain(&self.target.options);
        self.settings.iter().chain(options).map(|(name, setting)| (name.as_str(), setting)).collect()
    }

    /// How an object is written, with what is said for all of them.
    pub(crate) fn write(&self, object: &str) -> Option<WriteTable> {
        self.object.get(object).map(|table| table.write.over(&self.target.write))
    }
}

/// `[connector]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    /// The name that `connector = "..."` selects.
    pub(crate) name: String,
    /// What it does, in a sentence.
    pub(crate) description: String,
    /// Where the service describes its API.
    pub(crate) docs: String,
}

/// What a setting, an option or a filter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A day. Filters only.
    Date,
    /// An address that begins with `https://` or `http://`.
    Url,
    /// `{ secret = "name" }`, never the secret itself.
    Secret,
    /// One of the texts in `one_of`.
    OneOf,
}

/// `[settings.X]`, `[source.options.X]` or `[target.options.X]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting {
    /// What it takes.
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    /// What it means; editors show it.
    pub(crate) description: String,
    /// A connection without it is refused.
    #[serde(default)]
    pub(crate) required: bool,
    /// Several may be given, as a list.
    #[serde(default)]
    pub(crate) many: bool,
    /// The only texts there are.
    #[serde(default)]
    pub(crate) one_of: Vec<String>,
    /// What counts when it is not given.
    pub(crate) default: Option<serde_json::Value>,
    /// A value as an example.
    pub(crate) example: Option<serde_json::Value>,
}

/// `[source]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SourceTable {
    /// Settings that a pipeline may give instead of the connection: `[source.options.schema]`.
    pub(crate) options: BTreeMap<String, Setting>,
}

/// `[target]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TargetTable {
    /// How unknown outcomes are resolved where an object says nothing else.
    pub(crate) effect: Option<EffectClass>,
    /// The longest time in which a request can take effect after it was sent.
    pub(crate) settle_seconds: Option<u64>,
    /// How long the service remembers a request key.
    pub(crate) key_horizon_seconds: Option<u64>,
    /// Settings that a pipeline may give instead of the connection: `[target.options.schema]`.
    pub(crate) options: BTreeMap<String, Setting>,
    /// How all objects are written that do not say it themselves.
    pub(crate) write: WriteTable,
}

/// `[stream.X]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamTable {
    /// What its records are, in a sentence.
    pub(crate) description: String,
    /// The file of its fields: `streams/orders.json`.
    pub(crate) schema: String,
    /// The fields that identify a record.
    pub(crate) key: Vec<String>,
    /// Where its records say what amount of money they are about: plans add it up.
    pub(crate) amount: Option<Amount>,
    /// Fields by which changes can be read: `[stream.orders.cursor.date_modified_gmt]`.
    #[serde(default)]
    pub(crate) cursor: BTreeMap<String, CursorTable>,
    /// What `source.filter` may name.
    #[serde(default)]
    pub(crate) filter: BTreeMap<String, FilterTable>,
    /// Records of other streams that the connector puts into each record, by the name they have there.
    #[serde(default)]
    pub(crate) join: BTreeMap<String, JoinTable>,
    /// How its records are asked for.
    pub(crate) read: Option<ReadTable>,
    /// The field that tells when a record was made, and how those made since a moment are asked for.
    pub(crate) created: Option<CursorTable>,
    /// The fields by which the service searches: `[stream.orders.find.number]`.
    #[serde(default)]
    pub(crate) find: BTreeMap<String, FindTable>,
}

impl StreamTable {
    /// The longest lag of its cursors.
    pub(crate) fn visibility_lag(&self) -> Duration {
        let seconds = self.cursor.values().map(|cursor| cursor.visibility_lag_seconds).max();
        Duration::from_secs(seconds.unwrap_or(0))
    }
}

/// `[object.X]`. The lists are those of [`engine_contract::Offer`].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectTable {
    /// What the objects are, in a sentence.
    pub(crate) description: String,
    /// The file of its fields: `objects/Invoice.json`, or that of a stream.
    pub(crate) schema: String,
    /// The fields that identify an object.
    pub(crate) key: Vec<String>,
    /// It is looked up and referred to, but never written.
    #[serde(default)]
    pub(crate) is_read_only: bool,
    /// How unknown outcomes are resolved.
    pub(crate) effect: Option<EffectClass>,
    /// What `write.delete` may say: `delete`, `soft`, `deactivate`, `void`.
    #[serde(default)]
    pub(crate) delete: Vec<String>,
    /// What `write.on_cancel` may say: `void`, `delete`.
    #[serde(default)]
    pub(crate) on_cancel: Vec<String>,
    /// What `write.when_closed` may say: `block`, `skip`.
    #[serde(default)]
    pub(crate) when_closed: Vec<String>,
    /// What `write.name_taken` may say: `suffix_key`, `adopt`, `fail`.
    #[serde(default)]
    pub(crate) name_taken: Vec<String>,
    /// The fields by which objects are searched; the stream says how.
    #[serde(default)]
    pub(crate) find_by: Vec<String>,
    /// The fields that pipelines may choose to carry the marker.
    #[serde(default)]
    pub(crate) marker: Vec<String>,
    /// The fields by which an object is searched whose create had no answer.
    #[serde(default)]
    pub(crate) recover_by: Vec<String>,
    /// Fields that each company names itself.
    pub(crate) custom_fields: Option<CustomFields>,
    /// The calls that write such objects.
    #[serde(default)]
    pub(crate) write: WriteTable,
    /// The field by which people name such objects, where only one may have a name.
    pub(crate) name: Option<String>,
    /// The stream that lists such objects; the one of the same name when it is not given.
    pub(crate) listed_by: Option<String>,
}

/// `[object.X.custom_fields]`: fields that each company names itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomFields {
    /// The list that holds them.
    pub field: String,
    /// The member with the name that people know.
    pub label: String,
    /// The member with the value.
    pub value: String,
    /// How many there can be.
    pub max: u32,
}
