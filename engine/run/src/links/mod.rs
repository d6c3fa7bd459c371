//! Links by hand, and from the two systems alone.
//!
//! A [`Tracer`] goes the way of a plan through the source, and looks for the object of each record that has no link:
//! by the marker that the engine puts into what it makes, by the natural key, by `write.match`, and by what the
//! connector recognises lost creates by. What it found is written only when somebody has seen it, under the leases of the
//! stream groups, so that no run works meanwhile. The same search, over the first records alone, tells before the first
//! write of an empty store whether the target was used before.

mod again;
mod hold;
mod index;
mod keep;
mod linker;
mod mirror;
mod search;
mod trace;
mod tracer;
mod used;
mod verify;

pub(crate) use again::{left_open, look_again};
pub use keep::{Change, Kept, Why as Obstacle};
pub use linker::LinkRequest;
pub(crate) use trace::trace;
pub use tracer::{How, Reason, Traced, Tracer, Verdict};
pub(crate) use used::used_before;
pub use verify::{Finding, Verified};
