//! An object's settings, checked once when the connection opens.

use crate::{
    config::{Format, Object, delimiter},
    decode, error,
};
use bytes::Bytes;
use engine_contract::{
    ConnectorError, Encode, EntitySchema, ErrorKind, Field, FieldType, Offer, Result, Value,
};

/// One file, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRule {
    name: String,
    /// The file's path below the root.
    pub(super) file: String,
    pub(super) format: Format,
    pub(super) is_gzip: bool,
    key: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) delimiter: u8,
}

impl ObjectRule {
    /// Checks an object's settings.
    pub(crate) fn new(name: &str, object: &Object) -> Result<Self> {
        let wrong = |message: &str| error::config(message).with_context("object", name);
        let parts: Vec<&str> = object.file.split('/').collect();
        if object.file.contains('\\') || parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(wrong("`file` must be a path below the root, with `/` between folders"));
        }
        let format = match object.format.or_else(|| Format::by_ending(&object.file)) {
            Some(Format::Json) => {
                return Err(wrong("files of format `json` are only read: write `ndjson` or `csv`"));
            }
            Some(format) => format,
            None => {
                return Err(wrong("`format` must say `ndjson` or `csv`: the file's ending does not tell"));
            }
        };
        Ok(Self {
            name: name.to_owned(),
            file: object.file.clone(),
            format,
            is_gzip: decode::gzip_stem(&object.file).is_some(),
            key: object.key.clone(),
            columns: object.columns.clone(),
            delimiter: delimiter(object.delimiter.as_deref()).ok_or_else(|| {
                wrong("`delimiter` must be one ASCII character, not a quote or a line break")
            })?,
        })
    }

    /// The path below the root of a file that belongs to this one.
    pub(super) fn beside(&self, ending: &str) -> String {
        let (folder, name) = self.file.rsplit_once('/').unwrap_or(("", &self.file));
        if folder.is_empty() { format!(".{name}{ending}") } else { format!("{folder}/.{name}{ending}") }
    }

    /// The folder of the file below the root, where it lies in one.
    pub(super) fn folder(&self) -> Option<&str> {
        self.file.rsplit_once('/').map(|(folder, _)| folder)
    }

    /// What is known of the objects.
    pub(crate) fn schema(&self) -> EntitySchema {
        let field = |name: &String| {
            let nullable = !self.key.contains(name);
            Field { nullable, ..Field::new(name.clone(), FieldType::Any) }
        };
        EntitySchema {
            name: self.name.clone(),
            fields: self.columns.iter().map(field).collect(),
            key: self.key.clone(),
            offer: Offer { delete: vec!["delete".to_owned()], ..Offer::default() },
            ..EntitySchema::default()
        }
    }

    pub(super) fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        let invalid = |message: String| {
            ConnectorError::new(ErrorKind::Invalid, message).with_context("object", self.name.clone())
        };
        if encode.match_on.is_empty() {
            return Err(error::config(
                "nothing identifies an object: name the fields in `write.match` or in `key`",
            )
            .with_context("object", self.name.clone()));
        }
        for field in encode.match_on {
            match encode.fields.get(field) {
                None | Some(Value::Null) => {
                    return Err(invalid(format!("the match field `{field}` has no value")));
                }
                Some(Value::List(_) | Value::Map(_)) => {
                    return Err(invalid(format!("the match field `{field}` is not a single value")));
                }
                Some(_) => {}
            }
        }
        Ok(Bytes::from(Value::Map(encode.fields.clone()).to_json()))
    }
}
