//! Each diagnostic code has a page and a case.
//!
//! The list of codes is in two places: `engine_project::diag::Code` for what files and mappings can be
//! wrong in, and the sources, where every text of the form `area/some-words` is a code.

use crate::{insist, tree};
use engine_project::{
    FileText,
    diag::{Code, Diagnostic, Diagnostics},
    toml::Document,
};
use std::{collections::BTreeSet, sync::Arc};

/// The areas of codes.
const AREAS: [&str; 28] = [
    "command",
    "file",
    "toml",
    "format",
    "project",
    "connection",
    "pipeline",
    "entity",
    "lookup",
    "mapping",
    "script",
    "link",
    "schema",
    "test",
    "state",
    "run",
    "connector",
    "effect",
    "tenant",
    "var",
    "library",
    "schedule",
    "plan",
    "moved",
    "reconcile",
    "confirm",
    "conflict",
    "audit",
];

/// Codes that no test can provoke, because a whole system would have to fail.
const BEYOND_TESTS: [&str; 2] = [
    // Waiting needs a timer of the operating system.
    "run/no-runtime",
    // Signals need a thread of their own.
    "run/no-signals",
];

fn is_kebab(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(is_word)
}

fn is_code(text: &str) -> bool {
    text.split_once('/').is_some_and(|(area, words)| AREAS.contains(&area) && is_kebab(words))
}

/// The codes that a Rust source names.
fn in_source(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|part| is_code(part))
}

fn codes() -> BTreeSet<String> {
    let mut codes: BTreeSet<String> = Code::all().map(|code| code.as_str().to_owned()).collect();
    for path in tree::files() {
        let is_engine = ["engine/", "connectors/"].iter().any(|room| path.starts_with(room));
        if is_engine && path.contains("/src/") && tree::has_extension(&path, &["rs"]) {
            codes.extend(in_source(&tree::text(&path).unwrap()).map(str::to_owned));
        }
    }
    codes
}

/// The codes that have a page, with its text.
fn pages() -> Vec<(String, String)> {
    let page = |path: String| {
        let code = path.strip_prefix("docs/diagnostics/")?.strip_suffix(".md")?.to_owned();
        (code != "README").then(|| (code, tree::text(&path).unwrap()))
    };
    tree::files().into_iter().filter_map(page).collect()
}

#[test]
fn a_code_is_told_from_other_texts() {
    let source = r#"Self::new("run/busy", "no code"), "runs/busy" "run/Busy" "run/a b" "mapping/not-a-path""#;
    assert_eq!(in_source(source).collect::<Vec<_>>(), ["run/busy", "mapping/not-a-path"]);
}

#[test]
fn every_code_is_of_a_known_area() {
    let unknown: Vec<String> =
        Code::all().map(Code::as_str).filter(|code| !is_code(code)).map(str::to_owned).collect();
    insist("add the area of these to this test", &unknown);
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes = codes();
    let pages: BTreeSet<String> = pages().into_iter().map(|(code, _)| code).collect();
    let missing: Vec<String> =
        codes.difference(&pages).map(|code| format!("docs/diagnostics/{code}.md is missing")).collect();
    let stray: Vec<String> =
        pages.difference(&codes).map(|code| format!("docs/diagnostics/{code}.md explains no code")).collect();
    insist("codes and pages belong together", &[missing, stray].concat());
}

#[test]
fn every_page_is_short_and_starts_with_its_code_and_what_it_means() {
    let mut broken = Vec::new();
    for (code, text) in pages() {
        let summary = Code::all().find(|known| known.as_str() == code).map(Code::summary);
        let start = format!("# {code}\n\n{}", summary.unwrap_or_default());
        if !text.starts_with(&start) {
            broken.push(format!("{code} does not start with {start:?}"));
        }
        let (lines, width) = (text.lines().count(), text.lines().map(str::len).max().unwrap_or_default());
        if lines > 40 || width > 200 || !text.contains("\nWhat to do:") {
            broken.push(format!("{code} has {lines} lines, up to {width} long, or does not say what to do"));
        }
    }
    insist("a page is one screen: the code, what it means, what to do", &broken);
}

/// The TOML examples of a page.
fn examples(page: &str) -> Vec<&str> {
    page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_example_of_a_page_can_be_read() {
    let mut broken = Vec::new();
    for (code, text) in pages() {
        // The first example of these shows what is no TOML.
        let skipped = usize::from(["toml/syntax", "toml/too-deep"].contains(&code.as_str()));
        for example in examples(&text).into_iter().skip(skipped) {
            let mut found = Diagnostics::default();
            drop(Document::parse(&Arc::new(FileText::new(code.as_str(), example)), &mut found));
            let is_meant = |found: &Diagnostic| found.code.as_str() == code;
            broken.extend(found.iter().filter(|found| !is_meant(found)).map(ToString::to_string));
        }
    }
    insist("examples are TOML", &broken);
}

/// Whether a text names a code, and not only one that is longer.
fn names(text: &str, code: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c == '-' || c.is_ascii_alphanumeric());
    text.match_indices(code).any(|(at, _)| text.get(at + code.len()..).is_some_and(ends))
}

#[test]
fn every_code_has_a_case() {
    let is_case = |path: &String| path.starts_with("tests/") && !path.starts_with("tests/shape/");
    let tests: Vec<String> =
        tree::files().into_iter().filter(is_case).filter_map(|path| tree::text(&path)).collect();
    let is_free =
        |code: &String| !BEYOND_TESTS.contains(&code.as_str()) && !tests.iter().any(|text| names(text, code));
    let broken: Vec<String> = codes().into_iter().filter(is_free).collect();
    insist("a code is provoked by a case in tests/cases, or by another test", &broken);
}
