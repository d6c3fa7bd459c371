//! The merge itself: a pure function of the base, both sides and the rules.

use crate::{
    key::Side,
    plan::compare,
    state::{Base, ConflictField},
};
use engine_contract::{Map, Value};
use engine_plan::{Conflict, SourceOfTruth, SyncPolicy};
use std::collections::BTreeMap;

/// What decides where both sides changed a field.
pub(super) struct Rules<'a> {
    pub(super) policy: &'a SyncPolicy,
    /// Whether changes of a field come back to the source.
    pub(super) is_carried: &'a dyn Fn(&str) -> bool,
    /// Whether the texts of a field may be personal data.
    pub(super) is_personal: &'a dyn Fn(&str) -> bool,
    /// The side that changed the record last, where that is known and not at one moment.
    pub(super) newest: Option<Side>,
    /// The conflict that is kept, with what a person has decided about it.
    pub(super) kept: Option<(&'a [ConflictField], &'a BTreeMap<String, Side>)>,
}

/// What becomes of both sides.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Merged {
    /// What the target should hold.
    pub(super) fields: Map,
    /// Fields in which the target gets what the source says.
    pub(super) to_target: Vec<String>,
    /// Fields in which the source gets what the target holds.
    pub(super) to_source: Vec<String>,
    /// Fields about which a person has to decide.
    pub(super) open: Vec<ConflictField>,
    /// The fields on which both agree, with what each holds.
    agreed: Base,
    /// What each side holds of the fields on which they do not.
    present: Base,
}

/// Which way something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    ToTarget,
    ToSource,
}

impl Merged {
    /// What both agree on once what goes one way has arrived. What is to go the other way is still to do, and it stays decided:
    /// the side that lost counts as unchanged from here on, the one that won as changed.
    pub(super) fn base(&self, old: &Base, way: Way) -> Base {
        let mut base = self.agreed.clone();
        let (arrived, waits) = match way {
            Way::ToTarget => (&self.to_target, &self.to_source),
            Way::ToSource => (&self.to_source, &self.to_target),
        };
        for path in arrived {
            let value = at(&self.fields, path).cloned().unwrap_or(Value::Null);
            base.source.insert(path.clone(), value.clone());
            base.target.insert(path.clone(), value);
        }
        let kept = |side: &BTreeMap<String, Value>, path: &String| {
            side.get(path).map(|value| (path.clone(), value.clone()))
        };
        for path in waits {
            let (source, target) = match way {
                Way::ToTarget => (&self.present.source, &old.target),
                Way::ToSource => (&old.source, &self.present.target),
            };
            base.source.extend(kept(source, path));
            base.target.extend(kept(target, path));
        }
        base
    }
}

/// Merges. `source` is what the record maps to, `target` what the object holds, both as the target's connector compares them.
pub(super) fn merge(base: &Base, source: &Map, target: &Value, rules: &Rules<'_>) -> Merged {
    let mut merged = Merged { fields: source.clone(), ..Merged::default() };
    let mut paths = Vec::new();
    leaves(source, "", &mut paths);
    for path in paths {
        let said = at(source, &path).cloned().unwrap_or(Value::Null);
        let held = compare::held(target, &path).clone();
        field(base, (path, said, held), rules, &mut merged);
    }
    merged
}

fn field(base: &Base, (path, said, held): (String, Value, Value), rules: &Rules<'_>, merged: &mut Merged) {
    let nothing = Value::Null;
    let before = |side: &BTreeMap<String, Value>| side.get(&path).cloned().unwrap_or_else(|| nothing.clone());
    let (source_before, target_before) = (before(&base.source), before(&base.target));
    let never_agreed = !base.source.contains_key(&path) && !base.target.contains_key(&path);
    let source_changed = !compare::alike(&said, &source_before);
    let target_changed = !compare::alike(&held, &target_before);
    let agree = |merged: &mut Merged, path: String, said: Value, held: Value| {
        merged.agreed.source.insert(path.clone(), said);
        merged.agreed.target.insert(path, held);
    };
    let is_set = !(rules.is_carried)(&path);
    // What the pipeline itself sets stays as people have it who had the object first, or who have changed it since where
    // theirs counts.
    let own_rule = rules.policy.conflict_fields.get(&path);
    let is_kept = match own_rule {
        None => never_agreed,
        // Also what they changed long ago: it is not what the pipeline said.
        Some(rule) => {
            let is_own = target_changed || !compare::alike(&target_before, &source_before);
            *rule == Conflict::TargetWins && is_own
        }
    };
    let is_theirs = is_set && is_kept && !compare::alike(&held, &nothing);
    if compare::alike(&said, &held) || is_theirs || (!source_changed && (!target_changed || is_set)) {
        if !compare::alike(&said, &held) {
            put(&mut merged.fields, &path, held.clone());
        }
        agree(merged, path, said, held);
        return;
    }
    let winner = match (source_changed, target_changed) {
        (true, false) => Some(Side::Source),
        (false, true) => Some(Side::Target),
        _ if is_set => Some(Side::Source),
        _ => decided((&path, &said, &held), rules),
    };
    if winner.is_some() {
        merged.present.source.insert(path.clone(), said.clone());
        merged.present.target.insert(path.clone(), held.clone());
    }
    match winner {
        Some(Side::Source) => merged.to_target.push(path),
        Some(Side::Target) => {
            put(&mut merged.fields, &path, held);
            merged.to_source.push(path);
        }
        None => {
            let is_personal = (rules.is_personal)(&path);
            merged.open.push(ConflictField {
                path,
                base: target_before,
                source: said,
                target: held,
                is_personal,
            });
        }
    }
}

/// Who wins a field that both changed; nothing where a person has to decide.
fn decided((path, said, held): (&str, &Value, &Value), rules: &Rules<'_>) -> Option<Side> {
    let truth = match rules.policy.source_of_truth {
        SourceOfTruth::Source => Side::Source,
        SourceOfTruth::Target => Side::Target,
    };
    match rules.policy.conflict_fields.get(path).unwrap_or(&rules.policy.conflict) {
        Conflict::SourceWins => Some(Side::Source),
        Conflict::TargetWins => Some(Side::Target),
        Conflict::NewestWins => Some(rules.newest.unwrap_or(truth)),
        Conflict::Manual => {
            let (fields, choice) = rules.kept?;
            // What was decided was decided about these values.
            let is_same = |field: &&ConflictField| {
                field.path == path
                    && compare::alike(&field.source, said)
                    && compare::alike(&field.target, held)
            };
            fields.iter().find(is_same)?;
            choice.get(path).copied()
        }
    }
}

/// Fields in the form in which they are sent, with what a merge has taken from the other side laid over them.
pub(super) fn laid_over(fields: &Map, merged: &Map, wanted: &Map) -> Map {
    let mut fields = fields.clone();
    let mut paths = Vec::new();
    leaves(merged, "", &mut paths);
    for path in paths {
        if let Some(value) = at(merged, &path).filter(|value| at(wanted, &path) != Some(value)) {
            put(&mut fields, &path, value.clone());
        }
    }
    fields
}

/// The dotted paths of the fields that are no objects.
fn leaves(map: &Map, within: &str, found: &mut Vec<String>) {
    for (name, value) in map {
        let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        match value {
            Value::Map(inner) => leaves(inner, &path, found),
            _ => found.push(path),
        }
    }
}

fn at<'a>(map: &'a Map, path: &str) -> Option<&'a Value> {
    if let Some(value) = map.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    at(map.get(first)?.as_map()?, rest)
}

fn put(map: &mut Map, path: &str, value: Value) {
    if let Some(own) = map.get_mut(path) {
        *own = value;
        return;
    }
    let Some((first, rest)) = path.split_once('.') else { return };
    if let Some(Value::Map(inner)) = map.get_mut(first) {
        put(inner, rest, value);
    }
}

#[cfg(test)]
mod tests;
