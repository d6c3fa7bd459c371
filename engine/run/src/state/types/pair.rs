//! Both sides of a record that flows both ways: what they held when they last agreed, and what a person is to decide.

use crate::key::{RecordKey, Scope, Side};
use engine_contract::Value;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What both sides held when they last agreed, by the dotted path of the target field and in the target's terms. A field that
/// they never agreed on is in neither.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// What the source's record said.
    #[serde(rename = "s", default, with = "fields")]
    pub source: BTreeMap<String, Value>,
    /// What the target's object held.
    #[serde(rename = "t", default, with = "fields")]
    pub target: BTreeMap<String, Value>,
}

/// A field that both sides changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictField {
    /// The dotted path of the target field.
    pub path: String,
    /// What both held before; `null` where they never agreed.
    #[serde(with = "value")]
    pub base: Value,
    /// What the source says, in the target's terms.
    #[serde(with = "value")]
    pub source: Value,
    /// What the target holds.
    #[serde(with = "value")]
    pub target: Value,
    /// Its texts may be personal data.
    #[serde(default)]
    pub is_personal: bool,
}

/// A record that both sides changed, and about which a person is to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The record.
    pub record: RecordKey,
    /// The stream's key of the source record.
    pub source_key: String,
    /// The fields.
    pub fields: Vec<ConflictField>,
}

/// A conflict as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptConflict {
    /// Where it is.
    pub scope: Scope,
    /// What it is about.
    pub conflict: Conflict,
    /// What a person has decided, by field; nothing yet where it is empty.
    pub choice: BTreeMap<String, Side>,
    /// Since when.
    pub since: Timestamp,
    /// The run that found it.
    pub run: String,
}

impl KeptConflict {
    /// What people call it by. Made from its key, and the same as long as that is.
    #[must_use]
    pub fn id(&self) -> String {
        let Scope { tenant, environment, pipeline, .. } = &self.scope;
        let RecordKey { entity, key } = &self.conflict.record;
        let named = [tenant, environment, pipeline, entity, key].map(String::as_str).join("\u{1f}");
        let hash = blake3::hash(named.as_bytes()).to_hex();
        format!("con_{}", hash.chars().take(10).collect::<String>())
    }
}

/// Values as JSON, exactly.
mod value {
    use engine_contract::Value;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Value, to: S) -> Result<S::Ok, S::Error> {
        serde_json::Value::from(value).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        serde_json::Value::deserialize(from).map(Value::from)
    }
}

/// Values by their paths as JSON, exactly.
mod fields {
    use engine_contract::Value;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer>(
        fields: &BTreeMap<String, Value>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let json = |(path, value): (&String, &Value)| (path.clone(), serde_json::Value::from(value));
        fields.iter().map(json).collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<String, Value>, D::Error> {
        let json = BTreeMap::<String, serde_json::Value>::deserialize(from)?;
        Ok(json.into_iter().map(|(path, value)| (path, Value::from(value))).collect())
    }
}
