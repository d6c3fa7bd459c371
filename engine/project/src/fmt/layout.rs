//! Where blank lines stand between the lines of a file.
//!
//! Blank lines of the author stay, one at a time, but for those at the ends of the file and below a header.
//! A header has one above it, and above the comment that leads it, but a table without content of its own
//! is followed by its first child at once.

use super::{
    comment,
    tree::{Header, Line},
};

/// The same lines with blank lines where they belong.
pub(super) fn canonical(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut out: Vec<Line<'_>> = Vec::with_capacity(lines.len() + lines.len() / 4);
    for line in lines {
        match &line {
            Line::Blank if matches!(out.last(), None | Some(Line::Blank | Line::Header(_))) => continue,
            Line::Header(header) => part_from(&mut out, header),
            Line::Pair { .. } if ends_in_schema(&out) => out.push(Line::Blank),
            _ => {}
        }
        out.push(line);
    }
    if matches!(out.last(), Some(Line::Blank)) {
        out.pop();
    }
    out
}

/// Puts a blank line above a header, or above the comment that leads it.
fn part_from(out: &mut Vec<Line<'_>>, header: &Header<'_>) {
    if ends_in_schema(out) {
        out.push(Line::Blank);
        return;
    }
    let leading = out.iter().rev().take_while(|line| matches!(line, Line::Comment(_))).count();
    let at = out.len() - leading;
    let before = at.checked_sub(1).and_then(|last| out.get(last));
    match before {
        None | Some(Line::Blank) => {}
        Some(Line::Header(parent)) if leading == 0 && is_child(&header.keys, &parent.keys) => {}
        Some(_) => out.insert(at, Line::Blank),
    }
}

fn is_child(keys: &[String], parent: &[String]) -> bool {
    keys.len() > parent.len() && keys.starts_with(parent)
}

/// Whether the lines so far are one comment that names the file's schema: it stands apart.
fn ends_in_schema(out: &[Line<'_>]) -> bool {
    let is_comment = |line: &Line<'_>| matches!(line, Line::Comment(_));
    let names_schema = |line: &Line<'_>| matches!(line, Line::Comment(text) if comment::is_schema(text));
    out.iter().all(is_comment) && out.iter().any(names_schema)
}
