//! What stands before a command, and the list of commands.

use super::{
    Apply, Audit, Backfill, Completions, Confirm, Conflicts, Connections, Connector, Discover, Doctor,
    Emulate, Explain, ExplainRecord, Failures, Fmt, Graph, Help, History, Init, Keys, Link, Man, Plan,
    Reconcile, Retry, Revert, Run, Schema, Secret, State, Status, Test, Validate,
};
use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use std::path::PathBuf;

/// Declarative data pipelines from TOML files kept in git
#[derive(Debug, Parser)]
#[command(
    name = "engine",
    bin_name = "engine",
    version,
    propagate_version = false,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Verb,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The project's folder [default: the nearest one above with an engine.toml]
    #[arg(short = 'C', long, global = true, value_name = "DIR", env = "ENGINE_PROJECT")]
    pub(crate) project: Option<PathBuf>,
    /// How to print results
    #[arg(
        long,
        global = true,
        value_parser = formats(&[Format::Text, Format::Json, Format::Ndjson]),
        default_value = "text",
        env = "ENGINE_FORMAT"
    )]
    pub(crate) format: Format,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// More on standard error: notes of validate, and log lines: -v info, -vv debug, -vvv trace
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// No progress bars
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// How results are printed. Every command knows the first three; `validate` declares the option anew, with
/// those that only diagnostics have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON document per line, as things happen
    Ndjson,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// Reads one of some formats.
pub(super) fn formats(some: &[Format]) -> impl TypedValueParser<Value = Format> + use<> {
    let names: Vec<_> = some.iter().filter_map(ValueEnum::to_possible_value).collect();
    PossibleValuesParser::new(names).map(|name| Format::from_str(&name, false).unwrap_or(Format::Text))
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// For whom a pipeline is compiled.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Which {
    /// Only this tenant, or all of them
    #[arg(long, value_name = "NAME|all")]
    pub(crate) tenant: Option<String>,
    /// The environment whose connections are used [default: that of connections.toml alone]
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
}

impl Which {
    /// The tenant, where it is one that is named.
    pub(crate) fn one_tenant(&self) -> Option<&str> {
        self.tenant.as_deref().filter(|name| *name != "all")
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a project that runs at once
    Init(Init),
    /// Check pipeline files without touching any service
    Validate(Validate),
    /// Run the tests declared beside the mappings
    Test(Test),
    /// Print the order of a pipeline's entities
    Graph(Graph),
    /// Write the project's TOML files in their one form
    Fmt(Fmt),
    /// Print JSON Schemas and fields, or wire them for editors
    Schema(Schema),
    /// Write, record and judge a connector of one's own
    Connector(Connector),
    /// List, check, log in
    Connections(Connections),
    /// List what a connection offers, and keep it for checks and editors
    Discover(Discover),
    /// Keep secrets, encrypted
    Secret(Secret),
    /// Start a stand-in of a service on a port of this machine
    Emulate(Emulate),
    /// Show what a run would write, record by record, beside what is there
    Plan(Plan),
    /// Carry out a plan, and nothing else
    Apply(Apply),
    /// Run pipelines once
    Run(Run),
    /// Read a part of the past again, beside the runs
    Backfill(Backfill),
    /// Try failed records again
    Retry(Retry),
    /// Take back what a run made
    Revert(Revert),
    /// Answer a run that asks, or see what waits for an answer
    Confirm(Confirm),
    /// Records that both sides changed, and who is right
    Conflicts(Conflicts),
    /// Show, try and mend which object each record became
    Link(Link),
    /// What runs now, what ran last, what waits
    Status(Status),
    /// Past runs
    History(History),
    /// Failed records, and what to do about them
    Failures(Failures),
    /// Why a record is as it is
    ExplainRecord(ExplainRecord),
    /// Compare both sides: counts, sums, and the records that differ
    Reconcile(Reconcile),
    /// What was written, refused and confirmed, and by whom
    Audit(Audit),
    /// Say what a code means and what to do
    Explain(Explain),
    /// Check this installation and project
    Doctor(Doctor),
    /// Back up, restore and move the state
    State(State),
    /// The key that encrypts state and secrets
    Keys(Keys),
    /// Print shell completions
    Completions(Completions),
    /// Print manual pages
    Man(Man),
    /// Print the help of a command, or about a topic
    Help(Help),
}
