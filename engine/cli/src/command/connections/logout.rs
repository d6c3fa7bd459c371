//! `engine connections logout`: gives the access back and forgets it.

use super::{find, load, login_of};
use crate::{
    args::Which,
    custody::ProjectVault,
    error::{CommandError, Result, exit_for},
    exit::Exit,
    network,
    output::{self, Output},
    workspace::runtime,
};
use connector_kit::{Accounts, revoke};
use engine_contract::{Cancel, Context};
use engine_run::connector_code;
use serde_json::json;
use std::{path::Path, sync::Arc};

pub(super) fn run(
    (name, local, which): (&str, bool, &Which),
    project: Option<&Path>,
    output: &Output,
) -> Result<Exit> {
    let workspace = load(which, project, &Cancel::default())?;
    let connection = find(&workspace, name, output)?;
    if connection.emulate.is_some() {
        return Ok(super::emulated(&workspace, connection, output));
    }
    let login = login_of(&workspace, connection)?;
    let runtime = runtime()?;
    let held = match &login {
        Some(login) => runtime.block_on(workspace.context.vault.load(&login.account)).map_err(|error| {
            CommandError::new(Exit::Failed, connector_code(error.kind()), error.to_string())
        })?,
        None => None,
    };
    let (Some(login), Some(held)) = (&login, held) else {
        output.talk(&format!("connection `{name}` is not logged in"));
        if !output.is_text() {
            output.json(&json!({ "name": name, "revoked": false, "forgotten": false }));
        }
        return Ok(Exit::Done);
    };
    let is_revocable = login.revoke_url.is_some() && !local;
    if is_revocable {
        let context = Context { http: network::transport()?, ..workspace.context.clone() };
        runtime.block_on(revoke(&Accounts::default(), &context, login, &held.tokens)).map_err(|error| {
            let code = connector_code(error.kind());
            CommandError::new(exit_for(code), code, error.to_string()).help(format!(
                "nothing was forgotten: try again, or forget it here only with `engine connections logout {name} --local`"
            ))
        })?;
    }
    let vault = ProjectVault::new(&workspace.state, Arc::clone(&workspace.context.clock)).to_write()?;
    runtime.block_on(vault.forget(&login.account))?;
    let told = if is_revocable { "and told the service" } else { "here" };
    output.step(output::GOOD, "Logged out", &format!("{name} of {}, {told}", login.account));
    if !output.is_text() {
        output.json(&json!({ "name": name, "revoked": is_revocable, "forgotten": true }));
    }
    Ok(Exit::Done)
}
