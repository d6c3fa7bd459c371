//! What must hold, as plain functions: runs refuse to go on without them, and the simulation checks them.

use crate::{
    error::RunError,
    state::{Counts, Status},
};

/// Every mapped record ended in exactly one status.
///
/// # Errors
/// [`RunError::Equation`] when some did not, or did twice.
pub fn run_equation(entity: &str, counts: &Counts) -> Result<(), RunError> {
    let ended = Status::ALL.iter().map(|status| counts.of(*status)).sum();
    if counts.mapped == ended {
        return Ok(());
    }
    Err(RunError::Equation { entity: entity.to_owned(), mapped: counts.mapped, ended })
}
