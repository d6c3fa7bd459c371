//! Writes objects into files: NDJSON and CSV, plain or gzipped.
//!
//! A file cannot be changed row by row without the risk of half a row. So what a file should hold is kept in a
//! ledger beside it, a small database that takes each call as one transaction; the file itself is written from
//! it at the end of a run, under another name, and renamed. Readers see the old file or the new one, never a part.

mod cells;
mod ledger;
mod object;
mod publish;
mod writes;

pub(crate) use object::ObjectRule;

use crate::{error, folder::Folder};
use bytes::Bytes;
use engine_contract::{
    Access, ConnectorError, Context, Current, Encode, EntitySchema, ErrorKind, Lookup, Outcome, Result,
    Target, Write, async_trait, natural_id,
};
use ledger::Ledger;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Where ledgers are kept, and whether they may be made.
pub(crate) struct Place {
    pub(crate) folder: Arc<Folder>,
    /// The root folder by its path: a database cannot be opened in another way.
    pub(crate) root: PathBuf,
    pub(crate) access: Access,
}

/// The files of one connection.
pub(crate) struct FileTarget {
    place: Place,
    objects: BTreeMap<String, ObjectRule>,
    /// Ledgers that are open. One call at a time works with them, and none across an await.
    ledgers: Mutex<BTreeMap<String, Ledger>>,
}

impl FileTarget {
    pub(crate) fn new(place: Place, objects: BTreeMap<String, ObjectRule>) -> Self {
        Self { place, objects, ledgers: Mutex::default() }
    }

    fn rule(&self, object: &str) -> Result<&ObjectRule> {
        self.objects.get(object).ok_or_else(|| {
            let known: Vec<&str> = self.objects.keys().map(String::as_str).collect();
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such object")
                .with_context("object", object)
                .with_context("objects", known.join(", "))
        })
    }

    /// Does something with the ledger of an object; nothing where a dry run finds none.
    fn with<T>(
        &self,
        object: &str,
        work: impl FnOnce(&ObjectRule, &mut Ledger) -> Result<T>,
    ) -> Result<Option<T>> {
        let rule = self.rule(object)?;
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        if !ledgers.contains_key(object) {
            let Some(ledger) = Ledger::open(&self.place, rule)? else { return Ok(None) };
            ledgers.insert(object.to_owned(), ledger);
        }
        ledgers.get_mut(object).map(|ledger| work(rule, ledger)).transpose()
    }
}

#[async_trait]
impl Target for FileTarget {
    async fn schema(&self, _: &Context, object: &str) -> Result<EntitySchema> {
        self.rule(object).map(ObjectRule::schema)
    }

    /// A line of the file: members in the order of the mapping, numbers exact.
    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        self.rule(encode.object)?.encode(encode)
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        natural_id(encode.match_on.iter().map(|field| encode.fields.get(field)))
    }

    async fn write(&self, _: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        if self.place.access == Access::Read {
            return Err(ConnectorError::new(ErrorKind::Unsupported, "the files are open for reading only"));
        }
        let mut by_object: BTreeMap<&str, Vec<&Write>> = BTreeMap::new();
        for write in writes {
            by_object.entry(write.object.as_str()).or_default().push(write);
        }
        let mut outcomes = Vec::with_capacity(writes.len());
        for (object, writes) in by_object {
            outcomes.extend(self.with(object, |_, ledger| ledger.write(&writes))?.unwrap_or_default());
        }
        Ok(outcomes)
    }

    /// Finds nothing: objects carry no marker, and a guarded write is repeated, never searched for.
    async fn lookup(&self, _: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        Ok(lookups.iter().map(|lookup| (lookup.id.clone(), Vec::new())).collect())
    }

    async fn read_back(
        &self,
        _: &Context,
        object: &str,
        _: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        Ok(self.with(object, |_, ledger| ledger.read(ids))?.unwrap_or_default())
    }

    /// Replaces the files whose objects have changed, and those that are gone.
    async fn finish(&self, _: &Context) -> Result<()> {
        for object in self.objects.keys() {
            let published = self.with(object, |rule, ledger| publish::publish(&self.place, rule, ledger));
            published.map_err(|error| error.with_context("object", object.clone()))?;
        }
        Ok(())
    }
}

/// An error of a ledger.
fn of_ledger(error: rusqlite::Error, doing: &str) -> ConnectorError {
    use rusqlite::ErrorCode;
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ErrorKind::Corrupt,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => ErrorKind::Forbidden,
        _ => {
            return error::unavailable(format!("the ledger of the file cannot be used: {doing}"))
                .with_source(error);
        }
    };
    ConnectorError::new(kind, format!("the ledger of the file cannot be used: {doing}")).with_source(error)
}
