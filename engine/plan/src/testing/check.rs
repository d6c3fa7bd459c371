//! The last step of validation: the tests pass, and no record of their samples fails.

use super::{Case, input};
use crate::MapError;
use engine_project::{
    PipelineFile, Place, Test,
    diag::{Diagnostic, code},
    model::Status,
    toml::child,
};
use std::collections::BTreeSet;

/// Runs tests, and maps the further records of the lists that they take their first record from.
///
/// A test that fails is an error. A further record that fails is a warning: no test says what becomes of it.
/// A reference or a target object that it lacks is no failure, as nothing was synced before.
#[must_use]
pub fn check(cases: &[Case<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut mapped: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    for case in cases {
        out.extend(judged(case));
        let test = case.test;
        let sample = (case.pipeline.name.as_str(), test.entity.as_str(), test.input_file.as_str());
        if test.input_file != case.pipeline.file && mapped.insert(sample) {
            out.extend(further(case));
        }
    }
    out
}

/// What is wrong with a test: the first difference, as the others often follow from it.
fn judged(case: &Case<'_>) -> Option<Diagnostic> {
    let Case { pipeline, test, built, .. } = case;
    let failed = |place: Place, what: &str| {
        Diagnostic::error(code::TEST_FAILED, format!("the test `{}` fails: {what}", test.name)).at(place, "")
    };
    let built = match built {
        Ok(built) => built,
        Err(why) => return Some(failed(pipeline.place(&child(&test.pointer, "vars")), why)),
    };
    let differences = built.run(test).differences;
    let difference = differences.first()?;
    let found = failed(expectation(pipeline, test, &difference.what), &difference.to_string());
    let found = match differences.len() {
        1 => found.help("mend the mapping, or accept what comes out with `engine test --update`"),
        count => found.help(format!("`engine test` shows all {count} differences")),
    };
    Some(match &difference.place {
        Some(place) => found.and(place.clone(), "it comes from here"),
        None => found,
    })
}

/// The line of a test that says what came out differently; the test itself where none does.
fn expectation(pipeline: &PipelineFile, test: &Test, what: &str) -> Place {
    let expect = child(&test.pointer, "expect");
    let fields = child(&expect, "fields");
    let named = test.expect.fields.keys().filter(|field| {
        what.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    });
    if let Some(field) = named.max_by_key(|field| field.len()) {
        return pipeline.place(&child(&fields, field));
    }
    let first = what.split(['.', '[']).next().unwrap_or(what);
    let pointer = match first {
        "status" if test.expect.status.is_some() => child(&expect, "status"),
        "error" | "count" | "route" | "object" => child(&expect, first),
        "fields" => fields,
        _ => child(&test.pointer, "name"),
    };
    pipeline.place(&pointer)
}

/// The records of a sample that follow the one that the test maps: those that fail.
fn further(case: &Case<'_>) -> Vec<Diagnostic> {
    let (Ok(built), test) = (&case.built, case.test) else { return Vec::new() };
    let (Some(entity), Ok(sources)) = (built.program.entity_named(&test.entity), input::all(test)) else {
        return Vec::new();
    };
    let mut out: Vec<Diagnostic> = Vec::new();
    let mut seen: BTreeSet<(&'static str, usize)> = BTreeSet::new();
    for (index, source) in sources.iter().enumerate().skip(1) {
        for item in input::ends(entity, source, test) {
            let Some(error) = item.error.filter(|_| item.status == Status::Failed) else { continue };
            // A sample with one mistake often has it in every record.
            if seen.insert((error.code.as_str(), error.place.start)) {
                out.push(told(test, index, &error));
            }
        }
    }
    out
}

fn told(test: &Test, index: usize, error: &MapError) -> Diagnostic {
    let MapError { code: reason, message, place } = error;
    let sentence = format!("record {} of `{}` fails: {message} ({reason})", index + 1, test.input_file);
    Diagnostic::warning(code::TEST_SAMPLE, sentence).at(place.clone(), "").help(
        "a run would list it as failed; take such records up in the mapping, or say what becomes of one in a test",
    )
}
