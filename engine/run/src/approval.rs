//! Runs that nobody watches and that went up to a limit: they are parked, and so are those after them, until a person
//! has answered.

use crate::{
    engine::{Engine, RunRequest, mode},
    error::RunError,
    event::Event,
    key::{Scope, Side},
    report::RunReport,
    state::{Confirmation, Counts, Reason, Run, RunFilter, RunStatus},
    work::Work,
};
use jiff::Timestamp;

/// The pipeline of a request, as the store names it.
pub(crate) fn scope(request: &RunRequest) -> Scope {
    Scope {
        tenant: request.blueprint.tenant.clone(),
        environment: request.blueprint.environment.clone(),
        pipeline: request.blueprint.pipeline.clone(),
        side: Side::Source,
    }
}

/// Where an earlier run waits for a person, this one only says so.
pub(crate) async fn still_waits(
    engine: &Engine,
    request: &RunRequest,
) -> Result<Option<RunReport>, RunError> {
    if !request.limits.is_unattended || request.purpose.is_dry() {
        return Ok(None);
    }
    let scope = scope(request);
    let filter = RunFilter {
        tenant: Some(scope.tenant.clone()),
        environment: Some(scope.environment.clone()),
        pipeline: Some(scope.pipeline.clone()),
        limit: 1,
    };
    let Some(waiting) = engine.store.parked(&filter).await?.into_iter().next() else { return Ok(None) };
    let now = engine.context.clock.now();
    let run = Run {
        id: format!("run_{}", engine.context.random_id()),
        scope,
        owner: engine.owner.clone(),
        trigger: request.trigger.clone(),
        mode: mode(request).to_owned(),
        fingerprint: request.blueprint.fingerprint.clone(),
        started_at: now,
        finished_at: None,
        status: RunStatus::Running,
        error: None,
        actor: request.actor.clone(),
        entities: Vec::new(),
    };
    engine.store.begin_run(&run, &engine.gone).await?;
    engine.owners.forget(&engine.gone);
    let error = RunError::StillWaits { run: waiting.run, since: waiting.made_at };
    let (code, message) = (error.code().to_owned(), error.to_string());
    let (status, line) = (RunStatus::AwaitingApproval, format!("{code}: {message}"));
    engine.store.finish_run(&run.id, status, Some(line), now).await?;
    engine.observer.notice(Event::RunFinished {
        run_id: run.id.clone(),
        status: status.as_str(),
        code: Some(code.clone()),
        message: Some(message.clone()),
    });
    let entities = request.blueprint.entities.iter().map(|entity| (entity.name.clone(), Counts::default()));
    Ok(Some(RunReport {
        run_id: run.id,
        pipeline: run.scope.pipeline,
        status,
        dry_run: false,
        duration_ms: 0,
        tables: Vec::new(),
        entities: entities.collect(),
        failures: Vec::new(),
        missing: Vec::new(),
        used_before: None,
        error: Some((code, message)),
    }))
}

/// Keeps the question of a run that went up to a limit: one per pipeline is enough.
pub(crate) async fn park(
    engine: &Engine,
    (work, request): (&Work, &RunRequest),
    reason: Reason,
    at: Timestamp,
) -> Result<(), RunError> {
    let summary =
        serde_json::json!({ "entities": request.only, "full": request.full, "limit": request.limit });
    let asked = Confirmation {
        id: format!("ask_{}", engine.context.random_id()),
        scope: work.scope.clone(),
        run: work.run_id.clone(),
        reason,
        digest: None,
        summary: summary.to_string(),
        actor: request.actor.clone().unwrap_or_default(),
        made_at: at,
        until: None,
        used_at: None,
        used_by: None,
    };
    engine.store.ask(&asked, &work.blueprint.fingerprint).await?;
    Ok(())
}
