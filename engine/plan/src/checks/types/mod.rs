//! What is known of values before any record is read: the types of rules, and how they fit the target's fields.

mod chain;
mod fit;
mod holder;
mod lost;
mod scripts;
mod table;
mod target;
mod typer;
mod value;

pub(crate) use chain::{Chain, Step};
pub(crate) use fit::{Fit, fit, fit_length, fit_words};
pub(crate) use holder::Named;
pub(crate) use lost::{Lost, lost};
pub(crate) use scripts::{Judged, bytes_at, judge};
pub(crate) use table::{Tables, tables};
pub(crate) use target::{FieldSite, Level, Mapped, wholes};
pub(crate) use typer::{Typed, Typer, label};
pub(crate) use value::{described, known_texts};
