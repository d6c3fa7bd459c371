//! `engine connector`: a project's own connectors, written, recorded and judged.

mod new;
mod record;
mod skeleton;
mod test;

use crate::{
    args::{Connector, ConnectorVerb, Which},
    described,
    error::{CommandError, Result},
    exit::Exit,
    files::DiskFiles,
    output::Output,
    select::{Selection, current},
    workspace::{Depth, Workspace},
};
use connector_rest::{
    Described, bundled,
    conformance::{RecordedDelivery, Recording},
};
use engine_contract::{Cancel, DynConnector};
use engine_project::{Files, connector::CONNECTORS, diag::suggest};
use std::path::Path;

/// The folder of recorded exchanges, within that of a connector.
const FIXTURES: &str = "fixtures";

/// The folder of deliveries, within that one.
const DELIVERIES: &str = "deliveries";

pub(super) fn run(arguments: &Connector, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        ConnectorVerb::New(arguments) => new::run(arguments, project, output),
        ConnectorVerb::Record(arguments) => record::run(arguments, project, output),
        ConnectorVerb::Test { name, which } => test::run(name, which, project, output),
    }
}

fn load(which: &Which, project: Option<&Path>, cancel: &Cancel) -> Result<Workspace> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    Workspace::load_to(Depth::Files, &selection, which, cancel)
}

/// A connector that is data: one of the project, or one that comes with the engine.
fn find(workspace: &Workspace, name: &str, output: &Output) -> Result<Described> {
    let own = workspace.project.connectors.get(name);
    if let Some(described) = own.and_then(|files| described::read(files, &connectors::registry()).0) {
        return Ok(described);
    }
    let is_broken = own.is_some_and(|files| !files.texts.is_empty());
    if is_broken {
        workspace.insist(output)?;
    }
    if let Some(described) = bundled().find(|described| DynConnector::name(described) == name) {
        return Ok(described);
    }
    let names: Vec<&str> = workspace.registry.names().collect();
    let message = if names.contains(&name) {
        format!("`{name}` is no connector of data: there is nothing to record")
    } else {
        format!("there is no connector `{name}`")
    };
    let error = CommandError::new(Exit::NotFound, "command/unknown-connector", message);
    Err(match suggest(name, names) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("`engine connector new {name}` writes one")),
    })
}

/// What was recorded of a connector.
fn recordings(workspace: &Workspace, name: &str) -> Result<Vec<Recording>> {
    let help = "`engine connector record` writes it anew";
    let texts = texts(workspace, &format!("{CONNECTORS}/{name}/{FIXTURES}"), help)?;
    texts
        .iter()
        .map(|(path, text)| Recording::parse(text).map_err(|error| unusable(path, &error, help)))
        .collect()
}

/// The deliveries of webhooks that stand beside it, with the names of their files.
fn deliveries(workspace: &Workspace, name: &str) -> Result<Vec<(String, RecordedDelivery)>> {
    let help = "docs/guide/write-a-connector.md shows what it holds";
    let folder = format!("{CONNECTORS}/{name}/{FIXTURES}/{DELIVERIES}");
    let texts = texts(workspace, &folder, help)?.into_iter();
    texts
        .map(|(path, text)| match RecordedDelivery::parse(&text) {
            Ok(delivery) => {
                Ok((path.strip_prefix(&format!("{folder}/")).unwrap_or(&path).to_owned(), delivery))
            }
            Err(error) => Err(unusable(&path, &error, help)),
        })
        .collect()
}

/// The JSON files of a folder, by their paths.
fn texts(workspace: &Workspace, folder: &str, help: &str) -> Result<Vec<(String, String)>> {
    let files = DiskFiles::new(&workspace.dir);
    let names = files.list(folder).map_err(|error| unusable(folder, &error, help))?;
    let read = |name: &String| {
        let path = format!("{folder}/{name}");
        let text = files.read(&path).map_err(|error| unusable(&path, &error, help))?.unwrap_or_default();
        Ok((path, text))
    };
    names.iter().filter(|name| name.strip_suffix(".json").is_some()).map(read).collect()
}

fn unusable(file: &str, why: &dyn std::fmt::Display, help: &str) -> CommandError {
    CommandError::new(Exit::Failed, "command/unusable-file", format!("`{file}` cannot be read: {why}"))
        .help(help)
}
