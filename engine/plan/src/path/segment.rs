//! The steps of a path with the bytes where they stand.
//!
//! The parser of paths does not say where their steps are; messages underline them. What stands here reads only
//! texts that the parser takes, and stops where it understands nothing.

use std::ops::Range;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// What it does.
    pub(crate) part: Part,
    /// What messages underline: a name without its dot and quotes, else the whole step.
    pub(crate) bytes: Range<usize>,
    /// The whole step.
    pub(crate) whole: Range<usize>,
}

impl Segment {
    /// Whether it names a member.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.part, Part::Name(_))
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// To a member.
    Name(String),
    /// To an element.
    Index,
    /// To every element or member.
    All,
    /// To the elements or members that a condition is true of; it stands at these bytes.
    Filter(Range<usize>),
    /// To the value of the meta data of this key, which stands at these bytes with its quotes.
    Meta(Range<usize>),
    /// To every part, however deep.
    Descendants,
    /// Slices and lists of steps.
    Several,
}

/// The steps of a path; those behind [`Part::Descendants`] are left out.
pub(crate) fn segments(text: &str) -> Vec<Segment> {
    let mut reader = Reader { text, at: text.chars().next().map_or(0, char::len_utf8) };
    let mut out = Vec::new();
    while let Some(segment) = reader.segment() {
        let is_last = segment.part == Part::Descendants;
        out.push(segment);
        if is_last {
            break;
        }
    }
    out
}

/// The paths `@.a.b` inside a condition, each with the bytes where it starts.
pub(crate) fn paths_of_condition(text: &str, condition: Range<usize>) -> Vec<(usize, Vec<Segment>)> {
    let mut reader = Reader { text, at: condition.start };
    let mut out = Vec::new();
    while reader.at < condition.end {
        match reader.bump() {
            Some('@') => {
                let start = reader.at - 1;
                let mut steps = Vec::new();
                while let Some(segment) = reader.segment() {
                    steps.push(segment);
                }
                out.push((start, steps));
            }
            Some(quote @ ('\'' | '"')) => reader.quoted(quote),
            _ => {}
        }
    }
    out
}

/// The first number with a fraction or an exponent inside a condition.
pub(crate) fn fraction(text: &str, condition: Range<usize>) -> Option<Range<usize>> {
    let mut reader = Reader { text, at: condition.start };
    while reader.at < condition.end {
        let start = reader.at;
        match reader.peek()? {
            quote @ ('\'' | '"') => {
                reader.bump();
                reader.quoted(quote);
            }
            digit if digit.is_ascii_digit() => {
                reader.skip(|c| c.is_ascii_alphanumeric() || c == '.');
                let number = text.get(start..reader.at).unwrap_or_default();
                if number.contains(['.', 'e', 'E']) {
                    return Some(start..reader.at);
                }
            }
            letter if is_name(letter) => reader.skip(is_name),
            _ => drop(reader.bump()),
        }
    }
    None
}

/// Reads a path from left to right.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn segment(&mut self) -> Option<Segment> {
        let before = self.at;
        self.skip(char::is_whitespace);
        let start = self.at;
        let found = match self.peek() {
            Some('.') => self.dotted(),
            Some('[') => self.bracketed(),
            _ => None,
        };
        let Some((part, bytes)) = found else {
            self.at = before;
            return None;
        };
        let whole = start..self.at;
        Some(Segment { part, bytes: bytes.unwrap_or_else(|| whole.clone()), whole })
    }

    fn dotted(&mut self) -> Option<(Part, Option<Range<usize>>)> {
        self.bump();
        if self.eat('.') {
            return Some((Part::Descendants, None));
        }
        if self.eat('*') {
            return Some((Part::All, None));
        }
        let start = self.at;
        self.skip(is_name);
        let name = self.text.get(start..self.at).filter(|name| !name.is_empty())?;
        if name == "meta" && self.eat('(') {
            return Some((Part::Meta(self.meta_key()?), None));
        }
        Some((Part::Name(name.to_owned()), Some(start..self.at)))
    }

    /// The key of `meta('key')`, behind its parenthesis.
    fn meta_key(&mut self) -> Option<Range<usize>> {
        self.skip(char::is_whitespace);
        let start = self.at;
        let quote = self.bump().filter(|c| matches!(c, '\'' | '"'))?;
        self.quoted(quote);
        let key = start..self.at;
        self.skip(char::is_whitespace);
        self.eat(')').then_some(key)
    }

    fn bracketed(&mut self) -> Option<(Part, Option<Range<usize>>)> {
        self.bump();
        self.skip(char::is_whitespace);
        let start = self.at;
        match self.peek()? {
            '?' => {
                self.close();
                Some((Part::Filter(start + 1..self.at.saturating_sub(1)), None))
            }
            quote @ ('\'' | '"') => {
                self.bump();
                self.quoted(quote);
                let name = start + 1..self.at.saturating_sub(1);
                self.skip(char::is_whitespace);
                if self.eat(']') {
                    let text = self.text.get(name.clone())?.to_owned();
                    let is_plain = !text.contains('\\');
                    return Some(if is_plain {
                        (Part::Name(text), Some(name))
                    } else {
                        (Part::Several, None)
                    });
                }
                self.close();
                Some((Part::Several, None))
            }
            _ => {
                self.close();
                let inside = self.text.get(start..self.at.saturating_sub(1))?.trim();
                let part = match inside {
                    "*" => Part::All,
                    number if number.parse::<i64>().is_ok() => Part::Index,
                    _ => Part::Several,
                };
                Some((part, None))
            }
        }
    }

    /// Goes behind the bracket that closes the one before.
    fn close(&mut self) {
        let mut depth = 1;
        while let Some(letter) = self.bump() {
            match letter {
                '[' => depth += 1,
                ']' => depth -= 1,
                '\'' | '"' => self.quoted(letter),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Goes behind the quote that closes the one before.
    fn quoted(&mut self, quote: char) {
        while let Some(letter) = self.bump() {
            match letter {
                '\\' => drop(self.bump()),
                _ if letter == quote => return,
                _ => {}
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn eat(&mut self, letter: char) -> bool {
        let is_next = self.peek() == Some(letter);
        if is_next {
            self.bump();
        }
        is_next
    }

    fn skip(&mut self, these: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&these) {
            self.bump();
        }
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || !letter.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        let part = |segment: &Segment| {
            let bytes = text.get(segment.bytes.clone()).unwrap();
            let whole = text.get(segment.whole.clone()).unwrap();
            match &segment.part {
                Part::Name(name) => format!("{name} {bytes} {whole}"),
                Part::Filter(inside) | Part::Meta(inside) => {
                    format!("{} {whole}", text.get(inside.clone()).unwrap())
                }
                other => format!("{other:?} {whole}"),
            }
        };
        segments(text).iter().map(part).collect()
    }

    #[test]
    fn every_step_knows_its_bytes() {
        assert_eq!(
            shown("$.a.é['b c'][0][*].*[?@.x == ']'].z[1:2]"),
            [
                "a a .a",
                "é é .é",
                "b c b c ['b c']",
                "Index [0]",
                "All [*]",
                "All .*",
                "@.x == ']' [?@.x == ']']",
                "z z .z",
                "Several [1:2]"
            ]
        );
        assert_eq!(shown("@.meta('_po').x"), ["'_po' .meta('_po')", "x x .x"]);
        assert_eq!(shown("$.a..b"), ["a a .a", "Descendants .."]);
    }

    #[test]
    fn conditions_show_their_paths_and_fractions() {
        let text = "$.a[?@.key == '@.no' && @.b.c > 1.50]";
        let Part::Filter(inside) = segments(text)[1].part.clone() else { panic!() };
        let names: Vec<Vec<&str>> = paths_of_condition(text, inside.clone())
            .iter()
            .map(|(_, steps)| steps.iter().map(|step| text.get(step.bytes.clone()).unwrap()).collect())
            .collect();
        assert_eq!(names, [vec!["key"], vec!["b", "c"]]);
        assert_eq!(fraction(text, inside).map(|bytes| text.get(bytes).unwrap()), Some("1.50"));
        assert_eq!(fraction("$[?@.a1 == '1.5' && @.b == 2]", 3..28), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[$@.\\[\\]*?'\"a-cé0-9(): =&m\\\\]{0,24}") {
            for segment in segments(&text) {
                prop_assert!(text.get(segment.bytes).is_some() && text.get(segment.whole).is_some());
            }
            drop(paths_of_condition(&text, 0..text.len()));
            if let Some(number) = fraction(&text, 0..text.len()) {
                prop_assert!(text.get(number).is_some());
            }
        }
    }
}
