//! An engine that is ready to run what a workspace holds, and what is checked before.

use crate::{
    args::Which,
    custody::Watched,
    emulate::Emulation,
    error::{CommandError, Result},
    exit::Exit,
    network,
    output::{self, Output},
    progress::Progress,
    workspace::Workspace,
};
use engine_plan::Blueprint;
use engine_project::diag::suggest;
use engine_run::{
    Engine, Options,
    state::{NeverGone, Owners, StateStore},
};
use std::sync::Arc;

/// An engine over the project's state, and the progress that listens to it.
pub(crate) struct Ready {
    pub(crate) engine: Engine,
    pub(crate) progress: Arc<Progress>,
    pub(crate) emulation: Emulation,
}

/// Readies one. One that writes nothing leaves the state as it is.
pub(crate) fn ready(workspace: &Workspace, dry_run: bool, output: &Output) -> Result<Ready> {
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

/// Leaves out a pipeline that has no emulator here; an error when it was asked for by name.
pub(crate) fn skip(
    workspace: &Workspace,
    blueprint: &Blueprint,
    connector: &str,
    output: &Output,
) -> Result<()> {
    let title = workspace.title(blueprint);
    let message = format!("{title}: there is no emulator for `{connector}`");
    if workspace.is_named() {
        return Err(CommandError::new(Exit::Failed, "connection/emulate", message));
    }
    output.step(output::WARN, "Skipping", &message);
    Ok(())
}

/// Where there are several tenants, whose accounts are written to is said and not guessed.
pub(crate) fn check_tenants(workspace: &Workspace, which: &Which) -> Result<()> {
    let several = workspace.tenants.len();
    if which.tenant.is_none() && several > 1 {
        let message = format!("the project has {several} tenants, and none is named");
        let help = "name one with `--tenant NAME`, or all of them with `--tenant all`";
        return Err(CommandError::new(Exit::Usage, "command/needs-tenant", message).help(help));
    }
    if let (Some(pipeline), Some(tenant)) = (workspace.idle(), &which.tenant) {
        let message = format!("tenant `{tenant}` does not run pipeline `{pipeline}`");
        return Err(CommandError::new(Exit::NotFound, "project/unknown-pipeline", message));
    }
    Ok(())
}

/// Whoever has records written again in production says so: `engine run` shows a plan first, these commands do not.
pub(crate) fn check_production(workspace: &Workspace, blueprint: &Blueprint, is_said: bool) -> Result<()> {
    if is_said || !workspace.is_production(blueprint) {
        return Ok(());
    }
    let (title, to) = (workspace.title(blueprint), &blueprint.target.connection);
    let message = format!("{title} writes to `{to}`, which is production: nothing was written");
    let help = "`--dry-run` shows what it comes to; then say `--yes`";
    Err(CommandError::new(Exit::Confirm, "confirm/needed", message).help(help))
}

/// A misspelt `--entity` must not look like a run with nothing to do.
pub(crate) fn check_entities(workspace: &Workspace, wanted: &[String]) -> Result<()> {
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
        if let Some(back) = workspace
            .blueprints
            .iter()
            .flat_map(|blueprint| blueprint.steps())
            .find_map(|step| step.back.as_ref().filter(|_| step.name == *name))
        {
            let help =
                format!("`{name}` carries changes of `{0}` back, and goes with it: name `{0}`", back.of);
            return Err(error.help(help));
        }
        return Err(match suggest(name, all().map(|entity| entity.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    Ok(())
}
