//! Where an unfinished read goes on, as text.
//!
//! It names the files by a fingerprint of their names, sizes and times of change: when any of them changes,
//! the place means nothing any more and the read starts over.

use crate::{folder::Files, stream::StreamRule};
use engine_contract::Cursor;
use std::fmt;

/// A place in a stream: so many records of the file at this index were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) file: usize,
    pub(crate) taken: u64,
}

/// What [`engine_contract::Checkpoint::resume`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    pub(crate) fingerprint: String,
    pub(crate) position: Position,
    /// The newest cursor so far: files are not ordered by it, so it is told at the end only.
    pub(crate) newest: Option<Cursor>,
    /// Something on the way could not be read: it must be met again, so the cursor cannot pass it.
    pub(crate) broken: bool,
}

impl Resume {
    /// The place that `text` names, or the start when the files are not those it was written for.
    pub(crate) fn read(text: Option<&str>, fingerprint: String) -> Self {
        let known = text.and_then(Self::parse).filter(|resume| resume.fingerprint == fingerprint);
        known.unwrap_or_else(|| Self {
            fingerprint,
            position: Position::default(),
            newest: None,
            broken: false,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, ':');
        let fingerprint = parts.next()?.to_owned();
        let position = Position { file: parts.next()?.parse().ok()?, taken: parts.next()?.parse().ok()? };
        let broken = parts.next()? == "broken";
        let newest = match parts.next()? {
            "" => None,
            cursor => Some(Cursor::parse(cursor).ok()?),
        };
        Some(Self { fingerprint, position, newest, broken })
    }
}

impl fmt::Display for Resume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let broken = if self.broken { "broken" } else { "" };
        write!(f, "{}:{}:{}:{broken}:", self.fingerprint, self.position.file, self.position.taken)?;
        self.newest.map_or(Ok(()), |cursor| cursor.fmt(f))
    }
}

/// Stands for the files and the way they are read.
pub(crate) fn fingerprint(files: &Files, stream: &StreamRule, cursor: Option<&str>) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut feed = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    feed(cursor.unwrap_or_default());
    feed(&stream.key_names.join("\n"));
    feed(&format!("{:?} {}", stream.format, stream.delimiter));
    for (path, facts) in files {
        feed(path);
        feed(&format!("{} {}", facts.size, facts.modified));
    }
    hasher.finalize().to_hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_being_text() {
        for newest in [None, Some(Cursor::Number(-3)), Cursor::parse("2026-11-23T00:05:34.5Z").ok()] {
            for broken in [false, true] {
                let position = Position { file: 2, taken: 17 };
                let resume = Resume { fingerprint: "00ff".to_owned(), position, newest, broken };
                assert_eq!(Resume::read(Some(&resume.to_string()), "00ff".to_owned()), resume);
            }
        }
    }

    #[test]
    fn a_place_in_other_files_is_the_start() {
        for text in [None, Some("00ff:2:17::"), Some("nonsense"), Some("0a0a:x:1::"), Some("")] {
            let resume = Resume::read(text, "0a0a".to_owned());
            assert_eq!(resume.position, Position::default());
            assert_eq!(resume.newest, None);
        }
    }
}
