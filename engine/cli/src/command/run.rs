//! `engine run`: runs pipelines once.

use crate::{
    args::{Format, Run},
    custody::Watched,
    emulate::{self, Emulation},
    error::{CommandError, Result, exit_for},
    exit::Exit,
    network,
    output::{self, Output},
    progress::Progress,
    report,
    select::{Selection, current, select},
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_project::diag::suggest;
use engine_run::{
    Engine, Options, RunReport, RunRequest,
    state::{NeverGone, Owners, RunStatus, StateStore},
};
use std::{path::Path, sync::Arc};

pub(super) fn run(arguments: &Run, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selections = if arguments.all {
        vec![Selection { project: current(project)?, pipelines: Vec::new() }]
    } else {
        select(&arguments.pipelines, project)?
    };
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let mut exit = Exit::Done;
    let mut runs = Vec::new();
    for selection in selections {
        let workspace = Workspace::load(&selection, &arguments.which, &cancel)?;
        workspace.insist(output)?;
        check_tenants(&workspace, arguments)?;
        check_entities(&workspace, &arguments.entity)?;
        let engine = engine(&workspace, arguments.dry_run, output)?;
        for blueprint in &workspace.blueprints {
            if cancel.is_cancelled() {
                break;
            }
            if let Some(connector) = engine.emulation.lacks(blueprint) {
                skip(&workspace, blueprint, connector, output)?;
                continue;
            }
            engine.progress.name(workspace.title(blueprint));
            let report = match one(&engine, Arc::clone(blueprint), arguments) {
                Ok(report) => report,
                // Without the state nothing else can be run either.
                Err(error) if error.code.starts_with("state/") => return Err(error),
                // It could not even begin: what else was asked for can.
                Err(error) => {
                    exit = exit.worse(error.exit);
                    if output.format() != Format::Json {
                        output.error(&error);
                    }
                    runs.push(report::never_began(blueprint, &error));
                    continue;
                }
            };
            if output.is_text() {
                let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
                report::print(&report, &workspace.title(blueprint), place, output);
                if !arguments.dry_run {
                    sum_up(&engine, blueprint, output)?;
                }
            }
            exit = exit.worse(exit_of(&report));
            runs.push(report::document(&report, &blueprint.tenant));
        }
    }
    if output.format() == Format::Json {
        output.json(&serde_json::json!({ "runs": runs, "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// An engine over the project's state, and the progress that listens to it.
struct Ready {
    engine: Engine,
    progress: Arc<Progress>,
    emulation: Emulation,
}

fn engine(workspace: &Workspace, dry_run: bool, output: &Output) -> Result<Ready> {
    let owner = format!("engine-{}", workspace.context.random_id());
    let mut context = workspace.context.clone();
    context.http = network::transport()?;
    let (store, owners, gone): (Arc<dyn StateStore>, Arc<dyn Owners>, Vec<String>) = if dry_run {
        (workspace.state.read()?, Arc::new(NeverGone), Vec::new())
    } else {
        let store = workspace.state.open()?;
        let locks = workspace.hold_owner_lock(&owner)?;
        let gone = locks.sweep();
        // Through the writer that is there: two would wait for each other.
        context.vault = Arc::new(Watched(store.vault(Arc::clone(&context.clock))));
        (store, Arc::new(locks), gone)
    };
    let used = workspace.blueprints.iter().flat_map(|blueprint| [&blueprint.source, &blueprint.target]);
    let used = used.map(|side| side.connection.clone()).collect();
    let emulation = Emulation::start(&workspace.project, &used, &workspace.emulators(), &mut context)?;
    let progress = Arc::new(Progress::new(output));
    let engine = Engine {
        registry: workspace.registry.clone(),
        store,
        context,
        options: options(),
        owner,
        owners,
        gone,
        observer: Arc::<Progress>::clone(&progress),
    };
    Ok(Ready { engine, progress, emulation })
}

/// Leaves out a pipeline that has no emulator here; an error when it was asked for by name.
fn skip(workspace: &Workspace, blueprint: &Blueprint, connector: &str, output: &Output) -> Result<()> {
    let title = workspace.title(blueprint);
    let message = format!("{title}: there is no emulator for `{connector}`");
    if workspace.is_named() {
        return Err(CommandError::new(Exit::Failed, "connection/emulate", message));
    }
    output.step(output::WARN, "Skipping", &message);
    Ok(())
}

/// What an emulated store and emulated books hold after a run.
fn sum_up(ready: &Ready, blueprint: &Blueprint, output: &Output) -> Result<()> {
    let (store, now) = (ready.engine.store.as_ref(), ready.engine.context.clock.now());
    let printed = emulate::print_summary(&ready.emulation, blueprint, store, now, output);
    Ok(runtime()?.block_on(printed)?)
}

/// The engine's figures. A test may ask for small batches, to have more places where a run can be stopped.
fn options() -> Options {
    #[cfg(feature = "failpoints")]
    fail::fail_point!("options.batch_records", |records| {
        let records = records.and_then(|records| records.parse().ok());
        let mut options = Options::default();
        options.batch_records = records.unwrap_or(options.batch_records);
        options
    });
    Options::default()
}

fn one(ready: &Ready, blueprint: Arc<Blueprint>, arguments: &Run) -> Result<RunReport> {
    let request = RunRequest {
        blueprint,
        only: arguments.entity.clone(),
        full: arguments.full,
        limit: arguments.limit.and_then(|limit| usize::try_from(limit).ok()),
        dry_run: arguments.dry_run,
        trigger: "manual".to_owned(),
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    Ok(report?)
}

/// Where there are several tenants, whose accounts are written to is said and not guessed.
fn check_tenants(workspace: &Workspace, arguments: &Run) -> Result<()> {
    let several = workspace.tenants.len();
    if arguments.which.tenant.is_none() && several > 1 {
        let message = format!("the project has {several} tenants, and none is named");
        let help = "name one with `--tenant NAME`, or all of them with `--tenant all`";
        return Err(CommandError::new(Exit::Usage, "command/needs-tenant", message).help(help));
    }
    if let (Some(pipeline), Some(tenant)) = (workspace.idle(), &arguments.which.tenant) {
        let message = format!("tenant `{tenant}` does not run pipeline `{pipeline}`");
        return Err(CommandError::new(Exit::NotFound, "project/unknown-pipeline", message));
    }
    Ok(())
}

/// A misspelt `--entity` must not look like a run with nothing to do.
fn check_entities(workspace: &Workspace, wanted: &[String]) -> Result<()> {
    let all = || workspace.blueprints.iter().flat_map(|blueprint| blueprint.entities.iter());
    for name in wanted {
        if all().any(|entity| entity.name == *name) {
            continue;
        }
        let error = CommandError::new(
            Exit::NotFound,
            "project/unknown-entity",
            format!("there is no entity `{name}`"),
        );
        return Err(match suggest(name, all().map(|entity| entity.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    Ok(())
}

fn exit_of(report: &RunReport) -> Exit {
    match (report.status, &report.error) {
        (RunStatus::Cancelled, _) => Exit::Signal(surroundings::signal().unwrap_or(2)),
        (_, Some((code, _))) => exit_for(code),
        (RunStatus::Partial, None) => Exit::Partial,
        _ => Exit::Done,
    }
}
