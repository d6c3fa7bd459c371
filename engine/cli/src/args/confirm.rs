//! The arguments of `engine confirm` and `engine audit`, and those of `engine run` about asking.

use super::Which;
use clap::{Args, Subcommand};
use jiff::Timestamp;

#[derive(Debug, Args)]
#[command(next_help_heading = "Asking")]
pub(crate) struct Asking {
    /// Carry out the plan for which this token was given, if it is still the same
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["all", "dry_run"])]
    pub(crate) confirm: Option<String>,
    /// Say that so many objects are to be deleted, voided or deactivated
    #[arg(long, value_name = "N", conflicts_with = "dry_run")]
    pub(crate) confirm_deletes: Option<u64>,
    /// Say yes beforehand; more deletes than a few still need --confirm-deletes
    #[arg(long, conflicts_with_all = ["confirm", "dry_run"])]
    pub(crate) yes: bool,
    /// Ask nobody: keep to the limits of [safety.unattended], and wait for `engine confirm` above them
    #[arg(long, conflicts_with_all = ["confirm", "confirm_deletes", "yes", "dry_run"])]
    pub(crate) unattended: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine confirm                                     what waits for somebody
  engine confirm cfm_7kq2mw8pxh3ndvra                carry out what `engine run` has shown
  engine confirm run_ywik6gwc2hwae4ty                let a parked run go on
  engine confirm run_ywik6gwc2hwae4ty --decline      do not; later runs keep to the limits")]
pub(crate) struct Confirm {
    /// A token that `engine run` printed, or a run that waits
    pub(crate) name: Option<String>,
    /// Say no
    #[arg(long, requires = "name", conflicts_with = "deletes")]
    pub(crate) decline: bool,
    /// Say that so many objects are to be deleted, voided or deactivated
    #[arg(long = "confirm-deletes", value_name = "N", requires = "name")]
    pub(crate) deletes: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub(crate) verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// List what was written, refused and confirmed, the newest first
    Ls(AuditLs),
    /// Check that no row was removed, changed or moved
    Verify(AuditVerify),
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine audit ls --pipeline woo-to-qbo --since 2026-11-01T00:00:00Z
  engine audit ls --run run_ywik6gwc2hwae4ty --format json")]
pub(crate) struct AuditLs {
    /// Only of this pipeline
    #[arg(long)]
    pub(crate) pipeline: Option<String>,
    /// Only of this run
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,
    /// Only since this moment
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Timestamp>,
    /// At most so many rows
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine audit verify                                 prints the head: keep it somewhere else
  engine audit verify --head 1775:9f2c...             and check that the rows up to it are those of then")]
pub(crate) struct AuditVerify {
    /// A head that was printed before: the rows up to it must be those of then
    #[arg(long, value_name = "NUMBER:HASH")]
    pub(crate) head: Option<String>,
}
