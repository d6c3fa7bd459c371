//! One file per command.

mod completions;
mod failures;
mod history;
mod init;
mod run;
mod status;
mod test;
mod validate;

use crate::{
    args::{Cli, Verb},
    error::Result,
    exit::Exit,
    output::Output,
};

/// Carries out a command.
pub(crate) fn dispatch(cli: &Cli, output: &Output) -> Result<Exit> {
    let project = cli.global.project.as_deref();
    match &cli.command {
        Verb::Init(arguments) => init::run(arguments, output),
        Verb::Validate(arguments) => validate::run(arguments, project, output),
        Verb::Test(arguments) => test::run(arguments, project, output),
        Verb::Run(arguments) => run::run(arguments, project, output),
        Verb::Status(arguments) => status::run(arguments, project, output),
        Verb::History(arguments) => history::run(arguments, project, output),
        Verb::Failures(arguments) => failures::run(arguments, project, output),
        Verb::Completions(arguments) => Ok(completions::run(arguments, output)),
    }
}
