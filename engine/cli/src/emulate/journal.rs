//! What changed an emulator, as a file: one line for each request.

use connector_emulators::{Emulator, Entry, replay};
use jiff::Timestamp;
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Opens the journal, and brings an emulator to the state that it tells of. A last line that was cut off by a
/// crash was never answered: it is taken away. With the moment of the last entry; nothing when the journal was empty.
pub(super) fn open(path: &Path, emulator: &mut impl Emulator) -> io::Result<(File, Option<Timestamp>)> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let lines = text.get(..whole).unwrap_or_default().lines();
    let entries: Vec<Entry> =
        lines.map(Entry::from_line).collect::<Result<_, _>>().map_err(io::Error::other)?;
    let last = entries.iter().map(|entry| entry.at).max();
    replay(emulator, entries).map_err(io::Error::other)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.set_len(whole as u64)?;
    let mut file = file;
    io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
    Ok((file, last))
}

/// Appends an entry. Written in one piece, so that a crash leaves at most its beginning.
pub(super) fn append(mut file: &File, entry: &Entry) -> io::Result<()> {
    file.write_all(format!("{}\n", entry.to_line()).as_bytes())
}
