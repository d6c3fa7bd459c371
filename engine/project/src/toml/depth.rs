//! Refuses files whose nesting would exhaust the stack, before anything recursive touches them.

use toml_parser::{Source, lexer::TokenKind};

/// The deepest nesting of tables and arrays that is accepted.
pub const MAX_DEPTH: usize = 64;

/// The first byte that is nested deeper than [`MAX_DEPTH`]. Counts the parts of dotted keys and headers as
/// well as brackets; an unclosed bracket of a header ends with its line.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut depth = Depth::default();
    for token in Source::new(text).lex() {
        depth.step(token.kind());
        if depth.now > MAX_DEPTH {
            return Some(token.span().start());
        }
    }
    None
}

#[derive(Default)]
struct Depth {
    now: usize,
    /// The depth of the last header.
    header: usize,
    /// The depths at which the brackets around this token opened.
    open: Vec<usize>,
    is_header: bool,
    line_has_started: bool,
}

impl Depth {
    fn step(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Whitespace => return,
            TokenKind::Newline => {
                self.end_line();
                return;
            }
            TokenKind::LeftSquareBracket if self.open.is_empty() && !self.line_has_started => {
                self.is_header = true;
                self.now = 1;
            }
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket if !self.is_header => {
                self.open.push(self.now);
                self.now += 1;
            }
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket if !self.is_header => {
                self.now = self.open.pop().unwrap_or(self.header);
            }
            TokenKind::Comma => self.now = self.base(),
            TokenKind::Dot => self.now += 1,
            _ => {}
        }
        self.line_has_started = true;
    }

    fn end_line(&mut self) {
        if self.is_header {
            self.header = self.now;
            self.is_header = false;
        }
        self.now = self.base();
        self.line_has_started = false;
    }

    fn base(&self) -> usize {
        self.open.last().map_or(self.header, |depth| depth + 1)
    }
}
