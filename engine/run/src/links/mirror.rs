//! Records that the way back made of a target's objects: the marker that it put into each leads back to its object.

use super::{
    index::markers,
    search::Hit,
    trace::Sought,
    tracer::{How, Tracer},
};
use crate::{
    error::RunError,
    stage::{find::again, settle::blank},
    work::Work,
};
use engine_contract::ReadRequest;
use engine_plan::Entity;
use std::collections::BTreeMap;

/// Finds the objects of records that carry a marker of the way back.
pub(super) async fn mirrored(
    work: &Work,
    tracer: &Tracer,
    entity: &Entity,
    sought: &mut [&mut Sought],
) -> Result<(), RunError> {
    let Some((back, reversed)) = work.way_back(entity) else { return Ok(()) };
    let Some(object) = reversed.routes.first().map(|route| &route.object) else { return Ok(()) };
    let marker = |one: &Sought| {
        let record = &one.effect.item.as_ref()?.source.record;
        back.target.marker_in(object, &record.to_value())
    };
    let mut open: BTreeMap<String, &mut Sought> = BTreeMap::new();
    for one in sought.iter_mut().map(|one| &mut **one).filter(|one| one.hits.is_empty()) {
        if let Some(marker) = marker(one) {
            open.insert(marker, one);
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let ids = tracer.ids(back, reversed).await?;
    for id in ids.iter() {
        for (_, marker) in markers(back, &blank(back, reversed, id)) {
            if let Some(one) = open.get_mut(&marker) {
                one.hits.push(Hit::new(id.clone(), How::Marker));
            }
        }
    }
    Ok(())
}

/// The ids of all objects that the way back reads.
pub(super) async fn ids(back: &Work, entity: &Entity) -> Result<Vec<String>, RunError> {
    let Some(group) = back.group_of(entity) else { return Ok(Vec::new()) };
    let mut request = ReadRequest {
        stream: group.stream.clone(),
        options: group.read_options(),
        cursor: group.cursor.clone(),
        since: None,
        resume: None,
        max_records: back.batch_records(),
        max_bytes: back.options.batch_bytes,
    };
    let mut ids = Vec::new();
    loop {
        if back.context.cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        let mut attempt = 1;
        let batch = loop {
            match back.source.read(&back.context, &request).await {
                Ok(batch) => break batch,
                Err(error) => again(back, error, &mut attempt).await?,
            }
        };
        ids.extend(batch.records.iter().map(|record| record.key.clone()));
        if batch.is_last() {
            return Ok(ids);
        }
        request.resume.clone_from(&batch.checkpoint.resume);
    }
}
