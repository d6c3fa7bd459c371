//! The third pass: down to the records.
//!
//! It goes through the links, which costs no call, and fetches from both sides only what does not agree. Objects that no
//! link knows are put to the record whose double they are: they carry the engine's marker of it, or agree with its object
//! in the fields by which objects are told apart.

use super::{
    Reason,
    expected::Expected,
    ledger::{Counted, Ledger, Named},
    report::Kind,
    review::{Looked, Review},
    target::{Found, Mirror, Sighted, fields, is_missing},
};
use crate::{
    error::RunError,
    plan::live,
    stage::{extract, find::again, intent},
    state::Link,
};
use engine_contract::{ContentHash, Current, ErrorKind, Record};
use std::collections::{BTreeMap, BTreeSet};

/// The third pass over what the first two left open.
pub(super) struct Drill<'a> {
    pub(super) review: &'a Review<'a>,
    pub(super) mirror: &'a Mirror<'a>,
    pub(super) expected: &'a mut Expected,
    pub(super) ledger: &'a mut Ledger,
    pub(super) sighted: Sighted,
}

impl Drill<'_> {
    pub(super) async fn work(mut self) -> Result<(), RunError> {
        let mut doubles = Doubles::of(&self.sighted.strangers);
        if self.expected.lacks_some() || !self.sighted.suspects.is_empty() || doubles.has_tokens() {
            self.links(&mut doubles).await?;
        }
        let strangers = std::mem::take(&mut self.sighted.strangers);
        for (at, found) in strangers.into_iter().enumerate() {
            let of = match doubles.known.remove(&at) {
                Some(of) => Some(of),
                None => self.double_of(&found).await?,
            };
            let (kind, note) = match of {
                Some(of) => (Kind::Twice, Some(of)),
                None => (Kind::MissingInSource, Some("no link knows it".to_owned())),
            };
            self.ledger.differ(kind, found.named(), (None, Some(&found.line)), note);
        }
        Ok(())
    }

    async fn links(&mut self, doubles: &mut Doubles) -> Result<(), RunError> {
        let work = self.review.work;
        let mut after: Option<String> = None;
        loop {
            if work.context.cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let entity = &self.review.entity.name;
            let limit = work.options.batch_records;
            let links = work.store.links(&work.scope, entity, after.as_deref(), limit).await?;
            let Some(last) = links.last() else { return Ok(()) };
            after = Some(last.record.key.clone());
            doubles.find(self.review, &links);
            let open: Vec<Link> = links.into_iter().filter(|link| self.is_open(link)).collect();
            if !open.is_empty() {
                self.resolve(open).await?;
            }
        }
    }

    /// Whether the object of a link is missing, or not what it should be.
    fn is_open(&self, link: &Link) -> bool {
        let Some(place) = place(link) else { return false };
        let is_suspect = self.sighted.suspects.contains_key(&(place.0.to_owned(), place.1.to_owned()));
        is_suspect || self.expected.get(place).is_some_and(is_missing)
    }

    async fn resolve(&mut self, links: Vec<Link>) -> Result<(), RunError> {
        self.read_again(&links).await?;
        let keys: BTreeSet<String> = links.iter().map(|link| link.source_key.clone()).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let records = extract::fetch(self.review.work, &self.review.group, &keys).await?;
        let looked = self.review.look(records).await?;
        let looked: BTreeMap<String, Looked> =
            looked.into_iter().map(|looked| (looked.key.clone(), looked)).collect();
        for link in links {
            let found = place(&link)
                .and_then(|(object, id)| self.sighted.suspects.remove(&(object.to_owned(), id.to_owned())));
            self.pair(&link, looked.get(&link.record.key), found.as_ref())?;
        }
        Ok(())
    }

    /// Objects that the list did not show may have been passed over by it: each is asked for by its id.
    async fn read_again(&mut self, links: &[Link]) -> Result<(), RunError> {
        let missing = links.iter().filter_map(place);
        let missing: Vec<(&str, &str)> =
            missing.filter(|place| self.expected.get(*place).is_some_and(is_missing)).collect();
        let found = live::read(self.review.work, self.review.entity, &missing).await?;
        for ((object, id), Current { fields, .. }) in found {
            let record = Record::from_value(&fields);
            let at = (&mut *self.expected, &mut *self.ledger, &mut self.sighted);
            drop(self.mirror.meet((&object, id), record, at)?);
        }
        Ok(())
    }

    /// Says of a record and its object what is wrong, or why it is as it should be.
    fn pair(&mut self, link: &Link, looked: Option<&Looked>, found: Option<&Found>) -> Result<(), RunError> {
        let named = Named { source_key: Some(&link.source_key), object: place(link) };
        let target = found.map(|found| &found.line);
        let is_marked = link.sent_hash == ContentHash::SOFT_DELETED;
        let Some(looked) = looked else {
            return match target {
                Some(_) if is_marked => self.ledger.explain(&Reason::Marked, named, (None, target)),
                Some(_) => {
                    let note = Some("the source does not have the record any more".to_owned());
                    self.ledger.differ(Kind::MissingInSource, named, (None, target), note);
                    Ok(())
                }
                None => Ok(()),
            };
        };
        let Ok(source) = &looked.line else { return Ok(()) };
        if let (false, Some(reason)) = (looked.is_admitted, &looked.reason) {
            if reason.is_open() {
                return self.ledger.explain(reason, named, (Some(source), target));
            }
            self.ledger.explain(reason, named, (Some(source), None))?;
            let kept = if is_marked { Reason::Marked } else { Reason::Kept };
            return target.map_or(Ok(()), |target| self.ledger.explain(&kept, named, (None, Some(target))));
        }
        self.taken(looked, named, (source, target), is_marked)
    }

    /// A record that the pipeline takes, and its object.
    fn taken(
        &mut self,
        looked: &Looked,
        named: Named<'_>,
        (source, target): (&Counted, Option<&Counted>),
        is_marked: bool,
    ) -> Result<(), RunError> {
        if target.is_some_and(|target| source.agrees(target)) && !is_marked {
            return Ok(());
        }
        let reason = self.review.between(looked).or_else(|| is_marked.then_some(Reason::Marked));
        match (reason, target) {
            (Some(reason), Some(_)) => self.ledger.explain(&reason, named, (Some(source), target)),
            (None, Some(_)) => {
                self.ledger.differ(Kind::Different, named, (Some(source), target), None);
                Ok(())
            }
            (_, None) => {
                let note = Some("the object that it was written to is gone".to_owned());
                self.ledger.differ(Kind::MissingInTarget, named, (Some(source), None), note);
                Ok(())
            }
        }
    }

    /// The object with which a stranger agrees in the fields that tell objects apart.
    async fn double_of(&self, found: &Found) -> Result<Option<String>, RunError> {
        if found.is_double {
            return Ok(Some("another one has its key".to_owned()));
        }
        let (work, entity) = (self.review.work, self.review.entity);
        let match_on = &entity.write.match_on;
        let wanted = fields(&found.record);
        if match_on.is_empty() {
            return Ok(None);
        }
        let mut attempt = 1;
        let matches = loop {
            let wanted = std::slice::from_ref(&wanted);
            match work.target.matches(&work.context, &found.object, match_on, wanted).await {
                Ok(matches) => break matches,
                Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(None),
                Err(error) => again(work, error, &mut attempt).await?,
            }
        };
        let other = matches.into_iter().flatten().find(|other| {
            other.target_id != found.id && self.expected.get((&found.object, &other.target_id)).is_some()
        });
        Ok(other.map(|other| {
            format!("{} {} has the same {}", found.object, other.target_id, match_on.join(", "))
        }))
    }
}

/// Strangers that carry markers, and whose doubles they are.
struct Doubles {
    /// Strangers by the markers in them.
    tokens: BTreeMap<String, Vec<usize>>,
    kinds: Vec<String>,
    known: BTreeMap<usize, String>,
}

impl Doubles {
    fn of(strangers: &[Found]) -> Self {
        let mut tokens: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, found) in strangers.iter().enumerate() {
            for token in intent::markers(&found.record.as_bytes()) {
                tokens.entry(token).or_default().push(at);
            }
        }
        let kinds = strangers.iter().map(|found| found.object.clone()).collect();
        Self { tokens, kinds, known: BTreeMap::new() }
    }

    fn has_tokens(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// Looks which strangers carry a marker of these records.
    fn find(&mut self, review: &Review<'_>, links: &[Link]) {
        if self.tokens.is_empty() {
            return;
        }
        for link in links {
            for generation in (1..=link.generation).rev().take(GENERATIONS) {
                let marker = intent::marker(review.work, &Link { generation, ..link.clone() });
                for at in self.tokens.get(&marker).into_iter().flatten() {
                    if self.kinds.get(*at) == Some(&link.target_object) {
                        let id = link.target_id.as_deref().unwrap_or_default();
                        self.known
                            .insert(*at, format!("{} {id} is the one of the record", link.target_object));
                    }
                }
            }
        }
    }
}

/// How many writes of a record back a marker is looked for.
const GENERATIONS: usize = 64;

fn place(link: &Link) -> Option<(&str, &str)> {
    Some((&link.target_object, link.target_id.as_deref()?))
}
