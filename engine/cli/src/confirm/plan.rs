//! A plan that is kept in memory, to be carried out at once.

use crate::{
    error::{CommandError, Result, exit_for, remedy},
    exit::Exit,
    plan::{Gathered, Gatherer},
    ready::Ready,
    workspace::runtime,
};
use engine_run::{
    RunReport, RunRequest, Scope, Side,
    plan::{Approved, Digest, Planned, Planner, Promise, Purpose, Step},
    state::RunStatus,
};
use std::sync::{Arc, Mutex, PoisonError};

/// What a plan came to, and what carrying it out may do.
pub(super) struct Kept {
    pub(super) report: RunReport,
    pub(super) gathered: Gathered,
    pub(super) approved: Approved,
    pub(super) digest: [u8; 32],
}

impl Kept {
    /// How many objects would be changed.
    pub(super) fn writes(&self) -> u64 {
        self.gathered.writes()
    }

    /// How many of them would be taken away.
    pub(super) fn deletes(&self) -> u64 {
        self.gathered.count(&[Step::Delete, Step::Void, Step::Deactivate, Step::SoftDelete])
    }
}

/// Keeps what a plan shows.
struct Keeper {
    sums: Gatherer,
    salt: String,
    kept: Mutex<(Approved, Digest)>,
}

impl Planner for Keeper {
    fn take(&self, planned: Planned) {
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.1.add(&planned);
            if planned.step != Step::Drift {
                let mark = Approved::mark(&self.salt, &planned.entity, &planned.key);
                let promise = Promise {
                    step: planned.step,
                    target_id: planned.target_id.clone(),
                    content: planned.content,
                    token: planned.token.clone(),
                    held: planned.held,
                };
                kept.0.add(&planned.entity, &planned.source_key, mark, promise);
            }
        }
        self.sums.take(planned);
    }

    fn calls(&self, connection: &str, calls: u64, per_minute: Option<u32>) {
        self.sums.calls(connection, calls, per_minute);
    }
}

/// The pipeline of a request, as the state names it.
pub(super) fn scope(request: &RunRequest) -> Scope {
    let blueprint = &request.blueprint;
    Scope {
        tenant: blueprint.tenant.clone(),
        environment: blueprint.environment.clone(),
        pipeline: blueprint.pipeline.clone(),
        side: Side::Source,
    }
}

/// Plans a run, and keeps the plan. One that comes to no end is an error.
pub(super) fn plan(ready: &Ready, request: &RunRequest) -> Result<Kept> {
    let salt = ready.engine.context.random_id();
    let kept = Mutex::new((Approved::of_run(salt.clone()), Digest::default()));
    let keeper = Arc::new(Keeper { sums: Gatherer::new(false, false, None), salt, kept });
    let purpose = Purpose::Plan(Arc::<Keeper>::clone(&keeper));
    let request = RunRequest { purpose, trigger: "plan".to_owned(), ..request.clone() };
    ready.progress.plan(true);
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.plan(false);
    ready.progress.clear();
    let report = report?;
    if let Some((code, message)) = &report.error {
        let exit = match report.status {
            RunStatus::Cancelled => Exit::Signal(crate::surroundings::signal().unwrap_or(2)),
            _ => exit_for(code),
        };
        let error = CommandError::new(exit, code, message.clone());
        return Err(match remedy(code) {
            Some(help) => error.help(help),
            None => error,
        });
    }
    let (approved, digest) = std::mem::take(&mut *keeper.kept.lock().unwrap_or_else(PoisonError::into_inner));
    let digest = digest.finish(&scope(&request), &request.blueprint.fingerprint);
    Ok(Kept { report, gathered: keeper.sums.close(), approved, digest })
}
