//! The way back of two-way entities: under the lease of the group whose changes they are, once that has come to its end.

use super::Job;
use crate::{
    error::RunError,
    merge,
    plan::Purpose,
    stage::{
        Fault,
        intent::Effect,
        settle::Draft,
        vanished::{Noted, Seen},
    },
    state::{Known, Link},
};
use engine_plan::Entity;
use std::collections::BTreeMap;

/// The links, forward, of the records that target objects belong to; by the target's id.
type Pairs = BTreeMap<String, (Link, Known)>;

impl Job<'_> {
    /// Carries the changes of this group's objects back to their records.
    pub(super) async fn carry_back(&self) -> Result<(), RunError> {
        // What changed within a time, or meets a filter, is asked of the source. A search for lost links looks forward.
        let is_part = self.work.window.is_some() || !self.work.narrow.is_empty();
        let is_forward_only = is_part || matches!(self.work.purpose, Purpose::Trace(_));
        let Some(back) = self.work.back.as_deref().filter(|_| !is_forward_only) else { return Ok(()) };
        for (entity, _) in &self.entities {
            let Some((_, reversed)) = self.work.way_back(entity) else { continue };
            let (Some(group), Some(program)) =
                (back.group_of(reversed), back.program.entity_named(&reversed.name))
            else {
                continue;
            };
            let job = Job {
                work: back,
                group,
                entities: vec![(reversed, program)],
                guard: self.guard.clone(),
                tally: self.tally,
                seen: Seen::new(false),
                noted: Noted::default(),
                front: Some(self.work),
            };
            job.advance().await?;
            job.tell_finished();
        }
        Ok(())
    }

    /// On the way back: whose the objects of a batch are. What is known of them says so from here on.
    pub(super) async fn pairs(
        &self,
        entity: &Entity,
        ids: &[String],
        known: &mut BTreeMap<String, Known>,
    ) -> Result<Pairs, RunError> {
        let Some((front, of)) = self.forward(entity) else { return Ok(Pairs::new()) };
        let pairs = merge::pairs(front, (of, &self.group.stream), ids).await?;
        merge::know(self.work, entity, &pairs, known);
        Ok(pairs)
    }

    /// On the way back: what is left to be written to the source.
    pub(super) async fn merge_back(
        &self,
        entity: &Entity,
        (effects, pairs): (Vec<Effect>, Pairs),
        draft: &mut Draft<'_>,
    ) -> Result<Vec<Effect>, RunError> {
        let (Some((front, of)), Some(back)) = (self.forward(entity), &entity.back) else {
            return Ok(effects);
        };
        merge::backward((front, self.work), (of, entity, back), (effects, pairs), draft).await
    }

    /// The entity whose changes this one carries back.
    fn forward(&self, entity: &Entity) -> Option<(&crate::work::Work, &Entity)> {
        let (front, back) = (self.front?, entity.back.as_ref()?);
        Some((front, front.blueprint.entities.iter().find(|of| of.name == back.of)?))
    }
}

/// On the way back: an object that is new in the target and lacks what the source requires of its records is none of them.
pub(super) fn is_none_of_the_sources(entity: &Entity, known: &Known, fault: &Fault) -> bool {
    let is_linked = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
    entity.back.is_some() && !is_linked && fault.code == "mapping/required"
}
