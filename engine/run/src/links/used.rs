//! Whether a target holds objects of a pipeline of which the state knows nothing: the state was lost, or is another one.
//!
//! Asked before the first write of a pipeline without any link, of the first records of each stream. The answer costs a
//! bounded number of calls: one page of each stream, what mapping it asks for, and one search of each kind of object that
//! carries a marker, or a bounded number of pages of its list.

use super::{index::is_own, search, trace::Sought, tracer::Tracer};
use crate::{
    error::RunError,
    event::Unobserved,
    plan::Purpose,
    report::Tally,
    state::{NameKind, OverlayStore, Owners, StateStore},
    supervisor::supervise,
    work::Work,
};
use engine_contract::EffectClass;
use std::{collections::BTreeSet, mem::replace, sync::Arc};

/// How many source records of each stream are looked for.
const FIRST: usize = 100;

/// How many pages of a list are looked through, where objects cannot be searched by their fields.
pub(super) const PAGES: usize = 10;

/// The error of a run that would write objects a second time; nothing when the target is new to the pipeline, as far as
/// that can be seen, or when the state knows it.
pub(crate) async fn used_before(
    work: &mut Work,
    owner: (&str, &dyn Owners),
) -> Result<Option<RunError>, RunError> {
    let connection = work.blueprint.target.connection.clone();
    if !is_of_interest(work) || work.store.knows(&work.scope, NameKind::Connection, &connection).await? {
        return Ok(None);
    }
    let tracer = Arc::new(Tracer::first());
    let overlay: Arc<dyn StateStore> = Arc::new(OverlayStore::new(Arc::clone(&work.store)));
    let purpose = replace(&mut work.purpose, Purpose::Trace(Arc::clone(&tracer)));
    let store = replace(&mut work.store, overlay);
    let observer = replace(&mut work.observer, Arc::new(Unobserved));
    let full = replace(&mut work.full, true);
    let limit = work.limit.replace(FIRST);
    // What was made before the day may have an object all the same: an earlier day, or a backfill, brought it.
    let start_date = work.start_date.take();
    let tally = Tally::new(work.blueprint.entities.iter().map(|entity| entity.name.clone()));
    let errors = Box::pin(supervise(work, owner, &tally)).await;
    (work.purpose, work.store, work.observer) = (purpose, store, observer);
    (work.full, work.limit, work.start_date) = (full, limit, start_date);
    let is_blind = tracer.was_blind();
    let (used, others): (Vec<RunError>, Vec<RunError>) =
        errors.into_iter().partition(|error| matches!(error, RunError::UsedBefore { .. }));
    match (used.into_iter().next(), others.into_iter().next()) {
        (Some(used), _) => Ok(Some(used)),
        (None, Some(RunError::Cancelled)) => Err(RunError::Cancelled),
        // What cannot be seen is not taken for new. All else the run meets itself, and says better.
        (None, Some(error)) if is_blind => Err(error),
        (None, _) => Ok(None),
    }
}

/// Only creates can double anything, and only a marker proves whose an object is.
fn is_of_interest(work: &Work) -> bool {
    let has_creates = match work.capabilities.effect_class {
        EffectClass::IdempotencyKey | EffectClass::Marker => true,
        EffectClass::NaturalKey | EffectClass::None => false,
    };
    let mut routes =
        work.blueprint.entities.iter().filter(|entity| work.covers(entity)).flat_map(|entity| &entity.routes);
    has_creates
        && !matches!(work.purpose, Purpose::Trace(_))
        && routes.any(|route| work.target.carries_marker(&route.object))
}

/// Looks for the objects of records that would be created, by their fields and their markers.
pub(super) async fn look(work: &Work, tracer: &Tracer, sought: &[Sought]) -> Result<(), RunError> {
    let objects: BTreeSet<&str> = sought.iter().map(|one| one.effect.link.target_object.as_str()).collect();
    for object in objects.into_iter().filter(|object| work.target.carries_marker(object)) {
        let of_kind: Vec<&Sought> =
            sought.iter().filter(|one| one.effect.link.target_object == object).take(FIRST).collect();
        match is_there(work, tracer, object, &of_kind).await {
            Ok(false) => {}
            Ok(true) => {
                let connection = work.blueprint.target.connection.clone();
                let (pipeline, object) = (work.scope.pipeline.clone(), object.to_owned());
                return Err(RunError::UsedBefore { pipeline, connection, object });
            }
            Err(error) => {
                tracer.blinded();
                return Err(error);
            }
        }
    }
    Ok(())
}

async fn is_there(work: &Work, tracer: &Tracer, object: &str, of_kind: &[&Sought]) -> Result<bool, RunError> {
    let payloads: Vec<_> = of_kind.iter().map(|one| one.encoded.payload.clone()).collect();
    if let Some(found) = search::alike(work, object, &payloads).await? {
        let has_own = |(one, found): (&&Sought, Vec<engine_contract::Current>)| {
            let marker = |current: &engine_contract::Current| work.target.marker_in(object, &current.fields);
            let mut markers = found.iter().filter_map(marker);
            markers.any(|marker| is_own(work, &one.effect.link, &marker).is_some())
        };
        return Ok(of_kind.iter().zip(found).any(has_own));
    }
    let index = tracer.index(work, object).await?;
    Ok(of_kind.iter().any(|one| !index.of(work, &one.effect.link).is_empty()))
}
