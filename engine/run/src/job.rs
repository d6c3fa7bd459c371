//! Advances one stream group of a pipeline: recovery, revisits, then batch by batch to the end.

mod back;
mod caught_up;
mod only;
mod sweep;
mod take_back;

use crate::{
    error::RunError,
    event::Event,
    key::GroupKey,
    lease::{Guard, later},
    links,
    options::Mechanism,
    plan::{
        Approved, Purpose, Step as Planned, how, promise,
        survey::{self, Standing},
    },
    report::Tally,
    stage::{
        Fault, decide,
        decide::{Decision, Facts, Wish},
        deliver,
        effect::Attempt,
        extract::{self, Read, Reader},
        gone,
        intent::Effect,
        limit,
        link::{self, Linked, Resolution},
        remap,
        settle::Draft,
        transform,
        vanished::{self, Noted, Seen},
    },
    state::{Acquired, CursorRow, Known, Link, Owners, RevisitQuery, Status},
    window,
    work::Work,
};
use engine_contract::{ConnectorError, SourceRecord};
use engine_plan::{Entity, EntityProgram, Group};
use std::sync::Arc;

/// One stream group, with its lease.
pub(crate) struct Job<'a> {
    work: &'a Work,
    group: &'a Group,
    entities: Vec<(&'a Entity, &'a EntityProgram)>,
    guard: Guard,
    tally: &'a Tally,
    /// What this run has met, where it matters what it has not.
    seen: Seen,
    /// On the way back: the way forward.
    front: Option<&'a Work>,
    /// What earlier runs have not met.
    noted: Noted,
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

impl<'a> Step<'a> {
    /// The same in slices of at most so many records: elements of many records would be many more. What can be said
    /// only of the whole is said with the last slice, so that a run which stops before it has said nothing.
    fn slices(&self, most: usize) -> Vec<Self> {
        let mut slices: Vec<Self> = self.records.chunks(most).map(Self::of).collect();
        if slices.is_empty() {
            slices.push(Self::of(&[]));
        }
        if let Some(first) = slices.first_mut() {
            first.broken = self.broken;
        }
        if let Some(last) = slices.last_mut() {
            (last.asked, last.completes, last.cursor) = (self.asked, self.completes, self.cursor.clone());
        }
        slices
    }

    fn of(records: &'a [SourceRecord]) -> Self {
        Self { records, broken: &[], asked: &[], completes: false, cursor: None }
    }
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
                && work.covers(entity)
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
            let until = later(now, work.options.lease);
            match work.store.acquire(&key, owner, now, until, gone.as_deref()).await? {
                Acquired::Yes(lease) => {
                    let (store, context) = (Arc::clone(&work.store), work.context.clone());
                    let guard = Guard::new(store, context, work.options.clone(), lease);
                    let seen = Seen::new(entities.iter().any(|(entity, _)| vanished::matters(entity)));
                    let noted = Noted::load(work, &entities).await?;
                    let front = None;
                    return Ok(Some(Self { work, group, entities, guard, tally, seen, front, noted }));
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
        let mut result = self.advance().await;
        if result.is_ok() {
            result = self.carry_back().await;
        }
        if result.is_ok() {
            result = self.caught_up().await;
        }
        if matches!(result, Err(RunError::LeaseLost { .. })) {
            return result;
        }
        let released = self.guard.release().await;
        // What stopped the run says more than that its lease could not be given back.
        result?;
        released?;
        self.tell_finished();
        Ok(())
    }

    fn tell_finished(&self) {
        for (entity, _) in &self.entities {
            let counts = self.tally.counts(&entity.name);
            self.work.observer.notice(Event::EntityFinished { entity: entity.name.clone(), counts });
        }
    }

    async fn advance(&self) -> Result<(), RunError> {
        self.recover().await?;
        if let Some(records) = &self.work.records {
            return self.only(records).await;
        }
        if let Purpose::Apply(approved) = &self.work.purpose
            && !approved.is_of_run()
        {
            return self.carry_out(approved).await;
        }
        if let Some(asked) = self.named() {
            for asked in asked.chunks(self.work.options.batch_records) {
                self.check_cancel()?;
                self.look_again(asked).await?;
            }
            return Ok(());
        }
        let Some((first, _)) = self.entities.first() else { return Ok(()) };
        let row = window::cursor(self.work, first, &self.guard.lease().key).await?;
        let mut reader = Reader::start(self.work, self.group, row).await?;
        // A read of everything meets the records that wait on its way, and one of a part leaves them.
        if !reader.reads_everything() && self.work.narrow.is_empty() {
            self.revisit().await?;
        }
        let mut read = reader.next().await?;
        while let Some(Read { batch, cursor, completes }) = read {
            self.check_cancel()?;
            // The entities left out have not seen these records: the shared cursor must wait for them.
            let moves = self.entities.len() == self.group.entities.len() && window::moves(self.work);
            let cursor = moves.then_some(cursor);
            let step = Step { records: &batch.records, broken: &batch.broken, asked: &[], completes, cursor };
            // The source is asked for the next batch while this one is on its way. What was read ahead counts for
            // nothing before it is taken up: the cursor moves with what is settled.
            // A step that fails ends the read ahead with it; a read that fails lets the step come to its end.
            let ahead = async { Ok(reader.next().await) };
            let ((), ahead) = futures::try_join!(self.step(&step), ahead)?;
            read = ahead?;
        }
        let is_for_this = !self.work.purpose.is_trace() && !self.work.mapping_change;
        let is_sweep = is_for_this && reader.reads_everything() && self.seen.tells_all();
        if is_sweep { self.sweep().await } else { Ok(()) }
    }

    /// The source keys of the records whose objects a person names, where those are all that matters.
    fn named(&self) -> Option<Vec<String>> {
        let Purpose::Trace(tracer) = &self.work.purpose else { return None };
        tracer.asked(self.entities.iter().map(|(entity, _)| *entity))
    }

    fn check_cancel(&self) -> Result<(), RunError> {
        if self.work.context.cancel.is_cancelled() { Err(RunError::Cancelled) } else { Ok(()) }
    }

    /// Finds out what became of effects that an earlier run left open, before anything new is sent.
    async fn recover(&self) -> Result<(), RunError> {
        for (entity, _) in &self.entities {
            let noted = self.work.store.dispatched(&self.work.scope, &entity.name).await?;
            if !noted.is_empty() {
                let mut draft = Draft::new(self.work, entity);
                draft.doubt(noted);
                draft.commit(&self.guard, None, self.tally).await?;
            }
            let intents = self.work.store.open_intents(&self.work.scope, &entity.name).await?;
            for chunk in intents.chunks(self.work.options.batch_records) {
                let mut draft = Draft::new(self.work, entity);
                draft.take_in(chunk.len());
                for intent in chunk {
                    draft.expect(intent.link.clone(), None, Known::default());
                }
                let left = links::left_open(self.work, entity, chunk, &mut draft).await?;
                let attempts = left.into_iter().map(Attempt::recovered).collect();
                let halt = deliver::send_all(self.work, &self.guard, attempts, &mut draft).await;
                draft.commit(&self.guard, None, self.tally).await?;
                halt.map_or(Ok(()), Err)?;
            }
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
        let mut query = RevisitQuery {
            entities,
            now: self.work.context.clock.now(),
            run: self.work.run_id.clone(),
            wait: self.work.options.revisit_wait,
            after: None,
            limit: self.work.options.batch_records,
        };
        loop {
            self.check_cancel()?;
            let due = self.work.store.revisits(&self.work.scope, &query).await?;
            let Some(last) = due.last() else { return Ok(()) };
            query.after = Some(last.source_key.clone());
            let asked: Vec<String> = due.into_iter().map(|revisit| revisit.source_key).collect();
            self.look_again(&asked).await?;
        }
    }

    /// Looks at the records of a plan, and at nothing else. The cursor stays where it is.
    async fn carry_out(&self, approved: &Approved) -> Result<(), RunError> {
        let keys = approved.source_keys(self.entities.iter().map(|(entity, _)| entity.name.as_str()));
        for asked in keys.chunks(self.work.options.batch_records) {
            self.check_cancel()?;
            self.look_again(asked).await?;
        }
        if approved.takes_away() { self.sweep_planned().await } else { Ok(()) }
    }

    async fn look_again(&self, asked: &[String]) -> Result<(), RunError> {
        let records = extract::fetch(self.work, self.group, asked).await?;
        let step = Step { records: &records, broken: &[], asked, completes: false, cursor: None };
        self.step(&step).await
    }

    /// Takes records through every entity of the group. The cursor moves with the last.
    async fn step(&self, step: &Step<'_>) -> Result<(), RunError> {
        tracing::debug!(
            group = self.group.name,
            records = step.records.len(),
            broken = step.broken.len(),
            "batch"
        );
        if !self.work.options.keeps(Mechanism::CursorLast)
            && let Some((entity, _)) = self.entities.first()
        {
            Draft::new(self.work, entity).commit(&self.guard, step.cursor.clone(), self.tally).await?;
        }
        for index in 0..self.entities.len() {
            self.through(index, step).await?;
        }
        Ok(())
    }

    /// Takes records through one entity of the group.
    async fn through(&self, index: usize, step: &Step<'_>) -> Result<(), RunError> {
        let Some((entity, program)) = self.entities.get(index) else { return Ok(()) };
        let is_last = index + 1 == self.entities.len();
        let most = if program.is_fan_out() { self.work.options.batch_records } else { usize::MAX };
        for slice in step.slices(most) {
            let mut draft = Draft::new(self.work, entity);
            draft.read(slice.records.len());
            if index == 0 && !slice.broken.is_empty() {
                let places: Vec<String> = slice.broken.iter().map(|(place, _)| place.clone()).collect();
                let known = self.work.store.recall(&self.work.scope, &entity.name, &places).await?;
                for (place, error) in slice.broken {
                    draft.broken(place, error, known.get(place));
                }
            }
            if slice.completes {
                draft.read_whole();
            }
            let halt = self.entity(program, &slice, &mut draft).await?;
            let cursor = slice.cursor.filter(|_| is_last && halt.is_none());
            draft.commit(&self.guard, cursor, self.tally).await?;
            halt.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Takes records through one entity, up to the draft of what is to be committed.
    async fn entity(
        &self,
        program: &EntityProgram,
        step: &Step<'_>,
        draft: &mut Draft<'_>,
    ) -> Result<Option<RunError>, RunError> {
        let entity = draft.entity();
        let items = transform::items((self.work, self.group), (entity, program), step.records);
        let gone = gone::gone(self.work, (entity, program), step.records, &items).await?;
        let keys: Vec<String> = items.iter().map(|folded| folded.item.key.clone()).collect();
        let mut known = self.work.store.recall(&self.work.scope, &entity.name, &keys).await?;
        let pairs = self.pairs(entity, &keys, &mut known).await?;
        draft.take_in(items.len() + gone.len());
        draft.saw(step.records.iter().map(|record| record.key.clone()).chain(step.asked.iter().cloned()));
        let candidates = transform::map_all(self.work, (entity, program), items, known).await?;
        let linked = link::resolve(self.work, &entity.name, candidates).await?;
        let linked = remap::keep(self.work, entity, linked).await?;
        if let Purpose::Plan(planner) = &self.work.purpose
            && planner.asks_how()
        {
            how::tell(self.work, &**planner, (entity, program), &linked).await?;
        }
        let mut standing = Vec::new();
        let effects: Vec<Effect> = linked
            .into_iter()
            .filter_map(|linked| self.decide(entity, linked, (draft, &mut standing)))
            .collect();
        self.seen.add(entity, &keys, step.records, step.broken);
        draft.found(self.noted.met(entity, &keys));
        let effects = self.merge_back(entity, (effects, pairs), draft).await?;
        Ok(self.send((gone, Wish::Gone), (effects, standing), draft).await)
    }

    /// Has effects sent, with those that take away what is gone behind them. A plan tells them instead, with what stands.
    async fn send(
        &self,
        (gone, wish): (Vec<(Link, Known)>, Wish<'_>),
        (mut effects, standing): (Vec<Effect>, Vec<Standing>),
        draft: &mut Draft<'_>,
    ) -> Option<RunError> {
        let entity = draft.entity();
        for (link, known) in gone {
            if let Decision::Remove(op) = decide::decide(&self.facts(entity, &known, wish)) {
                effects.push(Effect::removal((self.work, entity), op, &link, (None, known)));
            } else {
                draft.wait(&link.record.key, &link.source_key);
            }
        }
        if let Purpose::Trace(tracer) = &self.work.purpose {
            return links::trace(self.work, tracer, (effects, standing), draft).await;
        }
        let (effects, beyond) =
            limit::deletes(entity, effects, self.tally.counts(&entity.name).of(Status::Deleted));
        let halt = match &self.work.purpose {
            Purpose::Plan(planner) => {
                survey::survey(self.work, &**planner, (&self.guard, effects, standing), draft).await
            }
            Purpose::Write | Purpose::Apply(_) | Purpose::Trace(_) => {
                deliver::deliver(self.work, &self.guard, effects, draft).await
            }
        };
        halt.or_else(|| limit::stop(entity, beyond, draft))
    }

    fn facts<'f>(&'f self, entity: &'f Entity, known: &'f Known, wish: Wish<'f>) -> Facts<'f> {
        Facts {
            link: known.link.as_ref(),
            has_intent: known.has_intent,
            connection: &self.work.blueprint.target.connection,
            wish,
            policy: &entity.write,
        }
    }

    /// Whether a plan says that an object is written again though its record has not changed.
    fn mends(&self, entity: &Entity, key: &str) -> bool {
        let Purpose::Apply(approved) = &self.work.purpose else { return false };
        approved.promise(&entity.name, key).is_some_and(|promise| promise.step == Planned::Mend)
    }

    /// Decides about one record: an effect, or its end right here. A plan also looks at what stands.
    fn decide(
        &self,
        entity: &Entity,
        linked: Linked,
        (draft, standing): (&mut Draft<'_>, &mut Vec<Standing>),
    ) -> Option<Effect> {
        let Linked { item, known, version, outcome } = linked;
        if !self.work.is_asked() && known.link.as_ref().is_some_and(Link::is_taken_back) {
            draft.ended(&item, Status::Filtered);
            return None;
        }
        let is_decided = matches!(outcome, Resolution::Ready(_) | Resolution::Overruled | Resolution::Kept);
        if self.work.is_behind(entity) && !is_decided {
            draft.seek(&item, &known);
        }
        if let Purpose::Trace(tracer) = &self.work.purpose {
            tracer.unmapped(self.work, entity, (&item, &known), &outcome);
        }
        let decision = outcome.wish().map(|wish| decide::decide(&self.facts(entity, &known, wish)));
        match (decision, outcome) {
            (_, Resolution::Held(hold)) => draft.held(hold),
            (_, Resolution::Awaits) => draft.wait(&item.key, &item.source.key),
            (_, Resolution::Expired(hold, fault)) => draft.expired(&item, &known, hold, fault),
            (_, Resolution::Failed(fault, _)) if back::is_none_of_the_sources(entity, &known, &fault) => {
                draft.ended(&item, Status::Filtered);
            }
            (_, Resolution::Failed(fault, status)) => draft.failed(&item, &known, fault, status),
            (Some(Decision::Create | Decision::Update), Resolution::Ready(ready)) => {
                return Some(Effect::content(self.work, entity, (item, known, version), *ready));
            }
            (Some(Decision::Remove(op)), _) => {
                let link = known.link.clone()?;
                return Some(Effect::removal((self.work, entity), op, &link, (Some(item), known)));
            }
            (Some(Decision::Wait), _) => draft.wait(&item.key, &item.source.key),
            (Some(Decision::Unclear), Resolution::Ready(ready)) if self.work.purpose.is_trace() => {
                return Some(Effect::content(self.work, entity, (item, known, version), *ready));
            }
            (Some(Decision::Unclear), _) => draft.failed(&item, &known, Fault::unclear(), Status::Blocked),
            (Some(Decision::Elsewhere), _) => draft.failed(&item, &known, elsewhere(), Status::Blocked),
            (_, Resolution::Filtered | Resolution::Early(_)) => draft.ended(&item, Status::Filtered),
            (Some(Decision::Unchanged), Resolution::Ready(ready))
                if known.is_sought() || entity.write.update && self.work.is_behind(entity) =>
            {
                return Some(Effect::content(self.work, entity, (item, known, version), *ready));
            }
            (Some(Decision::Unchanged), Resolution::Ready(ready)) if self.mends(entity, &item.key) => {
                let known = promise::to_mend(&self.work.purpose, entity, &item.key, known);
                return Some(Effect::content(self.work, entity, (item, known, version), *ready));
            }
            (Some(Decision::Unchanged), Resolution::Ready(ready)) => {
                draft.ended(&item, Status::Unchanged);
                // What somebody changed in the target of a two-way entity is told by its way back.
                let is_told = self.work.purpose.is_dry() && self.work.way_back(entity).is_none();
                let link = known.link.filter(|_| is_told)?;
                standing.push(Standing { item, link, ready: *ready });
            }
            (_, Resolution::Ready(_) | Resolution::Overruled | Resolution::Kept) => {
                draft.ended(&item, Status::Unchanged);
            }
        }
        None
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
