//! The arguments of the commands around the engine itself.

use super::Which;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code, as it stands between brackets: `mapping/unknown-field` [default: the list of all]
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// The shells that can be helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU Bash
    Bash,
    /// Elvish
    Elvish,
    /// Fish
    Fish,
    /// Nushell
    Nushell,
    /// PowerShell
    #[value(name = "powershell")]
    Power,
    /// Z shell
    Zsh,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder to write one page per command to [default: print the page of `engine`]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Help {
    /// A command, or `topics` and one of them
    pub(crate) words: Vec<String>,
}
