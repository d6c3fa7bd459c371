//! `engine connections`: what they are, whether they work, and access to their accounts.

mod check;
mod list;
mod login;
mod logout;
mod show;
mod standing;

pub(super) use check::refused;

use crate::{
    args::{Connections, ConnectionsVerb, Which},
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    select::{Selection, current},
    workspace::{Depth, Workspace},
};
use engine_contract::{Cancel, DynConnector, Login};
use engine_project::{Connection, diag::suggest};
use serde_json::Value;
use std::{path::Path, sync::Arc};

pub(super) fn run(arguments: &Connections, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        ConnectionsVerb::Ls { which } => list::run(&load(which, project, &Cancel::default())?, output),
        ConnectionsVerb::Show { name, which } => {
            show::run(&load(which, project, &Cancel::default())?, name, output)
        }
        ConnectionsVerb::Check { names, which } => check::run((names, which), project, output),
        ConnectionsVerb::Login(arguments) => login::run(arguments, project, output),
        ConnectionsVerb::Logout { name, local, which } => logout::run((name, *local, which), project, output),
    }
}

pub(super) fn load(which: &Which, project: Option<&Path>, cancel: &Cancel) -> Result<Workspace> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    Workspace::load_to(Depth::Files, &selection, which, cancel)
}

/// The connection called `name`. Where it is missing because a file is broken, the file is shown.
pub(super) fn find<'a>(workspace: &'a Workspace, name: &str, output: &Output) -> Result<&'a Connection> {
    if let Some(connection) = workspace.project.connections.get(name) {
        return Ok(connection);
    }
    workspace.insist(output)?;
    let message = format!("there is no connection `{name}`");
    let error = CommandError::new(Exit::NotFound, "connection/unknown", message);
    Err(match suggest(name, workspace.project.connections.keys().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("`engine connections ls` lists them"),
    })
}

/// Nobody logs in to a service that the engine itself stands in for.
fn emulated(workspace: &Workspace, connection: &Connection, output: &Output) -> Exit {
    let environment = &workspace.project.environment;
    let name = &connection.name;
    output
        .talk(&format!("connection `{name}` needs no login: it is emulated in environment `{environment}`"));
    if !output.is_text() {
        output.json(&serde_json::json!({ "name": name, "login": null, "emulated": true }));
    }
    Exit::Done
}

pub(super) fn settings(connection: &Connection) -> Value {
    Value::Object(connection.settings.clone())
}

pub(super) fn connector<'a>(
    workspace: &'a Workspace,
    connection: &Connection,
) -> Result<&'a Arc<dyn DynConnector>> {
    workspace.registry.get(&connection.connector).ok_or_else(|| {
        let message = format!("there is no connector `{}`", connection.connector);
        let error = CommandError::new(Exit::Invalid, "connection/unknown-connector", message);
        match suggest(&connection.connector, workspace.registry.names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("mend {}", connection.key_place(""))),
        }
    })
}

/// How a person logs in to a connection; nothing where its settings are enough.
fn login_of(workspace: &Workspace, connection: &Connection) -> Result<Option<Login>> {
    #[cfg(feature = "failpoints")]
    fail::fail_point!("connections.login", |service| Ok(service.map(|service| scripted(&service))));
    connector(workspace, connection)?.login(&settings(connection)).map_err(|error| {
        let place = connection.place(&error.pointer);
        let message = format!("connection `{}`: {} ({place})", connection.name, error.message);
        CommandError::new(Exit::Invalid, "connection/setting", message).help("`engine validate` says more")
    })
}

/// The login to a service that a test has set up, where no connector of the engine leads to one.
#[cfg(feature = "failpoints")]
fn scripted(service: &str) -> Login {
    let secret = |name: &str| engine_contract::SecretName { secret: name.to_owned() };
    Login {
        account: "books/42".to_owned(),
        authorize_url: format!("{service}/authorize"),
        token_url: format!("{service}/tokens"),
        revoke_url: Some(format!("{service}/revoke")),
        client_id: secret("app_id"),
        client_secret: secret("app_secret"),
        scopes: vec!["accounting".to_owned()],
        expects: Some(("realmId".to_owned(), "42".to_owned())),
        question: Some(engine_contract::Question {
            url: format!("{service}/company"),
            name: "/CompanyInfo/CompanyName".to_owned(),
        }),
    }
}
