//! Places in files, and texts that know their place.

use crate::toml::text;
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Range, sync::Arc};

/// A range of bytes in a file, with the line and column where it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file's path in the project.
    pub file: String,
    /// The line of the first character, from 1.
    pub line: usize,
    /// The column of the first character in characters, from 1.
    pub column: usize,
    /// The first byte, from 0.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A file's path and text, with an index of its lines.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FileText {
    file: String,
    text: String,
    line_starts: Vec<usize>,
    /// How many characters start before each block of [`BLOCK`] bytes: a file may be one long line.
    characters: Vec<usize>,
}

/// The distance between two entries of the index of characters.
const BLOCK: usize = 1024;

impl FileText {
    /// Indexes a text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let after_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(after_newlines).collect();
        let characters = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            let start = *before;
            *before += starts(block);
            Some(start)
        });
        let characters = characters.collect();
        Self { file: file.into(), text, line_starts, characters }
    }

    /// The path in the project.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a range of bytes; what lies outside the text or inside a character is moved to its edge.
    #[must_use]
    pub fn place(&self, bytes: Range<usize>) -> Place {
        let start = self.text.floor_char_boundary(bytes.start);
        let end = self.text.ceil_char_boundary(bytes.end).max(start);
        let line = self.line_starts.partition_point(|&line_start| line_start <= start);
        let line_start = line.checked_sub(1).and_then(|index| self.line_starts.get(index));
        let line_start = line_start.copied().unwrap_or(0);
        let column = self.characters_before(start) - self.characters_before(line_start) + 1;
        Place { file: self.file.clone(), line, column, start, end }
    }

    fn characters_before(&self, byte: usize) -> usize {
        let block = byte.saturating_sub(1) / BLOCK;
        let counted = self.characters.get(block).copied().unwrap_or(0);
        counted + self.text.as_bytes().get(block * BLOCK..byte).map_or(0, starts)
    }
}

/// How many characters start in these bytes of a text.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

impl fmt::Debug for FileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.file, self.text.len())
    }
}

/// A text value of a file (a path, a script), or a whole file, that can say where each of its characters stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The value, escapes resolved.
    pub text: String,
    /// The whole value in the file, quotes included.
    pub place: Place,
    origin: Arc<FileText>,
    /// Whether it is the file itself, in which nothing is quoted.
    is_whole: bool,
}

impl Text {
    /// A value that stands, quotes included, at `bytes` of a file.
    #[must_use]
    pub fn new(text: impl Into<String>, origin: &Arc<FileText>, bytes: Range<usize>) -> Self {
        Self { text: text.into(), place: origin.place(bytes), origin: Arc::clone(origin), is_whole: false }
    }

    /// A whole file, a script for example: its characters are the file's.
    #[must_use]
    pub fn whole(origin: &Arc<FileText>) -> Self {
        let place = origin.place(0..origin.text.len());
        Self { text: origin.text.clone(), place, origin: Arc::clone(origin), is_whole: true }
    }

    /// The place in the file of a range of bytes of the value.
    #[must_use]
    pub fn place_of(&self, bytes: Range<usize>) -> Place {
        if self.is_whole {
            return self.origin.place(bytes);
        }
        let Some(raw) = self.origin.text.get(self.place.start..self.place.end) else {
            return self.place.clone();
        };
        let Some(offsets) = text::offsets(raw) else { return self.place.clone() };
        let at = |byte: usize| {
            offsets.get(byte).or_else(|| offsets.last()).map_or(0, |offset| offset + self.place.start)
        };
        self.origin.place(at(bytes.start)..at(bytes.end.max(bytes.start)))
    }
}

impl From<&str> for Text {
    /// A text without a place.
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_however_long_the_line() {
        let line = "aé😀\t".repeat(1000);
        let file = FileText::new("a", format!("ab\n{line}\n{line}"));
        let second = file.text().len() - line.len();
        for (index, (byte, _)) in line.char_indices().enumerate() {
            let place = file.place(second + byte..second + byte + 1);
            assert_eq!((place.line, place.column, place.start), (3, index + 1, second + byte));
        }
        assert_eq!(file.place(usize::MAX - 1..usize::MAX).column, 4001);
        assert_eq!((file.place(2..2).line, file.place(2..2).column, file.place(3..3).line), (1, 3, 2));
    }

    #[test]
    fn in_a_whole_file_quotes_and_escapes_are_what_they_are() {
        let file = Arc::new(FileText::new("lib/a.rhai", "\"a\\n\"\n'é'\n"));
        let text = Text::whole(&file);
        let at = text.text.find('é').unwrap_or_default();
        let place = text.place_of(at..at + 2);
        assert_eq!((place.file.as_str(), place.line, place.column), ("lib/a.rhai", 2, 2));
        assert_eq!((place.start, place.end), (at, at + 2));
    }
}
