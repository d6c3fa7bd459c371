//! The arguments of the commands that look at what happened.

use super::Which;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Only this pipeline
    pub(crate) pipeline: Option<String>,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    /// Only this pipeline
    #[arg(long)]
    pub(crate) pipeline: Option<String>,
    /// At most so many runs
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Failures {
    /// Only this pipeline
    #[arg(long)]
    pub(crate) pipeline: Option<String>,
    /// Only those that last failed in this run
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,
    /// By cause instead of one by one
    #[arg(long)]
    pub(crate) group: bool,
    /// At most so many records
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) which: Which,
}
