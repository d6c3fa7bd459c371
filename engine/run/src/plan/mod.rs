//! Plans: what a run would write, record by record, against the live target, and carrying out just that.
//!
//! A plan goes the way of a run up to the moment of sending. There it reads the objects back as they are now, puts
//! what would be sent beside them, and tells a [`Planner`]. Carrying a plan out goes the same way again, for the
//! planned records alone, and refuses each that is not any more what the plan showed.

mod approved;
pub(crate) mod compare;
mod digest;
pub(crate) mod how;
pub(crate) mod live;
pub(crate) mod promise;
pub(crate) mod survey;

pub use approved::{Approved, Promise};
pub use digest::Digest;
pub use how::{How, HowField, Reaches};

use crate::links::Tracer;
use engine_contract::{ContentHash, Op, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// What a run is for.
#[derive(Clone)]
pub enum Purpose {
    /// To write.
    Write,
    /// To tell what would be written. Nothing is.
    Plan(Arc<dyn Planner>),
    /// To write what a plan shows, and nothing else.
    Apply(Arc<Approved>),
    /// To find the objects of records without a link. Nothing is written.
    Trace(Arc<Tracer>),
}

impl Purpose {
    /// Whether the objects of records are looked for.
    #[must_use]
    pub(crate) fn is_trace(&self) -> bool {
        matches!(self, Self::Trace(_))
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        matches!(self, Self::Plan(_) | Self::Trace(_))
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Write => "Write",
            Self::Plan(_) => "Plan",
            Self::Apply(_) => "Apply",
            Self::Trace(_) => "Trace",
        })
    }
}

/// Takes what a plan consists of. Must not block.
pub trait Planner: Send + Sync {
    /// Takes one change, or one object that is not any more as it was written.
    fn take(&self, planned: Planned);

    /// A batch would take so many calls to a connection, of which its service allows so many in a minute, where that is
    /// known.
    fn calls(&self, connection: &str, calls: u64, per_minute: Option<u32>);

    /// Whether it wants to know how each record is mapped.
    fn asks_how(&self) -> bool {
        false
    }

    /// Takes how a record is mapped. Only those that ask are told.
    fn mapped(&self, _how: How) {}

    /// Whether an object that is not any more as it was written is to be written again: by its entity and the source's key
    /// of its record.
    fn mends(&self, entity: &str, source_key: &str) -> bool {
        let _ = (entity, source_key);
        false
    }
}

/// What would become of one target object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is removed.
    Delete,
    /// It is voided.
    Void,
    /// It is made inactive.
    Deactivate,
    /// It is marked as deleted.
    SoftDelete,
    /// It holds what it would get already: the link is brought up to date, and nothing is sent.
    Settle,
    /// It is written again as it was: somebody has changed it, or taken it away, and the source has not changed.
    Mend,
    /// Nothing: the source has not changed. Somebody has changed the object since it was written.
    Drift,
}

impl Step {
    /// Whether carrying it out changes the target.
    #[must_use]
    pub fn writes(self) -> bool {
        !matches!(self, Self::Settle | Self::Drift)
    }

    /// Whether carrying it out takes an object away, or marks it as deleted.
    #[must_use]
    pub fn removes(self) -> bool {
        matches!(self, Self::Delete | Self::Void | Self::Deactivate | Self::SoftDelete)
    }

    /// The step as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Void => "void",
            Self::Deactivate => "deactivate",
            Self::SoftDelete => "soft_delete",
            Self::Settle => "settle",
            Self::Mend => "mend",
            Self::Drift => "drift",
        }
    }
}

impl From<Op> for Step {
    fn from(op: Op) -> Self {
        match op {
            Op::Create => Self::Create,
            Op::Update => Self::Update,
            Op::Delete => Self::Delete,
            Op::Void => Self::Void,
            Op::Deactivate => Self::Deactivate,
            Op::SoftDelete => Self::SoftDelete,
        }
    }
}

/// One record of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The entity.
    pub entity: String,
    /// The record's key within the entity. May be personal data: an e-mail address.
    pub key: String,
    /// The key by which the source gives the record.
    pub source_key: String,
    /// Where the source has it; empty when it is gone from there.
    pub origin: String,
    /// What becomes of the object.
    pub step: Step,
    /// The kind of target object.
    pub object: String,
    /// The target's id; nothing for what is not made yet.
    pub target_id: Option<String>,
    /// What would be sent, with references by record instead of by id: the ids of objects that the plan itself makes are
    /// not known yet. Nothing for what removes.
    pub content: Option<ContentHash>,
    /// The version that the target gave.
    pub token: Option<String>,
    /// What the object holds in the fields of the mapping; nothing when there is none yet.
    pub held: Option<ContentHash>,
    /// The fields that change; all of them for what is made.
    pub fields: Vec<FieldChange>,
    /// The amount of money that the source record is about.
    pub money: Option<Money>,
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The dotted path, list positions from 0.
    pub path: String,
    /// What the object holds.
    pub before: Value,
    /// What it would get.
    pub after: Value,
    /// The texts in it may be personal data.
    pub is_personal: bool,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: rust_decimal::Decimal,
    /// The code of the currency; nothing when the source does not say it.
    pub currency: Option<String>,
}

/// What is known of a plan before its first record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the format.
    pub format: u32,
    /// The tenant.
    pub tenant: String,
    /// The environment.
    pub environment: String,
    /// The pipeline.
    pub pipeline: String,
    /// The fingerprint of its Blueprint.
    pub fingerprint: String,
    /// When the plan was begun.
    pub made_at: Timestamp,
    /// From when on it is not carried out any more.
    pub valid_until: Timestamp,
    /// Random: keys of records are hashed with it.
    pub salt: String,
    /// The run that is taken back, in a plan of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revert: Option<String>,
}
