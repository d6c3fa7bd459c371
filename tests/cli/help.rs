//! What the engine says about itself.

use crate::{ENGINE, assert_outcome};
use kit::Project;

/// Every command, as the root help lists them.
const COMMANDS: [&str; 19] = [
    "init",
    "validate",
    "test",
    "graph",
    "fmt",
    "schema",
    "connector",
    "connections",
    "secret",
    "run",
    "status",
    "history",
    "failures",
    "explain",
    "doctor",
    "keys",
    "completions",
    "man",
    "help",
];

#[test]
fn the_root_help_groups_the_commands() {
    assert_outcome!(Project::empty(ENGINE).engine(&["-h"]).ended(0));
}

#[test]
fn the_help_of_run_has_examples() {
    assert_outcome!(Project::empty(ENGINE).engine(&["run", "--help"]).ended(0));
}

#[test]
fn a_misspelt_command_is_a_usage_error_with_a_suggestion() {
    assert_outcome!(Project::empty(ENGINE).engine(&["rnu"]).ended(2));
}

#[test]
fn a_misspelt_option_is_a_usage_error_with_a_suggestion() {
    assert_outcome!(Project::empty(ENGINE).engine(&["run", "--all", "--dryrun"]).ended(2));
}

#[test]
fn a_run_of_nothing_is_a_usage_error() {
    assert_outcome!(Project::empty(ENGINE).engine(&["run"]).ended(2));
}

#[test]
fn outside_a_project_commands_say_how_to_name_one() {
    assert_outcome!(Project::empty(ENGINE).engine(&["status"]).ended(9));
}

#[test]
fn completions_know_every_command() {
    let project = Project::empty(ENGINE);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell", "nushell"] {
        let script = project.engine(&["completions", shell]).ended(0);
        assert!(script.stderr.is_empty(), "{shell}: {}", script.stderr);
        for command in COMMANDS {
            assert!(script.stdout.contains(command), "{shell} does not know {command}");
        }
        assert!(!script.stdout.contains("engine-under-test"), "{shell} completes another binary");
    }
}
