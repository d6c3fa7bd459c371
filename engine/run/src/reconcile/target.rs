//! The second pass: all objects of the target, and whose they are.
//!
//! A connection that offers a stream of the objects is asked for all of them: only so are doubles and strangers found.
//! Elsewhere the objects of links are read back, one page of links after the other.

use super::{
    Reason,
    expected::{Expected, Met},
    ledger::{Counted, Ledger, Named},
    report::Kind,
};
use crate::{error::RunError, plan::live, stage::find::again, state::TargetObject, work::Work};
use engine_contract::{Batch, ContentHash, Encode, Map, Op, ReadRequest, Record, Source, Value};
use engine_plan::{Comparison, Entity};
use std::collections::BTreeMap;

/// An object of the target, as it is.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) object: String,
    pub(super) id: String,
    pub(super) line: Counted,
    pub(super) record: Record,
    /// It has the id of another object that was shown before.
    pub(super) is_double: bool,
}

impl Found {
    pub(super) fn place(&self) -> (&str, &str) {
        (&self.object, &self.id)
    }

    pub(super) fn named(&self) -> Named<'_> {
        Named { source_key: None, object: Some(self.place()) }
    }
}

/// What the second pass leaves to be looked at.
#[derive(Default)]
pub(super) struct Sighted {
    /// Objects of links that are not what their records say, by kind and id.
    pub(super) suspects: BTreeMap<(String, String), Found>,
    /// Objects that no link knows.
    pub(super) strangers: Vec<Found>,
    /// Kinds of objects of which there is no list.
    pub(super) unlisted: Vec<String>,
}

/// The second pass over the target.
pub(super) struct Mirror<'a> {
    pub(super) work: &'a Work,
    pub(super) entity: &'a Entity,
    pub(super) comparison: &'a Comparison,
    pub(super) lists: Option<&'a dyn Source>,
}

impl Mirror<'_> {
    pub(super) async fn read(
        &self,
        expected: &mut Expected,
        ledger: &mut Ledger,
    ) -> Result<Sighted, RunError> {
        let mut sighted = Sighted::default();
        let mut objects: Vec<&str> = self.entity.routes.iter().map(|route| route.object.as_str()).collect();
        objects.sort_unstable();
        objects.dedup();
        for object in objects {
            match self.lists.filter(|lists| offers(*lists, object)) {
                Some(lists) => {
                    self.list(lists, object, (&mut *expected, &mut *ledger, &mut sighted)).await?;
                }
                None => sighted.unlisted.push(object.to_owned()),
            }
        }
        if !sighted.unlisted.is_empty() {
            self.read_back(expected, ledger, &mut sighted).await?;
        }
        Ok(sighted)
    }

    async fn list(
        &self,
        lists: &dyn Source,
        object: &str,
        (expected, ledger, sighted): (&mut Expected, &mut Ledger, &mut Sighted),
    ) -> Result<(), RunError> {
        let mut request = ReadRequest {
            stream: object.to_owned(),
            options: Map::new(),
            cursor: None,
            since: None,
            resume: None,
            max_records: self.work.options.batch_records,
            max_bytes: self.work.options.batch_bytes,
        };
        loop {
            if self.work.context.cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let batch = self.batch(lists, &request).await?;
            for (key, error) in &batch.broken {
                let named = Named { source_key: None, object: Some((object, key)) };
                ledger.differ(Kind::Unreadable, named, (None, None), Some(error.to_string()));
            }
            let mut strangers = Vec::new();
            for record in batch.records {
                if expected.shows((object, &record.key)) {
                    let id = self.id(object, &record.record).unwrap_or(record.key);
                    let at = (&mut *expected, &mut *ledger, &mut *sighted);
                    strangers.extend(self.meet((object, id), record.record, at)?);
                }
            }
            self.sort_out(object, strangers, (&mut *ledger, &mut *sighted)).await?;
            request.resume = batch.checkpoint.resume;
            if request.resume.is_none() {
                return Ok(());
            }
        }
    }

    async fn batch(&self, lists: &dyn Source, request: &ReadRequest) -> Result<Batch, RunError> {
        let mut attempt = 1;
        loop {
            match lists.read(&self.work.context, request).await {
                Ok(batch) => return Ok(batch),
                Err(error) => again(self.work, error, &mut attempt).await?,
            }
        }
    }

    /// The id by which links know an object, where its content decides that.
    fn id(&self, object: &str, record: &Record) -> Option<String> {
        let Value::Map(fields) = record.to_value() else { return None };
        let match_on = self.work.match_on(self.entity, object);
        let encode =
            Encode { op: Op::Update, object, fields: &fields, match_on, marker: "", marker_field: None };
        self.work.target.identify(&encode)
    }

    /// Compares an object with what it should be; one that no link of this entity knows is given back.
    pub(super) fn meet(
        &self,
        (object, id): (&str, String),
        record: Record,
        (expected, ledger, sighted): (&mut Expected, &mut Ledger, &mut Sighted),
    ) -> Result<Option<Found>, RunError> {
        let met = expected.get_mut((object, &id));
        let carried = met.as_ref().and_then(|met| met.bucket).and_then(|place| ledger.by(place));
        let line = match self.comparison.of_target(object, &record) {
            Ok(Some(line)) => Counted::of(line, carried),
            Ok(None) => return Ok(None),
            Err(error) => {
                let named = Named { source_key: None, object: Some((object, &id)) };
                ledger.differ(Kind::Unreadable, named, (None, None), Some(error.to_string()));
                if let Some(met) = met {
                    met.is_shown = true;
                }
                return Ok(None);
            }
        };
        let mut found = Found { object: object.to_owned(), id, line, record, is_double: false };
        let Some(met) = met else { return Ok(Some(found)) };
        if std::mem::replace(&mut met.is_shown, true) {
            found.is_double = true;
            return Ok(Some(found));
        }
        ledger.add_target(&found.line)?;
        let matters = met.is_covered || ledger.covers(&found.line.by);
        if matters && met.bucket.is_some() && !met.is_kept_by(&found.line) {
            sighted.suspects.insert((found.object.clone(), found.id.clone()), found);
        }
        Ok(None)
    }

    /// Finds out whose the objects are that no record of the source led to.
    async fn sort_out(
        &self,
        object: &str,
        strangers: Vec<Found>,
        (ledger, sighted): (&mut Ledger, &mut Sighted),
    ) -> Result<(), RunError> {
        if strangers.is_empty() {
            return Ok(());
        }
        let target = TargetObject {
            connection: self.work.blueprint.target.connection.clone(),
            object: object.to_owned(),
        };
        let ids: Vec<String> = strangers.iter().map(|found| found.id.clone()).collect();
        let owners = self.work.store.owners(&self.work.scope, &target, &ids).await?;
        for found in strangers {
            let owner = owners.get(&found.id).filter(|_| !found.is_double);
            let wanted = self.comparison.wants(&found.record);
            match (owner, wanted) {
                (None, Ok(false)) => {}
                (None, Err(error)) => {
                    ledger.differ(Kind::Unreadable, found.named(), (None, None), Some(error.to_string()));
                }
                (None, Ok(true)) => {
                    ledger.add_target(&found.line)?;
                    if found.line.figures.has_no_amount() && !found.line.figures.sums.is_empty() {
                        ledger.explain(&Reason::Void, found.named(), (None, Some(&found.line)))?;
                    } else {
                        sighted.strangers.push(found);
                    }
                }
                (Some(owner), _) => {
                    ledger.add_target(&found.line)?;
                    let is_own =
                        owner.pipeline == self.work.scope.pipeline && owner.record.entity == self.entity.name;
                    if is_own {
                        self.without_record(&found, &owner.record.key, ledger).await?;
                    } else {
                        let name = format!("`{}` of `{}`", owner.record.entity, owner.pipeline);
                        ledger.explain(&Reason::Other(name), found.named(), (None, Some(&found.line)))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// An object whose record the source does not have any more.
    async fn without_record(&self, found: &Found, key: &str, ledger: &mut Ledger) -> Result<(), RunError> {
        let known = self.work.store.recall(&self.work.scope, &self.entity.name, &[key.to_owned()]).await?;
        let link = known.into_values().next().and_then(|known| known.link);
        let source_key = link.as_ref().map(|link| link.source_key.as_str());
        let named = Named { source_key, object: Some(found.place()) };
        if link.as_ref().is_some_and(|link| link.sent_hash == ContentHash::SOFT_DELETED) {
            return ledger.explain(&Reason::Marked, named, (None, Some(&found.line)));
        }
        let note = "the source does not have the record any more".to_owned();
        ledger.differ(Kind::MissingInSource, named, (None, Some(&found.line)), Some(note));
        Ok(())
    }

    /// Reads the objects of all links, where there is no list of them.
    async fn read_back(
        &self,
        expected: &mut Expected,
        ledger: &mut Ledger,
        sighted: &mut Sighted,
    ) -> Result<(), RunError> {
        let mut after: Option<String> = None;
        loop {
            let limit = self.work.options.batch_records;
            let links =
                self.work.store.links(&self.work.scope, &self.entity.name, after.as_deref(), limit).await?;
            let Some(last) = links.last() else { return Ok(()) };
            after = Some(last.record.key.clone());
            let is_unlisted = |object: &String| sighted.unlisted.contains(object);
            let wanted: Vec<(&str, &str)> = links
                .iter()
                .filter(|link| is_unlisted(&link.target_object))
                .filter_map(|link| Some((link.target_object.as_str(), link.target_id.as_deref()?)))
                .collect();
            let found = live::read(self.work, self.entity, &wanted).await?;
            for ((object, id), current) in found {
                let record = Record::from_value(&current.fields);
                let at = (&mut *expected, &mut *ledger, &mut *sighted);
                let stranger = self.meet((&object, id), record, at)?;
                if let Some(found) = stranger.filter(|found| !found.is_double) {
                    ledger.add_target(&found.line)?;
                    let key = links.iter().find(|link| {
                        link.target_object == found.object && link.target_id.as_deref() == Some(&found.id)
                    });
                    let key = key.map(|link| link.record.key.clone()).unwrap_or_default();
                    self.without_record(&found, &key, ledger).await?;
                }
            }
        }
    }
}

/// Whether a connection lists objects of a kind. One that names no streams at all is asked.
fn offers(lists: &dyn Source, object: &str) -> bool {
    let streams = lists.streams();
    streams.is_empty() || streams.iter().any(|stream| stream.name == object)
}

/// What the fields of an object are, to look for others that agree with it.
pub(super) fn fields(record: &Record) -> Map {
    match record.to_value() {
        Value::Map(fields) => fields,
        _ => Map::new(),
    }
}

/// An object that matters and was not shown.
pub(super) fn is_missing(met: &Met) -> bool {
    met.is_covered && !met.is_shown
}
