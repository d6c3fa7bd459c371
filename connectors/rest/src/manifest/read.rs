//! `[stream.X.read]` and its neighbours: how the records of a stream are asked for.

use super::{Kind, Texts};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[stream.X.read]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadTable {
    /// The path of the list, for services that take parameters.
    pub(crate) path: Option<String>,
    /// What statements select from, for services with a language.
    pub(crate) from: Option<String>,
    /// Conditions of every statement.
    #[serde(default, rename = "where")]
    pub(crate) conditions: Vec<String>,
    /// The member of an answer that holds the list; the whole answer when empty.
    #[serde(default)]
    pub(crate) list: String,
    /// Parameters of every request.
    #[serde(default)]
    pub(crate) query: Texts,
    /// The page that follows a cursor.
    pub(crate) page: Option<String>,
    /// The page that goes through everything.
    pub(crate) sweep: Option<String>,
    /// Members that the service makes up anew for each answer: they are taken out of records, which would look changed.
    #[serde(default)]
    pub(crate) leave_out: Vec<String>,
    /// How records are asked for by their keys; without it the whole stream is read and searched.
    pub(crate) fetch: Option<FetchTable>,
}

/// `[stream.X.read.fetch]`: one of `parameter`, `condition` and `path`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FetchTable {
    /// The parameter that takes keys, with commas between them.
    pub(crate) parameter: Option<String>,
    /// The condition that takes keys: `Id IN ({values})`.
    pub(crate) condition: Option<String>,
    /// The path of one record: `taxes/{key}`.
    pub(crate) path: Option<String>,
    /// Most keys in one request.
    #[serde(default = "one")]
    pub(crate) keys_max: usize,
    /// Parameters beside those of the stream; these win.
    #[serde(default)]
    pub(crate) query: Texts,
    /// Conditions instead of those of the stream.
    #[serde(rename = "where")]
    pub(crate) conditions: Option<Vec<String>>,
}

/// `[stream.X.cursor.FIELD]` and `[stream.X.created]`: one of `parameter` and `condition`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CursorTable {
    /// The field, where the name of the table does not say it.
    pub(crate) field: Option<String>,
    /// The grain of its values.
    pub(crate) precision_seconds: u32,
    /// The service leaves out records that stand at the bound itself.
    pub(crate) exclusive: bool,
    /// The longest time between a record's value and the moment a reader can see the record.
    #[serde(default)]
    pub(crate) visibility_lag_seconds: u64,
    /// The parameter that takes the bound.
    pub(crate) parameter: Option<String>,
    /// The condition that takes the bound: `MetaData.LastUpdatedTime >= {value}`.
    pub(crate) condition: Option<String>,
    /// Parameters that put the list in the order of this field.
    #[serde(default)]
    pub(crate) query: Texts,
    /// What a statement orders by.
    pub(crate) order: Option<String>,
}

/// What of a day bounds a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    /// The second before it begins, in UTC: for bounds that are exclusive.
    BeforeStart,
    /// The second after it ends, in UTC.
    AfterEnd,
}

/// How a field of a record is compared with a filter's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Compare {
    /// It is one of the values.
    #[default]
    Equal,
    /// It lies on that day or later.
    From,
    /// It lies on that day or earlier.
    Until,
}

/// `[stream.X.filter.NAME]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterTable {
    /// What it takes: `text`, `integer`, `boolean` or `date`.
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    /// What it admits; editors show it.
    pub(crate) description: String,
    /// Several may be given, as a list.
    #[serde(default)]
    pub(crate) many: bool,
    /// The only texts there are.
    #[serde(default)]
    pub(crate) one_of: Vec<String>,
    /// The parameter that takes it; several values have commas between them.
    pub(crate) parameter: Option<String>,
    /// The parameter that takes several values, where it is another.
    pub(crate) many_parameter: Option<String>,
    /// The condition that takes it: `TxnDate >= {value}`.
    pub(crate) condition: Option<String>,
    /// What of a day is sent.
    pub(crate) bound: Option<Bound>,
    /// The field of a record by which it is judged whether the filter admits it.
    pub(crate) field: Option<String>,
    /// How that field is compared.
    #[serde(default)]
    pub(crate) compare: Compare,
    /// Records can leave the filter: it is judged on the record and not sent, so that those that left are seen.
    #[serde(default)]
    pub(crate) leaves: bool,
    /// It says what records look like, not which there are: records that are asked for by key are asked for with it too.
    #[serde(default)]
    pub(crate) shapes: bool,
    /// A value that lists leave out unless it is asked for, such as the trash: with it the filter is sent, and
    /// records that are asked for by key are asked for with it too.
    pub(crate) hidden: Option<String>,
}

/// `[stream.X.join.FIELD]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinTable {
    /// The stream whose record is put in.
    pub(crate) stream: String,
    /// The field that holds the key of that record.
    pub(crate) by: String,
    /// What it is, in a few words.
    pub(crate) description: String,
}

/// `[stream.X.find.FIELD]`: a field by which the service searches.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindTable {
    /// The parameter that takes one value.
    pub(crate) parameter: Option<String>,
    /// The condition that takes several: `Name IN ({values})`.
    pub(crate) condition: Option<String>,
    /// Parameters beside those of the stream; these win.
    #[serde(default)]
    pub(crate) query: Texts,
}

fn one() -> usize {
    1
}
