//! `engine confirm`: a person's answer to a run that asked, and what waits for one.

use crate::{
    args::{Confirm, Format, Which},
    confirm::{Ended, Word, run as carry_out},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    ready::ready,
    report,
    select::{Selection, current},
    surroundings,
    table::columns,
    workspace::{Depth, Workspace, runtime, title},
};
use engine_contract::Cancel;
use engine_run::{
    RunRequest,
    plan::Purpose,
    state::{Answer, Confirmation, PipelineKey, RunFilter, Taken, Word as Said},
};
use serde::Deserialize;
use std::{path::Path, sync::Arc};

/// What was asked for, as it is kept with the question.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    entities: Vec<String>,
    full: bool,
    limit: Option<usize>,
}

pub(super) fn run(arguments: &Confirm, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let all = Selection { project: current(project)?, pipelines: Vec::new() };
    let files = Workspace::load_to(Depth::Files, &all, &Which::default(), &Cancel::default())?;
    let Some(name) = &arguments.name else { return list(&files, output) };
    let store = files.state.read()?;
    let by_token = runtime()?.block_on(store.confirmation(&Confirmation::id_of(name)))?;
    let is_token = by_token.is_some();
    let found = match by_token {
        Some(asked) => Some(asked),
        None => runtime()?.block_on(store.confirmation(name))?.filter(Confirmation::is_parked),
    };
    drop(store);
    let Some(asked) = found else {
        let message = format!("nothing waits for `{name}`");
        let error = CommandError::new(Exit::NotFound, "confirm/unknown", message);
        return Err(
            error.help("`engine confirm` lists the runs that wait; a token is good for 5 minutes, once")
        );
    };
    if arguments.decline {
        return decline(&files, &asked, output);
    }
    let word = if is_token { Word::Token(name.clone()) } else { Word::Parked(Box::new(asked.clone())) };
    go_on(&all, &asked, (&word, arguments.deletes), output)
}

fn go_on(
    all: &Selection,
    asked: &Confirmation,
    (word, deletes): (&Word, Option<u64>),
    output: &Output,
) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let (workspace, blueprint) =
        Workspace::of_pipeline(&all.project, &PipelineKey::of(&asked.scope), &cancel, output)?;
    let engine = ready(&workspace, false, output)?;
    let title = workspace.title(&blueprint);
    engine.progress.name(title.clone());
    let wanted: Asked = serde_json::from_str(&asked.summary).unwrap_or_default();
    let request = RunRequest {
        only: wanted.entities,
        full: wanted.full,
        limit: wanted.limit,
        trigger: "confirm".to_owned(),
        actor: surroundings::actor(),
        ..RunRequest::new(Arc::clone(&blueprint), Purpose::Write)
    };
    let report = match carry_out(&engine, &workspace, &request, (word, deletes), output)? {
        Ended::Ran(report) => *report,
        Ended::Asked(question) => {
            let exit = question.error().exit;
            if output.format() == Format::Json {
                let mut document = report::never_began(&blueprint, question.error());
                report::add_question(&mut document, &question.document());
                output.json(&serde_json::json!({ "runs": [document], "exit_code": exit.number() }));
            } else {
                output.error(question.error());
            }
            return Ok(exit);
        }
    };
    let exit = super::run::exit_of(&report);
    if output.is_text() {
        let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
        report::print(&report, &title, place, output);
        super::run::sum_up(&engine, &blueprint, output)?;
    }
    if output.format() == Format::Json {
        let document = report::document(&report, &blueprint.tenant);
        output.json(&serde_json::json!({ "runs": [document], "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// Notes a no. Of a parked run it lets later ones go on, each up to the limits.
fn decline(files: &Workspace, asked: &Confirmation, output: &Output) -> Result<Exit> {
    let store = files.state.open()?;
    let said = Answer {
        id: asked.id.clone(),
        scope: asked.scope.clone(),
        digest: None,
        fingerprint: String::new(),
        word: Said::No,
        by: surroundings::actor().unwrap_or_default(),
        at: files.context.clock.now(),
    };
    let (run, pipeline) = (&asked.run, &asked.scope.pipeline);
    match runtime()?.block_on(store.answer(&said))? {
        Taken::Yes(_) if output.is_text() => {
            let then =
                if asked.is_parked() { "later runs go on, up to the limits" } else { "nothing was written" };
            output.step(output::GOOD, "Declined", &format!("{pipeline} {run}: {then}"));
        }
        Taken::Yes(_) => {
            output.json(&serde_json::json!({ "declined": { "pipeline": pipeline, "run": run } }));
        }
        Taken::Unknown | Taken::Used | Taken::Expired(_) | Taken::OtherPlan => {
            let message = "it was answered before, or can be answered no more";
            return Err(CommandError::new(Exit::NotFound, "confirm/used", message)
                .help("`engine confirm` lists what waits"));
        }
    }
    Ok(Exit::Done)
}

/// What waits for somebody.
fn list(files: &Workspace, output: &Output) -> Result<Exit> {
    let filter = RunFilter { limit: usize::MAX, ..RunFilter::default() };
    let parked = runtime()?.block_on(files.state.read()?.parked(&filter))?;
    if !output.is_text() {
        let documents = parked.iter().map(|asked| {
            serde_json::json!({
                "run": asked.run, "tenant": asked.scope.tenant, "environment": asked.scope.environment,
                "pipeline": asked.scope.pipeline, "reason": asked.reason, "since": asked.made_at,
            })
        });
        output.json(&serde_json::json!({ "waiting": documents.collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    if parked.is_empty() {
        output.talk("nothing waits for anybody");
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = parked
        .iter()
        .map(|asked| {
            vec![
                asked.run.clone(),
                title(&files.project, &asked.scope.tenant, &asked.scope.pipeline),
                asked.scope.environment.clone(),
                asked.reason.as_str().to_owned(),
                asked.made_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            ]
        })
        .collect();
    for line in columns(&["RUN", "PIPELINE", "ENVIRONMENT", "LIMIT", "SINCE"], &rows) {
        output.result(&line);
    }
    Ok(Exit::Done)
}
