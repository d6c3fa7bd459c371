//! `engine schema pipeline|project|connections|tenant|connector`: what holds for every file of a kind.

use crate::{exit::Exit, output::Output};
use engine_project::schema::{Kind, base, finished};
use serde_json::Value;

pub(super) fn run(kind: Kind, output: &Output) -> Exit {
    print(&base(kind), output)
}

/// The schema of connector.toml.
pub(super) fn connector(output: &Output) -> Exit {
    print(&finished(connector_rest::manifest_schema()), output)
}

fn print(schema: &Value, output: &Output) -> Exit {
    output.result(&serde_json::to_string_pretty(schema).unwrap_or_default());
    Exit::Done
}
