//! What is known of values before any record is read: shapes of records, paths on them, types of rules, and how
//! they fit the target's fields.

mod holder;
mod lost;
mod shape;
mod sight;
mod target;
mod walk;

pub(crate) use holder::Named;
pub(crate) use lost::{Lost, lost};
pub(crate) use shape::{Content, Shape};
pub(crate) use sight::{Sight, steps};
pub(crate) use target::{FieldSite, Level, Mapped, Whole, wholes};
pub(crate) use walk::{Misstep, Walk};
