//! The way of a record: extract -> transform -> link -> decide -> deliver -> settle.
//!
//! One batch at a time goes through all six, entity by entity, parents first; what an entity's records
//! became is committed before the next entity maps the same batch, so that children find their parents. The
//! cursor moves with the last entity's commit. Memory is one batch and what was mapped from it.

pub(crate) mod adopt;
pub(crate) mod claim;
pub(crate) mod decide;
pub(crate) mod deliver;
pub(crate) mod effect;
pub(crate) mod extract;
pub(crate) mod failing;
pub(crate) mod find;
pub(crate) mod gone;
pub(crate) mod intent;
pub(crate) mod limit;
pub(crate) mod link;
pub(crate) mod remap;
pub(crate) mod rename;
pub(crate) mod settle;
pub(crate) mod transform;
pub(crate) mod vanished;

use crate::state::{Place, Status};
use engine_plan::MapError;

/// Why one record cannot go on. The run does.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
    /// Whether the next run tries again by itself.
    pub(crate) retry: bool,
}

impl Fault {
    /// Several objects may be a record's own.
    pub(crate) fn unclear() -> Self {
        Self {
            code: "link/unclear".to_owned(),
            message:
                "several objects may be its own: `engine link set` chooses one, `engine link rm` has another made"
                    .to_owned(),
            place: None,
            retry: true,
        }
    }
}

impl From<MapError> for Fault {
    fn from(error: MapError) -> Self {
        Self {
            code: error.code.to_string(),
            // What is missing in the target may be there next time; what is wrong with the mapping stays so.
            retry: error.may_heal(),
            message: error.message,
            place: Some(error.place.into()),
        }
    }
}

/// How a record ends that cannot be mapped.
pub(crate) fn unmapped(error: MapError) -> (Fault, Status) {
    let status = if error.blocks() { Status::Blocked } else { Status::Failed };
    (error.into(), status)
}

impl From<&engine_contract::ConnectorError> for Fault {
    fn from(error: &engine_contract::ConnectorError) -> Self {
        Self {
            code: crate::error::connector_code(error.kind()).to_owned(),
            message: error.to_string(),
            place: None,
            retry: error.is_transient(),
        }
    }
}
