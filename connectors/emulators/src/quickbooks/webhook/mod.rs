//! Notices of changes: made from what requests changed, taken and delivered by the caller.
//!
//! Delivery is at least once and unordered. An endpoint answers 200 within three seconds; on 408, 500, 502, 503 and
//! 504 the service tries again after 20, 30 and 50 minutes, then drops the notice and the endpoint.

mod payload;
mod queue;

use jiff::Timestamp;

use super::kind::Kind;
use super::value::Id;

pub use queue::Delivery;
pub(super) use queue::Queue;

/// A change of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) realm: String,
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) what: Happening,
    pub(super) at: Timestamp,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Create,
    Update,
    Delete,
    Void,
    Emailed,
}

impl Happening {
    /// The word of the classic format.
    fn operation(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Void => "Void",
            Self::Emailed => "Emailed",
        }
    }

    /// The word in the type of a cloud event.
    fn past(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
            Self::Void => "voided",
            Self::Emailed => "emailed",
        }
    }
}

/// The service tells of changes of these only; of tax codes, rates, agencies and attachments it does not.
fn is_told(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Attachable
            | Kind::TaxAgency
            | Kind::TaxCode
            | Kind::TaxRate
            | Kind::CompanyInfo
            | Kind::CompanyCurrency
    )
}
