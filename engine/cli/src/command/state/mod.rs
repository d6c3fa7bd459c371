//! `engine state`: backups of everything that the engine knows, and moves of it.

mod backup;
mod cursor;
mod guard;
mod look;
mod migrate;
mod passphrase;
mod restore;
mod transfer;

use crate::{
    args::{State, StateVerb, Which},
    error::Result,
    exit::Exit,
    output::Output,
    select::{Selection, current},
    workspace::{Depth, Workspace},
};
use engine_contract::Cancel;
use std::path::Path;

pub(super) fn run(arguments: &State, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        StateVerb::Ls { pipeline, which } => {
            look::list(&load(which, project)?, (which, pipeline.as_deref()), output)
        }
        StateVerb::Show { pipeline, which } => look::show(&load(which, project)?, (which, pipeline), output),
        StateVerb::Set { pipeline, group, value, which } => {
            let workspace = load(which, project)?;
            cursor::set(&workspace, &cursor::Choice::one(which, pipeline, Some(group)), value, output)
        }
        StateVerb::Reset { pipeline, group, which } => {
            let workspace = load(which, project)?;
            cursor::reset(&workspace, &cursor::Choice::one(which, pipeline, group.as_deref()), output)
        }
        StateVerb::Export { pipeline, which } => {
            transfer::export(&load(which, project)?, (which, pipeline.as_deref()), output)
        }
        StateVerb::Import { file, which } => transfer::import(&load(which, project)?, (which, file), output),
        StateVerb::Backup { file, passphrase, which } => {
            backup::run(&load(which, project)?, (file, passphrase), output)
        }
        StateVerb::Restore { file, force, passphrase_file, which } => {
            let asked = restore::Asked { file, passphrase_file: passphrase_file.as_deref(), force: *force };
            restore::run(&load(which, project)?, &asked, output)
        }
        StateVerb::Migrate { to: None, which } => migrate::update(&load(which, project)?, output),
        StateVerb::Migrate { to: Some(to), which } => migrate::shift(&load(which, project)?, to, output),
    }
}

fn load(which: &Which, project: Option<&Path>) -> Result<Workspace> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    Workspace::load_to(Depth::Files, &selection, which, &Cancel::default())
}
