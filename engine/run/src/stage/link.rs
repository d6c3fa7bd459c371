//! Turns references into target ids. A missing parent holds the child.

use super::{
    Fault,
    decide::Wish,
    transform::{Candidate, Stage},
};
use crate::{
    error::RunError,
    key::RecordKey,
    lease::later,
    state::{Hold, Known},
    work::Work,
};
use engine_contract::{ContentHash, Map, Op, Value, content_hash};
use engine_plan::{Item, Links, Pending, Reference, Resolved};
use std::collections::BTreeMap;

/// An item whose references are settled.
pub(crate) struct Linked {
    pub(crate) item: Item,
    pub(crate) known: Known,
    pub(crate) version: Option<String>,
    pub(crate) outcome: Resolution,
}

/// What became of an item in this stage.
pub(crate) enum Resolution {
    Ready {
        route: Option<String>,
        object: String,
        fields: Map,
        hash: ContentHash,
    },
    Held(Hold),
    /// It was held for as long as it may be. The hold stays, so that the wait does not begin anew.
    Expired(Hold, Fault),
    /// The pipeline does not admit it.
    Filtered,
    /// Another source record decides about the target object.
    Overruled,
    Failed(Fault),
}

impl Resolution {
    /// What the target should hold, where that is known.
    pub(crate) fn wish(&self) -> Option<Wish<'_>> {
        match self {
            Self::Ready { object, hash, .. } => Some(Wish::Content { object, hash: *hash }),
            Self::Filtered => Some(Wish::Unadmitted),
            Self::Overruled => Some(Wish::Same),
            Self::Held(_) | Self::Expired(..) | Self::Failed(_) => None,
        }
    }
}

struct Found(BTreeMap<Reference, String>);

impl Links for Found {
    fn target_id(&self, reference: &Reference) -> Option<String> {
        self.0.get(reference).cloned()
    }
}

/// Settles the references of a batch with one question to the store.
pub(crate) async fn resolve(
    work: &Work,
    entity: &str,
    candidates: Vec<Candidate>,
) -> Result<Vec<Linked>, RunError> {
    let mut references: Vec<Reference> = candidates
        .iter()
        .filter_map(|candidate| match &candidate.stage {
            Stage::Mapped(mapped) => Some(mapped.pending.iter().flat_map(Pending::references).cloned()),
            Stage::Filtered | Stage::Overruled | Stage::Failed(_) => None,
        })
        .flatten()
        .collect();
    references.sort();
    references.dedup();
    let found = if references.is_empty() {
        BTreeMap::new()
    } else {
        work.store.targets(&work.scope, &references).await?
    };
    let found = Found(found);
    Ok(candidates.into_iter().map(|candidate| settle(work, entity, candidate, &found)).collect())
}

fn settle(work: &Work, entity: &str, candidate: Candidate, found: &Found) -> Linked {
    let Candidate { item, known, version, stage } = candidate;
    let outcome = match stage {
        Stage::Filtered => Resolution::Filtered,
        Stage::Overruled => Resolution::Overruled,
        Stage::Failed(fault) => Resolution::Failed(fault),
        Stage::Mapped(mapped) => {
            let (route, object) = (mapped.route.clone(), mapped.object.clone());
            let is_linked = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
            // Later runs compare with what an update would send: a field that only a create sends is no change.
            let depends = !is_linked && mapped.pending.iter().any(Pending::depends_on_operation);
            let compared = depends.then(|| mapped.clone().resolve(found, Op::Update));
            match mapped.resolve(found, if is_linked { Op::Update } else { Op::Create }) {
                Resolved::Ready(fields) => {
                    let (fields, mut hash) = hashed(fields);
                    if let Some(Resolved::Ready(compared)) = compared {
                        hash = hashed(compared).1;
                    }
                    Resolution::Ready { route, object, fields, hash }
                }
                Resolved::Failed(error) => Resolution::Failed(error.into()),
                Resolved::Missing { reference, hold_for, place } => {
                    let now = work.context.clock.now();
                    let since = known.held_since.unwrap_or(now);
                    let until = later(since, hold_for);
                    let fault = (until <= now && known.held_since.is_some())
                        .then(|| expired(&reference, place.into()));
                    let record = RecordKey { entity: entity.to_owned(), key: item.key.clone() };
                    let source_key = item.source.key.clone();
                    let hold = Hold { record, source_key, parent: reference, since, until };
                    fault.map_or(Resolution::Held(hold.clone()), |fault| Resolution::Expired(hold, fault))
                }
            }
        }
    };
    Linked { item, known, version, outcome }
}

/// Content with the hash by which it is compared.
fn hashed(fields: Map) -> (Map, ContentHash) {
    let value = Value::Map(fields);
    let hash = content_hash(&value);
    let Value::Map(fields) = value else { return (Map::new(), hash) };
    (fields, hash)
}

/// The parent never came. It is tried again when it does, or when the mapping changes.
fn expired(parent: &Reference, place: crate::state::Place) -> Fault {
    Fault {
        code: "link/hold-expired".to_owned(),
        message: format!("its `{}` did not arrive within the time that `hold_for` allows", parent.entity),
        place: Some(place),
        retry: true,
    }
}
