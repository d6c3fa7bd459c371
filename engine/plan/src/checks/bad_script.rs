//! Scripts that do not compile.
//!
//! **What it finds.** Bad syntax, unknown variables (`item` outside an `each` too), assignments to the record.
//!
//! **Why it matters.** The script would fail every record.
//!
//! **Fails:** `when = "record.total >"`.
//!
//! **Passes:** `when = "record.total.to_decimal() > 0"`.

use super::visit;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};
use engine_script::{Libraries, Names, Script};
use std::ops::Range;

pub(super) fn check(entity: &Entity, out: &mut Diagnostics) {
    for site in visit::sites(entity).scripts {
        let names = Names { has_item: site.has_item, ..Names::default() };
        if let Err(error) = Script::compile(&site.text.text, names, &Libraries::default()) {
            let place = site.text.place_of(bytes_at(&site.text.text, error.line, error.column));
            let message = format!("the script does not compile: {}", error.message);
            out.push(Diagnostic::error(code::SCRIPT_SYNTAX, message).at(place, ""));
        }
    }
}

/// The character at a line and column, both from 1; the end of the text when they lie behind it.
fn bytes_at(text: &str, line: usize, column: usize) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let mut letters = rest.char_indices().skip(column.saturating_sub(1));
    match letters.next() {
        Some((at, letter)) => before + at..before + at + letter.len_utf8(),
        None => text.len()..text.len(),
    }
}
