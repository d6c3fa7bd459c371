//! Reads a project.
//!
//! Everything that can be understood is loaded, whatever is wrong beside it; a file that is no TOML costs
//! only itself.

mod assert;
pub(crate) mod beside;
mod connections;
mod connectors;
pub(crate) mod decode;
pub(crate) mod duration;
mod engine;
mod entity;
mod environment;
mod layout;
mod library;
mod limits;
mod lookup;
mod moved;
mod pipeline;
mod policy;
mod reconcile;
mod route;
mod schedule;
mod shelf;
mod sides;
mod tenant;
mod test;
mod variables;
mod vars;

use crate::{
    Files, PipelineFile, Project,
    diag::{Diagnostic, Diagnostics, code},
    project::DEFAULT_ENVIRONMENT,
};
use connections::Connections;
use moved::Names;
use pipeline::Surroundings;
pub(crate) use shelf::Shelf;
use std::collections::BTreeMap;

/// Reads a project: everything it says, and everything that is wrong with it. `variables` are those that
/// `${env:NAME}` may stand for; `environment` is the one whose values are laid over connections.toml.
#[must_use]
pub fn load(
    files: &dyn Files,
    variables: &BTreeMap<String, String>,
    environment: Option<&str>,
) -> (Project, Diagnostics) {
    let mut out = Diagnostics::default();
    let mut shelf = Shelf::new(files);
    let engine = engine::read(&mut shelf, variables, &mut out);
    let connections = connections::read(environment, &engine.variables, &mut shelf, &mut out);
    let connectors = connectors::read(&mut shelf, &mut out);
    let tenant_files = layout::tenants(files, &mut out);
    let around = Surroundings { connections: &connections, has_tenants: !tenant_files.is_empty() };
    let (mut pipelines, has_broken) = read_pipelines(&around, &mut shelf, &mut out);
    refuse_duplicates(&pipelines, &mut out);
    let known = tenant::Known { pipelines: &pipelines, has_broken, connections: &connections };
    let tenants = tenant::read(&tenant_files, known, &mut shelf, &mut out);
    check_together(&mut pipelines, has_broken, &connections, &mut out);
    tenant::check_tests(&mut pipelines, &tenants, &mut out);
    let project = Project {
        name: engine.name,
        timezone: engine.timezone,
        environment: environment.unwrap_or(DEFAULT_ENVIRONMENT).to_owned(),
        safety: engine.safety,
        retention: engine.retention,
        notifiers: engine.notifiers,
        tenants: tenants.known,
        state: engine.state,
        connections: connections.known,
        connectors,
        pipelines,
        engine: engine.document,
        texts: shelf.texts,
    };
    (project, out)
}

/// The pipelines, and whether there are others that could not be read, so that nobody knows their names.
fn read_pipelines(
    around: &Surroundings<'_>,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> (Vec<PipelineFile>, bool) {
    let (mut pipelines, mut has_broken) = (Vec::new(), false);
    for parts in layout::pipelines(shelf.files(), out) {
        let pipeline = pipeline::read(parts, around, shelf, out);
        has_broken |= pipeline.is_none();
        pipelines.extend(pipeline);
    }
    (pipelines, has_broken)
}

/// Checks what pipelines say of each other and of connections.
fn check_together(
    pipelines: &mut [PipelineFile],
    has_broken_pipeline: bool,
    connections: &Connections,
    out: &mut Diagnostics,
) {
    let names = pipelines.iter().map(|pipeline| pipeline.name.clone()).collect();
    let names = Names { pipelines: names, connections, has_broken_pipeline };
    for pipeline in pipelines {
        let errors = out.errors();
        names.check(pipeline, out);
        pipeline.complete &= out.errors() == errors;
    }
}

fn refuse_duplicates(pipelines: &[PipelineFile], out: &mut Diagnostics) {
    let mut first: BTreeMap<&str, &PipelineFile> = BTreeMap::new();
    for pipeline in pipelines {
        let Some(other) = first.get(pipeline.name.as_str()) else {
            first.insert(&pipeline.name, pipeline);
            continue;
        };
        let message = format!("two pipelines are called `{}`", pipeline.name);
        let place = |pipeline: &PipelineFile| pipeline.place("/pipeline/name");
        out.push(
            Diagnostic::error(code::PIPELINE_DUPLICATE, message)
                .at(place(pipeline), "")
                .and(place(other), "the other one")
                .help("a pipeline without `name` is called like its file"),
        );
    }
}

/// The pipelines of a project as far as their files can be listed: the path of each, and of its files.
pub(crate) fn pipeline_files(files: &dyn Files) -> Vec<(String, Vec<String>)> {
    let parts = layout::pipelines(files, &mut Diagnostics::default());
    parts.into_iter().map(|parts| (parts.path, parts.files)).collect()
}

#[cfg(test)]
mod tests;
