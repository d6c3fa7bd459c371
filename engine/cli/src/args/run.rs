//! The arguments of `engine run`.

use super::Which;
use clap::Args;

#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "the fields are named as the flags are")]
#[expect(clippy::struct_excessive_bools, reason = "flags are what they are")]
#[command(override_usage = "engine run [OPTIONS] <PIPELINES>...\n       engine run [OPTIONS] --all")]
#[command(after_long_help = "Examples:
  engine run store-to-sqlite              one pipeline of this project
  engine run pipelines/quickstart         every pipeline of that project
  engine run --all --dry-run              what would be written, without writing
  engine run store-to-sqlite --entity order --limit 10")]
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
}
