//! What a person is asked, and how.

use super::plan::Kept;
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    prompt, surroundings,
    words::many,
    workspace::Workspace,
};
use engine_plan::Blueprint;
use engine_run::{
    RunRequest,
    state::{Confirmation, Reason, Status},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use std::io::IsTerminal;

/// How long a token is good.
const VALID: SignedDuration = SignedDuration::from_mins(5);

/// A question, with the token that answers it.
pub(crate) struct Question {
    /// Said once, and never kept.
    pub(super) token: String,
    pub(super) asked: Confirmation,
    pub(super) error: CommandError,
}

impl Question {
    /// Why nothing was written.
    pub(crate) fn error(&self) -> &CommandError {
        &self.error
    }

    /// The question for programs.
    pub(crate) fn document(&self) -> Json {
        let summary: Json = serde_json::from_str(&self.asked.summary).unwrap_or_default();
        json!({ "token": self.token, "id": self.asked.id, "until": self.asked.until, "plan": summary })
    }
}

/// Makes the question about a plan.
pub(super) fn about(plan: &Kept, request: &RunRequest, token: &str, now: Timestamp) -> Confirmation {
    Confirmation {
        id: Confirmation::id_of(token),
        scope: super::plan::scope(request),
        run: plan.report.run_id.clone(),
        reason: Reason::Production,
        digest: Some(plan.digest),
        summary: summary(plan, request).to_string(),
        actor: surroundings::actor().unwrap_or_default(),
        made_at: now,
        until: now.checked_add(VALID).ok(),
        used_at: None,
        used_by: None,
    }
}

/// What was asked for, and what it comes to: numbers and names, no content.
fn summary(plan: &Kept, request: &RunRequest) -> Json {
    let sums = plan.gathered.sums.iter().filter(|((_, step), _)| step.writes());
    let sums = sums.map(|((entity, step), sums)| {
        let money = sums.money.iter().map(|(currency, amount)| (currency.clone(), amount.to_string().into()));
        let money: serde_json::Map<String, Json> = money.collect();
        json!({ "entity": entity, "step": step, "count": sums.count, "money": money })
    });
    json!({
        "entities": request.only, "full": request.full, "limit": request.limit, "writes": plan.writes(),
        "deletes": plan.deletes(), "sums": sums.collect::<Vec<_>>(),
    })
}

/// Prints what a plan comes to.
pub(super) fn show(plan: &Kept, workspace: &Workspace, blueprint: &Blueprint, output: &Output) {
    let (title, to) = (workspace.title(blueprint), &blueprint.target.connection);
    let production = if workspace.is_production(blueprint) { ", production" } else { "" };
    output.talk(&format!("{title} would write to `{to}` ({}{production}):", blueprint.target.connector));
    for entity in blueprint.steps() {
        let sums =
            plan.gathered.sums.iter().filter(|((name, step), _)| *name == entity.name && step.writes());
        for ((name, step), sums) in sums {
            let money = sums.money.iter().map(|(currency, amount)| format!(", {amount} {currency}"));
            let money: String = money.map(|text| text.trim_end().to_owned()).collect();
            output.talk(&format!(
                "  {name:<16} {:>7} to {}{money}",
                sums.count,
                step.as_str().replace('_', " ")
            ));
        }
    }
    let failed = plan.report.total(Status::Failed) + plan.report.total(Status::Blocked);
    if failed > 0 {
        output
            .talk(&format!("  {} would fail", many(usize::try_from(failed).unwrap_or(usize::MAX), "record")));
    }
}

/// `12 writes to production connection ...`.
pub(super) fn sentence(plan: &Kept, blueprint: &Blueprint) -> String {
    let count = |number: u64, word| many(usize::try_from(number).unwrap_or(usize::MAX), word);
    let deletes = match plan.deletes() {
        0 => String::new(),
        deletes => format!(", {deletes} of which take something away,"),
    };
    let to = &blueprint.target.connection;
    format!("{}{deletes} to production connection `{to}`", count(plan.writes(), "write"))
}

/// Whether somebody is there to be asked.
pub(super) fn somebody_is_there(output: &Output) -> bool {
    output.is_text() && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for the pipeline's name, and for the number of deletes where they are many; `false` is no.
pub(super) fn ask(pipeline: &str, deletes: Option<u64>) -> Result<bool> {
    let name = line(&format!("Type the pipeline's name to go on ({pipeline}): "))?;
    if name.trim() != pipeline {
        return Ok(false);
    }
    deletes.map_or(Ok(true), ask_deletes)
}

/// Asks for the number of deletes; `false` is no.
pub(super) fn ask_deletes(deletes: u64) -> Result<bool> {
    let number = line("Type how many objects are to be deleted, voided or deactivated: ")?;
    Ok(number.trim() == deletes.to_string())
}

fn line(question: &str) -> Result<String> {
    prompt::line(question).map_err(|error| {
        let message = format!("the answer cannot be read: {error}");
        CommandError::new(Exit::Confirm, "confirm/declined", message).help("nothing was written")
    })
}
