//! Master keys in files of 32 bytes, readable by their owner only, and in variables of the environment.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
    workspace::{StatePlace, unavailable},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{
    fs::{File, OpenOptions},
    io::{Error, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// 32 bytes.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// The file of the key beside a state.
pub(super) fn file(state: &StatePlace) -> PathBuf {
    state.beside("key")
}

/// The file in which a new key waits for the moment from which it is needed.
pub(super) fn waiting_file(state: &StatePlace, id: &str) -> PathBuf {
    state.beside(&format!("key-{id}"))
}

/// A state without its key.
pub(super) fn missing(message: String) -> CommandError {
    CommandError::new(Exit::Failed, "state/key-missing", message)
        .help(
        "put back the key file from your copy of the state; without one, move the state's folder away: the next run \
         compares and links everything anew",
    )
}

/// The key in a file; nothing where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Key>> {
    let mut key = Zeroizing::new([0; 32]);
    match File::open(path).and_then(|mut file| file.read_exact(key.as_mut_slice())) {
        Ok(()) => Ok(Some(key)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(missing(format!("`{}` is too short to be the key", path.display())))
        }
        Err(error) => Err(unavailable(path, &error)),
    }
}

/// The key in a variable: 32 bytes in base64, or 64 hexadecimal digits.
pub(super) fn from_text(variable: &str, text: &str) -> Result<Key> {
    let text = text.trim();
    let bytes = Zeroizing::new(match text.len() {
        64 => from_hexadecimal(text),
        _ => BASE64_STANDARD.decode(text).ok(),
    });
    let key = bytes.as_deref().and_then(|bytes| bytes.try_into().ok());
    key.map(Zeroizing::new).ok_or_else(|| {
        let message = format!("`{variable}` is not a key of 32 bytes");
        CommandError::new(Exit::Usage, "state/key-malformed", message)
            .help("give it in base64 or as 64 hexadecimal digits; `openssl rand -base64 32` makes one")
    })
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    Some(digits?.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// Writes a key so that it is there whole or not at all, and never in the place of another one.
pub(super) fn write(path: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fresh = path.with_file_name(format!(".{name}-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(key)?;
    file.sync_all()?;
    match std::fs::hard_link(&fresh, path) {
        Ok(()) => std::fs::remove_file(&fresh)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => std::fs::remove_file(&fresh)?,
        // Not every file system has links.
        Err(_) => std::fs::rename(&fresh, path)?,
    }
    settle(path)
}

/// Puts a file in the place of another; nothing happens when somebody else has done so.
pub(super) fn replace(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => settle(to),
    }
}

/// Makes durable which files a folder has.
fn settle(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(path.parent().unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_in_base64_or_hexadecimal_and_nothing_else() {
        let bytes = [0xab; 32];
        let hexadecimal = "aB".repeat(32);
        for text in [BASE64_STANDARD.encode(bytes), hexadecimal, format!("{}\n", "ab".repeat(32))] {
            assert_eq!(*from_text("KEY", &text).unwrap(), bytes);
        }
        for text in ["", "short", &"g".repeat(64), &BASE64_STANDARD.encode([1; 31])] {
            let error = from_text("KEY", text).unwrap_err();
            assert_eq!(error.code, "state/key-malformed");
            assert!(text.is_empty() || !error.message.contains(text), "a key is never shown");
        }
    }
}
