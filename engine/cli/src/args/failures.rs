//! The arguments of the commands about records that failed, and about what a run made.

use super::{Show, Which};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_long_help = "Examples:
  engine failures                                       by cause, with what to do
  engine failures --list --code mapping/required        one by one, each with its ID
  engine failures --filter entity=order --filter key=83
  engine failures show k3mwq2x4tb
  engine failures ignore k3mwq2x4tb --note \"a test order\"")]
pub(crate) struct Failures {
    #[command(subcommand)]
    pub(crate) verb: Option<FailuresVerb>,
    #[command(flatten)]
    pub(crate) filter: FailureFilter,
    /// One by one instead of by cause
    #[arg(long)]
    pub(crate) list: bool,
    /// At most so many records
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FailuresVerb {
    /// Everything that is known of a failed record, but for its content
    Show {
        /// Its ID, as `engine failures --list` shows it
        id: String,
    },
    /// Say that failed records are of no matter: as long as they fail for the same reason, no run counts them
    Ignore {
        /// Their IDs, as `engine failures --list` shows them
        ids: Vec<String>,
        /// Those that the options let through, instead of IDs
        #[command(flatten)]
        filter: FailureFilter,
        /// Why
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Take that back: they count again
    Unignore {
        /// Their IDs
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// Which failed records are meant.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FailureFilter {
    /// Only of this pipeline
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,
    /// Only of this entity
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Option<String>,
    /// Only with this code: the engine's (`connector/duplicate`) or the service's (`6240`)
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Only those that last failed in this run
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,
    /// Only those of which this is true: `pipeline`, `entity`, `code`, `run` or `key`, and a value. May be repeated: all
    /// must hold
    #[arg(long = "filter", value_name = "NAME=VALUE")]
    pub(crate) conditions: Vec<String>,
}

impl FailureFilter {
    /// Whether it lets everything through.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { pipeline, entity, code, run, conditions } = self;
        [pipeline, entity, code, run].into_iter().all(Option::is_none) && conditions.is_empty()
    }
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are named and independent")]
#[command(after_long_help = "Examples:
  engine retry k3mwq2x4tb                         one record, as the source has it now
  engine retry --code connector/duplicate         all that failed for one reason
  engine retry --run run_q7nqgirbmykx3xju --as-of-run
  engine retry --all --dry-run                    what would come of it, without writing")]
pub(crate) struct Retry {
    /// IDs of failed records, as `engine failures --list` shows them
    pub(crate) ids: Vec<String>,
    /// Every failed record but those that are ignored
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: FailureFilter,
    /// Write to a connection with `production = true` without asking
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// With the source records as they were when they failed, instead of as they are now
    #[arg(long)]
    pub(crate) as_of_run: bool,
    /// Do everything but write
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine revert --run run_q7nqgirbmykx3xju                    what would be taken back
  engine revert --run run_q7nqgirbmykx3xju --yes              take it back
  engine revert --run run_q7nqgirbmykx3xju --out revert.json  to be carried out by: engine apply revert.json")]
pub(crate) struct Revert {
    /// The run whose documents are to be voided or deleted
    #[arg(long, value_name = "ID")]
    pub(crate) run: String,
    /// Keep the plan in a file, for `engine apply`
    #[arg(long, value_name = "FILE", conflicts_with = "yes")]
    pub(crate) out: Option<PathBuf>,
    /// Carry it out at once
    #[arg(long)]
    pub(crate) yes: bool,
    /// How much of the changes is printed
    #[arg(long, value_enum, default_value_t = Show::Changes, value_name = "WHAT")]
    pub(crate) show: Show,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine explain-record store-to-sqlite order 83
  engine explain-record woo-to-qbo order 145 --env demo --reveal    by the id of its document in the books")]
pub(crate) struct ExplainRecord {
    /// The pipeline
    pub(crate) pipeline: String,
    /// The entity
    pub(crate) entity: String,
    /// The record's key, the key of its source record, or the id of its object in the target
    pub(crate) key: String,
    /// Show personal data instead of masking it
    #[arg(long)]
    pub(crate) reveal: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}
