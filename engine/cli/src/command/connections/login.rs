//! `engine connections login`: a person gives the engine access to an account.

use super::{find, load, login_of, standing::at};
use crate::{
    args::Login as Arguments,
    custody::{ProjectVault, Watched, variable},
    error::{CommandError, Result, exit_for, remedy},
    exit::Exit,
    login::{Failure, Flow, Listener, LoggedIn, Redirect},
    network,
    output::{self, Output},
    prompt, surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::{Cancel, Context, Login};
use engine_project::Connection;
use engine_run::connector_code;
use serde_json::json;
use std::{path::Path, sync::Arc};
use url::{Host, Url};

/// Where browsers come back when nothing else is said.
const CALLBACK: &str = "/callback";

pub(super) fn run(arguments: &Arguments, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    let workspace = load(&arguments.which, project, &cancel)?;
    let connection = find(&workspace, &arguments.name, output)?;
    if connection.emulate.is_some() {
        return Ok(super::emulated(&workspace, connection, output));
    }
    let Some(login) = login_of(&workspace, connection)? else {
        let connector = &connection.connector;
        output.talk(&format!("connection `{}` needs no login: `{connector}` has none", connection.name));
        if !output.is_text() {
            output.json(&json!({ "name": connection.name, "login": null }));
        }
        return Ok(Exit::Done);
    };
    has_secrets(&workspace, &login)?;
    // The vault must be there before a person goes to the trouble.
    let vault = ProjectVault::new(&workspace.state, Arc::clone(&workspace.context.clock));
    let context = Context {
        http: network::transport()?,
        vault: Arc::new(Watched(vault.to_write()?)),
        ..workspace.context.clone()
    };
    if !arguments.paste {
        surroundings::stop_on_signals(cancel)
            .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    }
    let ended = runtime()?.block_on(Box::pin(async {
        let (redirect, redirect_uri) = redirect(arguments).await?;
        let flow = Flow { context: &context, login: &login, redirect_uri: &redirect_uri };
        flow.run(redirect, |address| show(address, output))
            .await
            .map_err(|failure| refused(&failure, connection))
    }))?;
    print(connection, &login, &ended, output);
    Ok(Exit::Done)
}

/// The address for the browser: for people, also where results go to a program.
fn show(address: &str, output: &Output) {
    output.print_error(&format!("Open this address in a browser, and agree:\n\n  {address}\n"));
}

fn print(connection: &Connection, login: &Login, ended: &LoggedIn, output: &Output) {
    let tokens = &ended.tokens;
    if !output.is_text() {
        output.json(&json!({
            "name": connection.name, "account": login.account, "account_name": ended.name,
            "access_until": tokens.access_until, "refresh_until": tokens.refresh_until,
        }));
        return;
    }
    let good = match tokens.refresh_until {
        Some(until) => format!("good until {}, and renewed by every use", at(until)),
        None => "good, renews itself".to_owned(),
    };
    let called = ended.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    output.step(output::GOOD, "Logged in", &format!("{} to {}{called}", connection.name, login.account));
    output.result(&format!("{}  {}  {good}", connection.name, login.account));
}

/// The app's own credentials come first: without them the person would agree for nothing.
fn has_secrets(workspace: &Workspace, login: &Login) -> Result<()> {
    for name in [&login.client_id.secret, &login.client_secret.secret] {
        if workspace.secrets.find(name)?.is_none() {
            let message = format!("secret `{name}` is not set, and the login needs it");
            return Err(CommandError::new(Exit::Failed, "connection/secret-missing", message)
                .help(format!("engine secret set {name}, or set {}", variable(name))));
        }
    }
    Ok(())
}

/// How the answer comes here, and the address to which the service sends the browser.
async fn redirect(arguments: &Arguments) -> Result<(Redirect, String)> {
    let uri = arguments.redirect_uri.as_ref();
    if let (true, Some(uri)) = (arguments.paste, uri) {
        let read = || prompt::line("Paste the address to which the browser was sent: ");
        return Ok((Redirect::Paste(Box::new(read)), uri.to_string()));
    }
    let port = arguments.port.or_else(|| uri.and_then(local_port));
    if let (None, Some(uri)) = (port, uri) {
        let message = format!("`{uri}` does not lead to this machine");
        return Err(CommandError::new(Exit::Usage, "command/needs-listener", message).help(
            "with `--paste` the address is copied from the browser; with `--port N` something passes it on to port N",
        ));
    }
    let listener = Listener::bind(port, uri.map_or(CALLBACK, Url::path)).await;
    let port = listener.as_ref().ok().and_then(|listener| listener.port().ok());
    match (listener, port) {
        (Ok(listener), Some(port)) => {
            let own = || format!("http://127.0.0.1:{port}{CALLBACK}");
            Ok((Redirect::Listen(listener), uri.map_or_else(own, Url::to_string)))
        }
        (listener, _) => {
            let reason = listener.err().map(|error| error.to_string()).unwrap_or_default();
            let message = format!("no port of 127.0.0.1 could be listened on: {reason}");
            Err(CommandError::new(Exit::Failed, "command/needs-listener", message)
                .help("choose another with `--port N`, or use `--redirect-uri URL --paste`"))
        }
    }
}

/// The port of an address that leads to this machine.
fn local_port(uri: &Url) -> Option<u16> {
    let is_local = match uri.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(_) => false,
    };
    uri.port_or_known_default().filter(|_| is_local && uri.scheme() == "http")
}

fn refused(failure: &Failure, connection: &Connection) -> CommandError {
    let again = format!("log in again: engine connections login {}", connection.name);
    match failure {
        Failure::Refused(refusal) => {
            CommandError::new(Exit::Unauthorized, "connection/login-refused", refusal.to_string()).help(again)
        }
        Failure::NotItsAccount(_) => {
            let help = format!(
                "nothing was stored: choose the account of the connection when you log in, and look whether its \
                 settings name the right account and environment (`engine connections show {}`)",
                connection.name
            );
            CommandError::new(Exit::Unauthorized, "connection/login-refused", failure.to_string()).help(help)
        }
        Failure::Input(error) => {
            CommandError::new(Exit::Usage, "connection/login-refused", failure_text(error)).help(again)
        }
        Failure::Stopped => {
            let exit = Exit::Signal(surroundings::signal().unwrap_or(2));
            CommandError::new(exit, "run/cancelled", failure.to_string())
        }
        Failure::Connector(error) => {
            let code = connector_code(error.kind());
            let refused = CommandError::new(exit_for(code), code, error.to_string());
            match remedy(code) {
                _ if refused.exit == Exit::Unauthorized => refused.help(again),
                Some(help) => refused.help(help),
                None => refused,
            }
        }
    }
}

fn failure_text(error: &std::io::Error) -> String {
    format!("no address was pasted: {error}")
}
