//! From text to the tree. The text has been parsed before: its syntax is right.

use super::tree::{Comma, Element, Group, Header, Line, Part, Value};
use std::iter::Peekable;
use toml_parser::{
    Source,
    lexer::{Lexer, Token, TokenKind},
};

/// The lines of a file.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut reader = Reader { text, tokens: Source::new(text).lex().peekable() };
    let mut lines = Vec::new();
    loop {
        let newlines = reader.newlines();
        if newlines > 1 || (newlines == 1 && lines.is_empty()) {
            lines.push(Line::Blank);
        }
        match reader.peek() {
            None => return lines,
            Some(TokenKind::Comment) => lines.push(Line::Comment(reader.take())),
            Some(TokenKind::LeftSquareBracket) => lines.push(Line::Header(reader.header())),
            Some(_) => {
                let key = reader.key();
                let value = reader.value();
                lines.push(Line::Pair { key, value, comment: reader.comment() });
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: Peekable<Lexer<'a>>,
}

impl<'a> Reader<'a> {
    /// The kind of the next token that is no white space.
    fn peek(&mut self) -> Option<TokenKind> {
        self.skip(&[TokenKind::Whitespace]);
        self.peek_raw()
    }

    fn peek_raw(&mut self) -> Option<TokenKind> {
        self.tokens.peek().map(Token::kind).filter(|kind| *kind != TokenKind::Eof)
    }

    fn take(&mut self) -> &'a str {
        let span = self.tokens.next().map(|token| token.span());
        span.and_then(|span| self.text.get(span.start()..span.end())).unwrap_or_default()
    }

    fn skip(&mut self, kinds: &[TokenKind]) {
        while self.tokens.next_if(|token| kinds.contains(&token.kind())).is_some() {}
    }

    /// Skips white space and line ends, and counts the latter.
    fn newlines(&mut self) -> usize {
        let mut count = 0;
        while self.peek() == Some(TokenKind::Newline) {
            self.take();
            count += 1;
        }
        count
    }

    /// The comment on the rest of this line.
    fn comment(&mut self) -> Option<&'a str> {
        (self.peek() == Some(TokenKind::Comment)).then(|| self.take())
    }

    fn header(&mut self) -> Header<'a> {
        self.take();
        let is_element = self.peek_raw() == Some(TokenKind::LeftSquareBracket);
        if is_element {
            self.take();
        }
        let keys = self.key();
        self.skip(&[TokenKind::RightSquareBracket, TokenKind::Whitespace]);
        Header { keys, is_element, comment: self.comment() }
    }

    /// The parts of a dotted key.
    fn key(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                Some(TokenKind::Dot) => {
                    self.take();
                }
                Some(TokenKind::Atom | TokenKind::BasicString) => parts.push(self.take().to_owned()),
                Some(TokenKind::LiteralString) => parts.push(quoted(self.take())),
                _ => return parts,
            }
        }
    }

    /// The value behind an equals sign, or where one stands.
    fn value(&mut self) -> Value<'a> {
        self.skip(&[TokenKind::Whitespace, TokenKind::Equals]);
        match self.peek() {
            Some(TokenKind::LeftSquareBracket) => Value::Group(self.group(false)),
            Some(TokenKind::LeftCurlyBracket) => Value::Group(self.group(true)),
            Some(TokenKind::LiteralString) => Value::Scalar(quoted(self.take())),
            Some(TokenKind::BasicString | TokenKind::MlBasicString | TokenKind::MlLiteralString) => {
                Value::Scalar(self.take().to_owned())
            }
            _ => Value::Scalar(self.scalar()),
        }
    }

    /// A number, boolean, date or time: these may consist of several tokens.
    fn scalar(&mut self) -> String {
        let mut scalar = String::new();
        loop {
            let had_space = self.peek_raw() == Some(TokenKind::Whitespace);
            match self.peek() {
                Some(TokenKind::Atom | TokenKind::Dot) => {
                    if had_space && !scalar.is_empty() {
                        scalar.push('T');
                    }
                    scalar.push_str(self.take());
                }
                _ => return with_capital_t(scalar),
            }
        }
    }

    fn group(&mut self, is_table: bool) -> Group<'a> {
        self.take();
        let end = if is_table { TokenKind::RightCurlyBracket } else { TokenKind::RightSquareBracket };
        let mut group = Group { is_table, comment: self.comment(), parts: Vec::new() };
        loop {
            if self.newlines() > 1 && !matches!(group.parts.last(), None | Some(Part::Blank)) {
                group.parts.push(Part::Blank);
            }
            match self.peek() {
                None => break,
                Some(kind) if kind == end => {
                    self.take();
                    break;
                }
                Some(TokenKind::Comment) => group.parts.push(Part::Comment(self.take())),
                Some(TokenKind::Comma) => self.comma(&mut group.parts),
                Some(_) => {
                    let element = self.element(is_table);
                    group.parts.push(Part::Element(element));
                }
            }
        }
        if matches!(group.parts.last(), Some(Part::Blank)) {
            group.parts.pop();
        }
        group
    }

    fn element(&mut self, is_table: bool) -> Element<'a> {
        let key = is_table.then(|| self.key());
        let value = self.value();
        Element { key, value, comment: self.comment(), comma: None }
    }

    /// A comma belongs to the element before it, and so do the comments between them.
    fn comma(&mut self, parts: &mut Vec<Part<'a>>) {
        self.take();
        let mut before = Vec::new();
        while let Some(part) = parts.pop() {
            match part {
                Part::Blank => {}
                Part::Comment(comment) => before.insert(0, comment),
                Part::Element(element) => {
                    let comma = Some(Comma { before, comment: self.comment() });
                    parts.push(Part::Element(Element { comma, ..element }));
                    return;
                }
            }
        }
    }
}

/// A literal string between double quotes, where that means the same.
fn quoted(literal: &str) -> String {
    let inner = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match inner {
        Some(inner) if !inner.contains(['"', '\\']) => format!("\"{inner}\""),
        _ => literal.to_owned(),
    }
}

/// A date and time is joined by a capital `T`.
fn with_capital_t(scalar: String) -> String {
    match scalar.split_once('t') {
        Some((date, time)) if date.len() == 10 && date.contains('-') => format!("{date}T{time}"),
        _ => scalar,
    }
}
