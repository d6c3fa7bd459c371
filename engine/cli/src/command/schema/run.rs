//! Which part of `engine schema` was asked for.

use super::{base, show, sync};
use crate::{
    args::{Schema, SchemaVerb},
    error::Result,
    exit::Exit,
    output::Output,
};
use engine_project::schema::Kind;
use std::path::Path;

pub(in crate::command) fn run(arguments: &Schema, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        SchemaVerb::Pipeline => Ok(base::run(Kind::Pipeline, output)),
        SchemaVerb::Project => Ok(base::run(Kind::Project, output)),
        SchemaVerb::Connections => Ok(base::run(Kind::Connections, output)),
        SchemaVerb::Tenant => Ok(base::run(Kind::Tenant, output)),
        SchemaVerb::Connector => Ok(base::connector(output)),
        SchemaVerb::Sync { check, which } => sync::run(which, *check, project, output),
        SchemaVerb::Show { name, which } => show::run(name, which, project, output),
    }
}
