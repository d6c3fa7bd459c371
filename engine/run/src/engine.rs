//! [`Engine`]: runs a Blueprint once.

use crate::{
    approval, check,
    error::RunError,
    event::{Event, Observer},
    limits::{Budget, Limits},
    links, moved,
    narrow::{self, Narrow},
    options::Options,
    plan::Purpose,
    records::Records,
    report::{RunReport, Tally},
    restored::{self, Restored},
    stage::remap::{self, Older},
    start_date::StartDate,
    state::{OverlayStore, Owners, Run, RunStatus, StateStore, Status},
    supervisor::supervise,
    window::Window,
    work::Work,
};
use engine_contract::{Access, Capabilities, Connection, Context, Registry, Source, Target};
use engine_plan::{Blueprint, Endpoint, Program};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::AtomicI64},
};

/// Runs pipelines against one state store.
pub struct Engine {
    /// The connectors.
    pub registry: Registry,
    /// The state store.
    pub store: Arc<dyn StateStore>,
    /// Time, randomness, HTTP, secrets.
    pub context: Context,
    /// The engine's figures.
    pub options: Options,
    /// This process, as leases name it.
    pub owner: String,
    /// Who else is alive.
    pub owners: Arc<dyn Owners>,
    /// Owners known to be gone: their unfinished runs are closed.
    pub gone: Vec<String>,
    /// Hears what happens.
    pub observer: Arc<dyn Observer>,
}

/// What to run.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// The pipeline.
    pub blueprint: Arc<Blueprint>,
    /// Only these entities; all when empty.
    pub only: Vec<String>,
    /// Read everything again.
    pub full: bool,
    /// Only what is written anew because its mapping has changed: everything else is left to other runs.
    pub mapping_change: bool,
    /// Only what last changed within a time; not beside `full`.
    pub window: Option<Window>,
    /// Only what meets these filters; the cursors stay where they are.
    pub narrow: Narrow,
    /// Stop each stream group after so many source records.
    pub limit: Option<usize>,
    /// Only these records; all when there are none.
    pub records: Option<Arc<Records>>,
    /// What the run is for.
    pub purpose: Purpose,
    /// The state knows nothing of the target, and that is as it should be: nobody looks whether it was used before.
    pub first_run: bool,
    /// What started it: `manual`.
    pub trigger: String,
    /// Who started it, where that is known.
    pub actor: Option<String>,
    /// The confirmation on whose word it writes.
    pub confirmation: Option<String>,
    /// How much it may do.
    pub limits: Limits,
}

impl RunRequest {
    /// All of a pipeline, from where it stopped, started by hand.
    #[must_use]
    pub fn new(blueprint: Arc<Blueprint>, purpose: Purpose) -> Self {
        Self {
            blueprint,
            only: Vec::new(),
            full: false,
            mapping_change: false,
            window: None,
            narrow: Narrow::default(),
            limit: None,
            records: None,
            purpose,
            first_run: false,
            trigger: "manual".to_owned(),
            actor: None,
            confirmation: None,
            limits: Limits::default(),
        }
    }
}

impl Engine {
    /// Runs a pipeline once, to its end or to the first error that stops all of it.
    ///
    /// # Errors
    /// When the run could not even begin: a connection does not open, the target does not fit, the state
    /// store fails. What stops it later is in the report.
    pub async fn run(&self, request: &RunRequest) -> Result<RunReport, RunError> {
        if let Some(report) = approval::still_waits(self, request).await? {
            return Ok(report);
        }
        let started_at = self.context.clock.now();
        let mut work = self.prepare(request).await?;
        let run = Run {
            id: work.run_id.clone(),
            scope: work.scope.clone(),
            owner: self.owner.clone(),
            trigger: request.trigger.clone(),
            mode: mode(request).to_owned(),
            fingerprint: work.blueprint.fingerprint.clone(),
            started_at,
            finished_at: None,
            status: RunStatus::Running,
            error: None,
            actor: request.actor.clone(),
            entities: Vec::new(),
        };
        work.store.begin_run(&run, &self.gone).await?;
        self.owners.forget(&self.gone);
        if !request.purpose.is_dry() {
            let now = self.context.clock.now();
            remap::keep_mappings(&*work.store, &work.blueprint, now).await?;
        }
        let (run_id, pipeline) = (work.run_id.clone(), work.scope.pipeline.clone());
        self.observer.notice(Event::RunStarted { run_id, pipeline, mode: mode(request) });
        tracing::info!(run = work.run_id, pipeline = work.scope.pipeline, "run begins");
        let tally = Tally::new(covered(&work));
        let (mut errors, lost) = match self.used_before(request, &mut work).await {
            Err(error) => (vec![error], None),
            Ok(Some(used)) if !request.purpose.is_dry() => (vec![used], None),
            Ok(lost) => match restored::rest(&work).await {
                Ok(()) => (supervise(&work, (&self.owner, &*self.owners), &tally).await, lost),
                Err(error) => (vec![error], lost),
            },
        };
        if errors.is_empty() && !request.purpose.is_dry() {
            let shown = work.target.finish(&work.context).await;
            errors.extend(shown.err().map(|error| RunError::target(&work.blueprint, error)));
        }
        let report = self.finish(request, (&work, &tally), started_at, errors).await?;
        Ok(RunReport { used_before: lost.map(|used| used.to_string()), ..report })
    }

    /// Whether a run would write objects a second time, because the state that knew them is gone.
    async fn used_before(&self, request: &RunRequest, work: &mut Work) -> Result<Option<RunError>, RunError> {
        // What a restored state does not know is looked for record by record.
        if request.first_run || work.is_any_behind() {
            return Ok(None);
        }
        links::used_before(work, (&self.owner, &*self.owners)).await
    }

    async fn finish(
        &self,
        request: &RunRequest,
        (work, tally): (&Work, &Tally),
        started_at: Timestamp,
        errors: Vec<RunError>,
    ) -> Result<RunReport, RunError> {
        let (entities, failures) = tally.close();
        let failed: u64 =
            entities.iter().map(|(_, counts)| counts.of(Status::Failed) + counts.of(Status::Blocked)).sum();
        // That somebody is to be asked says more than what else went wrong.
        let asks = errors.iter().position(|error| matches!(error, RunError::OverLimit { .. }));
        let error = errors.into_iter().nth(asks.unwrap_or_default());
        let status = match &error {
            Some(RunError::OverLimit { .. }) => RunStatus::AwaitingApproval,
            None if failed == 0 => RunStatus::Done,
            None => RunStatus::Partial,
            Some(RunError::Cancelled) => RunStatus::Cancelled,
            Some(_) => RunStatus::Failed,
        };
        let finished_at = self.context.clock.now();
        if let Some(RunError::OverLimit { reason, .. }) = &error {
            approval::park(self, (work, request), *reason, finished_at).await?;
        }
        let said = error.as_ref().map(|error| (error.code().to_owned(), error.to_string()));
        let line = said.as_ref().map(|(code, message)| format!("{code}: {message}"));
        let finished = work.store.finish_run(&work.run_id, status, line, finished_at).await;
        let (code, message) = said.clone().unzip();
        let run_id = work.run_id.clone();
        self.observer.notice(Event::RunFinished { run_id, status: status.as_str(), code, message });
        tracing::info!(
            run = work.run_id,
            status = status.as_str(),
            error = said.as_ref().map(|(code, _)| code),
            "run ended"
        );
        // The error that stopped the run says more than the one that it could not be noted.
        if error.is_none() {
            finished?;
        }
        let took = finished_at.duration_since(started_at);
        Ok(RunReport {
            run_id: work.run_id.clone(),
            pipeline: work.scope.pipeline.clone(),
            status,
            dry_run: request.purpose.is_dry(),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or_default(),
            tables: work.made.clone(),
            entities,
            failures,
            missing: tally.missed(),
            used_before: None,
            error: said,
        })
    }

    pub(crate) async fn prepare(&self, request: &RunRequest) -> Result<Work, RunError> {
        let (mut work, ends) = self.surroundings(request).await?;
        narrow::check(&work)?;
        work.restored = Restored::load(&work).await?;
        if request.first_run {
            work.restored.catch_up();
        }
        if let Some(blueprint) = &work.blueprint.back {
            let mut back = self.way_back(request, &work, blueprint, ends).await?;
            back.restored = work.restored.of_back();
            work.back = Some(Box::new(back));
        }
        check::nothing_left_behind(&work).await?;
        if !request.purpose.is_trace() {
            check::still_there(&work).await?;
        }
        Ok(work)
    }

    /// Opens both sides; with their other ends, as far as the connections have them.
    pub(crate) async fn surroundings(&self, request: &RunRequest) -> Result<(Work, OtherEnds), RunError> {
        let blueprint = Arc::clone(&request.blueprint);
        let access = if request.purpose.is_dry() { Access::Read } else { Access::Write };
        let of_source = if blueprint.back.is_some() { access } else { Access::Read };
        let source = self.open(&blueprint.source, of_source).await;
        let source = source.map_err(|error| RunError::source(&blueprint, error))?;
        let target = self
            .open(&blueprint.target, access)
            .await
            .map_err(|error| RunError::target(&blueprint, error))?;
        let Some(reads) = source.source else {
            return Err(RunError::Invalid(format!(
                "connector `{}` cannot be read",
                blueprint.source.connector
            )));
        };
        if !source.capabilities.can_fetch {
            let connector = &blueprint.source.connector;
            return Err(RunError::Invalid(format!(
                "connector `{connector}` cannot fetch records by key, which a run needs to look again at those that wait"
            )));
        }
        let Some(writes) = target.target else {
            return Err(RunError::Invalid(format!(
                "connector `{}` cannot be written",
                blueprint.target.connector
            )));
        };
        let store: Arc<dyn StateStore> = if request.purpose.is_dry() {
            Arc::new(OverlayStore::new(Arc::clone(&self.store)))
        } else {
            Arc::clone(&self.store)
        };
        let run = Shared {
            run_id: format!("run_{}", self.context.random_id()),
            store,
            budget: Arc::new(Budget::new(request.limits.clone())),
        };
        let ends = OtherEnds {
            target_reads: target.source,
            source_writes: source.target.map(|writes| (writes, source.capabilities)),
        };
        let mut work = self.work(request, run, blueprint, (reads, writes, target.capabilities))?;
        moved::apply(&work, &*self.owners, &self.gone).await?;
        check::target(&mut work).await?;
        Ok((work, ends))
    }

    /// The way back of a run: both sides with their ends exchanged.
    async fn way_back(
        &self,
        request: &RunRequest,
        work: &Work,
        blueprint: &Blueprint,
        ends: OtherEnds,
    ) -> Result<Work, RunError> {
        let Some(reads) = ends.target_reads else {
            let connector = &blueprint.source.connector;
            return Err(RunError::Invalid(format!(
                "changes cannot flow back: connector `{connector}` cannot be read"
            )));
        };
        let Some((writes, capabilities)) = ends.source_writes else {
            let connector = &blueprint.target.connector;
            return Err(RunError::Invalid(format!(
                "changes cannot flow back: connector `{connector}` cannot be written"
            )));
        };
        let run = Shared {
            run_id: work.run_id.clone(),
            store: Arc::clone(&work.store),
            budget: Arc::clone(&work.budget),
        };
        let blueprint = Blueprint { fingerprint: work.blueprint.fingerprint.clone(), ..blueprint.clone() };
        let mut back = self.work(request, run, Arc::new(blueprint), (reads, writes, capabilities))?;
        check::target(&mut back).await?;
        Ok(back)
    }

    fn work(
        &self,
        request: &RunRequest,
        Shared { run_id, store, budget }: Shared,
        blueprint: Arc<Blueprint>,
        (source, target, capabilities): (Box<dyn Source>, Box<dyn Target>, Capabilities),
    ) -> Result<Work, RunError> {
        let program = Program::build(&blueprint).map_err(|error| RunError::Invalid(error.to_string()))?;
        let streams = blueprint.groups.iter().map(|group| group.stream.clone());
        let amounts = streams.filter_map(|stream| Some((stream.clone(), source.amount(&stream)?))).collect();
        let goes_behind = request.window.is_some_and(|window| window.before_start_date);
        let start_date = StartDate::of(&blueprint, &*source, &amounts).filter(|_| !goes_behind);
        Ok(Work {
            run_id,
            scope: approval::scope(request),
            program,
            source,
            target,
            capabilities,
            store,
            context: self.context.clone(),
            options: self.options.clone(),
            observer: Arc::clone(&self.observer),
            actor: request.actor.clone(),
            confirmation: request.confirmation.clone(),
            budget,
            purpose: request.purpose.clone(),
            full: request.full || request.mapping_change,
            mapping_change: request.mapping_change,
            window: request.window,
            narrow: request.narrow.clone(),
            limit: request.limit,
            only: request.only.clone(),
            records: request.records.clone(),
            keys: BTreeMap::new(),
            marks: BTreeMap::new(),
            made: Vec::new(),
            found: Mutex::default(),
            older: Older::default(),
            amounts,
            start_date,
            restored: Restored::never(),
            placeholders: AtomicI64::new(0),
            back: None,
            blueprint,
        })
    }

    async fn open(&self, endpoint: &Endpoint, access: Access) -> engine_contract::Result<Connection> {
        let connector = self.registry.get(&endpoint.connector).ok_or_else(|| {
            let message = format!("there is no connector `{}`", endpoint.connector);
            engine_contract::ConnectorError::new(engine_contract::ErrorKind::Config, message)
        })?;
        connector.open(&self.context, &endpoint.config(), access).await
    }
}

/// What both directions of a run share.
struct Shared {
    run_id: String,
    store: Arc<dyn StateStore>,
    budget: Arc<Budget>,
}

/// What reads the target, and what writes the source.
pub(crate) struct OtherEnds {
    pub(crate) target_reads: Option<Box<dyn Source>>,
    source_writes: Option<(Box<dyn Target>, Capabilities)>,
}

/// The names of the entities that a run covers, each with what carries its changes back behind it.
fn covered(work: &Work) -> impl Iterator<Item = String> {
    let covered = work.blueprint.entities.iter().filter(|entity| work.covers(entity));
    covered.flat_map(|entity| {
        let back = work.way_back(entity).map(|(_, back)| back.name.clone());
        std::iter::once(entity.name.clone()).chain(back)
    })
}

pub(crate) fn mode(request: &RunRequest) -> &'static str {
    match (&request.purpose, request.records.as_deref()) {
        (_, Some(Records::Made(_))) => "revert",
        (Purpose::Apply(approved), _) if !approved.is_of_run() => "plan",
        (Purpose::Trace(_), _) => "links",
        (_, Some(Records::Now(_) | Records::AsOfRun(_))) => "records",
        _ if request.mapping_change => "mapping change",
        _ if request.window.is_some_and(|window| window.is_backfill) => "backfill",
        _ if request.window.is_some() => "window",
        _ if !request.narrow.is_empty() => "filter",
        _ if request.full => "full",
        _ => "incremental",
    }
}
