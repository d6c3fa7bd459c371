//! Cursors as people look at them and set them.

use super::{CursorRow, Lease, Result};
use crate::key::GroupKey;
use async_trait::async_trait;
use jiff::Timestamp;

/// A cursor with what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCursor {
    /// The stream group, and which of its cursors.
    pub key: GroupKey,
    /// Where reading goes on.
    pub row: CursorRow,
    /// When it was last moved.
    pub updated_at: Timestamp,
}

/// Lists cursors, and puts them where a person says.
#[async_trait]
pub trait CursorShelf {
    /// All cursors, in the order of their keys.
    async fn cursors(&self) -> Result<Vec<KeptCursor>>;

    /// Puts the cursor of a lease's group anywhere, also backwards; without a row it is forgotten, and the next run reads
    /// everything.
    async fn put_cursor(&self, lease: &Lease, row: Option<CursorRow>, at: Timestamp) -> Result<()>;
}
