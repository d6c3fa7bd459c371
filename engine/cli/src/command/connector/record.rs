//! `engine connector record`: reads through a connection, and keeps what was asked and answered.

use super::{FIXTURES, find, load, new::write};
use crate::{
    args::RecordConnector,
    command::connections,
    custody::clean,
    emulate::Emulation,
    error::{CommandError, Result, exit_for, remedy},
    exit::Exit,
    network,
    output::{self, Output},
    surroundings,
    words::many,
    workspace::runtime,
};
use connector_rest::conformance::{Recording, Wanted};
use engine_contract::{Cancel, Context};
use engine_project::{MAX_FILE_BYTES, connector::CONNECTORS};
use engine_run::connector_code;
use serde_json::json;
use std::{collections::BTreeSet, path::Path};

pub(super) fn run(arguments: &RecordConnector, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let workspace = load(&arguments.which, project, &cancel)?;
    let name = &arguments.name;
    let described = find(&workspace, name, output)?;
    let connection = connections::find(&workspace, &arguments.connection, output)?;
    if connection.connector != *name {
        let (of, is) = (&connection.name, &connection.connector);
        let message = format!("the connection `{of}` is of connector `{is}`, not of `{name}`");
        return Err(CommandError::new(Exit::Usage, "command/other-connector", message)
            .help(format!("name a connection that says connector = \"{name}\"")));
    }
    let mut context: Context = workspace.context.clone();
    context.http = network::transport()?;
    let used = BTreeSet::from([connection.name.clone()]);
    let folder = workspace.dir.join(".engine/emulators");
    drop(Emulation::start(&workspace.project, &used, &folder, &mut context)?);
    let wanted = Wanted {
        streams: arguments.stream.clone(),
        limit: usize::try_from(arguments.limit).unwrap_or(usize::MAX),
    };
    let settings = connections::settings(connection);
    let without_secrets = |text: &str| clean(text).into_owned();
    let recording = described.record(&context, &settings, &wanted, &without_secrets);
    let recordings = runtime()?.block_on(Box::pin(recording)).map_err(|error| {
        let code = connector_code(error.kind());
        let failed = CommandError::new(exit_for(code), code, format!("nothing was recorded: {error}"));
        match remedy(code) {
            Some(help) => failed.help(help),
            None => failed,
        }
    })?;
    keep(&workspace.dir, name, &recordings, output)
}

/// Writes the recordings down.
fn keep(project: &Path, name: &str, recordings: &[Recording], output: &Output) -> Result<Exit> {
    let mut kept = Vec::new();
    for recording in recordings {
        let path = format!("{CONNECTORS}/{name}/{FIXTURES}/{}.json", recording.stream);
        let text = recording.to_text();
        if text.len() > MAX_FILE_BYTES {
            let message = format!("the recording of `{}` is larger than 1 MiB", recording.stream);
            return Err(CommandError::new(Exit::Failed, "file/too-large", message)
                .help("record fewer records: --limit N"));
        }
        kept.push((path, text, recording.exchanges.len()));
    }
    for (path, text, _) in &kept {
        write(&project.join(path), text)?;
    }
    if !output.is_text() {
        let files: Vec<_> =
            kept.iter().map(|(path, _, count)| json!({ "file": path, "exchanges": count })).collect();
        output.json(&json!({ "connector": name, "recorded": files, "exit_code": Exit::Done.number() }));
        return Ok(Exit::Done);
    }
    for (path, _, count) in &kept {
        output.step(output::GOOD, "Recorded", &format!("{path}: {}", many(*count, "exchange")));
    }
    output.talk(
        "Secrets are left out, and personal data is replaced as far as field schemas and names tell it: read the \
         files before they go into git.",
    );
    Ok(Exit::Done)
}
