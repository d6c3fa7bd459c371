//! Whether a connector does what the engine relies on, judged by what its service really answered.
//!
//! [`Described::record`] reads the streams of a connection through the connector's own runtime and notes the
//! exchanges, with whatever is secret or personal replaced ([`scrub`]). [`Described::judge`] reads the same streams
//! from the notes, without a network, and checks what it sees: [`reads`], [`errors`], [`writes`]. Both go through
//! [`drive`], so that what is judged is what was recorded. Deliveries of webhooks are judged by [`deliveries`].
//!
//! [`Described::record`]: crate::Described::record
//! [`Described::judge`]: crate::Described::judge

mod deliveries;
mod drive;
mod errors;
mod fixture;
mod names;
mod placeholder;
mod reads;
mod record;
mod replay;
mod sample;
mod scrub;
mod settings;
mod verdict;
mod writes;

pub use deliveries::{Hinted, RecordedDelivery, Tells};
pub use fixture::{Answered, Asked, Body, Exchange, Recording};
pub use record::Wanted;
pub use verdict::{Check, Verdict};
