//! Carries out what `[[reconcile]]` of a pipeline asks for.

use super::{Reconciliation, Window, drill::Drill, ledger::Ledger, review::Review, source, target::Mirror};
use crate::{
    engine::{Engine, RunRequest},
    error::RunError,
    plan::{Planned, Planner, Purpose},
    work::Work,
};
use engine_contract::Source;
use engine_plan::{Blueprint, Reconcile};
use std::sync::Arc;

/// What to compare.
#[derive(Clone, Debug)]
pub struct ReconcileRequest {
    /// The pipeline.
    pub blueprint: Arc<Blueprint>,
    /// The name of one `[[reconcile]]`; all of them when nothing is named.
    pub name: Option<String>,
    /// The days that are compared.
    pub window: Window,
    /// Records that have a reason are listed too.
    pub lists: bool,
}

/// Nobody hears what a comparison would write: it writes nothing.
struct Nobody;

impl Planner for Nobody {
    fn take(&self, _: Planned) {}

    fn calls(&self, _: &str, _: u64, _: Option<u32>) {}
}

impl Engine {
    /// Compares both sides of a pipeline, for each `[[reconcile]]` that is asked for, in the order of the file.
    ///
    /// # Errors
    /// When a side cannot be read, the state store fails, or a sum has more digits than can be reckoned exactly.
    pub async fn reconcile(&self, request: &ReconcileRequest) -> Result<Vec<Reconciliation>, RunError> {
        let purpose = Purpose::Plan(Arc::new(Nobody));
        let run = RunRequest { full: true, ..RunRequest::new(Arc::clone(&request.blueprint), purpose) };
        let (work, ends) = self.surroundings(&run).await?;
        let lists = ends.target_reads;
        let mut all = Vec::new();
        let wanted = |of: &&Reconcile| request.name.as_ref().is_none_or(|name| *name == of.name);
        for of in request.blueprint.reconcile.iter().filter(wanted) {
            all.push(Box::pin(one(&work, lists.as_deref(), request, of)).await?);
        }
        Ok(all)
    }
}

async fn one(
    work: &Work,
    lists: Option<&dyn Source>,
    request: &ReconcileRequest,
    of: &Reconcile,
) -> Result<Reconciliation, RunError> {
    let missing = || RunError::Invalid(format!("`{}` compares an entity that is not there", of.name));
    let entity =
        work.blueprint.entities.iter().find(|entity| entity.name == of.entity).ok_or_else(missing)?;
    let program = work.program.entity_named(&of.entity).ok_or_else(missing)?;
    let comparison = work.program.comparison(&of.name).ok_or_else(missing)?;
    let group = work.group_of(entity).ok_or_else(missing)?;
    let sums: Vec<String> = of.source.sum.keys().cloned().collect();
    let mut ledger = Ledger::new(&of.by, sums.len(), (request.window, request.lists));
    let review = Review::new(work, (entity, program), comparison, group).await?;
    let mut expected = source::read(&review, &mut ledger).await?;
    let mirror = Mirror { work, entity, comparison, lists };
    let sighted = mirror.read(&mut expected, &mut ledger).await?;
    let unlisted = sighted.unlisted.clone();
    let (expected, into) = (&mut expected, &mut ledger);
    Drill { review: &review, mirror: &mirror, expected, ledger: into, sighted }.work().await?;
    let (buckets, differences, explained) = ledger.close()?;
    Ok(Reconciliation {
        name: of.name.clone(),
        entity: of.entity.clone(),
        by: of.by.clone(),
        sums,
        count: of.count,
        window: request.window,
        buckets,
        differences,
        explained,
        unlisted,
    })
}
