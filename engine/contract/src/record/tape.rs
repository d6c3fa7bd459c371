//! The shape of a JSON text: one pass over the bytes checks them and notes where each value stands.
//!
//! A tape holds one node per value and per member's name, in the order of the text. The node after a subtree is
//! known, so that looking for a member skips whole values and parses nothing.

use bytes::Bytes;
use std::ops::Range;

/// How deep arrays and objects may nest: deeper input is refused, so that no walk can exhaust the stack.
pub(super) const MAX_DEPTH: usize = 128;

/// A checked JSON text and where its values stand. The root is node 0.
#[derive(Default)]
pub(super) struct Tape {
    json: Bytes,
    nodes: Vec<Node>,
}

/// One value, or the name of a member: an object is followed by name, value, name, value.
#[derive(Clone, Copy)]
struct Node {
    /// The first byte; of a text its quote.
    start: u32,
    /// The byte after the last.
    end: u32,
    /// The node after this one's subtree.
    next: u32,
    /// Whether it is a text with escapes.
    is_escaped: bool,
}

/// Why bytes are no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// They break off or go wrong.
    Syntax,
    /// Something nests deeper than [`MAX_DEPTH`]: here.
    Depth(usize),
    /// They are not UTF-8.
    Encoding,
    /// More than four gigabytes.
    Size,
}

impl Tape {
    /// Checks that bytes are one JSON value, and notes its parts.
    pub(super) fn read(json: Bytes) -> Result<Self, Fault> {
        if u32::try_from(json.len()).is_err() {
            return Err(Fault::Size);
        }
        if std::str::from_utf8(&json).is_err() {
            return Err(Fault::Encoding);
        }
        // About one value in sixteen bytes: a shop's order has one in thirteen.
        let nodes = Vec::with_capacity(json.len() / 16 + 1);
        let mut reader = Reader { bytes: &json, at: 0, nodes };
        reader.value(0)?;
        reader.space();
        if reader.at < json.len() {
            return Err(Fault::Syntax);
        }
        let nodes = reader.nodes;
        Ok(Self { json, nodes })
    }

    /// The bytes of a node, sharing the text.
    pub(super) fn slice(&self, node: u32) -> Bytes {
        self.json.slice(self.range(node))
    }

    /// The bytes of a node.
    pub(super) fn raw(&self, node: u32) -> &[u8] {
        self.json.get(self.range(node)).unwrap_or_default()
    }

    /// The value of the member called `name`, when the node is an object that has one; the first of several.
    pub(super) fn member(&self, node: u32, name: &str) -> Option<u32> {
        let mut members = self.members(node);
        members.find(|(key, _)| self.is_text(*key, name)).map(|(_, value)| value)
    }

    /// The names and values of an object's members; empty for anything else.
    pub(super) fn members(&self, node: u32) -> impl Iterator<Item = (u32, u32)> {
        let inside = self.inside(node, b'{');
        let mut at = inside.start;
        std::iter::from_fn(move || {
            let (key, value) = (at, at + 1);
            if key >= inside.end {
                return None;
            }
            at = self.node(value)?.next;
            Some((key, value))
        })
    }

    /// The elements of a list; empty for anything else.
    pub(super) fn elements(&self, node: u32) -> impl Iterator<Item = u32> {
        let inside = self.inside(node, b'[');
        let mut at = inside.start;
        std::iter::from_fn(move || {
            let element = at;
            if element >= inside.end {
                return None;
            }
            at = self.node(element)?.next;
            Some(element)
        })
    }

    /// Whether a node is a text or a name, and exactly this one.
    pub(super) fn is_text(&self, node: u32, text: &str) -> bool {
        let raw = self.raw(node);
        let Some(inner) = raw.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
            return false;
        };
        if self.is_escaped(node) {
            return serde_json::from_slice::<String>(raw).is_ok_and(|own| own == text);
        }
        inner == text.as_bytes()
    }

    /// Whether a node is a text with escapes.
    pub(super) fn is_escaped(&self, node: u32) -> bool {
        self.node(node).is_some_and(|node| node.is_escaped)
    }

    fn node(&self, node: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(node).ok()?)
    }

    fn range(&self, node: u32) -> Range<usize> {
        let byte = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        self.node(node).map_or(0..0, |node| byte(node.start)..byte(node.end))
    }

    /// The nodes inside a list or an object that opens with this bracket.
    fn inside(&self, node: u32, bracket: u8) -> Range<u32> {
        match self.node(node) {
            Some(found) if self.raw(node).first() == Some(&bracket) => node + 1..found.next,
            _ => 0..0,
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        self.space();
        let node = self.open();
        match self.peek() {
            Some(b'"') => {
                let is_escaped = self.text()?;
                self.close(node, is_escaped);
                return Ok(());
            }
            Some(b'{') => self.object(depth + 1)?,
            Some(b'[') => self.list(depth + 1)?,
            Some(b't') => self.word(b"true")?,
            Some(b'f') => self.word(b"false")?,
            Some(b'n') => self.word(b"null")?,
            _ => self.number()?,
        }
        self.close(node, false);
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Fault> {
        if self.enter(depth, b'}')? {
            return Ok(());
        }
        loop {
            self.space();
            let key = self.open();
            if self.peek() != Some(b'"') {
                return Err(Fault::Syntax);
            }
            let is_escaped = self.text()?;
            self.close(key, is_escaped);
            self.space();
            self.expect(b':')?;
            self.value(depth)?;
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<(), Fault> {
        if self.enter(depth, b']')? {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// Steps over an opening bracket; true when the closing one follows at once.
    fn enter(&mut self, depth: usize, closing: u8) -> Result<bool, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Depth(self.at));
        }
        self.at += 1;
        self.space();
        let is_empty = self.peek() == Some(closing);
        self.at += usize::from(is_empty);
        Ok(is_empty)
    }

    /// Steps over the comma or the bracket behind an element; true when it was the bracket.
    fn ends(&mut self, closing: u8) -> Result<bool, Fault> {
        self.space();
        let found = self.peek();
        self.at += 1;
        match found {
            Some(b',') => Ok(false),
            Some(byte) if byte == closing => Ok(true),
            _ => Err(Fault::Syntax),
        }
    }

    /// Steps over a text; true when it has escapes.
    fn text(&mut self) -> Result<bool, Fault> {
        self.at += 1;
        let mut is_escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = first_special(rest).ok_or(Fault::Syntax)?;
            self.at += plain + 1;
            match rest.get(plain) {
                Some(b'"') => return Ok(is_escaped),
                Some(b'\\') => {
                    is_escaped = true;
                    self.escape()?;
                }
                _ => return Err(Fault::Syntax),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<(), Fault> {
        let kind = self.peek();
        self.at += 1;
        match kind {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => match self.hex()? {
                0xdc00..=0xdfff => Err(Fault::Syntax),
                0xd800..=0xdbff => self.low_surrogate(),
                _ => Ok(()),
            },
            _ => Err(Fault::Syntax),
        }
    }

    /// The second half of a character that takes two escapes.
    fn low_surrogate(&mut self) -> Result<(), Fault> {
        self.expect(b'\\')?;
        self.expect(b'u')?;
        if (0xdc00..=0xdfff).contains(&self.hex()?) { Ok(()) } else { Err(Fault::Syntax) }
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or(Fault::Syntax)?;
        self.at += 4;
        let digit = |byte: &u8| char::from(*byte).to_digit(16).ok_or(Fault::Syntax);
        digits.iter().try_fold(0, |number, byte| Ok(number * 16 + digit(byte)?))
    }

    fn number(&mut self) -> Result<(), Fault> {
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += length;
        if length > 0 { Ok(()) } else { Err(Fault::Syntax) }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        let is_there = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += word.len();
        if is_there { Ok(()) } else { Err(Fault::Syntax) }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        let is_there = self.peek() == Some(byte);
        self.at += 1;
        if is_there { Ok(()) } else { Err(Fault::Syntax) }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Begins a node; its end is not known yet.
    fn open(&mut self) -> usize {
        let start = offset(self.at);
        self.nodes.push(Node { start, end: start, next: 0, is_escaped: false });
        self.nodes.len() - 1
    }

    fn close(&mut self, node: usize, is_escaped: bool) {
        let (end, next) = (offset(self.at), offset(self.nodes.len()));
        if let Some(node) = self.nodes.get_mut(node) {
            node.end = end;
            node.next = next;
            node.is_escaped = is_escaped;
        }
    }
}

/// Where the first byte stands that ends the plain part of a text: a quote, a backslash, or a control character.
fn first_special(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for eight in text.chunks_exact(8) {
        let found = specials(u64::from_le_bytes(eight.try_into().ok()?));
        if found != 0 {
            return usize::try_from(found.trailing_zeros() / 8).ok().map(|byte| at + byte);
        }
        at += 8;
    }
    let is_special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
    text.get(at..)?.iter().position(is_special).map(|byte| at + byte)
}

/// The high bit of each special byte among eight. Bytes above the first that is special may be marked too: a borrow
/// runs upwards.
fn specials(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & HIGH;
    let quotes = zeros(eight ^ (ONES * 0x22));
    let backslashes = zeros(eight ^ (ONES * 0x5c));
    let controls = eight.wrapping_sub(ONES * 0x20) & !eight & HIGH;
    quotes | backslashes | controls
}

/// An offset in a text of at most four gigabytes, which was checked.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
