//! A run without trouble, with what it left: in the target, among the failed records, and for a plan to do.

use super::{Play, preview::Listener};
use crate::{
    services::{Content, ServiceStage},
    trial::Trial,
};
use engine_run::{
    RunRequest,
    plan::{Planned, Purpose, Step},
    state::{RunFilter, StateStore},
};
use std::{collections::BTreeMap, sync::Arc};

/// What a run left.
pub(crate) struct RoundTrip {
    pub(crate) content: Content,
    /// The codes of failed records, by entity and key.
    pub(crate) failed: BTreeMap<String, String>,
    /// What a plan of everything would still do, or finds to be otherwise, by entity and key.
    pub(crate) left: Vec<(String, Planned)>,
}

/// Runs a pipeline, and then plans it.
pub(crate) fn round_trip(trial: &Trial, stage: impl FnOnce() -> ServiceStage) -> RoundTrip {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let play = Play::new(trial, Arc::new(stage()));
        let ran = play.run("writer").await.unwrap();
        assert!(ran.error.is_none(), "{:?}", ran.error);
        let all = RunFilter { limit: usize::MAX, ..RunFilter::default() };
        let failed = play.store.failures(&all, None).await.unwrap().into_iter();
        let failed = failed.map(|row| (row.key.record.to_string(), row.code)).collect();
        let listener = Arc::new(Listener::default());
        let purpose = Purpose::Plan(Arc::<Listener>::clone(&listener));
        drop(play.ask("planner", RunRequest { purpose, full: true, ..play.request() }).await.unwrap());
        let planned = listener.taken().into_iter().filter(|planned| planned.step != Step::Settle);
        let left = planned.map(|planned| (format!("{} {}", planned.entity, planned.key), planned)).collect();
        RoundTrip { content: play.stage.content(), failed, left }
    })
}
