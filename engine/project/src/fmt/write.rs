//! From the tree to text.

use super::{
    comment,
    tree::{Comma, Element, Group, Line, Part, Value},
};

/// The text of the lines.
pub(super) fn text(lines: &[Line<'_>], line_end: &str) -> String {
    let mut out = Writer { text: String::new(), line_end, indent: 0 };
    let mut in_comment = false;
    for line in lines {
        match line {
            Line::Blank => {}
            Line::Comment(text) => out.comment_line(text, in_comment),
            Line::Header(header) => {
                let (open, close) = if header.is_element { ("[[", "]]") } else { ("[", "]") };
                out.push(open);
                out.push(&header.keys.join("."));
                out.push(close);
                out.trailing(header.comment);
            }
            Line::Pair { key, value, comment } => {
                out.pair(key, value);
                out.trailing(*comment);
            }
        }
        in_comment = matches!(line, Line::Comment(_));
        out.end_line();
    }
    out.text
}

struct Writer<'a> {
    text: String,
    line_end: &'a str,
    /// How many brackets with lines of their own are open.
    indent: usize,
}

impl Writer<'_> {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn end_line(&mut self) {
        self.push(self.line_end);
    }

    fn start_line(&mut self) {
        for _ in 0..self.indent {
            self.text.push_str("  ");
        }
    }

    fn comment_line(&mut self, text: &str, is_further: bool) {
        let text = if is_further { comment::further(text) } else { comment::first(text) };
        self.push(&text);
    }

    /// A comment behind something, two spaces away.
    fn trailing(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.push("  ");
            self.push(&comment::first(text));
        }
    }

    fn pair(&mut self, key: &[String], value: &Value<'_>) {
        self.push(&key.join("."));
        self.push(" = ");
        self.value(value);
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Scalar(text) => self.push(text),
            Value::Group(group) if group.is_spread() => self.spread(group),
            Value::Group(group) => self.one_line(group),
        }
    }

    fn one_line(&mut self, group: &Group<'_>) {
        let elements: Vec<_> = group.elements().collect();
        let space = if group.is_table && !elements.is_empty() { " " } else { "" };
        self.push(if group.is_table { "{" } else { "[" });
        self.push(space);
        for (index, element) in elements.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.element(element);
        }
        self.push(space);
        self.push(if group.is_table { "}" } else { "]" });
    }

    fn element(&mut self, element: &Element<'_>) {
        match &element.key {
            Some(key) => self.pair(key, &element.value),
            None => self.value(&element.value),
        }
    }

    fn spread(&mut self, group: &Group<'_>) {
        self.push(if group.is_table { "{" } else { "[" });
        self.trailing(group.comment);
        self.end_line();
        self.indent += 1;
        let mut in_comment = false;
        for part in &group.parts {
            if !matches!(part, Part::Blank) {
                self.start_line();
            }
            match part {
                Part::Blank => {}
                Part::Comment(text) => self.comment_line(text, in_comment),
                Part::Element(element) => {
                    self.element(element);
                    self.comma(element, group.is_table);
                }
            }
            in_comment = matches!(part, Part::Comment(_));
            self.end_line();
        }
        if group.parts.is_empty() {
            self.end_line();
        }
        self.indent -= 1;
        self.start_line();
        self.push(if group.is_table { "}" } else { "]" });
    }

    /// The comma of an element, on its line but where comments come between.
    fn comma(&mut self, element: &Element<'_>, is_table: bool) {
        let Some(Comma { before, comment }) = &element.comma else {
            self.trailing(element.comment);
            return;
        };
        let is_apart = !before.is_empty() || element.comment.is_some() && (comment.is_some() || is_table);
        if !is_apart {
            self.push(",");
            self.trailing(element.comment.or(*comment));
            return;
        }
        self.trailing(element.comment);
        for (index, text) in before.iter().enumerate() {
            self.end_line();
            self.start_line();
            self.comment_line(text, index > 0);
        }
        self.end_line();
        self.start_line();
        self.push(",");
        self.trailing(*comment);
    }
}
