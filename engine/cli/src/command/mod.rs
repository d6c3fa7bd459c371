//! One file per command.

mod completions;
mod doctor;
mod explain;
mod failures;
mod fmt;
mod graph;
mod help;
mod history;
mod init;
mod man;
mod run;
mod schema;
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
        Verb::Graph(arguments) => graph::run(arguments, project, output),
        Verb::Fmt(arguments) => fmt::run(arguments, project, output),
        Verb::Schema(arguments) => schema::run(arguments, project, output),
        Verb::Run(arguments) => run::run(arguments, project, output),
        Verb::Status(arguments) => status::run(arguments, project, output),
        Verb::History(arguments) => history::run(arguments, project, output),
        Verb::Failures(arguments) => failures::run(arguments, project, output),
        Verb::Explain(arguments) => explain::run(arguments, output),
        Verb::Doctor(arguments) => Ok(doctor::run(arguments, project, output)),
        Verb::Completions(arguments) => Ok(completions::run(arguments, output)),
        Verb::Man(arguments) => man::run(arguments, output),
        Verb::Help(arguments) => help::run(arguments, output),
    }
}
