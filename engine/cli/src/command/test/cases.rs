//! Which tests there are, and the program that each of them runs.

use crate::{
    args::Test as Arguments,
    error::{CommandError, Result},
    exit::Exit,
    workspace::Workspace,
};
use engine_plan::{Blueprint, Program, compile};
use engine_project::{PipelineFile, Project, Tenant, Test, diag::Severity, project::Setting};
use std::{collections::BTreeMap, sync::Arc};

/// A pipeline, compiled and built.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) blueprint: Arc<Blueprint>,
    pub(super) program: Arc<Program>,
}

/// One test.
pub(super) struct Case<'a> {
    /// `pipeline::entity::name`.
    pub(super) name: String,
    pub(super) pipeline: &'a PipelineFile,
    pub(super) test: &'a Test,
    /// What it runs; or why that cannot be compiled.
    pub(super) built: Result<Built, String>,
}

/// The tests that were asked for.
pub(super) fn cases<'a>(workspace: &'a Workspace, arguments: &Arguments) -> Result<Vec<Case<'a>>> {
    let mut builder = Builder { workspace, all_tenants: chosen(arguments).is_none(), built: BTreeMap::new() };
    let mut cases = Vec::new();
    for pipeline in &workspace.project.pipelines {
        for test in &pipeline.tests {
            let name = format!("{}::{}::{}", pipeline.name, test.entity, test.name);
            let fits = arguments.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
            let Some(tenant) = tenant_of(&workspace.project, pipeline, test, chosen(arguments)) else {
                continue;
            };
            if fits {
                let built = builder.build(pipeline, test, tenant);
                cases.push(Case { name, pipeline, test, built });
            }
        }
    }
    if let (true, Some(filter)) = (cases.is_empty(), &arguments.filter) {
        let message = format!("no test's name contains `{filter}`");
        return Err(CommandError::new(Exit::NotFound, "test/none-fits", message));
    }
    Ok(cases)
}

/// The tenant that the command names.
fn chosen(arguments: &Arguments) -> Option<&str> {
    arguments.which.tenant.as_deref().filter(|name| *name != "all")
}

/// The tenant of a test: the one that it names, else the one that the command names, else the first that runs
/// the pipeline. Nothing when the test is about another tenant than the command.
fn tenant_of<'a>(
    project: &'a Project,
    pipeline: &PipelineFile,
    test: &Test,
    chosen: Option<&str>,
) -> Option<&'a Tenant> {
    let named = test.tenant.as_ref().map(|tenant| tenant.text.as_str());
    match (named, chosen) {
        (Some(named), Some(chosen)) if named != chosen => None,
        (Some(name), _) | (None, Some(name)) => project.tenant(name),
        (None, None) => project.tenants.iter().find(|tenant| tenant.runs(&pipeline.name)),
    }
}

/// Builds each program once.
struct Builder<'a> {
    workspace: &'a Workspace,
    /// Whether the command names no tenant.
    all_tenants: bool,
    built: BTreeMap<(String, String, String), Result<Built, String>>,
}

impl Builder<'_> {
    fn build(&mut self, pipeline: &PipelineFile, test: &Test, tenant: &Tenant) -> Result<Built, String> {
        let is_neutral =
            test.tenant.is_none() && self.all_tenants && self.workspace.project.tenants.len() > 1;
        let vars = format!("{is_neutral} {:?}", test.vars);
        let key = (pipeline.name.clone(), tenant.name.clone(), vars);
        if let Some(known) = self.built.get(&key) {
            return known.clone();
        }
        let built = self.compiled(pipeline, test, tenant, is_neutral);
        self.built.insert(key, built.clone());
        built
    }

    fn compiled(
        &self,
        pipeline: &PipelineFile,
        test: &Test,
        tenant: &Tenant,
        is_neutral: bool,
    ) -> Result<Built, String> {
        let known = self.workspace.blueprints.iter();
        let mut known = known.filter(|one| one.pipeline == pipeline.name && one.tenant == tenant.name);
        if let (Some(blueprint), true, false) = (known.next(), test.vars.is_empty(), is_neutral) {
            return built(Arc::clone(blueprint));
        }
        let mut tenant = tenant.clone();
        if is_neutral {
            // A test that names no tenant is about what the pipeline itself says.
            tenant.vars.clear();
            tenant.lookups.clear();
        }
        let set = |(name, value): (&String, &engine_contract::Value)| {
            (name.clone(), Setting { value: value.clone(), place: test.place.clone() })
        };
        tenant.vars.extend(test.vars.iter().map(set));
        let Workspace { project, registry, catalogs, .. } = self.workspace;
        let (blueprint, found) = compile(project, &pipeline.name, &tenant, registry, catalogs);
        let Some(blueprint) = blueprint else {
            let error = found.into_iter().find(|found| found.severity == Severity::Error);
            return Err(
                error.map_or_else(|| "the pipeline has mistakes".to_owned(), |error| error.to_string())
            );
        };
        built(Arc::new(blueprint))
    }
}

pub(super) fn built(blueprint: Arc<Blueprint>) -> Result<Built, String> {
    let program = Program::build(&blueprint).map_err(|error| error.to_string())?;
    Ok(Built { blueprint, program: Arc::new(program) })
}
