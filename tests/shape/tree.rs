//! The files of the workspace: those that git knows, and those that it would take.

use crate::{insist, printed, root};
use std::{collections::BTreeSet, path::Path};

/// What may stand at the top.
const TOP: [&str; 15] = [
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE",
    "README.md",
    "engine",
    "connectors",
    "pipelines",
    "schemas",
    "tests",
    "docs",
    ".ci",
    ".github",
    ".clippy.toml",
    ".rustfmt.toml",
    ".config",
];
/// The same, for files that only tools read.
const TOP_TOOLS: [&str; 2] = [".deny.toml", ".gitignore"];

/// The most lines of a source file.
const MOST_LINES: usize = 500;

/// All files by path, in alphabetical order.
pub(crate) fn files() -> Vec<String> {
    let listed = printed("git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
    let files: BTreeSet<&str> = listed.lines().filter(|path| root().join(path).is_file()).collect();
    files.into_iter().map(str::to_owned).collect()
}

/// The text of a file; nothing for one that is no text.
pub(crate) fn text(path: &str) -> Option<String> {
    String::from_utf8(std::fs::read(root().join(path)).unwrap()).ok()
}

pub(crate) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.contains(&extension))
}

/// The source files with their texts.
fn sources() -> Vec<(String, String)> {
    let is_source =
        |path: &String| [".rs", ".ts", ".tsx", ".rhai"].iter().any(|extension| path.ends_with(extension));
    files().into_iter().filter(is_source).filter_map(|path| Some((path.clone(), text(&path)?))).collect()
}

#[test]
fn nothing_else_stands_at_the_top() {
    let top: BTreeSet<String> =
        files().iter().filter_map(|path| path.split('/').next()).map(str::to_owned).collect();
    let is_known = |name: &str| TOP.contains(&name) || TOP_TOOLS.contains(&name);
    let broken: Vec<String> = top.into_iter().filter(|name| !is_known(name)).collect();
    insist("these have no place at the top of the workspace", &broken);
}

#[test]
fn source_files_are_short() {
    let mut lengths: Vec<(usize, String)> =
        sources().into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    lengths.sort();
    let longest: Vec<String> =
        lengths.iter().rev().take(10).map(|(lines, path)| format!("{lines:4} {path}")).collect();
    println!("the longest source files:\n  {}", longest.join("\n  "));
    let broken: Vec<String> = lengths
        .into_iter()
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{path} has {lines}"))
        .collect();
    insist("a source file has at most 500 lines", &broken);
}

/// Where words stand that must not.
fn found<'a>(files: impl Iterator<Item = &'a (String, String)>, words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            found.extend(
                words
                    .iter()
                    .filter(|word| line.contains(word.as_str()))
                    .map(|word| format!("{path}:{}: {word}", index + 1)),
            );
        }
    }
    found
}

#[test]
fn nothing_is_a_stub() {
    // Put together here, so that this file does not contain them.
    let words = [["todo", "!"], ["unimplemented", "!"], ["not ", "implemented"]].map(|parts| parts.concat());
    insist("what does not work is not there", &found(sources().iter(), &words));
}

#[test]
fn no_file_speaks_of_the_machine_it_was_written_on() {
    let words = [["/wo", "rk/"], ["../sha", "red"]].map(|parts| parts.concat());
    let texts: Vec<(String, String)> =
        files().into_iter().filter_map(|path| Some((path.clone(), text(&path)?))).collect();
    insist("no file names a place outside of the workspace", &found(texts.iter(), &words));
}
