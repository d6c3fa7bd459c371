//! `engine connector new`: a folder that validates, with everything that is to be decided as a comment.

use super::skeleton::skeleton;
use crate::{
    args::NewConnector,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    select::current,
};
use engine_project::connector::CONNECTORS;
use std::path::Path;

pub(super) fn run(arguments: &NewConnector, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let project = current(project)?;
    let name = &arguments.name;
    if connectors::registry().get(name).is_some() {
        let message = format!("there is a connector `{name}` in the engine already");
        return Err(CommandError::new(Exit::Usage, "connector/shadows", message)
            .help("give the new one another name"));
    }
    let folder = format!("{CONNECTORS}/{name}");
    let files = skeleton(arguments);
    let there = files.iter().find(|(file, _)| project.join(&folder).join(file).exists());
    if let (Some((file, _)), false) = (there, arguments.force) {
        let message = format!("`{folder}/{file}` is there already: nothing was written");
        return Err(CommandError::new(Exit::Failed, "project/exists", message)
            .help("choose another name, or overwrite with --force"));
    }
    let mut created = Vec::new();
    for (file, text) in files {
        let path = format!("{folder}/{file}");
        write(&project.join(&path), &text)?;
        created.push(path);
    }
    if !output.is_text() {
        output.json(&serde_json::json!({ "created": created, "connector": name }));
        return Ok(Exit::Done);
    }
    for path in &created {
        output.step(output::GOOD, "Created", path);
    }
    output.talk(&format!(
        "Next:\n  fill in {folder}/connector.toml, with a connection that says connector = \"{name}\"\n  \
         engine validate\n  engine connector record {name} --connection NAME\n  engine connector test {name}"
    ));
    Ok(Exit::Done)
}

/// Writes a file, and the folders above it.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        CommandError::new(Exit::Failed, "command/not-writable", message)
    })
}
