//! The arguments, and the root help with its groups.

use clap::{
    Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue},
};
use engine_project::diag::suggest;
use std::path::PathBuf;

/// Declarative data pipelines from TOML files kept in git
#[derive(Debug, Parser)]
#[command(
    name = "engine",
    bin_name = "engine",
    version,
    propagate_version = false,
    disable_help_subcommand = false
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Verb,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The project's folder [default: the nearest one above with an engine.toml]
    #[arg(short = 'C', long, global = true, value_name = "DIR", env = "ENGINE_PROJECT")]
    pub(crate) project: Option<PathBuf>,
    /// How to print results
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, env = "ENGINE_FORMAT")]
    pub(crate) format: Format,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Log lines on standard error: -v info, -vv debug, -vvv trace
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// No progress bars
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON document per line, as things happen
    Ndjson,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a project that runs at once
    Init(Init),
    /// Check pipeline files without touching any service
    Validate(Validate),
    /// Run the tests declared beside the mappings
    Test(Test),
    /// Run pipelines once
    Run(Run),
    /// What runs now, what ran last, what waits
    Status(Status),
    /// Past runs
    History(History),
    /// Failed records
    Failures(Failures),
    /// Print shell completions
    Completions(Completions),
}

/// What each command belongs to, for the root help.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Author", &["init", "validate", "test"]),
    ("Run", &["run"]),
    ("Observe", &["status", "history", "failures"]),
    ("Tooling", &["completions"]),
];

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to create the project in
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Overwrite files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Pipelines by name, pipeline files, or project folders [default: every pipeline of the project]
    pub(crate) paths: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Only tests whose full name contains this
    pub(crate) filter: Option<String>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "the fields are named as the flags are")]
#[command(override_usage = "engine run [OPTIONS] <PIPELINES>...\n       engine run [OPTIONS] --all")]
#[command(after_long_help = "Examples:
  engine run store-to-sqlite              one pipeline of this project
  engine run pipelines/quickstart         every pipeline of that project
  engine run --all --dry-run              what would be written, without writing
  engine run store-to-sqlite --entity order --limit 10")]
pub(crate) struct Run {
    /// Pipelines by name, pipeline files, or project folders
    #[arg(required_unless_present = "all")]
    pub(crate) pipelines: Vec<String>,
    /// Every pipeline of the project
    #[arg(long, conflicts_with = "pipelines")]
    pub(crate) all: bool,
    /// Only this entity (may be repeated); the cursor of a shared read then stays where it is
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Vec<String>,
    /// Read everything again, whatever was read before
    #[arg(long)]
    pub(crate) full: bool,
    /// Stop each stream after so many source records; the next run carries on there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Do everything but write
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Only this pipeline
    pub(crate) pipeline: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    /// Only this pipeline
    #[arg(long)]
    pub(crate) pipeline: Option<String>,
    /// At most so many runs
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u32,
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
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// The command tree, with commands grouped in the root help: clap itself has no groups of subcommands.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let line = |name: &&str| {
        let about = command.find_subcommand(name).and_then(clap::Command::get_about);
        format!("  {name:<13}{}\n", about.map(ToString::to_string).unwrap_or_default())
    };
    let group =
        |(title, names): (&str, &[&str])| format!("{title}:\n{}", names.iter().map(line).collect::<String>());
    let groups: String = GROUPS.into_iter().map(group).collect();
    let template = format!(
        "{{about}}\n\nUsage: {{usage}}\n\n{groups}\nOptions:\n{{options}}\n\n\
         See `engine help <command>`. Errors are explained in docs/diagnostics."
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
        && let Some(near) = suggest(name, GROUPS.iter().flat_map(|(_, names)| names.iter().copied()))
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
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut all: Vec<String> =
            Cli::command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }
}
