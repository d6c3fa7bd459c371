//! What can be wrong with an installation and a project. Nothing here prints a secret: settings are judged,
//! and never shown.

mod check;
mod installation;
mod project;

pub(crate) use check::{Check, Verdict};
pub(crate) use installation::installation;
pub(crate) use project::project_checks;
