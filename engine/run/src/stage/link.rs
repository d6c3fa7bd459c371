//! Turns references into target ids. A missing parent holds the child.

use super::{
    Fault,
    transform::{Candidate, Stage},
};
use crate::{
    error::RunError,
    key::RecordKey,
    lease::signed,
    state::{Hold, Known},
    work::Work,
};
use engine_contract::{Map, Op};
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
    Ready { route: Option<String>, object: String, fields: Map },
    Held(Hold),
    Filtered,
    Older,
    Failed(Fault),
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
            Stage::Filtered | Stage::Older | Stage::Failed(_) => None,
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
        Stage::Older => Resolution::Older,
        Stage::Failed(fault) => Resolution::Failed(fault),
        Stage::Mapped(mapped) => {
            let (route, object) = (mapped.route.clone(), mapped.object.clone());
            let is_linked = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
            match mapped.resolve(found, if is_linked { Op::Update } else { Op::Create }) {
                Resolved::Ready(fields) => Resolution::Ready { route, object, fields },
                Resolved::Failed(error) => Resolution::Failed(error.into()),
                Resolved::Missing { reference, hold_for, place } => {
                    let now = work.context.clock.now();
                    let since = known.held_since.unwrap_or(now);
                    let until = since + signed(hold_for);
                    if until <= now && known.held_since.is_some() {
                        Resolution::Failed(expired(&reference, place.into()))
                    } else {
                        let record = RecordKey { entity: entity.to_owned(), key: item.key.clone() };
                        let source_key = item.source.key.clone();
                        Resolution::Held(Hold { record, source_key, parent: reference, since, until })
                    }
                }
            }
        }
    };
    Linked { item, known, version, outcome }
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
