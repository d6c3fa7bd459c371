//! `engine link`: which object each record became, shown, tried, mended by hand and found again.

mod hand;
mod import;
mod list;
mod open;
mod rebuild;
mod verify;
mod words;

use crate::{
    args::{Link, LinkVerb},
    error::Result,
    exit::Exit,
    output::Output,
};
use std::path::Path;

pub(super) fn run(arguments: &Link, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        LinkVerb::Ls { pipeline, entity, limit, reveal, which } => {
            let opened = open::reading(pipeline, which, project, output)?;
            list::list(&opened, entity.as_deref(), (*limit, *reveal), output)
        }
        LinkVerb::Show { one, by_target, reveal, which } => {
            let opened = open::reading(&one.pipeline, which, project, output)?;
            list::show(&opened, (one, *by_target), *reveal, output)
        }
        LinkVerb::Set { one, target_id, which } => {
            let opened = open::writing(&one.pipeline, which, project, output)?;
            hand::set(&opened, one, target_id, output)
        }
        LinkVerb::Rm { one, which } => {
            let opened = open::writing(&one.pipeline, which, project, output)?;
            hand::remove(&opened, one, output)
        }
        LinkVerb::Import { pipeline, entity, file, which } => {
            let opened = open::writing(pipeline, which, project, output)?;
            import::import(&opened, entity, file, output)
        }
        LinkVerb::Verify { pipeline, entity, reveal, which } => {
            let opened = open::reading(pipeline, which, project, output)?;
            verify::verify(&opened, entity, *reveal, output)
        }
        LinkVerb::Rebuild { pipeline, entity, yes, dry_run, reveal, which } => {
            let opened = if *dry_run {
                open::reading(pipeline, which, project, output)?
            } else {
                open::writing(pipeline, which, project, output)?
            };
            let ask = match (*dry_run, *yes) {
                (true, _) => rebuild::Write::Never,
                (false, true) => rebuild::Write::Always,
                (false, false) => rebuild::Write::Asked,
            };
            rebuild::rebuild(&opened, entity, (ask, *reveal), output)
        }
    }
}
