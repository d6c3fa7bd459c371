//! The arguments of the commands around the state.

use super::Which;
use crate::moment::Moment;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_long_help = "The state knows which records were written where, how far each stream was read, and what is still under
way; the vault with logins and secrets is in it. Without it a run compares and links everything anew."
)]
pub(crate) struct State {
    #[command(subcommand)]
    pub(crate) verb: StateVerb,
}

/// What is done with the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateVerb {
    /// List how far each stream was read
    #[command(alias = "list")]
    Ls {
        /// Only of this pipeline
        pipeline: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Show all that is kept of a pipeline: cursors, unfinished reads, what waits
    Show {
        /// The pipeline
        pipeline: String,
        #[command(flatten)]
        which: Which,
    },
    /// Put a cursor somewhere else; a backup is made first
    #[command(after_long_help = "Examples:
  engine state set woo-to-qbo order 2026-01-31                         the next run reads what changed since that day
  engine state set woo-to-qbo order 36h                                since 36 hours ago

What lies between the old place and a later one is not read any more. `engine backfill` reads a part of the past without
moving anything.")]
    Set {
        /// The pipeline
        pipeline: String,
        /// The stream group, as `engine state ls` names it
        group: String,
        /// A day, a time, a span back from now, or a number of a cursor that counts
        value: Moment,
        #[command(flatten)]
        which: Which,
    },
    /// Forget cursors, so that the next run reads everything; a backup is made first
    Reset {
        /// The pipeline
        pipeline: String,
        /// Only this stream group
        group: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Print cursors as JSON, for `engine state import`
    Export {
        /// Only of this pipeline
        pipeline: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Put cursors where a file of `engine state export` says; a backup is made first
    Import {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Write everything into one sealed file, also while runs work
    #[command(after_long_help = "Examples:
  engine state backup state.backup                                     opens with the master key of now
  engine state backup state.backup --passphrase                        asks for a passphrase, which opens it
  engine state backup state.backup --passphrase-file /run/keys/backup

An earlier file of the name is replaced when the new one is whole. With the master key, keep a copy of that key
apart from the backup: neither is of use without the other.")]
    Backup {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
        #[command(flatten)]
        which: Which,
    },
    /// Put what a backup holds in the place of the state
    #[command(after_long_help = "Examples:
  engine state restore state.backup                                    where there is no state yet
  engine state restore state.backup --force                            in the place of another; a backup of that is made first

The passphrase of a backup that has one is asked for. Nothing is changed while a run works.")]
    Restore {
        /// The file
        file: PathBuf,
        /// Replace a state that is not empty
        #[arg(long)]
        force: bool,
        /// A file with the passphrase [default: it is asked for, or read from standard input]
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        #[command(flatten)]
        which: Which,
    },
    /// Bring the state up to date, or move it to another database
    #[command(after_long_help = "Examples:
  engine state migrate                                                 to the tables of this engine; a copy from before is kept
  engine state migrate --to 'postgres://engine@db.example.com/state'   into a database that engines share
  engine state migrate --to sqlite:.engine/state.db                    and back

A move makes a backup first, and is compared with it row by row. It changes no file of the project: set `[state] url` in
engine.toml afterwards. Passwords need not stand in the address: PGPASSWORD and ~/.pgpass are known too.")]
    Migrate {
        /// Where the state moves to: `sqlite:FILE` or `postgres://...`
        #[arg(long, value_name = "URL")]
        to: Option<String>,
        #[command(flatten)]
        which: Which,
    },
}

/// How a backup is opened again, where it is not by the master key.
#[derive(Clone, Debug, Args)]
pub(crate) struct Passphrase {
    /// Seal it with a passphrase, which is asked for, or read from standard input
    #[arg(long)]
    pub(crate) passphrase: bool,
    /// Seal it with the passphrase in a file
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    pub(crate) passphrase_file: Option<PathBuf>,
}
