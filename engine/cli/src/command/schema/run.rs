//! Which part of `engine schema` was asked for.

use super::show;
use crate::{
    args::{Schema, SchemaVerb},
    error::Result,
    exit::Exit,
    output::Output,
};
use std::path::Path;

pub(in crate::command) fn run(arguments: &Schema, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        SchemaVerb::Show { name, which } => show::run(name, which, project, output),
    }
}
