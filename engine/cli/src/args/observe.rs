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
