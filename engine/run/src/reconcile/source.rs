//! The first pass: all records of the source.

use super::{
    expected::{Expected, Met},
    ledger::{Ledger, Named},
    report::Kind,
    review::{Looked, Review},
};
use crate::{error::RunError, stage::extract::Reader, state::CursorRow};

/// Reads all records; returns which objects should be there.
pub(super) async fn read(review: &Review<'_>, ledger: &mut Ledger) -> Result<Expected, RunError> {
    let mut expected = Expected::default();
    let mut reader = Reader::start(review.work, &review.group, CursorRow::default()).await?;
    while let Some(read) = reader.next().await? {
        if review.work.context.cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        for (key, error) in &read.batch.broken {
            let named = Named { source_key: Some(key), object: None };
            ledger.differ(Kind::Unreadable, named, (None, None), Some(error.to_string()));
        }
        for looked in review.look(read.batch.records).await? {
            take(&looked, ledger, &mut expected)?;
        }
    }
    Ok(expected)
}

fn take(looked: &Looked, ledger: &mut Ledger, expected: &mut Expected) -> Result<(), RunError> {
    let named = Named { source_key: Some(&looked.source_key), object: None };
    let link = looked.link().and_then(|link| Some((link.target_object.as_str(), link.target_id.as_deref()?)));
    let counted = match &looked.line {
        Ok(counted) => counted,
        Err(error) => {
            // What the pipeline leaves out need not be readable.
            if looked.is_admitted || link.is_some() {
                ledger.differ(Kind::Unreadable, named, (None, None), Some(error.to_string()));
            }
            if let Some(place) = link {
                expected.add(place, Met::unreadable());
            }
            return Ok(());
        }
    };
    ledger.add_source(counted)?;
    match (link, &looked.reason) {
        (Some(place), _) => {
            let bucket = ledger.place(&counted.by);
            expected.add(place, Met::new(bucket, counted, (looked.is_plain(), ledger.covers(&counted.by))));
        }
        (None, Some(reason)) => ledger.explain(reason, named, (Some(counted), None))?,
        (None, None) => {
            let note = "it was read, and nothing says what became of it";
            ledger.differ(Kind::MissingInTarget, named, (Some(counted), None), Some(note.to_owned()));
        }
    }
    Ok(())
}
