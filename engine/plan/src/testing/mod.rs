//! Runs the `[[test]]`s of a pipeline file: pure, without connections or state.
//!
//! A test maps one record (of a list in `input`, the first) as if nothing had been synced before, and
//! compares what comes out with what it expects:
//!
//! - `refs` are the links that exist: by entity or `entity.route`, then by key, the parts of a composite key
//!   joined with `|`. A reference without a route finds links of every route.
//! - `find` are the target objects that exist: their ids by object and by the value that they are found by.
//! - The stream's own key is not known to a test. It is the record's `id` where there is one, else `test`.
//! - A mapped item ends as `created`; under `expect.status = "updated"` it is mapped as an update and ends so.
//!   The others end as `filtered` (its condition is false), `held` (a parent has no link), `blocked` (a lookup
//!   or the target lacks what it looks for) or `failed`.
//! - `status` must hold for every item of a fan-out. `count` counts the mapped items. `route`, `fields` and
//!   `object` speak of the first mapped item.
//! - The keys of `fields` are paths: `BillAddr.City`, `Line[0].Amount`. A field that is not there equals
//!   nothing, not even `null`; a number equals a text that writes the same number.
//! - `error` is the code of a failed item's error, or some words of its message.
//! - Without `status` and `error`, every item must be mapped or filtered.

mod cases;
mod check;
mod compare;
mod coverage;
mod difference;
mod input;
mod run;
mod site;

pub use cases::{Built, Case, Cases};
pub use check::check;
pub use compare::field_at;
pub use coverage::{Coverage, Uncovered};
pub use difference::Difference;
pub use input::{Ended, map_input};
pub use run::{TestOutcome, run_test};
pub use site::mapping_place;

#[cfg(test)]
mod tests;
