//! The lookups of a pipeline as a tenant sees them.

use super::Scene;
use crate::Lookup;
use engine_contract::Value;
use engine_project::project;
use std::collections::BTreeMap;

/// The pipeline's lookups with the tenant's laid over them: its values come first, and so does its default.
pub(crate) fn lookups(scene: &Scene<'_>) -> BTreeMap<String, Lookup> {
    let lowered = |(name, lookup): (&String, &project::Lookup)| {
        let mut table = table(lookup);
        if let Some(over) = scene.tenant.lookups.get(name) {
            let Lookup { values, default } = self::table(over);
            table.values.extend(values);
            table.default = default.or(table.default);
        }
        (name.clone(), table)
    };
    scene.file.lookups.iter().map(lowered).collect()
}

fn table(lookup: &project::Lookup) -> Lookup {
    Lookup {
        values: lookup.values.iter().map(|(from, to)| (from.clone(), stored(to))).collect(),
        default: lookup.default.as_ref().map(stored),
    }
}

/// A value as it reads back from JSON: a decimal without a fraction is a whole number there.
pub(crate) fn stored(value: &Value) -> Value {
    Value::from(serde_json::Value::from(value))
}
