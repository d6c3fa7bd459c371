//! Content hashes: equal content gives equal hashes, however it was written.

use crate::{Value, number::exact_decimal};
use std::fmt;

/// 32 bytes that stand for a value's content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// Equal to no content: what the target holds is not known.
    pub const UNKNOWN: Self = Self([0; 32]);

    /// Equal to no content: the target's object is marked as deleted.
    pub const SOFT_DELETED: Self = Self([0xff; 32]);

    /// Equal to no content: a person took the object back, and the record is not to come again by itself.
    pub const TAKEN_BACK: Self = Self([0xfe; 32]);

    /// Equal to no content: the record may have an object that a restored state does not know, which is looked for
    /// before one is made.
    pub const SOUGHT: Self = Self([0xfc; 32]);

    /// Equal to no content: several objects may be the record's, and a person is to choose.
    pub const UNCLEAR: Self = Self([0xfd; 32]);

    /// Reads the bytes of a stored hash; nothing when there are not exactly 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

/// Hashes a value: `10`, `10.00` and `1e1` are equal, members count in any order, and a missing member
/// differs from a null one.
#[must_use]
pub fn content_hash(value: &Value) -> ContentHash {
    let mut hasher = blake3::Hasher::new();
    feed(value, &mut hasher);
    ContentHash(*hasher.finalize().as_bytes())
}

/// Writes each value as a tag, its length where it has one, and its canonical bytes: no two different
/// values give the same stream.
fn feed(value: &Value, hasher: &mut blake3::Hasher) {
    match value {
        Value::Null => tag(b'0', hasher),
        Value::Bool(flag) => tag(if *flag { b't' } else { b'f' }, hasher),
        Value::Int(number) => sized(b'n', number.to_string().as_bytes(), hasher),
        Value::Decimal(number) => sized(b'n', number.normalize().to_string().as_bytes(), hasher),
        Value::Number(text) => match exact_decimal(text) {
            Some(number) => feed(&Value::Decimal(number), hasher),
            None => sized(b'n', text.as_bytes(), hasher),
        },
        Value::Text(text) => sized(b's', text.as_bytes(), hasher),
        Value::List(items) => {
            sized(b'[', &[], hasher);
            for item in items {
                feed(item, hasher);
            }
            tag(b']', hasher);
        }
        Value::Map(map) => {
            sized(b'{', &[], hasher);
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            for (name, member) in members {
                sized(b's', name.as_bytes(), hasher);
                feed(member, hasher);
            }
            tag(b'}', hasher);
        }
    }
}

fn tag(byte: u8, hasher: &mut blake3::Hasher) {
    hasher.update(&[byte]);
}

fn sized(byte: u8, bytes: &[u8], hasher: &mut blake3::Hasher) {
    tag(byte, hasher);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(json: &str) -> ContentHash {
        content_hash(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn content_decides_not_spelling() {
        assert_eq!(hash(r#"{"a":10,"b":"x"}"#), hash(r#"{ "b":"x", "a":10.00 }"#));
        assert_eq!(hash("1e1"), hash("10"));
        assert_ne!(hash(r#"{"a":null}"#), hash("{}"));
        assert_ne!(hash(r#"["a","b"]"#), hash(r#"["ab"]"#));
        assert_ne!(hash("10"), hash(r#""10""#));
        assert_ne!(hash("[[],[]]"), hash("[[[]]]"));
    }

    proptest! {
        #[test]
        fn a_trailing_zero_never_changes_the_hash(units in any::<i64>(), scale in 0u32..9) {
            let short = rust_decimal::Decimal::new(units, scale);
            let long = rust_decimal::Decimal::from_str_exact(&format!("{short}{}0", if scale == 0 { "." } else { "" }));
            if let Ok(long) = long {
                prop_assert_eq!(content_hash(&Value::Decimal(short)), content_hash(&Value::Decimal(long)));
            }
        }
    }
}
