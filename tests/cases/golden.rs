//! The golden project, and what is known of its connections.

use engine_contract::{Discovery, EntitySchema, Field, FieldType, StreamInfo};
use engine_plan::Catalogs;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What catalogs.json says of a connection: streams with their cursors, objects with their fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    #[serde(default)]
    streams: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    objects: BTreeMap<String, BTreeMap<String, String>>,
    /// The fields of streams, as the contract writes them.
    #[serde(default)]
    schemas: Vec<EntitySchema>,
    /// The filters of streams.
    #[serde(default)]
    filters: BTreeMap<String, Vec<Field>>,
    /// More objects, as the contract writes them.
    #[serde(default)]
    more_objects: Vec<EntitySchema>,
}

/// Where the golden project lies.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/golden")
}

/// Its files by path.
pub(crate) fn files() -> BTreeMap<String, String> {
    files_below(&folder())
}

/// The files of a project by path.
pub(crate) fn files_below(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// The catalogs that a catalogs.json describes.
pub(crate) fn catalogs(json: &str) -> Catalogs {
    let offers: BTreeMap<String, Offer> = serde_json::from_str(json).unwrap();
    Catalogs(offers.into_iter().map(|(name, offer)| (name, discovery(offer))).collect())
}

fn discovery(offer: Offer) -> Discovery {
    let stream = |(name, cursors): (String, Vec<String>)| StreamInfo {
        filters: offer.filters.get(&name).cloned().unwrap_or_default(),
        name,
        cursors,
        ..StreamInfo::default()
    };
    let object = |(name, fields): (String, BTreeMap<String, String>)| EntitySchema {
        name,
        fields: fields.iter().map(|(name, words)| field(name, words)).collect(),
        ..EntitySchema::default()
    };
    Discovery {
        streams: offer.streams.into_iter().map(stream).collect(),
        stream_schemas: offer.schemas,
        objects: offer.objects.into_iter().map(object).chain(offer.more_objects).collect(),
    }
}

/// A field in words: its type, then `required`, `read_only`, a length, or `one_of` and the texts.
fn field(name: &str, words: &str) -> Field {
    let mut words = words.split(' ');
    let kind = match words.next().unwrap() {
        "text" => FieldType::Text,
        "integer" => FieldType::Integer,
        "decimal" => FieldType::Decimal,
        "boolean" => FieldType::Boolean,
        "json" => FieldType::Json,
        other => panic!("`{other}` is no type"),
    };
    let mut field = Field::new(name, kind);
    while let Some(word) = words.next() {
        match word {
            "required" => field.required = true,
            "read_only" => field.read_only = true,
            "one_of" => field.one_of = words.by_ref().map(str::to_owned).collect(),
            length => field.max_length = Some(length.parse().unwrap()),
        }
    }
    field
}
