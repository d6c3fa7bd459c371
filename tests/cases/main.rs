//! One golden project; each case is a small mistake in it, and everything the engine says about that.
//!
//! A case is a file here, called like the code that it is about: `mapping-not-a-path.toml`, or
//! `mapping-not-a-path--object.toml` for one more of the kind. It holds the mistake as patches of the golden
//! project, and as `expected` all that is reported: one line per diagnostic, its labels and help below it.
//! Write `expected` anew with `UPDATE_CASES=1 cargo test -p tests --test cases`, and read the
//! changes.
//!
//! What only runs and commands can report is provoked in `run`, `connector` and `command`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "what fails here fails a test, whose message says where"
)]

mod case;
mod command;
mod connector;
mod golden;
mod run;
mod shop;
mod shops;
mod store;

use case::Case;
use engine_project::diag::Code;
use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf};

/// The files of all cases, in alphabetical order.
fn case_files() -> Vec<PathBuf> {
    let folder = golden::folder().join("..");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    files.sort();
    files
}

#[test]
fn the_golden_project_has_no_mistake_and_its_tests_pass() {
    let case = Case::default();
    assert_eq!(case.outcome(), "");
    assert!(case.passing_tests() >= 3, "the tests of the golden project ran");
}

#[test]
fn every_case_reports_exactly_what_it_expects() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = String::new();
    let files = case_files();
    assert!(!files.is_empty());
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let case = Case::parse(&name, &text);
        let outcome = case.outcome();
        if outcome == case.expected {
            continue;
        }
        if update {
            std::fs::write(&path, case::with_expected(&text, &outcome)).unwrap();
        } else {
            let expected = &case.expected;
            writeln!(wrong, "--- {name}: expected\n{expected}--- {name}: reported\n{outcome}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}UPDATE_CASES=1 accepts what is reported now");
}

#[test]
fn every_case_is_about_the_code_that_names_it() {
    let codes: BTreeSet<&str> = Code::all().map(Code::as_str).collect();
    let mut wrong = Vec::new();
    for path in case_files() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let code = name.split("--").next().unwrap_or_default().replacen('-', "/", 1);
        let case = Case::parse(&name, &std::fs::read_to_string(&path).unwrap());
        if !codes.contains(code.as_str()) || !case.expected.contains(&code) {
            wrong.push(name);
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "these are named after a code that they do not report");
}
