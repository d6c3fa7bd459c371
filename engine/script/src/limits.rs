//! The limits that our own functions keep too: rhai looks at the sizes of their results only afterwards.

/// Longest text a script may hold, in bytes.
pub(crate) const MAX_TEXT: usize = 64 << 10;
/// Longest list a script may hold.
pub(crate) const MAX_ARRAY: usize = 10_000;
