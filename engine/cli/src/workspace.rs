//! A loaded project: its files checked, its pipelines compiled, its state store at hand.

use crate::{
    diagnostic,
    error::{CommandError, Result},
    exit::Exit,
    files::DiskFiles,
    key::key,
    output::Output,
    select::{Selection, Wanted},
    surroundings::{self, SystemRng},
};
use engine_contract::{Cancel, Context, Registry};
use engine_plan::{Blueprint, Catalogs, compile};
use engine_project::{
    Project,
    diag::{Diagnostic, Severity, suggest},
};
use engine_run::state::{OwnerLocks, Sealer, sqlite::SqliteStore};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A project and what was made of it.
pub(crate) struct Workspace {
    pub(crate) dir: PathBuf,
    pub(crate) project: Project,
    pub(crate) registry: Registry,
    pub(crate) context: Context,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The pipelines that were asked for and have no errors, in file order.
    pub(crate) blueprints: Vec<Arc<Blueprint>>,
    /// How many pipelines were asked for.
    pub(crate) asked: usize,
}

impl Workspace {
    /// Loads a project and compiles what was asked for of it.
    pub(crate) fn load(selection: &Selection, cancel: &Cancel) -> Result<Self> {
        let registry = connectors::registry();
        let context = surroundings::context(&selection.project, cancel);
        let (project, found) =
            engine_project::load(&DiskFiles::new(&selection.project), &surroundings::environment(), None);
        let mut all = found.clone();
        let names = wanted(&project, selection, found.is_empty())?;
        let catalogs = catalogs(&project, &registry, &context)?;
        let broken = found.has_errors();
        let Some(tenant) = project.tenants.first() else { unreachable!() };
        let mut blueprints = Vec::new();
        for name in &names {
            let (blueprint, more) = compile(&project, name, tenant, &registry, &catalogs);
            all.extend(more);
            // A mistake in any file of the project may be a mistake of this pipeline: nothing runs then.
            blueprints.extend(blueprint.filter(|_| !broken).map(Arc::new));
        }
        let dir = selection.project.clone();
        Ok(Self {
            dir,
            project,
            registry,
            context,
            diagnostics: all.sorted(),
            blueprints,
            asked: names.len(),
        })
    }

    /// How many errors and warnings there are.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let errors =
            self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        (errors, self.diagnostics.len() - errors)
    }

    /// Prints what is wrong; an error when something is.
    pub(crate) fn insist(&self, output: &Output) -> Result<()> {
        if output.is_text() {
            diagnostic::print(output, &self.project, &self.diagnostics);
        }
        let (errors, _) = self.counts();
        if errors == 0 {
            return Ok(());
        }
        let first = self.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        let place =
            first.and_then(|diagnostic| diagnostic.labels.first()).map(|label| label.place.to_string());
        let many = if errors == 1 { "1 mistake".to_owned() } else { format!("{errors} mistakes") };
        let mut message = format!("{many} in the project's files: nothing was run");
        if let (false, Some(first)) = (output.is_text(), first) {
            message = format!("{message}; the first: {} ({})", first.message, place.unwrap_or_default());
        }
        let code = first.map_or("project/invalid", |diagnostic| diagnostic.code.as_str());
        Err(CommandError::new(
            Exit::Invalid,
            if output.is_text() { "project/invalid" } else { code },
            message,
        ))
    }

    fn state_path(&self) -> PathBuf {
        self.dir.join(&self.project.state.sqlite)
    }

    /// The state store, to read and write.
    pub(crate) fn open_state(&self) -> Result<SqliteStore> {
        let path = self.state_path();
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        private_folder(folder).map_err(|error| unavailable(folder, &error))?;
        let sealer = Sealer::new(&key(&path, true)?, Arc::new(SystemRng));
        Ok(SqliteStore::open(&path, sealer)?)
    }

    /// The state store, only to read; an empty one when there is none yet.
    pub(crate) fn read_state(&self) -> Result<SqliteStore> {
        let path = self.state_path();
        let sealer = Sealer::new(&key(&path, false)?, Arc::new(SystemRng));
        Ok(SqliteStore::open_read_only(&path, sealer)?)
    }

    /// This process's own lock, by which others see that it lives.
    pub(crate) fn hold_owner_lock(&self, owner: &str) -> Result<OwnerLocks> {
        let folder = self.state_path().with_extension("owners");
        OwnerLocks::hold(&folder, owner).map_err(|error| unavailable(&folder, &error))
    }

    /// The locks of other engines, to see which of them live.
    pub(crate) fn owner_folder(&self) -> PathBuf {
        self.state_path().with_extension("owners")
    }
}

pub(crate) fn unavailable(path: &Path, error: &std::io::Error) -> CommandError {
    let message = format!("`{}` cannot be used: {error}", path.display());
    let error = CommandError::new(Exit::Failed, "state/unavailable", message);
    error.help("its folder must be there, with room in it, and may be written")
}

/// Makes a folder that only its owner may look into: the state names records, and some names are personal.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The names of the pipelines asked for.
fn wanted(project: &Project, selection: &Selection, is_sound: bool) -> Result<Vec<String>> {
    if selection.pipelines.is_empty() {
        if project.pipelines.is_empty() && is_sound {
            let message = format!("`{}` has no pipelines", selection.project.display());
            return Err(CommandError::new(Exit::NotFound, "project/no-pipelines", message).help(
                "a pipeline is a *.toml file beside engine.toml or in pipelines/; `engine init` writes one",
            ));
        }
        return Ok(project.pipelines.iter().map(|pipeline| pipeline.name.clone()).collect());
    }
    let mut names = Vec::new();
    for wanted in &selection.pipelines {
        let found = project.pipelines.iter().find(|pipeline| match wanted {
            Wanted::Name(name) => pipeline.name == *name,
            Wanted::File(file) => pipeline.file == *file,
        });
        match (found, wanted) {
            (Some(pipeline), _) => names.push(pipeline.name.clone()),
            // The file is there and broken: its diagnostics say more than "not found".
            (None, Wanted::File(_)) => {}
            (None, Wanted::Name(name)) => {
                return Err(unknown_pipeline(name, project));
            }
        }
    }
    Ok(names)
}

/// A misspelt pipeline.
pub(crate) fn unknown_pipeline(name: &str, project: &Project) -> CommandError {
    let message = format!("there is no pipeline `{name}`");
    let error = CommandError::new(Exit::NotFound, "project/unknown-pipeline", message);
    match suggest(name, project.pipelines.iter().map(|pipeline| pipeline.name.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// What local connections offer. Nothing beyond the project's own files is opened: a connection that cannot
/// be looked at simply is checked less.
fn catalogs(project: &Project, registry: &Registry, context: &Context) -> Result<Catalogs> {
    let runtime = runtime()?;
    let mut catalogs = BTreeMap::new();
    for (name, connection) in &project.connections {
        let Some(connector) = registry.get(&connection.connector) else { continue };
        let settings = serde_json::Value::Object(connection.settings.clone());
        if connector.check(&settings).is_err() {
            continue;
        }
        if let Ok(offer) = runtime.block_on(connector.discover(context, &settings)) {
            catalogs.insert(name.clone(), offer);
        }
    }
    Ok(Catalogs(catalogs))
}

/// The runtime on which a command waits.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.map_err(|error| CommandError::new(Exit::Failed, "run/no-runtime", error.to_string()))
}
