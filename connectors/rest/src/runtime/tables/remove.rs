//! Deletes rows by their natural keys, or marks them as deleted. A row that is gone counts as deleted.

use super::{
    filter, key,
    put::{End, Outcomes, Way, is_divided, named},
    rows,
};
use crate::runtime::faults::echo;
use bytes::Bytes;
use engine_contract::{Applied, Change, Outcome, Result, Write};
use http::Method;
use std::collections::BTreeMap;

/// Deletes. Writes without an outcome were not sent.
pub(super) async fn remove(way: Way<'_>, writes: &[&Write], out: &mut Outcomes) -> Result<()> {
    all(way, (writes, None), out).await
}

/// Changes rows where they are; those with the same change share a request. Writes without an outcome were not sent.
pub(super) async fn mark(way: Way<'_>, writes: &[&Write], out: &mut Outcomes) -> Result<()> {
    let mut alike: BTreeMap<&Bytes, Vec<&Write>> = BTreeMap::new();
    for write in writes {
        alike.entry(&write.payload).or_default().push(write);
    }
    for (payload, writes) in alike {
        all(way, (&writes, Some(payload)), out).await?;
    }
    Ok(())
}

async fn all(way: Way<'_>, (writes, change): (&[&Write], Option<&Bytes>), out: &mut Outcomes) -> Result<()> {
    let mut keyed: Vec<(&Write, Vec<String>)> = Vec::with_capacity(writes.len());
    for write in writes {
        match key::values(&write.match_on, write.target_id.as_deref().unwrap_or_default()) {
            Ok(values) => keyed.push((write, values)),
            Err(error) => out.push(named(write, Outcome::NotApplied(error))),
        }
    }
    let sizes = rows::chunks(way.tables, keyed.iter().map(|(_, values)| values.clone()).collect());
    let mut rest = keyed.as_slice();
    for size in sizes.iter().map(Vec::len) {
        let (chunk, after) = rest.split_at(size);
        rest = after;
        chunk_of(way, (chunk, change), out).await?;
    }
    Ok(())
}

async fn chunk_of(
    way: Way<'_>,
    (writes, change): (&[(&Write, Vec<String>)], Option<&Bytes>),
    out: &mut Outcomes,
) -> Result<()> {
    let mut left = vec![(writes, 0)];
    while let Some((part, halvings)) = left.pop() {
        let Some((first, _)) = part.first() else { continue };
        let match_on = first.match_on.as_slice();
        let keys: Vec<Vec<String>> = part.iter().map(|(_, values)| values.clone()).collect();
        // Never without a filter: that would be the whole table.
        let query = vec![filter::has_key(match_on, &keys)];
        let all = |outcome: &dyn Fn(&Write) -> Outcome| -> Outcomes {
            part.iter().map(|(write, _)| named(write, outcome(write))).collect()
        };
        let method = if change.is_some() { Method::PATCH } else { Method::DELETE };
        let call = way.call(method, (query, match_on), "return=representation", change.cloned());
        match way.send(call).await? {
            End::Rows(_) => out.extend(all(&deleted)),
            End::Unknown(error) => out.extend(all(&|_| Outcome::Unknown(echo(&error)))),
            End::Refused(verdict) if part.len() > 1 && is_divided(&verdict, halvings) => {
                let (front, back) = part.split_at(part.len() / 2);
                left.push((back, halvings + 1));
                left.push((front, halvings + 1));
            }
            End::Refused(verdict) => out.extend(all(&|_| Outcome::NotApplied(echo(&verdict.error)))),
        }
    }
    Ok(())
}

fn deleted(write: &Write) -> Outcome {
    let target_id = write.target_id.clone().unwrap_or_default();
    Outcome::Applied(Applied { target_id, token: None, change: Change::Deleted })
}
