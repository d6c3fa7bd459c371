//! Damages the files of projects.

use engine_project::MemoryFiles;
use rand::{Rng, RngExt};
use std::{collections::BTreeMap, fs, path::Path};

/// Pieces of TOML, `JSONPath` and rhai that mean something where they do not belong.
const PIECES: [&str; 56] = [
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "\\",
    "\\u00e9",
    "\\x41",
    "\n",
    "\r\n",
    "\t",
    "#",
    "é",
    "😀",
    "\u{0}",
    "\u{feff}",
    "$",
    "@",
    "$.",
    "@.",
    "..",
    "[*]",
    "[?@.a == 'x']",
    "[?@.total > 1.5]",
    "['a b']",
    "$.billing",
    "$.line_items[*]",
    "record.",
    "item.",
    "vars.",
    "woo::",
    "|x| x",
    "${",
    "if ",
    "loop { }",
    "fn f() { f() }",
    "true",
    "1e400",
    "0x7fffffffffffffff",
    "99999999999999999999",
    "1979-05-27T07:32:00Z",
    "inf",
    "ref = ",
    "{ find = \"Account\" }",
    "{ var = \"prefix\" }",
    "transform = [\"decimal\"]",
    "each = ",
    "[entity.order.map]",
];

/// The files of the projects in pipelines/, without their data.
pub(crate) fn reference_projects() -> Vec<BTreeMap<String, String>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.join("../pipelines");
    let mut folders: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    // It brings a connector of its own.
    folders.push(tests.join("cases/golden"));
    folders.sort();
    folders.into_iter().filter(|folder| folder.is_dir()).map(|folder| texts(&folder, &folder)).collect()
}

/// Every TOML, rhai, CSV and sample file below a folder, by its path in the project.
fn texts(project: &Path, folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("data") {
            files.extend(texts(project, &path));
        }
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if ["toml", "rhai", "csv", "json"].contains(&ending) {
            let name = path.strip_prefix(project).unwrap().to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// One of the projects, with one to eight damages.
pub(crate) fn damaged(projects: &[BTreeMap<String, String>], rng: &mut impl Rng) -> MemoryFiles {
    let mut files = projects[rng.random_range(0..projects.len())].clone();
    for _ in 0..rng.random_range(1..=8) {
        let names: Vec<&String> = files.keys().collect();
        let name = names[rng.random_range(0..names.len())].clone();
        let other = names[rng.random_range(0..names.len())].clone();
        let donor = files[&other].clone();
        let text = files.get_mut(&name).unwrap();
        *text = damage(text, &donor, rng);
    }
    MemoryFiles(files)
}

fn damage(text: &str, donor: &str, rng: &mut impl Rng) -> String {
    let (start, end) = (boundary(text, rng), boundary(text, rng));
    let (start, end) = (start.min(end), start.max(end).min(start.min(end) + 200));
    let end = text.floor_char_boundary(end).max(start);
    let piece = PIECES[rng.random_range(0..PIECES.len())];
    match rng.random_range(0..10) {
        0 => format!("{}{}", &text[..start], &text[end..]),
        1 | 2 => format!("{}{piece}{}", &text[..start], &text[start..]),
        3 => format!("{}{piece}{}", &text[..start], &text[end..]),
        4 => format!("{}{}{}", &text[..end], &text[start..end], &text[end..]),
        5 => lines_moved(text, rng),
        6 => {
            let from = boundary(donor, rng);
            let to = donor.floor_char_boundary(from + rng.random_range(0..300)).max(from);
            format!("{}{}{}", &text[..start], &donor[from..to], &text[start..])
        }
        7 => letter_changed(text, start, rng),
        8 => format!("{}{}", &text[..start], repeated(piece, rng)),
        _ => noise(rng),
    }
}

fn boundary(text: &str, rng: &mut impl Rng) -> usize {
    text.floor_char_boundary(rng.random_range(0..=text.len()))
}

/// One line stands somewhere else, or twice.
fn lines_moved(text: &str, rng: &mut impl Rng) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return String::new();
    }
    let line = lines[rng.random_range(0..lines.len())];
    if rng.random_bool(0.5) {
        lines.retain(|other| *other != line);
    }
    lines.insert(rng.random_range(0..=lines.len()), line);
    lines.concat()
}

/// A slip of the finger.
fn letter_changed(text: &str, at: usize, rng: &mut impl Rng) -> String {
    let mut letters = text[at..].chars();
    let replaced = char::from(rng.random_range(b'a'..=b'z'));
    letters.next();
    format!("{}{replaced}{}", &text[..at], letters.as_str())
}

/// The same piece again and again, up to what a file may hold.
fn repeated(piece: &str, rng: &mut impl Rng) -> String {
    let most = 1 << rng.random_range(4..19);
    piece.repeat(1 + most / piece.len())
}

fn noise(rng: &mut impl Rng) -> String {
    let length = 1 << rng.random_range(0..19);
    let bytes: Vec<u8> = (0..length).map(|_| rng.random()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
