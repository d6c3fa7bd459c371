//! Loads a project and compiles what was asked for of it.

use super::{StatePlace, catalog, check, tenant};
use crate::{
    args::Which,
    custody::ProjectSecrets,
    described,
    diagnostic::{self, Finding, human},
    error::{CommandError, Result},
    exit::Exit,
    files::DiskFiles,
    output::Output,
    select::{Selection, Wanted},
    surroundings,
    words::many,
};
use engine_contract::{Cancel, Context, Registry};
use engine_plan::{
    Blueprint, Catalogs,
    testing::{self, Case, Cases},
};
use engine_project::{
    Project, Tenant,
    diag::{Diagnostics, suggest},
};
use engine_run::state::RunFilter;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// A project and what was made of it.
pub(crate) struct Workspace {
    pub(crate) dir: PathBuf,
    /// Where its state is.
    pub(crate) state: StatePlace,
    pub(crate) project: Project,
    pub(crate) registry: Registry,
    pub(crate) context: Context,
    /// The secrets of the context, with what a person may know of them.
    pub(crate) secrets: ProjectSecrets,
    /// What connections offer, as far as it was looked at.
    pub(crate) catalogs: Catalogs,
    /// Errors and warnings.
    pub(crate) findings: Vec<Finding>,
    /// What is told only to those who ask for more.
    notes: Vec<Finding>,
    /// The pipelines that were asked for and have no errors: in file order, each for its tenants.
    pub(crate) blueprints: Vec<Arc<Blueprint>>,
    /// The pipelines that were asked for.
    pub(crate) asked: Vec<String>,
    /// Whether they were asked for one by one.
    is_named: bool,
    /// The tenants that were asked for.
    pub(crate) tenants: Vec<String>,
}

/// How far a project is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Its files are read.
    Files,
    /// Its pipelines are compiled too.
    Pipelines,
}

impl Workspace {
    /// Loads a project and compiles what was asked for of it.
    pub(crate) fn load(selection: &Selection, which: &Which, cancel: &Cancel) -> Result<Self> {
        Self::load_to(Depth::Pipelines, selection, which, cancel)
    }

    /// Loads a project as far as a command needs it.
    pub(crate) fn load_to(
        depth: Depth,
        selection: &Selection,
        which: &Which,
        cancel: &Cancel,
    ) -> Result<Self> {
        let files = DiskFiles::new(&selection.project);
        let (mut project, mut found) =
            engine_project::load(&files, &surroundings::environment(), which.env.as_deref());
        let (registry, more) = described::registry(&project);
        found.extend(more);
        let state = StatePlace::new(&selection.project, &project.state)?;
        let (context, secrets) = surroundings::context(&selection.project, &state, cancel);
        let tenants = tenant::chosen(&project, which)?;
        let names = wanted(&project, selection, found.is_empty() && depth == Depth::Pipelines)?;
        let is_broken = found.has_errors();
        let tenant_names = tenants.iter().map(|tenant| tenant.name.clone()).collect();
        let mut compiled = check::Compiled::default();
        let mut catalogs = Catalogs::default();
        if depth == Depth::Pipelines {
            let used = used(&project, &names, &tenants);
            catalogs = catalog::catalogs(&mut project, &used, &registry, &context, &mut found)?;
            let tenants = tenant::chosen(&project, which)?;
            compiled = check::pipelines(&project, &names, &tenants, &registry, &catalogs);
        }
        let all = check::sorted(found, compiled.findings);
        let (notes, findings) = all.into_iter().partition(Finding::is_note);
        // A mistake in any file of the project may be a mistake of each pipeline: nothing runs then.
        let blueprints = compiled.blueprints.into_iter().filter(|_| !is_broken).map(Arc::new).collect();
        Ok(Self {
            dir: selection.project.clone(),
            state,
            project,
            registry,
            context,
            secrets,
            catalogs,
            findings,
            notes,
            blueprints,
            asked: names,
            is_named: !selection.pipelines.is_empty(),
            tenants: tenant_names,
        })
    }

    /// Runs the tests of the pipelines that were asked for and have no errors, and takes up what they found.
    pub(crate) fn run_tests(&mut self, which: &Which) {
        let Self { project, registry, catalogs, blueprints, asked, .. } = self;
        let mut all = Cases::new(project, registry, catalogs, blueprints, which.one_tenant());
        let is_sound = |name: &String| blueprints.iter().any(|one| one.pipeline == *name);
        let asked = project.pipelines.iter().filter(|one| asked.contains(&one.name) && is_sound(&one.name));
        let cases: Vec<Case<'_>> = asked.flat_map(|pipeline| all.of(pipeline, |_| true)).collect();
        let found = testing::check(&cases);
        self.findings.extend(found.into_iter().map(Finding::from));
        check::sort(&mut self.findings);
    }

    /// Takes up the notes beside errors and warnings.
    pub(crate) fn show_notes(&mut self) {
        self.findings.append(&mut self.notes);
        check::sort(&mut self.findings);
    }

    /// Looks at what a connection offers, whether a pipeline uses it or not.
    pub(crate) fn look_at(&mut self, connection: &str) -> Result<Diagnostics> {
        let mut out = Diagnostics::default();
        let wanted = BTreeSet::from([connection.to_owned()]);
        let more = catalog::catalogs(&mut self.project, &wanted, &self.registry, &self.context, &mut out)?;
        self.catalogs.0.extend(more.0);
        Ok(out)
    }

    /// Prints what is wrong; an error when something is.
    pub(crate) fn insist(&self, output: &Output) -> Result<()> {
        let (errors, _) = diagnostic::counts(&self.findings);
        if output.is_text() {
            human::print(output, &self.project, &self.findings);
            if errors > 0 {
                human::print_more(output, &self.findings);
            }
        }
        let Some(first) = self.findings.iter().find(|finding| finding.is_error()) else { return Ok(()) };
        let diagnostic = &first.diagnostic;
        let place = diagnostic.labels.first().map(|label| label.place.to_string()).unwrap_or_default();
        let mut message = format!("{} in the project's files: nothing was run", many(errors, "mistake"));
        let mut code = "project/invalid";
        if !output.is_text() {
            message = format!("{message}; the first: {} ({place})", diagnostic.message);
            code = diagnostic.code.as_str();
        }
        Err(CommandError::new(Exit::Invalid, code, message))
    }

    /// Whether pipelines were asked for one by one.
    pub(crate) fn is_named(&self) -> bool {
        self.is_named
    }

    /// A pipeline that was named, and that none of the tenants runs.
    pub(crate) fn idle(&self) -> Option<&str> {
        let tenants = || self.tenants.iter().filter_map(|name| self.project.tenant(name));
        let is_idle = |name: &&String| !tenants().any(|tenant| tenant.runs(name));
        self.asked.iter().find(is_idle).map(String::as_str).filter(|_| self.is_named)
    }

    /// What of the state a command looks at.
    pub(crate) fn filter(&self, which: &Which, pipeline: Option<String>, limit: usize) -> RunFilter {
        let tenant = which.one_tenant().map(str::to_owned);
        RunFilter { tenant, environment: Some(self.project.environment.clone()), pipeline, limit }
    }

    /// Whether real business depends on what a pipeline writes to.
    pub(crate) fn is_production(&self, blueprint: &Blueprint) -> bool {
        let is_production =
            |name: &String| self.project.connections.get(name).is_some_and(|to| to.production);
        let is_written = blueprint.back.is_some() && is_production(&blueprint.source.connection);
        is_written || is_production(&blueprint.target.connection)
    }

    /// How a pipeline is called in what is printed: with its tenant in front, where there are several.
    pub(crate) fn title(&self, blueprint: &Blueprint) -> String {
        tenant::title(&self.project, &blueprint.tenant, &blueprint.pipeline)
    }
}

/// The connections that pipelines use for tenants.
fn used(project: &Project, names: &[String], tenants: &[&Tenant]) -> BTreeSet<String> {
    let pipelines = project.pipelines.iter().filter(|pipeline| names.contains(&pipeline.name));
    let sides = pipelines.flat_map(|pipeline| [&pipeline.source, &pipeline.target]).flatten();
    let connections =
        sides.flat_map(|side| tenants.iter().filter_map(|tenant| project.connection(side, tenant)));
    connections.map(|connection| connection.name.clone()).collect()
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
            Wanted::File(file) => pipeline.file == *file || pipeline.files.contains(file),
        });
        match (found, wanted) {
            (Some(pipeline), _) => names.push(pipeline.name.clone()),
            // The file is there and broken: its diagnostics say more than "not found".
            (None, Wanted::File(_)) => {}
            (None, Wanted::Name(name)) if is_broken(project, name) => {}
            (None, Wanted::Name(name)) => {
                return Err(unknown_pipeline(name, project));
            }
        }
    }
    Ok(names)
}

/// Whether the file that a pipeline of this name would have is there: then it could not be read.
fn is_broken(project: &Project, name: &str) -> bool {
    [format!("{name}.toml"), format!("pipelines/{name}.toml")]
        .iter()
        .any(|file| project.texts.contains_key(file))
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
