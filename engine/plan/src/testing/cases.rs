//! Which tests a pipeline has, and the program that each of them runs.

use super::{
    run::{TestOutcome, run_test},
    site::mapping_place,
};
use crate::{Blueprint, Catalogs, Program, compile};
use engine_contract::{Registry, Value};
use engine_project::{PipelineFile, Project, Tenant, Test, diag::Severity, project::Setting};
use std::{collections::BTreeMap, sync::Arc};

/// A pipeline, compiled and built.
#[derive(Clone)]
pub struct Built {
    /// What it was built from.
    pub blueprint: Arc<Blueprint>,
    /// What maps its records.
    pub program: Arc<Program>,
}

impl Built {
    /// Builds the program of a Blueprint.
    ///
    /// # Errors
    /// A sentence that says why it cannot be built.
    pub fn new(blueprint: Arc<Blueprint>) -> Result<Self, String> {
        let program = Program::build(&blueprint).map_err(|error| error.to_string())?;
        Ok(Self { blueprint, program: Arc::new(program) })
    }

    /// Runs a test, and says of each difference which mapping line it comes from.
    #[must_use]
    pub fn run(&self, test: &Test) -> TestOutcome {
        let mut outcome = run_test(&self.program, test);
        let mapped = outcome.ended.iter().find(|item| item.is_mapped());
        let route = mapped.and_then(|item| item.route.as_deref());
        for difference in &mut outcome.differences {
            let made = || mapping_place(&self.blueprint, &test.entity, route, &difference.what);
            difference.place = difference.place.take().or_else(made);
        }
        outcome
    }
}

/// One test.
pub struct Case<'a> {
    /// `pipeline::entity::name`.
    pub name: String,
    /// The pipeline that has it.
    pub pipeline: &'a PipelineFile,
    /// What it says.
    pub test: &'a Test,
    /// What it runs; or why that cannot be compiled.
    pub built: Result<Built, String>,
}

/// Finds the tests of pipelines, and builds each program that they need once.
pub struct Cases<'a> {
    project: &'a Project,
    registry: &'a Registry,
    catalogs: &'a Catalogs,
    /// What is compiled already.
    known: &'a [Arc<Blueprint>],
    /// The one tenant that is looked at, where it is one.
    tenant: Option<&'a str>,
    built: BTreeMap<(String, String, String), Result<Built, String>>,
}

impl<'a> Cases<'a> {
    /// Nothing is built yet. `known` are Blueprints that need not be compiled again; `tenant` is the one tenant
    /// that is looked at, if it is one.
    #[must_use]
    pub fn new(
        project: &'a Project,
        registry: &'a Registry,
        catalogs: &'a Catalogs,
        known: &'a [Arc<Blueprint>],
        tenant: Option<&'a str>,
    ) -> Self {
        Self { project, registry, catalogs, known, tenant, built: BTreeMap::new() }
    }

    /// The tests of a pipeline whose name `fits`.
    pub fn of(&mut self, pipeline: &'a PipelineFile, fits: impl Fn(&str) -> bool) -> Vec<Case<'a>> {
        let mut cases = Vec::new();
        for test in &pipeline.tests {
            let name = format!("{}::{}::{}", pipeline.name, test.entity, test.name);
            if let (true, Some(tenant)) = (fits(&name), self.tenant_of(pipeline, test)) {
                let built = self.build(pipeline, test, tenant);
                cases.push(Case { name, pipeline, test, built });
            }
        }
        cases
    }

    /// The tenant of a test: the one that it names, else the one that is looked at, else the first that runs the
    /// pipeline. Nothing when the test is about another tenant than the one that is looked at.
    fn tenant_of(&self, pipeline: &PipelineFile, test: &Test) -> Option<&'a Tenant> {
        let named = test.tenant.as_ref().map(|tenant| tenant.text.as_str());
        match (named, self.tenant) {
            (Some(named), Some(tenant)) if named != tenant => None,
            (Some(name), _) | (None, Some(name)) => self.project.tenant(name),
            (None, None) => self.project.tenants.iter().find(|tenant| tenant.runs(&pipeline.name)),
        }
    }

    fn build(&mut self, pipeline: &PipelineFile, test: &Test, tenant: &Tenant) -> Result<Built, String> {
        let is_neutral = test.tenant.is_none() && self.tenant.is_none() && self.project.tenants.len() > 1;
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
        let is_it = |one: &&Arc<Blueprint>| one.pipeline == pipeline.name && one.tenant == tenant.name;
        if let (Some(blueprint), true, false) =
            (self.known.iter().find(is_it), test.vars.is_empty(), is_neutral)
        {
            return Built::new(Arc::clone(blueprint));
        }
        let mut tenant = tenant.clone();
        if is_neutral {
            // A test that names no tenant is about what the pipeline itself says.
            tenant.vars.clear();
            tenant.lookups.clear();
        }
        let set = |(name, value): (&String, &Value)| {
            (name.clone(), Setting { value: value.clone(), place: test.place.clone() })
        };
        tenant.vars.extend(test.vars.iter().map(set));
        let (blueprint, found) = compile(self.project, &pipeline.name, &tenant, self.registry, self.catalogs);
        let error = || found.into_iter().find(|found| found.severity == Severity::Error);
        let blueprint = blueprint.ok_or_else(|| {
            error().map_or_else(|| "the pipeline has mistakes".to_owned(), |error| error.to_string())
        })?;
        Built::new(Arc::new(blueprint))
    }
}
