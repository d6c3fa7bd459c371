//! From a file to its text: gzip is decoded while reading, a byte order mark is skipped.

use flate2::read::MultiGzDecoder;
use std::io::{self, BufReader, Chain, Cursor, Read};

const BUFFER: usize = 64 * 1024;

/// A decoded file. Reading it costs the buffer and nothing that grows with the file.
pub(crate) type Text = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>>;

/// Decodes `file`, gzip when `path` ends in `.gz`.
pub(crate) fn text(file: impl Read + Send + 'static, path: &str) -> io::Result<Text> {
    let mut decoded: Box<dyn Read + Send> = if gzip_stem(path).is_some() {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file)))
    } else {
        Box::new(file)
    };
    let mut head = Vec::with_capacity(3);
    decoded.by_ref().take(3).read_to_end(&mut head)?;
    if head == b"\xef\xbb\xbf" {
        head.clear();
    }
    Ok(BufReader::with_capacity(BUFFER, Cursor::new(head).chain(decoded)))
}

/// The name without its `.gz`, when it has one.
pub(crate) fn gzip_stem(path: &str) -> Option<&str> {
    path.rsplit_once('.').filter(|(_, ending)| ending.eq_ignore_ascii_case("gz")).map(|(stem, _)| stem)
}
