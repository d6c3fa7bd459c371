//! From a Blueprint to effects: the stages, the effect protocol and the state store.
//!
//! [`Engine::run`] takes a compiled pipeline through its stream groups. A record's way is told in `stage`;
//! what makes it safe is told in `state` (two commits) and `stage/effect.rs` (the protocol between them).

mod approval;
mod check;
mod engine;
mod error;
mod event;
mod failpoint;
mod fence;
pub mod invariants;
mod job;
mod key;
mod lease;
mod limits;
pub mod links;
mod make;
mod merge;
mod moved;
mod narrow;
mod options;
pub mod plan;
pub mod reconcile;
mod records;
mod report;
mod restored;
mod stage;
mod start_date;
pub mod state;
mod supervisor;
mod window;
mod work;

pub use engine::{Engine, RunRequest};
pub use error::{RunError, connector_code};
pub use event::{Event, Observer, Unobserved};
pub use key::{GroupKey, RecordKey, Scope, Side};
pub use limits::{ErrorRate, Limits};
pub use make::Made;
pub use narrow::Narrow;
#[cfg(feature = "mutants")]
pub use options::Mechanism;
pub use options::Options;
pub use records::Records;
pub use report::{FailureGroup, Missed, RunReport};
pub use window::Window;
