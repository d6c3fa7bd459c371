//! The arguments of `engine link`.

use super::Which;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_long_help = "A link says which object of the target a source record became. Runs make links by themselves; these commands
show, try and mend them. What writes takes the leases of the pipeline's streams: while a run works it ends with 8."
)]
pub(crate) struct Link {
    #[command(subcommand)]
    pub(crate) verb: LinkVerb,
}

/// What is done with links.
#[derive(Debug, Subcommand)]
pub(crate) enum LinkVerb {
    /// List links
    Ls {
        /// The pipeline
        pipeline: String,
        /// Only this entity
        #[arg(long, value_name = "NAME")]
        entity: Option<String>,
        /// At most so many links of each entity
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
        /// Show keys that are e-mail addresses instead of masking them
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        which: Which,
    },
    /// Show what is known of one record
    Show {
        #[command(flatten)]
        one: One,
        /// KEY is the target's id instead
        #[arg(long)]
        by_target: bool,
        /// Show a key that is an e-mail address instead of masking it
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        which: Which,
    },
    /// Link a record to an object that is there
    #[command(after_long_help = "Examples:
  engine link set woo-to-qbo order 1041 212                the order 1041 became the object 212
  engine link set woo-to-qbo customer 'ada@example.com|CAD' 58

The record is mapped as a run would, to know what kind of object it is; the object must be there, and belong to no other
record. Nothing is sent to the target.")]
    Set {
        #[command(flatten)]
        one: One,
        /// The target's id of the object
        target_id: String,
        #[command(flatten)]
        which: Which,
    },
    /// Forget the link of a record; the object stays
    Rm {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        which: Which,
    },
    /// Link many records, all of a file or none
    #[command(after_long_help = "Examples:
  engine link import woo-to-qbo order links.csv            a file with the columns key and target_id

Every line is looked at before anything is written: the record must be in the source and have no link, the object must
be there and belong to no other record.")]
    Import {
        /// The pipeline
        pipeline: String,
        /// The entity
        entity: String,
        /// A CSV file with the columns `key` and `target_id`
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Find links whose objects are gone, or are another record's
    Verify {
        /// The pipeline
        pipeline: String,
        /// Only this entity (may be repeated)
        #[arg(long, value_name = "NAME")]
        entity: Vec<String>,
        /// Show keys that are e-mail addresses instead of masking them
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        which: Which,
    },
    /// Find the objects of records without a link, when the state was lost
    #[command(after_long_help = "Examples:
  engine link rebuild woo-to-qbo --dry-run                 what would be linked to what
  engine link rebuild woo-to-qbo                           the same, and asks whether to write it
  engine link rebuild woo-to-qbo --yes

Reads the whole source and looks for each record's object: by the marker that the engine puts into what it makes, by
natural keys, by `write.match`, and by what the connector recognises lost creates by. One certain object is linked.
Where several are possible none is: the record is blocked until `engine link set` chooses.")]
    Rebuild {
        /// The pipeline
        pipeline: String,
        /// Only this entity (may be repeated)
        #[arg(long, value_name = "NAME")]
        entity: Vec<String>,
        /// Write the links without asking
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
        /// Show what was found, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Show keys that are e-mail addresses instead of masking them
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        which: Which,
    },
}

/// One record of a pipeline.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// The pipeline
    pub(crate) pipeline: String,
    /// The entity
    pub(crate) entity: String,
    /// The record's key, as `engine link ls --reveal` shows it
    pub(crate) key: String,
}
