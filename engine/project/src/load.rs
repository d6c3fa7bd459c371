//! Reads a project.
//!
//! Everything that can be understood is loaded, whatever is wrong beside it; a file that is no TOML costs
//! only itself.

mod beside;
mod connections;
pub(crate) mod decode;
mod engine;
mod entity;
mod layout;
mod lookup;
mod pipeline;
mod route;
mod shelf;
mod test;
mod variables;

use crate::{
    Files, PipelineFile, Project, Tenant,
    diag::{Diagnostic, Diagnostics, code},
    project::DEFAULT_TENANT,
};
use connections::Connections;
use shelf::Shelf;
use std::collections::BTreeMap;
use variables::Variables;

/// Reads a project: everything it says, and everything that is wrong with it. `environment` holds the
/// variables that `${env:NAME}` may stand for.
#[must_use]
pub fn load(files: &dyn Files, environment: &BTreeMap<String, String>) -> (Project, Diagnostics) {
    let mut out = Diagnostics::default();
    let mut shelf = Shelf::new(files);
    let mut project = Project::default();

    let engine = engine::read(&mut shelf, &mut out);
    let variables = Variables { listed: engine.env, environment };
    project.name = engine.name;
    project.timezone = engine.timezone;
    project.engine = engine.document;
    project.tenants = vec![Tenant { name: DEFAULT_TENANT.to_owned(), ..Tenant::default() }];
    DEFAULT_TENANT.clone_into(&mut project.environment);
    project.state = engine::state(engine.state_url, &variables, &mut out).unwrap_or_default();

    let connections = connections::read(&mut shelf, &variables, &mut out);
    for path in layout::pipeline_files(files, &mut out) {
        project.pipelines.extend(read_pipeline(&path, &connections, &mut shelf, &mut out));
    }
    refuse_duplicates(&project.pipelines, &mut out);
    project.connections = connections.known;
    project.texts = shelf.texts;
    (project, out)
}

fn read_pipeline(
    path: &str,
    connections: &Connections,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Option<PipelineFile> {
    let document = shelf.document(path, out)?;
    let errors = out.errors();
    let mut pipeline = pipeline::read(&document, connections, shelf, out);
    pipeline.complete = out.errors() == errors;
    Some(pipeline)
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

/// The paths of the files of pipelines that can be listed.
pub(crate) fn pipeline_files(files: &dyn Files) -> Vec<String> {
    layout::pipeline_files(files, &mut Diagnostics::default())
}

#[cfg(test)]
mod tests;
