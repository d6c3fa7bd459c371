//! The reference page, made from the catalog.

use super::*;
use std::{fmt::Write as _, path::PathBuf};

fn page() -> String {
    let mut out = String::from(HEAD);
    for group in catalog::Group::ALL {
        write!(out, "\n## {}\n", group.title()).unwrap();
        for spec in catalog::TABLE.into_iter().filter(|spec| spec.group == group) {
            write!(out, "\n### `{}`\n\n{}\n\nIt takes {}.\n", spec.name, spec.doc, spec.usage).unwrap();
            out.push_str("\n| transform | value | result |\n|---|---|---|\n");
            for example in spec.examples {
                let result = example.output.map_or_else(|| "fails".to_owned(), cell);
                writeln!(out, "| {} | {} | {result} |", cell(example.call), cell(example.input)).unwrap();
            }
        }
    }
    out
}

/// Code in a cell of a table; a bar would end the cell.
fn cell(code: &str) -> String {
    format!("`{}`", code.replace('|', "\\|"))
}

const HEAD: &str = "\
# Transforms

This page is made from the catalog of transforms, and its examples are tests.

`transform = [...]` in a rule is a list of steps, done in order. A step without argument is a name, such as
`\"trim\"`; a step with an argument is a table of one key, such as `{ fit = 100 }`. In an argument a text or number
may be `{ var = \"x\" }`.

- `null` passes through every transform untouched.
- Where a transform works on text, a number or boolean counts as its text.
- An empty text is no number, date, boolean or phone number: those transforms make it `null`.
- Numbers are exact. Nothing is rounded or cut unless the transform says so by name, and `engine validate` tells
  where something may get lost.
- Time zones are named as in the IANA database, which is part of the program.
";

#[test]
fn the_reference_page_is_fresh() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/transforms.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/reference/transforms.md is stale: run the tests with UPDATE_DOCS=1");
}
