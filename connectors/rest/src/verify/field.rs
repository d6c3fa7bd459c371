//! Fields: names that are unique, facts that go with the type, samples that the field allows.

use super::Scene;
use crate::{
    conform,
    problem::{Problem, ProblemKind},
};
use engine_contract::{Field, FieldType};
use std::collections::BTreeSet;

/// The file that holds the fields.
pub(super) struct Place<'a, 'b> {
    pub(super) scene: &'a Scene<'b>,
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn check(place: &Place<'_, '_>, fields: &[Field], out: &mut Vec<Problem>) {
    siblings(place, &[], fields, out);
}

fn siblings(place: &Place<'_, '_>, above: &[&str], fields: &[Field], out: &mut Vec<Problem>) {
    let mut names = BTreeSet::new();
    for field in fields {
        let path: Vec<_> = above.iter().copied().chain([field.name.as_str()]).collect();
        if !names.insert(&field.name) {
            out.push(problem(place, &path, "is there twice"));
        }
        if let Some(why) = mistake(place.scene, field) {
            out.push(problem(place, &path, &why));
        }
        siblings(place, &path, &field.fields, out);
    }
}

/// The first thing that is wrong with a field itself.
fn mistake(scene: &Scene<'_>, field: &Field) -> Option<String> {
    use FieldType::{Decimal, Integer, List, Object, Text};
    let goes_with = |fact: &str, kinds: &[FieldType]| {
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        Some(format!("has `{fact}`, which goes with {} only", kinds.join(" or ")))
    };
    let is = |kinds: &[FieldType]| kinds.contains(&field.kind);
    if field.name.is_empty() {
        return Some("has no name".to_owned());
    }
    if !field.fields.is_empty() && !is(&[Object, List]) {
        return goes_with("fields", &[Object, List]);
    }
    if field.element.is_some() && (!is(&[List]) || !field.fields.is_empty()) {
        return Some("has `element`, which goes with lists without `fields` only".to_owned());
    }
    if field.is_money && !is(&[Text, Decimal, Integer]) {
        return goes_with("is_money", &[Text, Decimal, Integer]);
    }
    if field.max_length.is_some() && !is(&[Text, List]) {
        return goes_with("max_length", &[Text, List]);
    }
    if !field.one_of.is_empty() && !is(&[Text, List]) {
        return goes_with("one_of", &[Text, List]);
    }
    let objects = &scene.manifest.object;
    if let Some(unknown) = field.refers_to.as_ref().filter(|name| !objects.contains_key(*name)) {
        return Some(format!("refers to `{unknown}`, which is no object here"));
    }
    let sample = field.sample.as_ref()?;
    conform::value(field, sample).err().map(|why| format!("has a sample that it does not allow: {why}"))
}

/// A problem at the name of a field, which is looked for behind the names above it.
fn problem(place: &Place<'_, '_>, path: &[&str], what: &str) -> Problem {
    let mut range = 0..0;
    for name in path {
        let quoted = format!("\"{name}\"");
        let rest = place.text.get(range.end..).unwrap_or_default();
        let Some(found) = rest.find(&quoted) else { break };
        let start = range.end + found;
        range = start..start + quoted.len();
    }
    Problem::new(place.file, range, format!("`{}` {what}", path.join("."))).of(ProblemKind::Fields)
}
