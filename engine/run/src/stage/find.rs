//! Looks for target objects by their fields.
//!
//! A run asks for each object once, whichever record needs it first: what the target gets while the run goes on
//! is seen by the next run, which looks again at the records that were blocked.

use super::extract::pause;
use crate::{error::RunError, work::Work};
use engine_contract::ConnectorError;
use engine_plan::{Find, Found};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

/// What these looks come to.
pub(crate) async fn find(work: &Work, finds: BTreeSet<Find>) -> Result<BTreeMap<Find, Found>, RunError> {
    let mut answers = known(work, &finds);
    let mut open: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for find in finds.iter().filter(|find| !answers.contains_key(find)) {
        open.entry((&find.object, &find.by)).or_default().push(find.value.clone());
    }
    let mut learned = BTreeMap::new();
    for ((object, by), values) in open {
        let mut hits: BTreeMap<String, Vec<String>> =
            ask(work, (object, by), &values).await?.into_iter().collect();
        for value in values {
            let ids = hits.remove(&value).unwrap_or_default();
            let find = Find { object: object.to_owned(), by: by.to_owned(), value };
            learned.insert(find, judged(ids));
        }
    }
    work.found.lock().unwrap_or_else(PoisonError::into_inner).extend(learned.clone());
    answers.extend(learned);
    Ok(answers)
}

/// What the run knows already.
fn known(work: &Work, finds: &BTreeSet<Find>) -> BTreeMap<Find, Found> {
    let found = work.found.lock().unwrap_or_else(PoisonError::into_inner);
    finds.iter().filter_map(|find| Some((find.clone(), found.get(find)?.clone()))).collect()
}

async fn ask(
    work: &Work,
    (object, by): (&str, &str),
    values: &[String],
) -> Result<Vec<(String, Vec<String>)>, RunError> {
    let mut attempt = 1;
    loop {
        let error = match work.target.find(&work.context, object, by, values).await {
            Ok(hits) => return Ok(hits),
            Err(error) => error,
        };
        again(work, error, &mut attempt).await?;
    }
}

/// Waits before the target is asked once more, or says why it is not.
pub(crate) async fn again(work: &Work, error: ConnectorError, attempt: &mut u32) -> Result<(), RunError> {
    if !error.is_transient() || *attempt >= work.options.tries {
        return Err(RunError::target(&work.blueprint, error));
    }
    if work.context.cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    *attempt += 1;
    pause(work, &work.blueprint.target.connection, &error, *attempt).await;
    Ok(())
}

fn judged(mut ids: Vec<String>) -> Found {
    ids.sort();
    ids.dedup();
    match (ids.pop(), ids.is_empty()) {
        (None, _) => Found::Missing,
        (Some(id), true) => Found::One(id),
        (Some(_), false) => Found::Ambiguous,
    }
}
