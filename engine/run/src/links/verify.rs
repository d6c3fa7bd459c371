//! Whether linked objects are there, and are what they were linked as.

use super::index::is_own;
use crate::{
    engine::{Engine, RunRequest},
    error::RunError,
    plan::live,
    state::Link,
};
use serde::Serialize;

/// How many links are tried at once.
const AT_ONCE: usize = 500;

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The target does not have the object any more.
    Gone,
    /// The object carries the marker of another record.
    OtherMarker,
    /// It leads to another connection than the pipeline names.
    Elsewhere,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many links were tried.
    pub links: u64,
    /// Those that are not well.
    pub findings: Vec<(Link, Finding)>,
}

impl Engine {
    /// Reads linked objects back, and says which are gone or not what they were. Nothing is written.
    ///
    /// # Errors
    /// When the pipeline cannot be opened, the target not be read, or the store fails.
    pub async fn verify_links(&self, request: &RunRequest) -> Result<Verified, RunError> {
        let work = self.prepare(request).await?;
        let mut verified = Verified::default();
        for entity in work.blueprint.entities.iter().filter(|entity| work.covers(entity)) {
            let mut after: Option<String> = None;
            loop {
                if work.context.cancel.is_cancelled() {
                    return Err(RunError::Cancelled);
                }
                let links = work.store.links(&work.scope, &entity.name, after.as_deref(), AT_ONCE).await?;
                let Some(last) = links.last() else { break };
                after = Some(last.record.key.clone());
                let here: Vec<(&str, &str)> = links
                    .iter()
                    .filter(|link| link.target_connection == work.blueprint.target.connection)
                    .filter_map(|link| Some((link.target_object.as_str(), link.target_id.as_deref()?)))
                    .collect();
                let found = live::read(&work, entity, &here).await?;
                verified.links += links.len() as u64;
                for link in links {
                    let id = link.target_id.clone().unwrap_or_default();
                    let current = found.get(&(link.target_object.clone(), id));
                    let marker = current
                        .and_then(|current| work.target.marker_in(&link.target_object, &current.fields));
                    let is_others = marker.is_some_and(|marker| is_own(&work, &link, &marker).is_none());
                    let finding = match current {
                        _ if link.target_connection != work.blueprint.target.connection => {
                            Some(Finding::Elsewhere)
                        }
                        None => Some(Finding::Gone),
                        Some(_) => is_others.then_some(Finding::OtherMarker),
                    };
                    verified.findings.extend(finding.map(|finding| (link, finding)));
                }
            }
        }
        Ok(verified)
    }
}
