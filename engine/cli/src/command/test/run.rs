//! Runs the tests, and says how they went.

use super::{
    cases::cases,
    coverage::{Covered, coverage},
    diff, junit, print, update,
};
use crate::{
    args::Test as Arguments,
    error::Result,
    exit::Exit,
    output::Output,
    select::{Selection, current},
    workspace::Workspace,
};
use engine_contract::Cancel;
use engine_plan::testing::{Case, Difference, Ended};
use engine_project::{PipelineFile, Place, Test};
use jiff::Timestamp;
use std::{path::Path, time::Duration};

/// One test and how it went.
pub(super) struct Ran<'a> {
    pub(super) name: String,
    pub(super) pipeline: &'a PipelineFile,
    pub(super) test: &'a Test,
    pub(super) differences: Vec<Difference>,
    pub(super) ended: Vec<Ended>,
    pub(super) took: Duration,
}

impl Ran<'_> {
    pub(super) fn passed(&self) -> bool {
        self.differences.is_empty()
    }

    pub(super) fn place(&self) -> &Place {
        &self.test.place
    }
}

pub(in crate::command) fn run(
    arguments: &Arguments,
    project: Option<&Path>,
    output: &Output,
) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let load = || Workspace::load(&selection, &arguments.which, &Cancel::default());
    let mut workspace = load()?;
    workspace.insist(output)?;
    if let Some(revision) = &arguments.diff {
        return diff::run(&workspace, arguments, revision, output);
    }
    if arguments.update && update::update(&workspace, &all(&workspace, arguments)?, output)? {
        // What was written is judged like what a person writes.
        workspace = load()?;
        workspace.insist(output)?;
    }
    let start = Timestamp::now();
    let cases = cases(&workspace, arguments)?;
    let mut ran = Vec::new();
    for case in &cases {
        let one = one(case);
        if output.is_text() {
            print::one(&one, output);
        }
        ran.push(one);
    }
    let covered = (arguments.filter.is_none() || arguments.coverage).then(|| coverage(&cases));
    let took = since(start);
    if let Some(file) = &arguments.junit {
        junit::write(file, &ran, took)?;
    }
    Ok(finish(arguments, &ran, covered.as_ref(), took, output))
}

fn finish(
    arguments: &Arguments,
    ran: &[Ran<'_>],
    covered: Option<&Covered>,
    took: Duration,
    output: &Output,
) -> Exit {
    let failed = ran.iter().filter(|test| !test.passed()).count();
    let exit = if failed > 0 { Exit::Tests } else { Exit::Done };
    if !output.is_text() {
        output.json(&print::document(ran, covered, took, exit));
        return exit;
    }
    let passed = ran.len() - failed;
    let mappings = covered.map(|covered| format!("; {covered}")).unwrap_or_default();
    output.result(&format!("{passed} passed, {failed} failed in {}ms{mappings}", took.as_millis()));
    if let (true, Some(covered)) = (arguments.coverage, covered) {
        print::uncovered(covered, output);
    }
    exit
}

/// Runs all tests that were asked for, without a word.
fn all<'a>(workspace: &'a Workspace, arguments: &'a Arguments) -> Result<Vec<Ran<'a>>> {
    Ok(cases(workspace, arguments)?.iter().map(one).collect())
}

fn one<'a>(case: &Case<'a>) -> Ran<'a> {
    let start = Timestamp::now();
    let Case { name, pipeline, test, built } = case;
    let (differences, ended) = match built {
        Ok(built) => {
            let outcome = built.run(test);
            (outcome.differences, outcome.ended)
        }
        Err(message) => {
            let told = Difference { what: message.clone(), values: None, place: None };
            (vec![told], Vec::new())
        }
    };
    Ran { name: name.clone(), pipeline, test, differences, ended, took: since(start) }
}

fn since(start: Timestamp) -> Duration {
    Timestamp::now().duration_since(start).unsigned_abs()
}
