//! Advances one stream group of a pipeline: recovery, revisits, then batch by batch to the end.

use crate::{
    error::RunError,
    event::Event,
    key::GroupKey,
    lease::{Guard, signed},
    report::Tally,
    stage::{
        Fault, decide,
        decide::{Decision, Facts, Wish},
        deliver::{self, Effect},
        extract::{self, Read, Reader},
        link::{self, Linked, Resolution},
        settle::Draft,
        transform,
    },
    state::{Acquired, CursorRow, Known, Owners, RevisitQuery, Status},
    work::Work,
};
use engine_contract::{ConnectorError, SourceRecord};
use engine_plan::{Entity, EntityProgram, Group};
use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

/// One stream group, with its lease.
pub(crate) struct Job<'a> {
    work: &'a Work,
    group: &'a Group,
    entities: Vec<(&'a Entity, &'a EntityProgram)>,
    guard: Guard,
    tally: &'a Tally,
}

/// The source records of one step, and what else is known of them.
struct Step<'a> {
    records: &'a [SourceRecord],
    broken: &'a [(String, ConnectorError)],
    /// Source keys that were asked for, also when the source has them no more.
    asked: &'a [String],
    completes: bool,
    cursor: Option<CursorRow>,
}

impl<'a> Job<'a> {
    /// Takes the lease of a group. Nothing to do for this run gives nothing.
    pub(crate) async fn take(
        work: &'a Work,
        group: &'a Group,
        (owner, owners): (&str, &dyn Owners),
        tally: &'a Tally,
    ) -> Result<Option<Self>, RunError> {
        let mut entities = Vec::new();
        for index in &group.entities {
            let (entity, program) = (work.blueprint.entities.get(*index), work.program.entity(*index));
            if let (Some(entity), Some(program)) = (entity, program)
                && work.covers(&entity.name)
            {
                entities.push((entity, program));
            }
        }
        if entities.is_empty() {
            return Ok(None);
        }
        let key = GroupKey { scope: work.scope.clone(), group: group.name.clone(), shard: String::new() };
        let mut gone: Option<String> = None;
        loop {
            let now = work.context.clock.now();
            let until = now + signed(work.options.lease);
            match work.store.acquire(&key, owner, now, until, gone.as_deref()).await? {
                Acquired::Yes(lease) => {
                    let guard = Guard::new(
                        Arc::clone(&work.store),
                        work.context.clone(),
                        work.options.clone(),
                        lease,
                    );
                    return Ok(Some(Self { work, group, entities, guard, tally }));
                }
                Acquired::Busy { owner: holder, .. } if gone.is_none() && owners.is_gone(&holder) => {
                    gone = Some(holder);
                }
                Acquired::Busy { until, .. } => {
                    let (pipeline, group) = (key.scope.pipeline, key.group);
                    return Err(RunError::Busy { pipeline, group, until });
                }
            }
        }
    }

    /// Works to the end of the stream, and gives the lease back whatever happens.
    pub(crate) async fn run(self) -> Result<(), RunError> {
        let result = self.advance().await;
        if !matches!(result, Err(RunError::LeaseLost { .. })) {
            self.guard.release().await?;
        }
        if result.is_ok() {
            for (entity, _) in &self.entities {
                let counts = self.tally.counts(&entity.name);
                self.work.observer.notice(Event::EntityFinished { entity: entity.name.clone(), counts });
            }
        }
        result
    }

    async fn advance(&self) -> Result<(), RunError> {
        self.recover().await?;
        self.revisit().await?;
        let row = self.work.store.cursor(&self.guard.lease().key).await?;
        let mut reader = Reader::start(self.work, self.group, row).await?;
        while let Some(Read { batch, cursor, completes }) = reader.next().await? {
            self.check_cancel()?;
            // The entities left out have not seen these records: the shared cursor must wait for them.
            let cursor = (self.entities.len() == self.group.entities.len()).then_some(cursor);
            let asked = Vec::new();
            let step =
                Step { records: &batch.records, broken: &batch.broken, asked: &asked, completes, cursor };
            self.step(&step).await?;
        }
        Ok(())
    }

    fn check_cancel(&self) -> Result<(), RunError> {
        if self.work.context.cancel.is_cancelled() { Err(RunError::Cancelled) } else { Ok(()) }
    }

    /// Finds out what became of the intents that an earlier run left open, before anything new is sent.
    async fn recover(&self) -> Result<(), RunError> {
        for (entity, _) in &self.entities {
            let names = [entity.name.clone()];
            let intents = self.work.store.open_intents(&self.work.scope, &names).await?;
            if intents.is_empty() || !deliver::keeps_intents(self.work) {
                continue;
            }
            let mut draft = Draft::new(self.work, entity);
            for intent in &intents {
                draft.expect(intent.link.record.key.clone(), None, Known::default());
            }
            let attempts = deliver::recovered(intents);
            let halt = deliver::send_all(self.work, &self.guard, attempts, &mut draft).await;
            draft.commit(&self.guard, None, self.tally).await?;
            halt.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Looks again at records that an earlier run could not finish.
    async fn revisit(&self) -> Result<(), RunError> {
        let entities = self
            .entities
            .iter()
            .map(|(entity, _)| (entity.name.clone(), entity.mapping_hash.clone()))
            .collect();
        let limit = self.work.options.batch_records;
        let mut query = RevisitQuery { entities, now: self.work.context.clock.now(), after: None, limit };
        loop {
            self.check_cancel()?;
            let due = self.work.store.revisits(&self.work.scope, &query).await?;
            let Some(last) = due.last() else { return Ok(()) };
            query.after = Some(last.source_key.clone());
            let asked: Vec<String> = due.into_iter().map(|revisit| revisit.source_key).collect();
            let records = extract::fetch(self.work, self.group, &asked).await?;
            let step = Step { records: &records, broken: &[], asked: &asked, completes: false, cursor: None };
            self.step(&step).await?;
        }
    }

    /// Takes records through every entity of the group. The cursor moves with the last.
    async fn step(&self, step: &Step<'_>) -> Result<(), RunError> {
        let last = self.entities.len() - 1;
        for (index, (entity, program)) in self.entities.iter().enumerate() {
            let mut draft = Draft::new(self.work, entity);
            draft.read(step.records.len());
            draft.saw(step.records.iter().map(|record| record.key.clone()).chain(step.asked.iter().cloned()));
            if index == 0 {
                step.broken.iter().for_each(|(key, error)| draft.broken(key.clone(), error));
            }
            if step.completes {
                draft.clear_broken();
            }
            let halt = self.entity(program, step.records, &mut draft).await?;
            let cursor = if index == last && halt.is_none() { step.cursor.clone() } else { None };
            draft.commit(&self.guard, cursor, self.tally).await?;
            halt.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Takes records through one entity, up to the draft of what is to be committed.
    async fn entity(
        &self,
        program: &EntityProgram,
        records: &[SourceRecord],
        draft: &mut Draft<'_>,
    ) -> Result<Option<RunError>, RunError> {
        let entity = draft.entity();
        let items = transform::items(program, entity, records);
        let gone = self.gone(program, records, &items, draft).await?;
        let keys: Vec<String> = items.iter().map(|(item, _)| item.key.clone()).collect();
        let mut known = self.work.store.recall(&self.work.scope, &entity.name, &keys).await?;
        let candidates = items
            .into_iter()
            .map(|item| {
                let known = known.remove(&item.0.key).unwrap_or_default();
                transform::map(program, item, known)
            })
            .collect();
        let linked = link::resolve(self.work, &entity.name, candidates).await?;
        let mut effects: Vec<Effect> =
            linked.into_iter().filter_map(|linked| self.decide(entity, linked, draft)).collect();
        effects.extend(gone);
        Ok(deliver::deliver(self.work, &self.guard, effects, draft).await)
    }

    /// Deletes for elements that are gone from their parents, where `replace_within` asks for them.
    async fn gone(
        &self,
        program: &EntityProgram,
        records: &[SourceRecord],
        items: &[(engine_plan::Item, Option<String>)],
        draft: &mut Draft<'_>,
    ) -> Result<Vec<Effect>, RunError> {
        let entity = draft.entity();
        if !entity.write.replace_within || !program.is_fan_out() {
            return Ok(Vec::new());
        }
        // A parent with an element that could not be read is not known completely.
        let unclear: BTreeSet<&str> = items
            .iter()
            .filter(|(item, _)| item.admitted.is_err())
            .filter_map(|(item, _)| item.parent_key.as_deref())
            .collect();
        let parents = records.iter().map(|record| record.key.clone());
        let parents: Vec<String> = parents.filter(|key| !unclear.contains(key.as_str())).collect();
        let present: BTreeSet<&str> = items.iter().map(|(item, _)| item.key.as_str()).collect();
        let children = self.work.store.children(&self.work.scope, &entity.name, &parents).await?;
        let lost: Vec<_> =
            children.into_iter().filter(|link| !present.contains(link.record.key.as_str())).collect();
        let keys: Vec<String> = lost.iter().map(|link| link.record.key.clone()).collect();
        let mut known: BTreeMap<String, Known> = if keys.is_empty() {
            BTreeMap::new()
        } else {
            self.work.store.recall(&self.work.scope, &entity.name, &keys).await?
        };
        let mut effects = Vec::new();
        for link in lost {
            let known = known.remove(&link.record.key).unwrap_or_default();
            let facts = Facts {
                link: known.link.as_ref(),
                has_intent: known.has_intent,
                connection: &self.work.blueprint.target.connection,
                wish: Wish::Gone,
                policy: &entity.write,
            };
            match decide::decide(&facts) {
                Decision::Delete => effects.push(Effect::delete(&link, None, known)),
                Decision::Wait => draft.wait(&link.record.key, &link.source_key),
                _ => {}
            }
        }
        Ok(effects)
    }

    /// Decides about one record: an effect, or its end right here.
    fn decide(&self, entity: &Entity, linked: Linked, draft: &mut Draft<'_>) -> Option<Effect> {
        let Linked { item, known, version, outcome } = linked;
        let (wish, content) = match outcome {
            Resolution::Failed(fault) => {
                draft.refused(&item, &known, fault);
                return None;
            }
            held @ Resolution::Held(_) => {
                draft.held(held);
                return None;
            }
            Resolution::Filtered => (None, None),
            Resolution::Older => (Some(()), None),
            Resolution::Ready { route, object, fields } => {
                let (fields, hash) = deliver::hash(fields);
                (Some(()), Some((route, object, fields, hash)))
            }
        };
        let facts = Facts {
            link: known.link.as_ref(),
            has_intent: known.has_intent,
            connection: &self.work.blueprint.target.connection,
            wish: match (&wish, &content) {
                (_, Some((_, object, _, hash))) => Wish::Content { object, hash: *hash },
                (Some(()), None) => Wish::Same,
                (None, None) => Wish::Unadmitted,
            },
            policy: &entity.write,
        };
        match (decide::decide(&facts), content) {
            (Decision::Create | Decision::Update, Some((route, object, fields, hash))) => Some(
                Effect::content(self.work, entity, (item, known), (object, route, version), (fields, hash)),
            ),
            (Decision::Delete, _) => {
                let link = known.link.clone()?;
                Some(Effect::delete(&link, Some(item), known))
            }
            (Decision::Wait, _) => {
                draft.wait(&item.key, &item.source.key);
                None
            }
            (Decision::Elsewhere, _) => {
                draft.blocked(&item, &known, elsewhere());
                None
            }
            (Decision::Filtered, _) => {
                draft.ended(&item, Status::Filtered);
                None
            }
            (Decision::Unchanged | Decision::Create | Decision::Update, _) => {
                draft.ended(&item, Status::Unchanged);
                None
            }
        }
    }
}

fn elsewhere() -> Fault {
    Fault {
        code: "link/other-target".to_owned(),
        message: "it is linked to another connection or target object than the pipeline names now".to_owned(),
        place: None,
        retry: false,
    }
}
