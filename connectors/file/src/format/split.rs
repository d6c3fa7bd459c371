//! Finds where the elements of a JSON array begin and end, byte by byte, without holding the array.
//!
//! It looks at brackets, commas and strings only; what lies inside an element is for the parser that reads it.
//! Memory is bounded by the largest element.

use super::MAX_RECORD;
use std::io::{self, BufRead};

/// A place in the text; both count from 1, columns in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// An element's bytes and where they begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) bytes: Vec<u8>,
    pub(super) place: Place,
}

/// Why the text cannot be split further.
#[derive(Debug)]
pub(super) enum Broken {
    /// It cannot be read.
    Io(io::Error),
    /// It is no JSON array, at this place.
    Syntax(&'static str, Place),
}

/// Cuts an array into its elements. A document that is one object counts as its own only element.
pub(super) struct Splitter<R> {
    text: R,
    place: Place,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    First,
    Between,
    Tail,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: BufRead> Splitter<R> {
    pub(super) fn new(text: R) -> Self {
        Self { text, place: Place { line: 1, column: 1 }, state: State::Start }
    }

    /// The next element, `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Element>, Broken> {
        let at = self.skip_space()?;
        match (self.state, at) {
            (State::Start, Some(b'[')) => {
                self.step(b'[');
                self.state = State::First;
                self.next()
            }
            (State::Start, Some(b'{')) => {
                self.state = State::Tail;
                self.element().map(Some)
            }
            (State::First | State::Between, Some(b']')) => {
                self.step(b']');
                self.state = State::Tail;
                self.next()
            }
            (State::First, Some(_)) => {
                self.state = State::Between;
                self.element().map(Some)
            }
            (State::Between, Some(b',')) => {
                self.step(b',');
                match self.skip_space()? {
                    Some(b']') | None => Err(self.syntax("an element is missing after the comma")),
                    Some(_) => self.element().map(Some),
                }
            }
            (State::Tail, None) => Ok(None),
            (State::Start, None) => Err(self.syntax("the file is empty")),
            (State::Start, Some(_)) => Err(self.syntax("the document is neither an array nor an object")),
            (State::First | State::Between, None) => Err(self.syntax("the file ends inside the array")),
            (State::Between, Some(_)) => Err(self.syntax("expected a comma or the end of the array")),
            (State::Tail, Some(_)) => Err(self.syntax("text after the end of the document")),
        }
    }

    /// Reads one element whose first byte is next.
    fn element(&mut self) -> Result<Element, Broken> {
        let place = self.place;
        let mut bytes = Vec::new();
        let mut scan = Scan::default();
        while !scan.closed {
            let chunk = self.text.fill_buf()?;
            if chunk.is_empty() {
                return Err(self.syntax("the file ends inside a record"));
            }
            let found = chunk.iter().position(|byte| scan.ends_before(*byte));
            let taken = chunk.get(..found.unwrap_or(chunk.len())).unwrap_or_default();
            if bytes.len() + taken.len() > MAX_RECORD {
                return Err(Broken::Syntax("the record is larger than 16 MiB", place));
            }
            bytes.extend_from_slice(taken);
            self.place.advance(taken);
            let length = taken.len();
            self.text.consume(length);
            if found.is_some() {
                break;
            }
        }
        if bytes.is_empty() {
            return Err(self.syntax("expected an element"));
        }
        Ok(Element { bytes, place })
    }

    /// The first byte that is no white space, not consumed.
    fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            let chunk = self.text.fill_buf()?;
            let space = chunk.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            let next = chunk.get(space).copied();
            let ended = chunk.is_empty();
            self.place.advance(chunk.get(..space).unwrap_or_default());
            self.text.consume(space);
            if next.is_some() || ended {
                return Ok(next);
            }
        }
    }

    fn step(&mut self, byte: u8) {
        self.place.advance(&[byte]);
        self.text.consume(1);
    }

    fn syntax(&self, message: &'static str) -> Broken {
        Broken::Syntax(message, self.place)
    }
}

impl Place {
    fn advance(&mut self, bytes: &[u8]) {
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            None => self.column += bytes.len() as u64,
            Some(last) => {
                self.line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                self.column = (bytes.len() - last) as u64;
            }
        }
    }
}

/// Where in an element the scan is.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    escaped: bool,
    closed: bool,
}

impl Scan {
    /// Takes the next byte in; true when the element ended before it.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.closed {
            return true;
        }
        if self.in_text {
            self.in_text = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            self.closed = !self.in_text && self.depth == 0;
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                self.closed = self.depth == 0;
            }
            b'}' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => return true,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
