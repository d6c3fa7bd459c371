//! `engine connections check`: opens connections without the right to write, and asks each for one record, or for the
//! fields of one target object.

use super::{connector, find, load, settings};
use crate::{
    args::Which,
    doctor::Verdict,
    emulate::Emulation,
    error::{CommandError, Result, exit_for, remedy},
    exit::Exit,
    network,
    output::{self, Output},
    surroundings,
    words::many,
    workspace::{Workspace, runtime},
};
use engine_contract::{
    Access, Cancel, Connection as Open, ConnectorError, Context, DynConnector, ReadRequest,
};
use engine_project::Connection;
use engine_run::connector_code;
use serde_json::json;
use std::path::Path;

pub(super) fn run(
    (names, which): (&[String], &Which),
    project: Option<&Path>,
    output: &Output,
) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let workspace = load(which, project, &cancel)?;
    let connections = if names.is_empty() {
        workspace.insist(output)?;
        workspace.project.connections.values().collect()
    } else {
        names.iter().map(|name| find(&workspace, name, output)).collect::<Result<Vec<_>>>()?
    };
    let mut context = workspace.context.clone();
    context.http = network::transport()?;
    let used = connections.iter().map(|connection| connection.name.clone()).collect();
    let emulation = Emulation::start(&workspace.project, &used, &workspace.emulators(), &mut context)?;
    let width = connections.iter().map(|one| one.name.chars().count()).max().unwrap_or_default();
    let mut results = Vec::new();
    for connection in connections {
        let result = if emulation.misses(&connection.name) {
            Found::Skipped(format!("not asked: there is no emulator for `{}`", connection.connector))
        } else {
            one(&workspace, connection, &context)?
        };
        if output.is_text() {
            print((connection, width), &result, output);
        }
        results.push((connection, result));
        if cancel.is_cancelled() {
            return Ok(Exit::Signal(surroundings::signal().unwrap_or(2)));
        }
    }
    let errors = || results.iter().filter_map(|(_, result)| result.error());
    let (problems, exit) = (errors().count(), exit_of(errors()));
    if output.is_text() {
        let well = results.iter().filter(|(_, result)| matches!(result, Found::Well(_))).count();
        output.talk(&format!("{well} of {} ok", many(results.len(), "connection")));
    } else {
        let document = |(connection, result): &(&Connection, Found)| {
            let (name, connector, verdict) = (&connection.name, &connection.connector, result.verdict());
            match result {
                Found::Well(found) | Found::Skipped(found) => {
                    json!({ "name": name, "connector": connector, "verdict": verdict, "found": found })
                }
                Found::Problem(error) => {
                    json!({ "name": name, "connector": connector, "verdict": verdict, "error": error })
                }
            }
        };
        let documents: Vec<_> = results.iter().map(document).collect();
        output.json(&json!({ "connections": documents, "problems": problems, "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// How a connection was found.
enum Found {
    /// It answered: to what.
    Well(String),
    /// It was not asked: why.
    Skipped(String),
    Problem(CommandError),
}

impl Found {
    fn error(&self) -> Option<&CommandError> {
        match self {
            Self::Problem(error) => Some(error),
            Self::Well(_) | Self::Skipped(_) => None,
        }
    }

    fn verdict(&self) -> Verdict {
        match self {
            Self::Well(_) => Verdict::Fine,
            Self::Skipped(_) => Verdict::Doubt,
            Self::Problem(_) => Verdict::Problem,
        }
    }
}

/// Refused credentials say more about what needs doing than anything else.
fn exit_of<'a>(errors: impl Iterator<Item = &'a CommandError>) -> Exit {
    let mut exit = Exit::Done;
    for error in errors {
        exit = Exit::Tests;
        if error.exit == Exit::Unauthorized {
            return Exit::Unauthorized;
        }
    }
    exit
}

fn print((connection, width): (&Connection, usize), result: &Found, output: &Output) {
    let (style, word) = match result {
        Found::Well(_) => (output::GOOD, "ok"),
        Found::Skipped(_) => (output::WARN, "warn"),
        Found::Problem(_) => (output::BAD, "x"),
    };
    let Connection { name, connector, .. } = connection;
    let line = |found: &str| {
        output.result(&format!("{style}{word:<4}{style:#}  {name:<width$}  {connector}  {found}"));
    };
    match result {
        Found::Well(found) | Found::Skipped(found) => line(found),
        Found::Problem(error) => {
            line(&format!("error[{}]: {}", error.code, crate::custody::clean(&error.message)));
            if let Some(help) = &error.help {
                output.result(&format!("      -> {help}"));
            }
        }
    }
}

fn one(workspace: &Workspace, connection: &Connection, context: &Context) -> Result<Found> {
    let connector = match connector(workspace, connection) {
        Ok(connector) => connector,
        Err(error) => return Ok(Found::Problem(error)),
    };
    let asked = runtime()?.block_on(Box::pin(ask(&**connector, &settings(connection), context)));
    Ok(asked.map_or_else(|error| Found::Problem(refused(connection, &error)), Found::Well))
}

/// Opens a connection and asks it something cheap; says what.
async fn ask(
    connector: &dyn DynConnector,
    settings: &serde_json::Value,
    context: &Context,
) -> engine_contract::Result<String> {
    let Open { source, target, .. } = connector.open(context, settings, Access::Read).await?;
    if let Some(source) = source
        && let Some(stream) = source.streams().first()
    {
        let request = ReadRequest {
            stream: stream.name.clone(),
            options: engine_contract::Map::default(),
            cursor: None,
            since: None,
            resume: None,
            max_records: 1,
            max_bytes: 1,
        };
        drop(source.read(context, &request).await?);
        return Ok(format!("read from {}", stream.name));
    }
    let offer = connector.discover(context, settings).await?;
    if let Some(target) = target
        && let Some(object) = offer.objects.first()
    {
        drop(target.schema(context, &object.name).await?);
        return Ok(format!("looked at {}", object.name));
    }
    Ok("opened".to_owned())
}

pub(in crate::command) fn refused(connection: &Connection, error: &ConnectorError) -> CommandError {
    let code = connector_code(error.kind());
    let refused = CommandError::new(exit_for(code), code, error.to_string());
    let is_unauthorized = refused.exit == Exit::Unauthorized;
    match remedy(code) {
        _ if is_unauthorized => refused.help(format!("engine connections show {}", connection.name)),
        Some(help) => refused.help(help),
        None => refused,
    }
}
