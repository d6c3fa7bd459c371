//! Plans a run against production, asks where that is needed, and writes what was shown.

use super::{
    plan::{Kept, plan, scope},
    question::{self, Question},
};
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    ready::Ready,
    surroundings,
    words::many,
    workspace::{Workspace, runtime},
};
use engine_plan::Blueprint;
use engine_run::{
    RunReport, RunRequest,
    plan::Purpose,
    state::{Answer, Confirmation, Taken, Word as Said},
};
use std::sync::Arc;

/// What a person has said beforehand.
pub(crate) enum Word {
    /// Nothing: ask where that is needed.
    Ask,
    /// Yes to whatever it comes to.
    Yes,
    /// Yes to the plan of this token.
    Token(String),
    /// Yes to going on with this parked run.
    Parked(Box<Confirmation>),
}

/// How it ended.
pub(crate) enum Ended {
    /// It was run.
    Ran(Box<RunReport>),
    /// Somebody has to be asked first; nothing was written.
    Asked(Box<Question>),
}

/// One run and what belongs to it.
struct Flow<'a> {
    ready: &'a Ready,
    workspace: &'a Workspace,
    blueprint: &'a Blueprint,
    request: &'a RunRequest,
    output: &'a Output,
    plan: Kept,
    /// How many deletes were said to be right.
    deletes: Option<u64>,
}

/// Runs against production, as a person has said or says now.
pub(crate) fn run(
    ready: &Ready,
    workspace: &Workspace,
    request: &RunRequest,
    (word, deletes): (&Word, Option<u64>),
    output: &Output,
) -> Result<Ended> {
    let early = match word {
        Word::Token(token) => Some(Confirmation::id_of(token)),
        Word::Parked(asked) => Some(asked.id.clone()),
        Word::Ask | Word::Yes => None,
    };
    if let Some(id) = early {
        check_open(ready, request, &id)?;
    }
    let plan = plan(ready, request)?;
    let blueprint = &*request.blueprint;
    Flow { ready, workspace, blueprint, request, output, plan, deletes }.go_on(word)
}

/// Refuses, before the work of planning, what cannot be answered any more.
fn check_open(ready: &Ready, request: &RunRequest, id: &str) -> Result<()> {
    let (store, now) = (&ready.engine.store, ready.engine.context.clock.now());
    let is_open = |asked: &Confirmation| {
        asked.scope == scope(request)
            && asked.used_at.is_none()
            && asked.until.is_none_or(|until| until >= now)
    };
    let asked = runtime()?.block_on(store.confirmation(id))?;
    if asked.as_ref().is_some_and(is_open) {
        return Ok(());
    }
    let taken = runtime()?.block_on(store.answer(&answer(ready, request, id, (Said::Yes, None))))?;
    Err(refused(&taken, &request.blueprint))
}

fn answer(ready: &Ready, request: &RunRequest, id: &str, (word, digest): (Said, Option<[u8; 32]>)) -> Answer {
    Answer {
        id: id.to_owned(),
        scope: scope(request),
        digest,
        fingerprint: request.blueprint.fingerprint.clone(),
        word,
        by: surroundings::actor().unwrap_or_default(),
        at: ready.engine.context.clock.now(),
    }
}

/// Why an answer does not count.
pub(crate) fn refused(taken: &Taken, blueprint: &Blueprint) -> CommandError {
    let pipeline = &blueprint.pipeline;
    let (code, message) = match taken {
        Taken::Used => ("confirm/used", "it was answered before: nothing was written".to_owned()),
        Taken::Expired(until) => {
            ("confirm/expired", format!("it could be confirmed until {until:.0}: nothing was written"))
        }
        Taken::Unknown | Taken::OtherPlan | Taken::Yes(_) => {
            ("confirm/unknown", format!("nothing of `{pipeline}` waits for this: nothing was written"))
        }
    };
    CommandError::new(Exit::NotFound, code, message).help(format!("`engine run {pipeline}` asks anew"))
}

impl Flow<'_> {
    fn go_on(self, word: &Word) -> Result<Ended> {
        let limits = self.workspace.project.limits(&self.blueprint.tenant);
        let many_deletes =
            Some(self.plan.deletes()).filter(|deletes| *deletes > limits.confirm_deletes_above);
        let is_much = self.plan.writes() > limits.confirm_above || many_deletes.is_some();
        let unsaid = many_deletes.filter(|_| self.deletes != many_deletes);
        match word {
            Word::Ask | Word::Yes if !is_much => self.carry_out(None),
            Word::Ask if question::somebody_is_there(self.output) => self.ask(unsaid),
            Word::Ask => self.leave_token("confirm/needed", many_deletes),
            Word::Yes if unsaid.is_some() => self.leave_token("confirm/needed", many_deletes),
            Word::Yes => {
                let id = self.keep(&self.token())?.id;
                self.show();
                self.answered(&id, true)
            }
            Word::Token(token) => self.take(&Confirmation::id_of(token), token, (unsaid, true)),
            Word::Parked(asked) => self.take(&asked.id, &asked.run, (unsaid, false)),
        }
    }

    fn show(&self) {
        question::show(&self.plan, self.workspace, self.blueprint, self.output);
    }

    fn token(&self) -> String {
        format!("cfm_{}", self.ready.engine.context.random_id())
    }

    /// Keeps the question of a token.
    fn keep(&self, token: &str) -> Result<Confirmation> {
        let now = self.ready.engine.context.clock.now();
        let asked = question::about(&self.plan, self.request, token, now);
        let kept = self.ready.engine.store.ask(&asked, &self.blueprint.fingerprint);
        Ok(runtime()?.block_on(kept)?)
    }

    /// Asks who is there.
    fn ask(self, deletes: Option<u64>) -> Result<Ended> {
        let asked = self.keep(&self.token())?;
        self.show();
        if question::ask(&self.blueprint.pipeline, deletes)? {
            return self.answered(&asked.id, true);
        }
        Err(self.decline(&asked.id)?)
    }

    /// Notes a no.
    fn decline(&self, id: &str) -> Result<CommandError> {
        let said = answer(self.ready, self.request, id, (Said::No, None));
        runtime()?.block_on(self.ready.engine.store.answer(&said))?;
        Ok(CommandError::new(Exit::Confirm, "confirm/declined", "not confirmed: nothing was written"))
    }

    /// Leaves the question with a token, for somebody to answer.
    fn leave_token(self, code: &str, deletes: Option<u64>) -> Result<Ended> {
        let token = self.token();
        let asked = self.keep(&token)?;
        self.show();
        let what = question::sentence(&self.plan, self.blueprint);
        let message = match code {
            "confirm/changed" => {
                format!("the plan is not the one of the token any more: {what} are to be confirmed anew")
            }
            _ => format!("{what} need somebody's word: nothing was written"),
        };
        let deletes = deletes.map(|deletes| format!(" --confirm-deletes {deletes}")).unwrap_or_default();
        let until = asked.until.map(|until| format!("  (until {until:.0})")).unwrap_or_default();
        // What a token is kept with does not say which records or which time: the same command does.
        let request = &self.request;
        let is_part = request.records.is_some()
            || request.window.is_some()
            || request.first_run
            || !request.narrow.is_empty();
        let how = if is_part { "the same command with --confirm" } else { "engine confirm" };
        let help = format!("{how} {token}{deletes}{until}");
        let error = CommandError::new(Exit::Confirm, code, message).help(help);
        Ok(Ended::Asked(Box::new(Question { token, asked, error })))
    }

    /// Goes on with what was confirmed by its name, once the number of deletes was said too.
    fn take(self, id: &str, name: &str, (unsaid, is_bound): (Option<u64>, bool)) -> Result<Ended> {
        self.show();
        if let Some(deletes) = unsaid {
            if !question::somebody_is_there(self.output) {
                let count = usize::try_from(deletes).unwrap_or(usize::MAX);
                let message = format!(
                    "{} would be deleted, voided or deactivated, which needs a second word: nothing was written",
                    many(count, "object")
                );
                let help = format!("engine confirm {name} --confirm-deletes {deletes}");
                return Err(CommandError::new(Exit::Confirm, "confirm/deletes", message).help(help));
            }
            if !question::ask_deletes(deletes)? {
                return Err(self.decline(id)?);
            }
        }
        self.answered(id, is_bound)
    }

    /// Takes the answer, and writes what was shown: of several that answer one does.
    fn answered(self, id: &str, is_bound: bool) -> Result<Ended> {
        let digest = is_bound.then_some(self.plan.digest);
        let said = answer(self.ready, self.request, id, (Said::Yes, digest));
        let taken = runtime()?.block_on(self.ready.engine.store.answer(&said))?;
        match taken {
            Taken::Yes(_) => self.carry_out(Some(id.to_owned())),
            Taken::OtherPlan => {
                let limits = self.workspace.project.limits(&self.blueprint.tenant);
                let deletes = self.plan.deletes();
                self.leave_token(
                    "confirm/changed",
                    (deletes > limits.confirm_deletes_above).then_some(deletes),
                )
            }
            refusal => Err(refused(&refusal, self.blueprint)),
        }
    }

    fn carry_out(self, confirmation: Option<String>) -> Result<Ended> {
        let purpose = Purpose::Apply(Arc::new(self.plan.approved));
        let request = RunRequest { purpose, confirmation, ..self.request.clone() };
        let report = runtime()?.block_on(Box::pin(self.ready.engine.run(&request)));
        self.ready.progress.clear();
        Ok(Ended::Ran(Box::new(report?)))
    }
}
