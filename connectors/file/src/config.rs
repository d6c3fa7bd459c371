//! The settings of a file connection.

use crate::decode;
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
    /// The files that are written, by the name of the target object: `[connection.NAME.object.orders]`.
    #[serde(default)]
    pub object: BTreeMap<String, Object>,
}

/// `[connection.NAME.object.NAME]`: a file that holds all objects of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// The file, relative to the root: `"orders.ndjson"`, `"export/orders.csv.gz"`. It is replaced as a whole at
    /// the end of a run that changed something.
    pub file: String,
    /// How the file is written: `"ndjson"` or `"csv"`. Default: by the name's ending (`.ndjson`, `.jsonl`,
    /// `.csv`, each optionally with `.gz`).
    pub format: Option<Format>,
    /// The fields that together identify an object, such as `["id"]`, for entities without `write.match`.
    #[serde(default)]
    pub key: Vec<String>,
    /// The only fields that objects may have, in the order of a CSV file's columns. Default: whatever is mapped,
    /// in the order in which it first comes.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The character between the cells of a CSV file. Default `","`.
    pub delimiter: Option<String>,
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

impl Format {
    /// The format that a file's ending tells, with or without `.gz`.
    pub(crate) fn by_ending(file: &str) -> Option<Self> {
        let plain = decode::gzip_stem(file).unwrap_or(file);
        match plain.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// The byte between the cells of a CSV file; nothing when the setting is no such byte.
pub(crate) fn delimiter(setting: Option<&str>) -> Option<u8> {
    match setting.unwrap_or(",").as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
        _ => None,
    }
}

fn here() -> String {
    ".".to_owned()
}
