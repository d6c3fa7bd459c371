//! Takes away what the source does not have any more, once two reads of everything have not met it.
//!
//! The first read that does not meet a record notes it; the second takes its object away, unless the record was met in
//! between. The source is asked for each by its key, so that a list which left records out takes nothing away.

use super::{Job, Step};
use crate::{
    error::RunError,
    stage::{
        decide::Wish,
        extract, gone,
        settle::Draft,
        vanished::{self, Page},
    },
    state::Link,
};
use engine_plan::Entity;
use std::collections::BTreeSet;

impl<'a> Job<'a> {
    /// The entities for which it matters what is gone, children before their parents.
    fn vanishing(&self) -> impl Iterator<Item = &'a Entity> {
        self.entities.iter().rev().map(|(entity, _)| *entity).filter(|entity| vanished::matters(entity))
    }

    /// After a read of everything.
    pub(super) async fn sweep(&self) -> Result<(), RunError> {
        for entity in self.vanishing() {
            let (mut missing, mut after) = (BTreeSet::new(), None);
            let is_unmet = |link: &Link| !self.seen.has(link);
            while let Some(page) = vanished::page(self.work, entity, after.as_deref(), is_unmet).await? {
                let links = self.gone(&page).await?;
                missing.extend(links.iter().map(|link| link.record.key.clone()));
                let (again, first): (Vec<_>, Vec<_>) =
                    links.into_iter().partition(|link| self.noted.has(self.work, link));
                let again = again.into_iter().filter(|link| vanished::is_planned(self.work, link));
                self.take_away(entity, again.collect(), first).await?;
                after = Some(page.last);
            }
            let found = self.noted.others(entity, &missing);
            if !found.is_empty() {
                let mut draft = Draft::new(self.work, entity);
                draft.found(found);
                draft.commit(&self.guard, None, self.tally).await?;
            }
        }
        Ok(())
    }

    /// Takes away what a plan names, and nothing else. What came back since the plan stays.
    pub(super) async fn sweep_planned(&self) -> Result<(), RunError> {
        for entity in self.vanishing() {
            let mut after = None;
            let is_wanted = |link: &Link| {
                !self.seen.has(link)
                    && vanished::is_planned(self.work, link)
                    && self.noted.has(self.work, link)
            };
            while let Some(page) = vanished::page(self.work, entity, after.as_deref(), is_wanted).await? {
                let again = self.gone(&page).await?;
                self.take_away(entity, again, Vec::new()).await?;
                after = Some(page.last);
            }
        }
        Ok(())
    }

    /// What of a page the source does not have when it is asked. What becomes of the others is decided as ever.
    async fn gone(&self, page: &Page) -> Result<Vec<Link>, RunError> {
        self.check_cancel()?;
        let records = extract::fetch(self.work, self.group, &page.sources).await?;
        let is_there = |link: &&Link| records.iter().any(|record| record.key == link.source_key);
        let gone = page.unseen.iter().filter(|link| !is_there(link)).cloned().collect();
        if !records.is_empty() {
            let step = Step { records: &records, broken: &[], asked: &[], completes: false, cursor: None };
            self.step(&step).await?;
        }
        Ok(gone)
    }

    async fn take_away(&self, entity: &Entity, again: Vec<Link>, first: Vec<Link>) -> Result<(), RunError> {
        if again.is_empty() && first.is_empty() {
            return Ok(());
        }
        let again = gone::with_known(self.work, entity, again).await?;
        let mut draft = Draft::new(self.work, entity);
        self.tally.missing(&entity.name, first.iter().map(|link| link.source_key.as_str()));
        draft.missing(first);
        draft.take_in(again.len());
        let halt = self.send((again, Wish::Vanished), (Vec::new(), Vec::new()), &mut draft).await;
        draft.commit(&self.guard, None, self.tally).await?;
        halt.map_or(Ok(()), Err)
    }
}
