//! Compares both sides of a pipeline: counts and sums by group, and the records that make a difference.
//!
//! Three passes. The first reads the source and says of each record whether it should be in the target, and if not why
//! (`review.rs`, `source.rs`). The second reads the target (`target.rs`). What both do not agree in, the third follows to
//! the record (`drill.rs`). Nothing is written, to either side or to the store. What the sides come to is the equation
//!
//! source = target + what is explained + what is left
//!
//! and only where nothing is left, and no record differs, the books agree.

mod drill;
mod expected;
mod ledger;
mod open;
mod reason;
mod report;
mod review;
mod source;
mod target;
#[cfg(test)]
mod tests;

pub use open::ReconcileRequest;
pub use reason::Reason;
pub use report::{
    Bucket, CURRENCY, Difference, Explained, Figures, Kind, Moved, Part, Reconciliation, Window,
};
