//! The lists of traps in the READMEs of the connectors: each row names the test that watches it.

use crate::woocommerce::folder;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Where tests are.
const ROOMS: [&str; 5] = ["connectors", "engine", "tests/cli", "tests/conformance", "tests/sim"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The names of the tests of a text: functions right below a `#[test]` or its like.
fn tests_of(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if is_test && !line.starts_with("#[") && !line.starts_with("//") {
            let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
            names.extend(name.and_then(|rest| rest.split_once('(')).map(|(name, _)| name.to_owned()));
            is_test = false;
        }
    }
    names
}

/// The rows of the tables below `## Traps`: trap, what the connector does, test.
fn rows(readme: &str) -> Vec<Vec<&str>> {
    let (_, below) = readme.split_once("\n## Traps\n").unwrap();
    let (section, _) = below.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    let rows = rows.filter(|line| !line.starts_with("|---") && !line.starts_with("| trap |"));
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn every_trap_that_a_readme_lists_has_the_test_that_it_names() {
    let mut files = Vec::new();
    for room in ROOMS {
        sources(&folder(room), &mut files);
    }
    let known: BTreeSet<String> =
        files.iter().flat_map(|file| tests_of(&std::fs::read_to_string(file).unwrap())).collect();
    for connector in ["woocommerce", "quickbooks"] {
        let path = format!("connectors/catalog/{connector}/README.md");
        let readme = std::fs::read_to_string(folder(&path)).unwrap();
        let rows = rows(&readme);
        assert!(rows.len() > 30, "{path} lists {} traps", rows.len());
        for row in rows {
            let [_, _, test] = row.as_slice() else { panic!("{path}: a row has three cells: {row:?}") };
            let test = test.trim_matches('`');
            assert!(known.contains(test), "{path} names a test that there is none of: {test}");
        }
    }
}

/// The other way round: what stands here stands in a list.
#[test]
fn every_test_of_a_trap_stands_in_a_readme() {
    for connector in ["woocommerce", "quickbooks"] {
        let readme =
            std::fs::read_to_string(folder(&format!("connectors/catalog/{connector}/README.md"))).unwrap();
        let listed: BTreeSet<&str> =
            rows(&readme).iter().filter_map(|row| row.get(2)).map(|test| test.trim_matches('`')).collect();
        let mut files = Vec::new();
        sources(&folder(&format!("tests/conformance/traps/{connector}")), &mut files);
        for test in files.iter().flat_map(|file| tests_of(&std::fs::read_to_string(file).unwrap())) {
            assert!(listed.contains(test.as_str()), "{connector} does not list the test {test}");
        }
    }
}
