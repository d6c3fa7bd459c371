//! From HTML to plain text, much as a browser shows it.
//!
//! Tags and comments go, and so do scripts and styles with all they hold. Blocks and `<br>` start a line,
//! cells of a table are kept apart by a space, and other white space is one space. A `<` that begins no tag
//! and a tag that never ends are text.

use html_escape::decode_html_entities;

/// The text between the tags.
pub(super) fn strip(html: String) -> String {
    if !html.contains(['<', '&']) {
        return super::text::collapse_spaces(html);
    }
    let mut out = Out { text: String::with_capacity(html.len()), gap: Gap::Nothing };
    let mut rest = html.as_str();
    while let Some((before, from_tag)) = rest.find('<').map(|at| rest.split_at(at)) {
        out.push(before);
        if let Some(after) = from_tag.strip_prefix("<!--") {
            rest = after.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some((name, after)) = tag(from_tag) {
            rest = out.tag(name, after);
        } else {
            out.push("<");
            rest = from_tag.strip_prefix('<').unwrap_or_default();
        }
    }
    out.push(rest);
    out.text
}

/// The name of the tag that starts here, with its slash, and what follows the tag.
fn tag(from: &str) -> Option<(&str, &str)> {
    let inner = from.strip_prefix('<')?;
    let is_tag = inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    let (inside, after) = inner.split_once('>').filter(|_| is_tag)?;
    let name = inside.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
    Some((name, after))
}

/// What is between the text so far and the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Nothing,
    Space,
    Line,
}

struct Out {
    text: String,
    gap: Gap,
}

impl Out {
    /// Text between tags.
    fn push(&mut self, text: &str) {
        let text = decode_html_entities(text);
        for (index, word) in text.split(char::is_whitespace).enumerate() {
            if index > 0 {
                self.gap = self.gap.max(Gap::Space);
            }
            if !word.is_empty() {
                self.word(word);
            }
        }
    }

    fn word(&mut self, word: &str) {
        if !self.text.is_empty() {
            match self.gap {
                Gap::Nothing => {}
                Gap::Space => self.text.push(' '),
                Gap::Line => self.text.push('\n'),
            }
        }
        self.text.push_str(word);
        self.gap = Gap::Nothing;
    }

    /// Takes a tag, and gives back the text that goes on after it.
    fn tag<'a>(&mut self, name: &str, after: &'a str) -> &'a str {
        let is = |names: &[&str]| {
            let name = name.trim_matches('/');
            names.iter().any(|other| name.eq_ignore_ascii_case(other))
        };
        if is(BLOCKS) {
            self.gap = Gap::Line;
        } else if is(&["td", "th"]) {
            self.gap = self.gap.max(Gap::Space);
        } else if is(&["script", "style"]) && !name.starts_with('/') {
            return after_end_of(name, after);
        }
        after
    }
}

/// What follows the end tag of an element that holds no text to read.
fn after_end_of<'a>(name: &str, mut rest: &'a str) -> &'a str {
    while let Some((_, from)) = rest.split_once("</") {
        let is_end = from.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
        if is_end {
            return from.split_once('>').map_or("", |(_, after)| after);
        }
        rest = from;
    }
    ""
}

/// The elements that start a line of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
