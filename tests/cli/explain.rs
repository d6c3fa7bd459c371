//! `engine explain` and `engine help`: what the engine knows about itself.

use crate::{ENGINE, assert_outcome};
use kit::Project;

#[test]
fn a_code_is_explained_as_it_was_printed() {
    let project = Project::empty(ENGINE);
    let outcome = project.engine(&["explain", "mapping/required"]).ended(0);
    assert_eq!(project.engine(&["explain", "error[mapping/required]:"]).ended(0).stdout, outcome.stdout);
    assert_outcome!(outcome);
}

#[test]
fn a_misspelt_code_is_not_found_and_a_near_one_named() {
    let project = Project::empty(ENGINE);
    assert_outcome!(project.engine(&["explain", "maping/required"]).ended(9));
    let by_words = project.engine(&["explain", "too-long"]).ended(9);
    assert!(by_words.stderr.contains("did you mean `mapping/too-long`?"), "{}", by_words.stderr);
}

#[test]
fn programs_get_every_code_with_its_summary() {
    let project = Project::empty(ENGINE);
    let list = project.engine(&["explain", "--format", "json"]).ended(0).json();
    let codes = list["codes"].as_array().unwrap();
    assert!(codes.len() > 100, "{} codes", codes.len());
    for code in codes {
        assert!(code["summary"].as_str().unwrap().ends_with('.'), "{code}");
    }
    let one = project.engine(&["explain", "run/busy", "--format", "json"]).ended(0).json();
    assert_eq!(one["code"], "run/busy");
    assert!(one["page"].as_str().unwrap().contains("What to do:"));
}

#[test]
fn topics_are_listed_and_told() {
    let project = Project::empty(ENGINE);
    assert_outcome!("topics", project.engine(&["help", "topics"]).ended(0));
    assert_outcome!("exit-codes", project.engine(&["help", "topics", "exit-codes"]).ended(0));
    assert_outcome!("unknown", project.engine(&["help", "topics", "exit-code"]).ended(2));
}

#[test]
fn help_of_a_command_is_what_the_command_says_itself() {
    let project = Project::empty(ENGINE);
    let help = project.engine(&["help", "run"]).ended(0).stdout;
    assert_eq!(help.trim(), project.engine(&["run", "--help"]).ended(0).stdout.trim());
    let nested = project.engine(&["help", "schema", "show"]).ended(0).stdout;
    assert!(nested.contains("engine schema show [OPTIONS] <CONNECTION.ENTITY>"), "{nested}");
    drop(project.engine(&["help", "rnu"]).ended(2));
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let project = Project::empty(ENGINE);
    assert_outcome!(project.engine(&["man", "man"]).ended(0));
    let run = project.read("man/engine-run.1");
    assert!(run.contains("engine\\-run") && run.contains("dry\\-run"), "{run}");
    assert!(project.path("man/engine-schema-show.1").is_file());
    let codes = project.read("man/engine-exit-codes.7");
    assert!(codes.contains("\\fB130\\fR") && codes.contains("some records failed"), "{codes}");
    assert!(project.engine(&["man"]).ended(0).stdout.contains(".SH NAME"));
}
