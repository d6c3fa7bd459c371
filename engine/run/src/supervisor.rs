//! Runs the stream groups of a pipeline: parents first, independent ones beside each other.

use crate::{error::RunError, job::Job, records::Records, report::Tally, state::Owners, work::Work};
use futures::{StreamExt, stream::FuturesUnordered};
use std::collections::BTreeMap;

/// How a group ended.
enum Ended {
    Well,
    Stopped,
}

/// Runs all groups. A group that stops takes those that depend on it with it; the others go on. Returns the
/// errors of the groups that stopped.
pub(crate) async fn supervise(work: &Work, owner: (&str, &dyn Owners), tally: &Tally) -> Vec<RunError> {
    if matches!(work.records.as_deref(), Some(Records::Made(_))) {
        return take_back(work, owner, tally).await;
    }
    let groups = &work.blueprint.groups;
    debug_assert!(
        groups.iter().enumerate().all(|(index, group)| group.after.iter().all(|before| *before < index))
    );
    let mut ended: BTreeMap<usize, Ended> = BTreeMap::new();
    let mut waiting: Vec<usize> = (0..groups.len()).collect();
    let mut running = FuturesUnordered::new();
    let mut errors = Vec::new();
    loop {
        let mut later = Vec::new();
        for index in waiting {
            let Some(group) = groups.get(index) else { continue };
            let stopped = group.after.iter().any(|before| matches!(ended.get(before), Some(Ended::Stopped)));
            if stopped {
                ended.insert(index, Ended::Stopped);
            } else if group.after.iter().all(|before| ended.contains_key(before)) {
                running.push(async move {
                    let result = match Job::take(work, group, owner, tally).await {
                        Ok(Some(job)) => Box::pin(job.run()).await,
                        Ok(None) => Ok(()),
                        Err(error) => Err(error),
                    };
                    (index, result)
                });
            } else {
                later.push(index);
            }
        }
        waiting = later;
        match running.next().await {
            Some((index, Ok(()))) => {
                ended.insert(index, Ended::Well);
            }
            Some((index, Err(error))) => {
                ended.insert(index, Ended::Stopped);
                errors.push(error);
            }
            None if waiting.is_empty() => return errors,
            // What is left waits for a stopped group: the next turn finds that out.
            None => {
                debug_assert!(!errors.is_empty(), "groups are ordered, so that one of them can always start");
            }
        }
    }
}

/// Goes the other way: what refers to other objects is taken back before them. Nothing comes after a group that stops.
async fn take_back(work: &Work, owner: (&str, &dyn Owners), tally: &Tally) -> Vec<RunError> {
    for group in work.blueprint.groups.iter().rev() {
        let result = match Job::take(work, group, owner, tally).await {
            Ok(Some(job)) => Box::pin(job.run()).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            return vec![error];
        }
    }
    Vec::new()
}
