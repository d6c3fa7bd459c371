//! The arguments of `engine plan` and `engine apply`.

use super::Which;
use crate::{by_filter, moment::Moment};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are named and independent")]
#[command(after_long_help = "Examples:
  engine plan woo-to-qbo                       what a run would write, beside what is there
  engine plan woo-to-qbo --full --show all     every record, every field
  engine plan woo-to-qbo --out plan.json       to be carried out by: engine apply plan.json
  engine plan woo-to-qbo --mapping-change      what the changed mapping would make of old records
  engine plan woo-to-qbo --detailed-exitcode   exit code 10 when there are changes")]
pub(crate) struct Plan {
    /// Pipelines by name, pipeline files, or project folders
    #[arg(required = true)]
    pub(crate) pipelines: Vec<String>,
    /// Only this entity (may be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Vec<String>,
    /// Read everything again, and look at every object that was written
    #[arg(long)]
    pub(crate) full: bool,
    /// Read what changed since then, whatever was read before
    #[arg(long, value_name = "TIME", conflicts_with_all = ["full", "mapping_change"])]
    pub(crate) since: Option<Moment>,
    /// Only what records would become that an older mapping wrote and that have not changed since
    #[arg(long, conflicts_with = "full")]
    pub(crate) mapping_change: bool,
    /// Only the records with this key of the source (may be repeated); cursors stay where they are
    #[arg(long, value_name = "KEY", conflicts_with_all = ["full", "limit"])]
    pub(crate) id: Vec<String>,
    /// Only the records that meet a filter of their stream, such as `status=processing` (may be repeated: all must hold)
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "id", value_parser = by_filter::parse)]
    pub(crate) filter: Vec<(String, String)>,
    /// Stop each stream after so many source records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Keep the plan in a file, for `engine apply`; one pipeline at a time
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 10 when something would be written, and with 0 only when nothing would
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// How much of the changes is printed
    #[arg(long, value_enum, default_value_t = Show::Changes, value_name = "WHAT")]
    pub(crate) show: Show,
    /// Show personal data instead of masking it. What is kept in a file is always masked
    #[arg(long)]
    pub(crate) reveal: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}

/// How much of a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Every change, with the fields of what is made too
    All,
    /// The first changes of each entity
    Changes,
    /// Only what fails
    Failures,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine plan woo-to-qbo --out plan.json
  engine apply plan.json        records that have changed since are left out, one by one")]
pub(crate) struct Apply {
    /// A file that `engine plan --out` wrote
    pub(crate) plan: PathBuf,
    /// Write even though the target may hold what this pipeline wrote under a state that was lost
    #[arg(long)]
    pub(crate) first_run: bool,
}
