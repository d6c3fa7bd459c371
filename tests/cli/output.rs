//! Colour, and quiet.

use crate::{assert_outcome, quickstart, synced};

const ESCAPE: char = '\u{1b}';

#[test]
fn colour_is_for_those_who_want_it() {
    let project = synced();
    let colours = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = project.command(&[&["run", "."], arguments].concat());
        let outcome = project.end(command.envs(environment.iter().copied())).ended(0);
        outcome.printed().contains(ESCAPE)
    };
    assert!(!colours(&[], &[]), "no terminal, no colour");
    assert!(colours(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colours(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colours(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(colours(&["--color", "always"], &[("NO_COLOR", "1")]), "an argument is stronger");
}

#[test]
fn quiet_prints_results_only() {
    assert_outcome!(quickstart().engine(&["run", ".", "--quiet"]).ended(0));
}

#[test]
fn errors_are_one_document_for_programs() {
    let project = quickstart();
    let outcome = project.engine(&["run", "store-to-sqlit", "--format", "json"]).ended(9);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    assert_outcome!(outcome);
}
