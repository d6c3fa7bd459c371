//! The arguments of `engine conflicts`.

use super::Which;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine conflicts ls
  engine conflicts show con_3f9a1c20b7 --reveal
  engine conflicts resolve con_3f9a1c20b7 --source
  engine conflicts resolve con_3f9a1c20b7 --field GivenName=target --field CompanyName=source")]
pub(crate) struct Conflicts {
    #[command(subcommand)]
    pub(crate) verb: ConflictsVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConflictsVerb {
    /// What waits for a decision
    Ls {
        /// Only of this pipeline
        #[arg(long, value_name = "NAME")]
        pipeline: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// What both sides say, field by field
    Show {
        /// Its ID, as `engine conflicts ls` shows it
        id: String,
        /// Show personal data instead of masking it
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        which: Which,
    },
    /// Say who is right: the next run writes it to the other side
    Resolve(Resolve),
}

#[derive(Debug, Args)]
#[group(id = "who", required = true, multiple = true)]
pub(crate) struct Decided {
    /// The pipeline's source is right in every field that is not named
    #[arg(long, group = "who", conflicts_with = "target")]
    pub(crate) source: bool,
    /// The pipeline's target is right in every field that is not named
    #[arg(long, group = "who")]
    pub(crate) target: bool,
    /// Who is right in one field: `GivenName=target`
    #[arg(long, group = "who", value_name = "FIELD=SIDE")]
    pub(crate) field: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Resolve {
    /// Its ID, as `engine conflicts ls` shows it
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) decided: Decided,
    #[command(flatten)]
    pub(crate) which: Which,
}
