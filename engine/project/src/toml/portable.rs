//! Syntax that only TOML 1.1 has. Editors and other tools read TOML 1.0 and stop there.

use crate::{
    FileText,
    diag::{Diagnostic, code},
};
use std::ops::Range;
use toml_parser::{Source, lexer::TokenKind};

/// What a tool for TOML 1.0 would refuse in a good file.
pub(super) fn warnings(text: &FileText) -> Vec<Diagnostic> {
    let mut scan = Scan { text, open: Vec::new(), comma: None, found: Vec::new() };
    for token in Source::new(text.text()).lex() {
        scan.step(token.kind(), token.span().start()..token.span().end());
    }
    scan.found
}

/// A bracket around the token that is looked at.
enum Open {
    List,
    /// An inline table: its brace, until it has been reported.
    Table(Option<Range<usize>>),
}

struct Scan<'a> {
    text: &'a FileText,
    open: Vec<Open>,
    /// The comma before this token, when nothing but white space is between them.
    comma: Option<Range<usize>>,
    found: Vec<Diagnostic>,
}

impl Scan<'_> {
    fn step(&mut self, kind: TokenKind, bytes: Range<usize>) {
        match kind {
            TokenKind::Whitespace | TokenKind::Comment => return,
            TokenKind::Newline => return self.newline(),
            TokenKind::LeftSquareBracket => self.open.push(Open::List),
            TokenKind::LeftCurlyBracket => self.open.push(Open::Table(Some(bytes.clone()))),
            TokenKind::RightSquareBracket => drop(self.open.pop()),
            TokenKind::RightCurlyBracket => {
                self.open.pop();
                self.trailing_comma();
            }
            TokenKind::BasicString | TokenKind::MlBasicString => self.escapes(bytes.clone()),
            _ => {}
        }
        self.comma = (kind == TokenKind::Comma).then_some(bytes);
    }

    fn newline(&mut self) {
        let Some(Open::Table(brace)) = self.open.last_mut() else { return };
        if let Some(bytes) = brace.take() {
            let help = "write it on one line, or as a table of its own under a header";
            self.found.push(self.warning(bytes, "an inline table over several lines").help(help));
        }
    }

    fn trailing_comma(&mut self) {
        if let Some(bytes) = self.comma.take() {
            let place = self.text.place(bytes.clone());
            let warning = self.warning(bytes, "a comma at the end of an inline table");
            self.found.push(warning.help("remove it").fix(place, ""));
        }
    }

    /// `\e` and `\xHH` of a string between quotes.
    fn escapes(&mut self, bytes: Range<usize>) {
        let raw = self.text.text().get(bytes.clone()).unwrap_or_default();
        let mut rest = raw;
        while let Some((before, after)) = rest.split_once('\\') {
            let start = bytes.start + (raw.len() - rest.len()) + before.len();
            let (length, digits) = match after.chars().next() {
                Some('e') => (2, Some("1B")),
                Some('x') => (4, after.get(1..3)),
                _ => (2, None),
            };
            if let Some(digits) = digits {
                let escape = start..start + length;
                let place = self.text.place(escape.clone());
                let shown = self.text.text().get(escape.clone()).unwrap_or_default();
                let (what, instead) = (format!("`{shown}`"), format!("\\u00{digits}"));
                let warning = self.warning(escape, &what).help(format!("write `{instead}`"));
                self.found.push(warning.fix(place, instead));
            }
            let skipped = after.chars().next().map_or(0, char::len_utf8);
            rest = after.get(skipped..).unwrap_or_default();
        }
    }

    fn warning(&self, bytes: Range<usize>, what: &str) -> Diagnostic {
        let message = format!("{what} is TOML 1.1, which editors and other tools do not read");
        Diagnostic::warning(code::TOML_NOT_PORTABLE, message).at(self.text.place(bytes), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands at the places of the warnings, with the fixes.
    fn found(text: &str) -> Vec<(String, Option<String>)> {
        let file = FileText::new("a.toml", text);
        let shown = |diagnostic: &Diagnostic| {
            let place = diagnostic.place().unwrap();
            let fix = diagnostic.fix.as_ref().map(|fix| fix.replacement.clone());
            (text.get(place.start..place.end).unwrap().to_owned(), fix)
        };
        warnings(&file).iter().map(shown).collect()
    }

    #[test]
    fn what_toml_1_0_has_is_portable() {
        let text = "a = { b = [\n 1, # one\n 2,\n], c = '\\e' }\nd = \"\\\\e \\u001B\"\n[[x]]\ny = [\n { z = 1 },\n]\n";
        assert_eq!(found(text), []);
    }

    #[test]
    fn each_thing_of_toml_1_1_is_found_once_where_it_stands() {
        let text = "a = {\n b = { c = 1, },\n}\n\"\\e\" = \"\"\"\\\\x41 \\x41\"\"\"\n";
        let fix = |text: &str| Some(text.to_owned());
        let expected = [
            ("{".to_owned(), None),
            (",".to_owned(), fix("")),
            (",".to_owned(), fix("")),
            ("\\e".to_owned(), fix("\\u001B")),
            ("\\x41".to_owned(), fix("\\u0041")),
        ];
        assert_eq!(found(text), expected);
    }
}
