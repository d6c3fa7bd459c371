//! Takes back what a run made: documents that nobody has touched since are voided or deleted, children before parents.
//!
//! Whether somebody touched an object, its version tells: it must be the one that the engine's own last write left. What
//! can only be made inactive is master data, to which other documents may refer by now: it stays. The links remember that a
//! person took the objects back, so that the records do not come again by themselves.

use super::Job;
use crate::{
    error::RunError,
    plan::{Purpose, live, survey},
    stage::{Fault, deliver, intent::Effect, settle::Draft},
    state::{Known, Link, MadeObject, Status},
};
use engine_contract::{ContentHash, Current, ErrorKind, Op};
use engine_plan::Entity;
use std::collections::BTreeMap;

/// Where an object is: its kind and its id.
type Found = BTreeMap<(String, String), Current>;

impl Job<'_> {
    /// Takes back what was made of the entities of this group.
    pub(super) async fn take_back(&self, made: &BTreeMap<String, Vec<MadeObject>>) -> Result<(), RunError> {
        for (entity, _) in self.entities.iter().rev() {
            let all = made.get(&entity.name).map_or(&[][..], Vec::as_slice);
            for some in all.chunks(self.work.options.batch_records) {
                self.check_cancel()?;
                self.take_back_some(entity, some).await?;
            }
        }
        Ok(())
    }

    async fn take_back_some(&self, entity: &Entity, made: &[MadeObject]) -> Result<(), RunError> {
        let keys: Vec<String> = made.iter().map(|made| made.record.key.clone()).collect();
        let mut known = self.work.store.recall(&self.work.scope, &entity.name, &keys).await?;
        let ops = self.ops(entity, made).await?;
        let mut draft = Draft::new(self.work, entity);
        let mut wanted = Vec::new();
        for made in made {
            let Some(op) = ops.get(made.target_object.as_str()).copied().flatten() else { continue };
            let Some(known) = known.remove(&made.record.key) else { continue };
            // Taken back before, or gone on to another object: nothing of that run is left.
            let is_there = |link: &Link| link.target_id.as_deref() == Some(made.target_id.as_str());
            let Some(link) = known.link.clone().filter(is_there) else { continue };
            if self.is_shown(&link, op) {
                wanted.push((made, op, link, known));
            }
        }
        draft.take_in(wanted.len());
        let ids = wanted.iter().map(|(_, _, link, _)| link);
        let ids: Vec<(&str, &str)> =
            ids.filter_map(|link| Some((link.target_object.as_str(), link.target_id.as_deref()?))).collect();
        let found = live::read(self.work, entity, &ids).await?;
        let mut effects = Vec::new();
        for (made, op, link, known) in wanted {
            let standing = standing(made, &link, &known, &found);
            let mut effect = Effect::removal((self.work, entity), op, &link, (None, known));
            effect.link.sent_hash = ContentHash::TAKEN_BACK;
            match standing {
                Ok(()) => effects.push(effect),
                Err(fault) => draft.not_sent(&effect, fault, Status::Blocked),
            }
        }
        let halt = match &self.work.purpose {
            Purpose::Plan(planner) => {
                survey::survey(self.work, &**planner, (&self.guard, effects, Vec::new()), &mut draft).await
            }
            Purpose::Write | Purpose::Apply(_) | Purpose::Trace(_) => {
                deliver::deliver(self.work, &self.guard, effects, &mut draft).await
            }
        };
        draft.commit(&self.guard, None, self.tally).await?;
        halt.map_or(Ok(()), Err)
    }

    /// Whether a plan that is carried out shows this: what it left out is not told again.
    fn is_shown(&self, link: &Link, op: Op) -> bool {
        let Purpose::Apply(approved) = &self.work.purpose else { return true };
        let promise = approved.promise(&link.record.entity, &link.record.key);
        promise.is_some_and(|promise| promise.step == op.into())
    }

    /// How objects of each kind are taken back: as the entity says, else as the target offers it. Nothing for those
    /// that can only be made inactive.
    async fn ops(
        &self,
        entity: &Entity,
        made: &[MadeObject],
    ) -> Result<BTreeMap<String, Option<Op>>, RunError> {
        let mut ops = BTreeMap::new();
        for made in made {
            if ops.contains_key(&made.target_object) {
                continue;
            }
            let schema = match self.work.target.schema(&self.work.context, &made.target_object).await {
                Ok(schema) => schema,
                // Without the kind of object there are no objects of it.
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    ops.insert(made.target_object.clone(), None);
                    continue;
                }
                Err(error) => return Err(RunError::target(&self.work.blueprint, error)),
            };
            let own = entity.write.removal().filter(|op| matches!(op, Op::Void | Op::Delete));
            let offers = |word: &str| schema.offer.delete.iter().any(|offer| offer == word);
            let offered =
                [("void", Op::Void), ("delete", Op::Delete)].into_iter().find(|(word, _)| offers(word));
            ops.insert(made.target_object.clone(), own.or_else(|| offered.map(|(_, op)| op)));
        }
        Ok(ops)
    }
}

/// Whether an object is as the run left it.
fn standing(made: &MadeObject, link: &Link, known: &Known, found: &Found) -> Result<(), Fault> {
    let MadeObject { target_object, target_id, .. } = made;
    let said = |what: &str| Fault {
        code: "plan/touched".to_owned(),
        message: format!("`{target_object}` {target_id} {what}: it stays as it is"),
        place: None,
        retry: false,
    };
    if known.has_intent {
        return Err(said("has a change under way"));
    }
    if made.is_rewritten {
        return Err(said("was written again by a later run"));
    }
    match (found.get(&(target_object.clone(), target_id.clone())), &link.target_token) {
        (None, _) => Err(said("is not there any more")),
        (Some(current), Some(token)) if current.token.as_ref() == Some(token) => Ok(()),
        (Some(current), Some(_)) if current.token.is_some() => {
            Err(said("was changed by somebody since the run"))
        }
        (Some(_), _) => Err(said("has no version that tells whether somebody changed it")),
    }
}
