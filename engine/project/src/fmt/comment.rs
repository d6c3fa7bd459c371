//! How comments are written.

/// The directive that names a file's schema; it has no space behind its `#`.
const SCHEMA: &str = "#:schema";

/// A comment behind something, or the first line of a comment: one space behind its marks.
pub(super) fn first(comment: &str) -> String {
    if is_schema(comment) {
        return comment.trim_end().to_owned();
    }
    let (marks, rest) = parts(comment);
    let text = rest.trim_start_matches([' ', '\t']);
    if text.is_empty() { marks.to_owned() } else { format!("{marks} {text}") }
}

/// A further line of a comment: it may be indented against the first.
pub(super) fn further(comment: &str) -> String {
    if is_schema(comment) {
        return comment.trim_end().to_owned();
    }
    let (marks, rest) = parts(comment);
    match rest.strip_prefix('\t') {
        _ if rest.is_empty() || rest.starts_with(' ') => format!("{marks}{rest}"),
        Some(text) => format!("{marks} {text}"),
        None => format!("{marks} {rest}"),
    }
}

pub(super) fn is_schema(comment: &str) -> bool {
    comment.strip_prefix(SCHEMA).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// The marks in front (`#`, `##`, `#!`) and what follows them.
fn parts(comment: &str) -> (&str, &str) {
    let comment = comment.trim_end();
    let text = comment.trim_start_matches('#');
    let text = text.strip_prefix('!').unwrap_or(text);
    comment.split_at(comment.len() - text.len())
}
