//! The limits of scripts. Our own functions keep them too: rhai looks at the sizes of results only afterwards.

/// Most operations of one evaluation, callbacks and libraries included.
pub(crate) const MAX_OPERATIONS: u64 = 100_000;
/// Longest text a script may hold, in bytes.
pub(crate) const MAX_TEXT: usize = 64 << 10;
/// Longest list a script may hold.
pub(crate) const MAX_ARRAY: usize = 10_000;
/// Most members of an object that a script makes.
pub(crate) const MAX_MAP: usize = 1_000;
/// How deep functions may call functions.
pub(crate) const MAX_CALLS: usize = 16;
/// How deep expressions may nest.
pub(crate) const MAX_DEPTH: usize = 32;
/// Most variables that may exist at once.
pub(crate) const MAX_VARIABLES: usize = 128;
/// Most functions of a script, or of one library.
pub(crate) const MAX_FUNCTIONS: usize = 64;
/// How many bytes of records one evaluation may walk.
pub(crate) const READ_BUDGET: usize = 256 << 20;
