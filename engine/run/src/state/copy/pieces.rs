//! Sealed pieces: a stream of bytes, cut and sealed so that no piece can be changed, left out or moved.

use crate::state::Sealer;
use std::io::{self, Read, Write};

/// How many bytes a piece holds before it is sealed.
const PIECE: usize = 64 * 1024;

/// No sealed piece is longer.
const LONGEST: usize = PIECE + 64;

/// What a piece is bound to.
fn place(header: &str, number: u64, is_last: bool) -> String {
    ["piece of a copy", header, &number.to_string(), if is_last { "last" } else { "more" }].join("\u{1f}")
}

/// Cuts and seals what is written.
pub(super) struct Sealing<W> {
    out: W,
    sealer: Sealer,
    /// A hash of the header's line.
    header: String,
    number: u64,
    waiting: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    pub(super) fn new(out: W, sealer: Sealer, header: String) -> Self {
        Self { out, sealer, header, number: 0, waiting: Vec::with_capacity(PIECE) }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend(bytes);
        // A full piece waits for the first byte after it: it may be the last.
        while self.waiting.len() > PIECE {
            let rest = self.waiting.split_off(PIECE);
            let piece = std::mem::replace(&mut self.waiting, rest);
            self.seal(&piece, false)?;
        }
        Ok(())
    }

    /// Seals what is left as the last piece.
    pub(super) fn end(mut self) -> io::Result<W> {
        let piece = std::mem::take(&mut self.waiting);
        self.seal(&piece, true)?;
        Ok(self.out)
    }

    fn seal(&mut self, piece: &[u8], is_last: bool) -> io::Result<()> {
        let sealed = self.sealer.seal(&place(&self.header, self.number, is_last), piece);
        let sealed = sealed.map_err(io::Error::other)?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.number += 1;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(&sealed)
    }
}

/// Opens pieces as they are read.
pub(super) struct Opening<R> {
    from: R,
    sealer: Sealer,
    header: String,
    number: u64,
    open: io::Cursor<Vec<u8>>,
    is_last: bool,
}

impl<R: Read> Opening<R> {
    pub(super) fn new(from: R, sealer: Sealer, header: String) -> Self {
        Self { from, sealer, header, number: 0, open: io::Cursor::default(), is_last: false }
    }

    /// Behind the last piece there is nothing.
    fn end(&mut self) -> io::Result<usize> {
        match self.from.read(&mut [0])? {
            0 => Ok(0),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "something was added to it")),
        }
    }

    fn next(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it was changed"));
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let open = |is_last| self.sealer.open(&place(&self.header, self.number, is_last), &sealed);
        let (piece, is_last) = match open(false) {
            Ok(piece) => (piece, false),
            Err(_) => match open(true) {
                Ok(piece) => (piece, true),
                Err(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "it was changed")),
            },
        };
        self.number += 1;
        self.is_last = is_last;
        self.open = io::Cursor::new(piece);
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.open.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            if self.is_last {
                return self.end();
            }
            self.next()?;
        }
    }
}
