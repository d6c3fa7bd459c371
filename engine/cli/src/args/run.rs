//! The arguments of `engine run`.

use super::{Asking, Which};
use crate::{by_filter, moment::Moment};
use clap::Args;

#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "the fields are named as the flags are")]
#[expect(clippy::struct_excessive_bools, reason = "flags are what they are")]
#[command(override_usage = "engine run [OPTIONS] <PIPELINES>...\n       engine run [OPTIONS] --all")]
#[command(after_long_help = "Examples:
  engine run store-to-sqlite              one pipeline of this project
  engine run pipelines/quickstart         every pipeline of that project
  engine run --all --dry-run              what would be written, without writing
  engine run store-to-sqlite --entity order --limit 10
  engine run --all --unattended           for schedules: asks nobody, keeps to [safety.unattended]")]
pub(crate) struct Run {
    /// Pipelines by name, pipeline files, or project folders
    #[arg(required_unless_present = "all")]
    pub(crate) pipelines: Vec<String>,
    /// Every pipeline of the project
    #[arg(long, conflicts_with = "pipelines")]
    pub(crate) all: bool,
    /// Only this entity (may be repeated); the cursor of a shared read then stays where it is
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Vec<String>,
    /// Read everything again, whatever was read before
    #[arg(long)]
    pub(crate) full: bool,
    /// Read what changed since then, whatever was read before; the cursor stays where it is
    #[arg(long, value_name = "TIME", conflicts_with = "full")]
    pub(crate) since: Option<Moment>,
    /// Only the records with this key of the source (may be repeated); cursors stay where they are
    #[arg(long, value_name = "KEY", conflicts_with_all = ["full", "limit"])]
    pub(crate) id: Vec<String>,
    /// Only the records that meet a filter of their stream, such as `status=processing` (may be repeated: all must hold);
    /// cursors stay where they are
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "id", value_parser = by_filter::parse)]
    pub(crate) filter: Vec<(String, String)>,
    /// Stop each stream after so many source records; the next run carries on there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Write even though the target may hold what this pipeline wrote under a state that was lost
    #[arg(long)]
    pub(crate) first_run: bool,
    /// Do everything but write
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine backfill woo-to-qbo --from 2026-01-01 --to 2026-04-01    what last changed in the first quarter
  engine backfill woo-to-qbo --from 2026-01-01 --dry-run          what that would write

Days and times are those of the tenant. A backfill has a cursor of its own: one that was stopped goes on where it was, and runs
go on reading where they were. Streams without a cursor are read whole.")]
pub(crate) struct Backfill {
    /// A pipeline by name, or its file
    pub(crate) pipeline: String,
    /// From this time on: a day, a time, a span back from now, or a number of a cursor that counts
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Moment,
    /// Before this time [default: up to now]
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Moment>,
    /// Bring documents too that were made before `start_date` of [safety]
    #[arg(long)]
    pub(crate) before_start_date: bool,
    /// Only this entity (may be repeated); a stopped one then begins anew
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Vec<String>,
    /// Stop each stream after so many source records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Do everything but write
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write to a connection with `production = true` without asking
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}
