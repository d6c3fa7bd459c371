//! `engine status`: each pipeline of each tenant in one line.

use crate::{
    args::Status as Arguments,
    command::history::result_of,
    error::Result,
    exit::Exit,
    output::Output,
    select::{Selection, current},
    table::columns,
    workspace::{Workspace, runtime, title, unknown_pipeline},
};
use engine_contract::Cancel;
use engine_run::{
    Scope,
    state::{OwnerLocks, Owners, PipelineKey, Run, RunFilter, RunStatus},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// How many runs back one that still works is looked for.
const RECENT: usize = 50;

pub(super) fn run(arguments: &Arguments, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load(&selection, &arguments.which, &Cancel::default())?;
    let store = workspace.state.read()?;
    let runtime = runtime()?;
    let all = RunFilter { limit: usize::MAX, ..RunFilter::default() };
    let mut conflicts: BTreeMap<PipelineKey, u64> = BTreeMap::new();
    for kept in runtime.block_on(store.conflicts(&all))?.iter().filter(|kept| kept.choice.is_empty()) {
        *conflicts.entry(pipeline_of(&kept.scope)).or_default() += 1;
    }
    let seen = Seen {
        conflicts,
        waiting: runtime.block_on(store.waiting())?,
        parked: runtime.block_on(store.parked(&all))?.iter().map(|asked| pipeline_of(&asked.scope)).collect(),
        owners: OwnerLocks::watch(&workspace.state.owners()),
    };
    let chosen = chosen(&workspace, arguments.pipeline.as_deref());
    if chosen.is_empty() {
        // With no pipeline to show, what is wrong with the files is all there is to say.
        workspace.insist(output)?;
        let name = arguments.pipeline.clone().unwrap_or_default();
        return Err(unknown_pipeline(&name, &workspace.project));
    }
    let mut rows = Vec::new();
    let mut documents = Vec::new();
    for key in chosen {
        let mut filter = workspace.filter(&arguments.which, Some(key.pipeline.clone()), RECENT);
        filter.tenant = Some(key.tenant.clone());
        let last = seen.telling(runtime.block_on(store.runs(&filter))?);
        let one = seen.look(&workspace, &key, last.as_ref());
        documents.push(one.document());
        rows.push(one.row(&title(&workspace.project, &key.tenant, &key.pipeline)));
    }
    if output.is_text() {
        let mut header = vec!["PIPELINE", "STATE", "LAST RUN", "RESULT", "FAILED", "HELD", "OPEN"];
        if seen.conflicts.is_empty() {
            for row in &mut rows {
                row.truncate(header.len());
            }
        } else {
            header.push("CONFLICTS");
        }
        for line in columns(&header, &rows) {
            output.result(&line);
        }
    } else {
        output.json(&serde_json::json!({ "pipelines": documents }));
    }
    Ok(Exit::Done)
}

/// The pipelines to show, each for the tenants that run it.
fn chosen(workspace: &Workspace, pipeline: Option<&str>) -> Vec<PipelineKey> {
    let pipelines = workspace.project.pipelines.iter();
    let wanted = pipelines.filter(|one| pipeline.is_none_or(|name| one.name == name));
    let mut keys = Vec::new();
    for one in wanted {
        let tenants = workspace.tenants.iter().filter_map(|name| workspace.project.tenant(name));
        keys.extend(tenants.filter(|tenant| tenant.runs(&one.name)).map(|tenant| PipelineKey {
            tenant: tenant.name.clone(),
            environment: workspace.project.environment.clone(),
            pipeline: one.name.clone(),
        }));
    }
    keys
}

fn pipeline_of(scope: &Scope) -> PipelineKey {
    PipelineKey {
        tenant: scope.tenant.clone(),
        environment: scope.environment.clone(),
        pipeline: scope.pipeline.clone(),
    }
}

/// What the state knows.
struct Seen {
    /// How many conflicts wait for a person.
    conflicts: BTreeMap<PipelineKey, u64>,
    waiting: BTreeMap<PipelineKey, (u64, u64, u64)>,
    /// The pipelines that wait for a person.
    parked: BTreeSet<PipelineKey>,
    owners: OwnerLocks,
}

/// What there is to say of one pipeline.
struct One<'a> {
    key: &'a PipelineKey,
    state: &'static str,
    last: Option<&'a Run>,
    numbers: (u64, u64, u64),
    conflicts: u64,
}

impl Seen {
    /// The run that tells most about a pipeline: one that works now, or else the last. A later one may have
    /// met the pipeline busy.
    fn telling(&self, runs: Vec<Run>) -> Option<Run> {
        let working = runs.iter().position(|run| self.is_running(run));
        runs.into_iter().nth(working.unwrap_or_default())
    }

    fn is_running(&self, run: &Run) -> bool {
        run.status == RunStatus::Running && !self.owners.is_gone(&run.owner)
    }

    fn look<'a>(&self, workspace: &Workspace, key: &'a PipelineKey, last: Option<&'a Run>) -> One<'a> {
        let is_valid = workspace
            .blueprints
            .iter()
            .any(|blueprint| blueprint.pipeline == key.pipeline && blueprint.tenant == key.tenant);
        // Whether a pipeline could run, runs, or was left by a process that is gone.
        let state = match last {
            Some(run) if self.is_running(run) => "running",
            Some(run) if run.status == RunStatus::Running => "interrupted",
            _ if self.parked.contains(key) => "awaiting_approval",
            _ if is_valid => "idle",
            _ => "invalid",
        };
        let numbers = self.waiting.get(key).copied().unwrap_or_default();
        One { key, state, last, numbers, conflicts: self.conflicts.get(key).copied().unwrap_or_default() }
    }
}

impl One<'_> {
    fn document(&self) -> serde_json::Value {
        let (failed, held, open) = self.numbers;
        serde_json::json!({
            "tenant": self.key.tenant, "pipeline": self.key.pipeline, "state": self.state,
            "last_run": self.last.map(|run| &run.id), "last_started_at": self.last.map(|run| run.started_at),
            "failed": failed, "held": held, "open": open, "conflicts": self.conflicts,
        })
    }

    fn row(&self, title: &str) -> Vec<String> {
        let (when, result) = self.last.map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |run| (run.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(), result_of(run)),
        );
        let (failed, held, open) = self.numbers;
        let numbers = [failed, held, open, self.conflicts].map(|number| number.to_string());
        [title.to_owned(), self.state.to_owned(), when, result].into_iter().chain(numbers).collect()
    }
}
