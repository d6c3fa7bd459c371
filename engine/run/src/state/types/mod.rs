//! The rows of the state store, as the engine uses them.

mod confirmation;
mod counts;
mod desk;
mod effect;
mod lease;
mod link;
mod mark;
mod pair;
mod rename;
mod run;
mod secret;

pub use confirmation::{Answer, Confirmation, Reason, Taken, Word};
pub use counts::{Counts, Status};
pub use desk::{FailedKey, FailedRow, FailedState, KeptRecord, MadeObject, NamedRecord, Note, NoteKind};
pub use effect::{Action, AuditEntry, Intent, Settlement};
pub use lease::{Acquired, CursorRow, Lease};
pub use link::{Known, Link, PriorFailure, RecordOwner, TargetObject};
pub(crate) use mark::masked;
pub use mark::{
    Dirty, DirtyReason, FREE_TRIES, FailedRecord, Hold, LONGEST_WAIT, Place, Revisit, RevisitQuery,
};
pub use pair::{Base, Conflict, ConflictField, KeptConflict};
pub use rename::{NameKind, Rename, Renamed};
pub use run::{PipelineKey, Run, RunFilter, RunStatus};
pub(in crate::state) use secret::KEEP_TOKENS;
pub use secret::{SecretEntry, StoredSecret};
