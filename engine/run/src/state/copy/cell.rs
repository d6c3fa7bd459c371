//! Values of columns, and their bytes in a copy.

use std::io::{self, Read};

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::state) enum Cell {
    /// None.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Cell {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Cell {
    /// Appends the value's bytes.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(0),
            Self::Text(text) => {
                out.push(1);
                put_bytes(text.as_bytes(), out);
            }
            Self::Number(number) => {
                out.push(2);
                out.extend(number.to_le_bytes());
            }
            Self::Flag(flag) => out.push(if *flag { 4 } else { 3 }),
            Self::Bytes(bytes) => {
                out.push(5);
                put_bytes(bytes, out);
            }
        }
    }

    /// Reads a value.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        Ok(match byte(from)? {
            0 => Self::Null,
            1 => Self::Text(read_text(from)?),
            2 => {
                let mut number = [0; 8];
                from.read_exact(&mut number)?;
                Self::Number(i64::from_le_bytes(number))
            }
            3 => Self::Flag(false),
            4 => Self::Flag(true),
            5 => Self::Bytes(read_bytes(from)?),
            _ => return Err(unknown()),
        })
    }
}

/// Appends bytes behind their length.
pub(super) fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

/// One byte.
pub(super) fn byte(from: &mut impl Read) -> io::Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    let [byte] = byte;
    Ok(byte)
}

/// Bytes behind their length. Never sets aside more room than there are bytes.
pub(super) fn read_bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Text behind its length.
pub(super) fn read_text(from: &mut impl Read) -> io::Result<String> {
    String::from_utf8(read_bytes(from)?).map_err(|_| unknown())
}

/// Bytes that no engine wrote.
pub(super) fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it holds what no engine wrote")
}
