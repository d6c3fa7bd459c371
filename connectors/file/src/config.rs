//! The settings of a file connection.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[connection.NAME]` with `connector = "file"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder that holds the files, relative to the project, such as `"data"`. Default: the project's own
    /// folder. Nothing outside of it is ever opened.
    #[serde(default = "here")]
    pub root: String,
    /// The streams by name: `[connection.NAME.stream.orders]`.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
}

/// `[connection.NAME.stream.NAME]`: files that together are one stream.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Globs relative to the root, with `/` between folders: `["orders*.json", "archive/**/*.ndjson.gz"]`. `*`
    /// stays within one folder. Files are read in the order of their paths.
    pub files: Vec<String>,
    /// How the files are written: `"json"`, `"ndjson"` or `"csv"`. Default: by the name's ending (`.json`,
    /// `.ndjson`, `.jsonl`, `.csv`, each optionally with `.gz`).
    pub format: Option<Format>,
    /// The members whose values make a record's key, such as `["id"]`. A dotted name, `"billing.email"`,
    /// reaches into objects unless a member has exactly that name.
    pub key: Vec<String>,
    /// The field by which changes are read, such as `"modified_at"`. Without it the stream is swept: every
    /// run reads it whole and compares contents.
    pub cursor: Option<String>,
    /// The character between the cells of a CSV file. Default `","`.
    pub delimiter: Option<String>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One document: an array of objects, or a single object.
    Json,
    /// One object per line.
    Ndjson,
    /// A header row of names, then one record per row, every cell a text.
    Csv,
}

fn here() -> String {
    ".".to_owned()
}
