//! One file per command.

mod apply;
mod audit;
mod backfill;
mod completions;
mod confirm;
mod conflicts;
mod connections;
mod connector;
mod discover;
mod doctor;
mod emulate;
mod explain;
mod explain_record;
mod failures;
mod fmt;
mod graph;
mod help;
mod history;
mod init;
mod keys;
mod link;
mod man;
mod plan;
mod reconcile;
mod retry;
mod revert;
mod run;
mod schema;
mod secret;
mod state;
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
        Verb::Confirm(arguments) => confirm::run(arguments, project, output),
        Verb::Audit(arguments) => audit::run(arguments, project, output),
        Verb::Validate(arguments) => validate::run(arguments, project, output),
        Verb::Test(arguments) => test::run(arguments, project, output),
        Verb::Graph(arguments) => graph::run(arguments, project, output),
        Verb::Fmt(arguments) => fmt::run(arguments, project, output),
        Verb::Schema(arguments) => schema::run(arguments, project, output),
        Verb::Connector(arguments) => connector::run(arguments, project, output),
        Verb::Connections(arguments) => connections::run(arguments, project, output),
        Verb::Discover(arguments) => discover::run(arguments, project, output),
        Verb::Secret(arguments) => secret::run(arguments, project, output),
        Verb::Emulate(arguments) => emulate::run(arguments, output),
        Verb::Plan(arguments) => plan::run(arguments, project, output),
        Verb::Apply(arguments) => apply::run(arguments, project, output),
        Verb::Run(arguments) => run::run(arguments, project, output),
        Verb::Backfill(arguments) => backfill::run(arguments, project, output),
        Verb::Conflicts(arguments) => conflicts::run(arguments, project, output),
        Verb::Link(arguments) => link::run(arguments, project, output),
        Verb::Status(arguments) => status::run(arguments, project, output),
        Verb::History(arguments) => history::run(arguments, project, output),
        Verb::Failures(arguments) => failures::run(arguments, project, output),
        Verb::Retry(arguments) => retry::run(arguments, project, output),
        Verb::Revert(arguments) => revert::run(arguments, project, output),
        Verb::ExplainRecord(arguments) => explain_record::run(arguments, project, output),
        Verb::Reconcile(arguments) => reconcile::run(arguments, project, output),
        Verb::Explain(arguments) => explain::run(arguments, output),
        Verb::Doctor(arguments) => Ok(doctor::run(arguments, project, output)),
        Verb::State(arguments) => state::run(arguments, project, output),
        Verb::Keys(arguments) => keys::run(arguments, project, output),
        Verb::Completions(arguments) => Ok(completions::run(arguments, output)),
        Verb::Man(arguments) => man::run(arguments, output),
        Verb::Help(arguments) => help::run(arguments, output),
    }
}
