//! Judges what became of a test's record.

use super::{
    Difference, Ended,
    compare::{differences, field_at},
    input::map_input,
};
use crate::{MapError, Program};
use engine_contract::Map;
use engine_project::{Place, model::Status, project::Test};

/// How a test went.
#[derive(Clone, Debug)]
pub struct TestOutcome {
    /// Whether everything came out as expected.
    pub passed: bool,
    /// What did not.
    pub differences: Vec<Difference>,
    /// What became of each item; none where there was nothing to map.
    pub ended: Vec<Ended>,
}

/// Runs a test against the entity that it names.
#[must_use]
pub fn run_test(program: &Program, test: &Test) -> TestOutcome {
    let (differences, ended) = match map_input(program, test) {
        Err(message) => (vec![Difference::told(message)], Vec::new()),
        Ok(ended) => (judge(test, &ended), ended),
    };
    TestOutcome { passed: differences.is_empty(), differences, ended }
}

fn judge(test: &Test, ended: &[Ended]) -> Vec<Difference> {
    let expect = &test.expect;
    let mut out = Vec::new();
    let errors = || ended.iter().filter_map(|item| item.error.as_ref());
    match (&expect.status, &expect.error) {
        (Some(status), _) => {
            let wrong = ended.iter().filter(|item| item.status != *status);
            out.extend(wrong.map(|item| Difference::new("status", status, told(item)).at(place(item))));
            if ended.is_empty() && expect.count != Some(0) {
                out.push(Difference::new("status", status, "no item"));
            }
        }
        (None, None) => {
            let is_wrong =
                |item: &&Ended| matches!(item.status, Status::Held | Status::Blocked | Status::Failed);
            let wrong = ended.iter().filter(is_wrong);
            out.extend(wrong.map(|item| Difference::told(told(item)).at(place(item))));
        }
        (None, Some(_)) => {}
    }
    if let Some(words) = &expect.error {
        let says = |error: &MapError| error.code.as_str() == words || error.message.contains(words.as_str());
        if !errors().any(says) {
            let found = errors().next();
            let told = found.map_or_else(|| "no error".to_owned(), described);
            let place = found.map(|error| error.place.clone());
            out.push(Difference::new("error", format!("`{words}`"), told).at(place));
        }
    }
    let mapped: Vec<&Ended> = ended.iter().filter(|item| item.is_mapped()).collect();
    if let Some(count) = expect.count.filter(|count| *count != mapped.len()) {
        out.push(Difference::new("count", count, mapped.len()));
    }
    let first = mapped.first().copied();
    judge_route(test, first.or_else(|| ended.first()), &mut out);
    match first {
        Some(mapped) => judge_fields(test, &mapped.fields, &mut out),
        // Whoever knows how the record ended knows that it has no fields.
        None if out.is_empty() && (!expect.fields.is_empty() || expect.object.is_some()) => {
            let end = ended.first().map_or("no item", |item| item.status.as_str());
            out.push(Difference::new("fields", "those of a mapped item", end));
        }
        None => {}
    }
    out
}

/// The route is known of a held item too. One that failed before it was chosen has told why.
fn judge_route(test: &Test, first: Option<&Ended>, out: &mut Vec<Difference>) {
    let actual = first.and_then(|item| item.route.as_deref());
    if let Some(route) = test.expect.route.as_deref().filter(|route| actual != Some(route))
        && (actual.is_some() || out.is_empty())
    {
        out.push(Difference::new("route", route, actual.unwrap_or("none")));
    }
}

fn judge_fields(test: &Test, fields: &Map, out: &mut Vec<Difference>) {
    let expect = &test.expect;
    for (path, expected) in &expect.fields {
        differences(path, expected, field_at(fields, path), out);
    }
    if let Some(object) = &expect.object {
        differences("object", object, Some(&engine_contract::Value::Map(fields.clone())), out);
    }
}

fn told(item: &Ended) -> String {
    match &item.error {
        Some(error) => format!("{}: {}", item.status, described(error)),
        None => item.status.to_string(),
    }
}

fn described(error: &MapError) -> String {
    format!("{} ({})", error.message, error.code)
}

fn place(item: &Ended) -> Option<Place> {
    item.error.as_ref().map(|error| error.place.clone())
}
