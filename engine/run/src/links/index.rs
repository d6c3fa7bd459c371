//! The objects of one kind that carry a marker of the engine's, by marker.

use crate::{
    error::RunError,
    stage::{find::again, intent},
    state::Link,
    work::Work,
};
use std::collections::BTreeMap;

/// The highest generation whose marker is tried for a record. An object that keeps its text with the marker in it counts
/// one with each change; what has changed more often is found by its other marks.
const GENERATIONS: i64 = 512;

/// Ids of objects by the marker that they carry.
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_marker: BTreeMap<String, Vec<String>>,
}

impl Index {
    /// Goes through the objects of a kind: all of them, or so many pages.
    pub(crate) async fn read(work: &Work, object: &str, pages: Option<usize>) -> Result<Self, RunError> {
        let mut index = Self::default();
        let mut resume: Option<String> = None;
        for _ in 0..pages.unwrap_or(usize::MAX) {
            if work.context.cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let mut attempt = 1;
            let page = loop {
                match work.target.marked(&work.context, object, resume.as_deref()).await {
                    Ok(page) => break page,
                    Err(error) => again(work, error, &mut attempt).await?,
                }
            };
            for marked in page.found {
                let ids = index.by_marker.entry(marked.marker).or_default();
                if !ids.contains(&marked.target_id) {
                    ids.push(marked.target_id);
                }
            }
            resume = page.resume;
            if resume.is_none() {
                break;
            }
        }
        Ok(index)
    }

    /// The objects that carry a marker of this record, each with the generation of the effect that put it there.
    pub(crate) fn of(&self, work: &Work, link: &Link) -> Vec<(String, i64)> {
        if self.by_marker.is_empty() {
            return Vec::new();
        }
        let hits = markers(work, link).rev().filter_map(|(generation, marker)| {
            let ids = self.by_marker.get(&marker)?;
            Some(ids.iter().map(move |id| (id.clone(), generation)))
        });
        hits.flatten().collect()
    }
}

/// The markers that a record's object may carry, each with the generation of the effect that put it there.
pub(super) fn markers(work: &Work, link: &Link) -> impl DoubleEndedIterator<Item = (i64, String)> {
    (1..=GENERATIONS).map(|generation| (generation, intent::marker_of(work, link, generation)))
}

/// Whether a marker is one of a record's own.
pub(crate) fn is_own(work: &Work, link: &Link, marker: &str) -> Option<i64> {
    markers(work, link).find(|(_, own)| own == marker).map(|(generation, _)| generation)
}
