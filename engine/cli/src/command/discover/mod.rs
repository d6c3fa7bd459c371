//! `engine discover`: what a live connection offers, and keeping it as the catalog that checks and editors read.

mod changes;
mod save;

use super::{
    connections::{connector, find, load, refused, settings},
    schema::show,
};
use crate::{
    args::Discover,
    emulate::Emulation,
    error::{CommandError, Result},
    exit::Exit,
    network,
    output::{self, Output},
    surroundings,
    table::columns,
    words::many,
    workspace::{Workspace, runtime},
};
use engine_contract::{Cancel, Discovery};
use engine_project::Connection;
use serde_json::json;
use std::path::Path;

pub(super) fn run(arguments: &Discover, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let workspace = load(&arguments.which, project, &cancel)?;
    let connection = find(&workspace, &arguments.connection, output)?;
    let offer = look(&workspace, connection)?;
    if let Some(name) = &arguments.name {
        return show::one((&connection.name, name), &offer, output).map(|()| Exit::Done);
    }
    if !arguments.save {
        if output.is_text() {
            list(&connection.name, &offer, output);
        } else {
            output.json(&json!({ "connection": connection.name, "offers": offer }));
        }
        return Ok(Exit::Done);
    }
    let saved = save::save(&workspace.dir, &connection.name, offer)?;
    if !output.is_text() {
        output.json(&json!({
            "connection": connection.name, "file": saved.file, "is_new": saved.is_new, "changes": saved.changes,
            "offers": saved.catalog,
        }));
        return Ok(Exit::Done);
    }
    for change in &saved.changes {
        output.result(&change.to_string());
    }
    let (streams, objects) = (saved.catalog.streams.len(), saved.catalog.objects.len());
    let what = format!("{}, {}", many(streams, "stream"), many(objects, "target object"));
    let news = match (saved.is_new, saved.changes.len()) {
        (true, _) => "new".to_owned(),
        (false, 0) => "nothing has changed".to_owned(),
        (false, count) => many(count, "change"),
    };
    output.step(output::GOOD, "Saved", &format!("{} ({what}): {news}", saved.file));
    Ok(Exit::Done)
}

/// Asks the connection, without the right to write.
fn look(workspace: &Workspace, connection: &Connection) -> Result<Discovery> {
    let mut context = workspace.context.clone();
    context.http = network::transport()?;
    let used = std::iter::once(connection.name.clone()).collect();
    let emulation = Emulation::start(&workspace.project, &used, &workspace.emulators(), &mut context)?;
    if emulation.misses(&connection.name) {
        let message = format!("there is no emulator for `{}`", connection.connector);
        return Err(CommandError::new(Exit::Failed, "connection/emulate", message));
    }
    let connector = connector(workspace, connection)?;
    let offer = runtime()?.block_on(Box::pin(connector.discover(&context, &settings(connection))));
    offer.map_err(|error| refused(connection, &error))
}

/// Everything that is offered, with the number of its fields.
fn list(connection: &str, offer: &Discovery, output: &Output) {
    let mut rows = Vec::new();
    let fields = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
    for stream in &offer.streams {
        let schema = offer.stream_schemas.iter().find(|schema| schema.name == stream.name);
        let cursors = if stream.cursors.is_empty() { "-".to_owned() } else { stream.cursors.join(", ") };
        let known = fields(schema.map_or(0, |schema| schema.fields.len()));
        let key = schema.map(|schema| schema.key.join(", ")).unwrap_or_default();
        rows.push(vec![stream.name.clone(), "stream".to_owned(), known, key, cursors]);
    }
    for object in &offer.objects {
        let known = fields(object.fields.len());
        let cells = [&object.name, "target object", &known, &object.key.join(", "), ""];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    if rows.is_empty() {
        output.result(&format!("{connection} offers nothing that can be seen"));
        return;
    }
    for line in columns(&["NAME", "KIND", "FIELDS", "KEY", "CURSORS"], &rows) {
        output.result(&line);
    }
    output
        .talk(&format!("  help: `engine discover {connection} NAME` shows fields, `--save` keeps them all"));
}
