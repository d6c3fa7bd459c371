//! The arguments of `engine reconcile`.

use super::Which;
use clap::Args;
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine reconcile shop-to-books                                      do both sides agree?
  engine reconcile shop-to-books --name sales --drill                 every group, and every record with a reason
  engine reconcile shop-to-books --from 2026-01-01 --to 2026-01-31    one month, in the accounting zone
  engine reconcile shop-to-books --sign january.json                  kept for the accountant, when all agrees
  engine reconcile --verify january.json                              is it as it was signed?")]
pub(crate) struct Reconcile {
    /// Pipelines by name, pipeline files, or project folders
    #[arg(required_unless_present = "verify", conflicts_with = "verify")]
    pub(crate) pipelines: Vec<String>,
    /// Only the `[[reconcile]]` of this name
    #[arg(long, value_name = "NAME", conflicts_with = "verify")]
    pub(crate) name: Option<String>,
    /// The first day that is compared
    #[arg(long, value_name = "DAY", conflicts_with = "verify")]
    pub(crate) from: Option<Date>,
    /// The last day that is compared
    #[arg(long, value_name = "DAY", conflicts_with = "verify")]
    pub(crate) to: Option<Date>,
    /// Show every group, and every record that is not on both sides, with its reason
    #[arg(long, conflicts_with = "verify")]
    pub(crate) drill: bool,
    /// Write down what would mend each difference
    #[arg(long, value_name = "FILE", conflicts_with = "verify")]
    pub(crate) fix_plan: Option<PathBuf>,
    /// Keep what was compared in a file, when both sides agree
    #[arg(long, value_name = "FILE", conflicts_with = "verify")]
    pub(crate) sign: Option<PathBuf>,
    /// Check a file that --sign wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) verify: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) which: Which,
}
