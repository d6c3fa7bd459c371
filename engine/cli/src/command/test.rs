//! `engine test`: maps the samples that stand beside the mappings, and compares.

use crate::{
    args::Test,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    select::{Selection, current},
    workspace::Workspace,
};
use engine_contract::Cancel;
use engine_plan::{
    Program,
    testing::{TestOutcome, run_test},
};
use std::path::Path;

/// One test and how it went.
#[derive(serde::Serialize)]
struct Ran {
    name: String,
    passed: bool,
    differences: Vec<String>,
    place: String,
}

pub(super) fn run(arguments: &Test, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load(&selection, &Cancel::default())?;
    workspace.insist(output)?;
    let mut ran = Vec::new();
    for blueprint in &workspace.blueprints {
        let program = Program::build(blueprint)
            .map_err(|error| CommandError::new(Exit::Invalid, "run/invalid-pipeline", error.to_string()))?;
        let Some(pipeline) = workspace.project.pipeline(&blueprint.pipeline) else { continue };
        for test in &pipeline.tests {
            let name = format!("{}::{}::{}", pipeline.name, test.entity, test.name);
            if arguments.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
                continue;
            }
            let TestOutcome { passed, differences } = run_test(&program, test);
            let one = Ran { name, passed, differences, place: test.place.to_string() };
            if output.is_text() {
                print(&one, output);
            }
            ran.push(one);
        }
    }
    if let (true, Some(filter)) = (ran.is_empty(), &arguments.filter) {
        let message = format!("no test's name contains `{filter}`");
        return Err(CommandError::new(Exit::NotFound, "test/none-fits", message));
    }
    let failed = ran.iter().filter(|test| !test.passed).count();
    let exit = if failed > 0 { Exit::Tests } else { Exit::Done };
    if output.is_text() {
        output.result(&format!("{} passed, {failed} failed", ran.len() - failed));
    } else {
        output.json(&serde_json::json!({ "tests": ran, "failed": failed, "exit_code": exit.number() }));
    }
    Ok(exit)
}

fn print(test: &Ran, output: &Output) {
    let (style, word) = if test.passed { (output::GOOD, "ok") } else { (output::BAD, "FAILED") };
    output.result(&format!("test {} ... {style}{word}{style:#}", test.name));
    for difference in &test.differences {
        output.result(&format!("  {difference}"));
    }
    if !test.passed {
        output.result(&format!("  at {}", test.place));
    }
}
