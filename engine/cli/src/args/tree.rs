//! The command tree, with commands grouped in the root help: clap itself has no groups of subcommands.

use super::Cli;
use clap::{
    CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue},
};
use engine_project::diag::suggest;

/// What each command belongs to, for the root help.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Author", &["init", "validate", "test", "graph", "fmt", "schema", "connector"]),
    ("Connect", &["connections", "discover", "secret", "emulate"]),
    ("Run", &["plan", "apply", "run", "confirm", "backfill", "retry", "revert", "conflicts", "link"]),
    ("Observe", &["status", "history", "failures", "explain-record", "reconcile", "audit"]),
    ("Tooling", &["explain", "doctor", "state", "keys", "completions", "man", "help"]),
];

/// The names of all commands, in the order of the root help.
pub(crate) fn verb_names() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|(_, names)| names.iter().copied())
}

/// The command tree.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let line = |name: &&str| {
        let about = command.find_subcommand(name).and_then(clap::Command::get_about);
        format!("  {name:<15}{}\n", about.map(ToString::to_string).unwrap_or_default())
    };
    let group =
        |(title, names): (&str, &[&str])| format!("{title}:\n{}", names.iter().map(line).collect::<String>());
    let groups: String = GROUPS.into_iter().map(group).collect();
    let template = format!(
        "{{about}}\n\nUsage: {{usage}}\n\n{groups}\nOptions:\n{{options}}\n\n\
         See `engine help <command>`.  Topics: engine help topics exit-codes|environment|projects"
    );
    command.help_template(template)
}

/// Reads the arguments.
pub(crate) fn parse(arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments).map_err(with_suggestion)?;
    Cli::from_arg_matches(&matches)
}

/// Suggests a command for one that is misspelt: clap's own measure finds none for swapped letters.
fn with_suggestion(mut error: clap::Error) -> clap::Error {
    if error.get(ContextKind::SuggestedSubcommand).is_none()
        && let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(near) = suggest(name, verb_names())
    {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near.to_owned()]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_exactly_one_group() {
        command().debug_assert();
        let mut grouped: Vec<&str> = verb_names().collect();
        let mut all: Vec<String> =
            Cli::command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }

    #[test]
    fn the_formats_of_diagnostics_belong_to_validate_alone() {
        let parsed = |words: &[&str]| parse(words.iter().map(Into::into)).map(|cli| cli.global.format);
        assert_eq!(
            parsed(&["engine", "validate", "--format", "sarif"]).unwrap(),
            super::super::Format::Sarif
        );
        assert_eq!(parsed(&["engine", "--format", "json", "validate"]).unwrap(), super::super::Format::Json);
        assert!(parsed(&["engine", "status", "--format", "sarif"]).is_err());
    }
}
