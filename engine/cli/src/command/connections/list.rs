//! `engine connections ls`

use super::standing::Standing;
use crate::{error::Result, exit::Exit, output::Output, table::columns, workspace::Workspace};
use serde_json::json;

pub(super) fn run(workspace: &Workspace, output: &Output) -> Result<Exit> {
    let now = workspace.context.clock.now();
    let environment = &workspace.project.environment;
    let (mut rows, mut documents) = (Vec::new(), Vec::new());
    for connection in workspace.project.connections.values() {
        let standing = Standing::of(workspace, connection)?;
        let production = if connection.production { "yes" } else { "-" };
        rows.push(vec![
            connection.name.clone(),
            connection.connector.clone(),
            production.to_owned(),
            standing.words(now),
        ]);
        documents.push(json!({
            "name": connection.name, "connector": connection.connector, "production": connection.production,
            "login": standing.document(now),
        }));
    }
    if output.is_text() {
        if rows.is_empty() {
            workspace.insist(output)?;
        } else {
            let lines = columns(&["NAME", "CONNECTOR", "PRODUCTION", "LOGIN"], &rows);
            for line in lines {
                output.result(&line);
            }
        }
        output.talk(&format!("environment `{environment}`"));
    } else {
        output.json(&json!({ "environment": environment, "connections": documents }));
    }
    Ok(Exit::Done)
}
