//! How tests went, for people and for programs.

use super::{coverage::Covered, run::Ran};
use crate::{
    exit::Exit,
    output::{self, Output},
    table::columns,
};
use engine_plan::testing::Difference;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn one(test: &Ran<'_>, output: &Output) {
    let (style, word) = if test.passed() { (output::GOOD, "ok") } else { (output::BAD, "FAILED") };
    output.result(&format!("test {} ... {style}{word}{style:#} ({}ms)", test.name, test.took.as_millis()));
    for difference in &test.differences {
        for line in lines(difference) {
            output.result(&format!("  {line}"));
        }
    }
    if !test.passed() {
        output.result(&format!("  at {}", test.place()));
    }
}

/// What was expected and what came out, one below the other, with the mapping line behind.
fn lines(difference: &Difference) -> Vec<String> {
    let Difference { what, values, place } = difference;
    let place = place.as_ref().map(|place| format!("    {place}")).unwrap_or_default();
    let Some((expected, got)) = values else { return vec![format!("{what}{place}")] };
    vec![format!("- expected  {what} = {expected}"), format!("+ got       {what} = {got}{place}")]
}

pub(super) fn uncovered(covered: &Covered, output: &Output) {
    if covered.uncovered.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = covered
        .uncovered
        .iter()
        .map(|(pipeline, one)| {
            let route = one.route.as_ref().map(|route| format!(".{route}")).unwrap_or_default();
            vec![format!("{pipeline}::{}{route}", one.entity), one.field.clone(), one.place.to_string()]
        })
        .collect();
    for line in columns(&["ENTITY", "NO TEST MAPS", "PLACE"], &rows) {
        output.result(&line);
    }
}

pub(super) fn document(ran: &[Ran<'_>], covered: Option<&Covered>, took: Duration, exit: Exit) -> Value {
    let failed = ran.iter().filter(|test| !test.passed()).count();
    json!({
        "tests": ran.iter().map(test_document).collect::<Vec<_>>(),
        "passed": ran.len() - failed,
        "failed": failed,
        "coverage": covered.map(coverage_document),
        "duration_ms": milliseconds(took),
        "exit_code": exit.number(),
    })
}

fn test_document(test: &Ran<'_>) -> Value {
    let difference = |difference: &Difference| {
        let values = difference.values.as_ref();
        json!({
            "what": difference.what,
            "expected": values.map(|(expected, _)| expected),
            "got": values.map(|(_, got)| got),
            "place": difference.place.as_ref().map(ToString::to_string),
        })
    };
    json!({
        "name": test.name,
        "passed": test.passed(),
        "differences": test.differences.iter().map(difference).collect::<Vec<_>>(),
        "place": test.place().to_string(),
        "duration_ms": milliseconds(test.took),
    })
}

fn coverage_document(covered: &Covered) -> Value {
    let one = |(pipeline, one): &(String, engine_plan::testing::Uncovered)| {
        json!({
            "pipeline": pipeline, "entity": one.entity, "route": one.route, "field": one.field,
            "place": one.place.to_string(),
        })
    };
    json!({
        "covered": covered.run, "total": covered.total,
        "uncovered": covered.uncovered.iter().map(one).collect::<Vec<_>>(),
    })
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
