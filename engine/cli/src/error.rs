//! What a command says when it cannot do its work.

use crate::exit::Exit;
use engine_run::{RunError, state::StateError};
use serde::Serialize;

/// An error of a command, ready to be printed.
#[derive(Debug, Serialize)]
pub(crate) struct CommandError {
    /// The diagnostic code.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    /// The exit code.
    #[serde(skip)]
    pub(crate) exit: Exit,
}

/// The result of a command's work.
pub(crate) type Result<T, E = CommandError> = std::result::Result<T, E>;

impl CommandError {
    pub(crate) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), help: None, exit }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What to do about an error of a run, by its code.
pub(crate) fn remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "run/busy" => "wait for the other run; `engine status` shows it",
        "run/awaiting-approval" | "run/still-waiting" => {
            "`engine plan` shows what is left; `engine confirm` lists what waits, and `engine confirm RUN` lets it go on"
        }
        "run/error-rate" => "`engine failures` names the causes; a run by hand goes to its end",
        "run/lease-lost" => "nothing is lost: the run that took over carries on",
        "run/cancelled" => "nothing is half-done",
        "run/unknown-filter" => {
            "`engine discover` lists the filters of a stream; `--entity` names those whose stream has it"
        }
        "run/target-drift" => "add the field to the target, or take it out of the map",
        "run/target-emptied" => {
            "put the target back; or, to write everything again, move the state file away (.engine/state.db)"
        }
        "state/used-before" => {
            "`engine link rebuild PIPELINE` finds what was written, `engine state restore FILE` brings a backup back; `--first-run` writes all the same"
        }
        "link/open-effects" => "run the pipeline: it finds out first",
        "state/unavailable" => "make room or free the file, then run again: nothing is half-done",
        "state/newer" => "use the engine that wrote it, or a newer one",
        "state/other-key" => {
            "put the key that it needs into its place, the state's .key file or ENGINE_MASTER_KEY; `engine keys show` tells them apart"
        }
        "state/backup" => "name a file that `engine state backup` wrote, or a place that can be written",
        "state/corrupt" => "put back a copy of the state file and its key",
        "connector/not-found" => "check the connection's settings in connections.toml",
        "connector/unauthorized" | "connector/forbidden" => {
            "check the connection's credentials (`engine connections show NAME`), or the permissions of its files"
        }
        "connector/corrupt" => "mend the source at that place; what comes before it has been synced",
        "connector/hook" => {
            "mend the hook at that place; `engine connector test NAME` runs it on what was recorded"
        }
        "connector/unavailable" => "try again when it is reachable: nothing is half-done",
        "connector/timeout" | "connector/rate-limited" => {
            "try again later: nothing is half-done, and what was sent without an answer is found out first"
        }
        "connector/protocol" => {
            "look at what answers at that address; nothing is half-done, and the next run carries on"
        }
        "connector/config" => {
            "mend what the message names, in connections.toml or among the secrets; then run again"
        }
        "connector/unsupported" => {
            "`engine connections show NAME` names the connector; its guide says what it can do"
        }
        _ => return None,
    })
}

/// The exit code for an error of a run.
pub(crate) fn exit_for(code: &str) -> Exit {
    match code {
        "run/busy" | "run/lease-lost" => Exit::Busy,
        "run/awaiting-approval" | "run/still-waiting" => Exit::Confirm,
        "run/invalid-pipeline" => Exit::Invalid,
        "run/unknown-filter" => Exit::Usage,
        "connector/unauthorized" | "connector/forbidden" => Exit::Unauthorized,
        _ => Exit::Failed,
    }
}

impl From<RunError> for CommandError {
    fn from(error: RunError) -> Self {
        let code = error.code();
        let new = Self::new(exit_for(code), code, error.to_string());
        match error.help().or_else(|| remedy(code).map(str::to_owned)) {
            Some(help) => new.help(help),
            None => new,
        }
    }
}

impl From<StateError> for CommandError {
    fn from(error: StateError) -> Self {
        RunError::from(error).into()
    }
}
