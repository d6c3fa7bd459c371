//! The arguments of the commands with which pipelines are written.

use super::{
    Which,
    root::{Format, formats},
};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to create the project in
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Overwrite files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine validate                         every pipeline, for every tenant
  engine validate pipelines/orders.toml --watch
  engine validate --format github         annotations on a pull request
  engine validate --format sarif > engine.sarif")]
pub(crate) struct Validate {
    /// Pipelines by name, pipeline files, or project folders [default: every pipeline of the project]
    pub(crate) paths: Vec<String>,
    /// Count warnings as errors
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Check again whenever a file of the project changes, until interrupted
    #[arg(long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) which: Which,
    /// How to print diagnostics
    #[arg(
        long = "format",
        id = "format",
        value_name = "FORMAT",
        value_parser = formats(Format::value_variants()),
        default_value = "text",
        env = "ENGINE_FORMAT",
        help_heading = "Options of every command"
    )]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine test paid                        the tests with `paid` in their name
  engine test --update                    what comes out becomes what is expected
  engine test --diff main                 what the samples become now, compared with the branch `main`
  engine test --junit target/tests.xml    a report for CI")]
pub(crate) struct Test {
    /// Only tests whose full name contains this
    pub(crate) filter: Option<String>,
    /// Write what came out into the pipeline files, as what is expected
    #[arg(long, conflicts_with = "diff")]
    pub(crate) update: bool,
    /// Write a report in the form of `JUnit` too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// List the mappings that no test runs
    #[arg(long, conflicts_with = "diff")]
    pub(crate) coverage: bool,
    /// Map the inputs of all tests with the files of a git revision and with those here, and compare
    #[arg(long, value_name = "REV")]
    pub(crate) diff: Option<String>,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// The pipeline [default: every pipeline of the project]
    pub(crate) pipeline: Option<String>,
    /// The form
    #[arg(long = "as", value_enum, default_value_t = GraphForm::Text, value_name = "FORM")]
    pub(crate) form: GraphForm,
    #[command(flatten)]
    pub(crate) which: Which,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphForm {
    /// Lines and arrows
    Text,
    /// A Mermaid flowchart
    Mermaid,
    /// Graphviz
    Dot,
    /// Data
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Pipelines by name, pipeline files, or project folders [default: every TOML file of the project]
    pub(crate) paths: Vec<String>,
    /// Change nothing; end with 1 when a file is not in its form
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[command(subcommand)]
    pub(crate) verb: SchemaVerb,
}

/// What schemas are for.
#[derive(Debug, Subcommand)]
pub(crate) enum SchemaVerb {
    /// Print the JSON Schema of pipeline files
    Pipeline,
    /// Print the JSON Schema of engine.toml
    Project,
    /// Print the JSON Schema of connections.toml
    Connections,
    /// Print the JSON Schema of the files in tenants/
    Tenant,
    /// Print the JSON Schema of connector.toml
    Connector,
    /// Write the schemas of this project's files, and the settings by which editors find them
    Sync {
        /// Write nothing; end with 1 when something is not as it should be
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        which: Which,
    },
    /// Print the fields of a stream or target object
    Show {
        /// What of a connection (`store.orders`) or of a connector (`quickbooks.Invoice`)
        #[arg(value_name = "CONNECTION.ENTITY")]
        name: String,
        #[command(flatten)]
        which: Which,
    },
}
