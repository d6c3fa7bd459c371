//! A plan beside the run that follows it: the plan changes nothing, and shows what the run then does.

use super::Play;
use crate::{
    class::ClassStage,
    services::ServiceStage,
    stage::Stage,
    trial::{Scene, Trial},
};
use engine_run::{
    RunRequest,
    plan::{Planned, Planner, Purpose},
    state::{AuditQuery, RunFilter, StateStore},
};
use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// How many plans a trial makes, with changes of the source between them.
const ROUNDS: usize = 3;

/// An effect: what is done, to which record's object of which kind, and the hash of what is sent where a plan can know it.
type Effect = (String, String, String, Option<Vec<u8>>);

#[derive(Default)]
pub(super) struct Listener(Mutex<Vec<Planned>>);

impl Listener {
    /// What was told.
    pub(super) fn taken(&self) -> Vec<Planned> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Planner for Listener {
    fn take(&self, planned: Planned) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(planned);
    }

    fn calls(&self, _connection: &str, _calls: u64, _per_minute: Option<u32>) {}
}

/// What is wrong with the plans of a trial, in words; empty when nothing is.
pub(crate) fn previewed(trial: &Trial) -> String {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        match trial.scene {
            Scene::Keys | Scene::Upserts | Scene::Rows | Scene::Markers => {
                rounds(trial, ClassStage::new(trial, false)).await
            }
            Scene::ShopToBooks | Scene::BooksToShop | Scene::ShopToWarehouse | Scene::BothWays => {
                rounds(trial, ServiceStage::new(trial, false)).await
            }
        }
    })
}

async fn rounds<S: Stage + 'static>(trial: &Trial, stage: S) -> String {
    let play = Play::new(trial, Arc::new(stage));
    play.stage.calm_down();
    let mut wrong = String::new();
    for round in 0..ROUNDS {
        tokio::time::sleep(play.pace.calm).await;
        play.stage.catch_up();
        wrong.push_str(&play.beside(round).await);
        play.stage.stir();
    }
    wrong
}

/// Only the content of records without references is known before their parents are made.
fn is_known(entity: &str) -> bool {
    entity == "customer"
}

impl<S: Stage + 'static> Play<'_, S> {
    /// Plans, then runs, and compares.
    async fn beside(&self, round: usize) -> String {
        let mut wrong = String::new();
        let before = (self.store.changes(), self.stage.sent());
        let listener = Arc::new(Listener::default());
        let purpose = Purpose::Plan(Arc::<Listener>::clone(&listener));
        let engine = self.engine(&format!("planner-{round}"), self.stage.process(true), None);
        let planned = engine.run(&RunRequest { purpose, ..self.request() }).await.unwrap();
        if (self.store.changes(), self.stage.sent()) != before {
            write!(wrong, "plan {round} has changed something; ").unwrap();
        }
        let taken = listener.taken();
        let effect = |planned: &Planned| -> Effect {
            let content = planned.content.filter(|_| is_known(&planned.entity));
            let content = content.map(|hash| hash.0.to_vec());
            (planned.step.as_str().to_owned(), planned.object.clone(), planned.key.clone(), content)
        };
        let mut shown: Vec<Effect> =
            taken.iter().filter(|planned| planned.step.writes()).map(effect).collect();

        let ran = self.run(&format!("engine-{round}")).await.unwrap();
        let filter = RunFilter { limit: usize::MAX, ..RunFilter::default() };
        let query = AuditQuery { filter, run: Some(ran.run_id.clone()), ..AuditQuery::default() };
        let rows = self.store.audit(&query).await.unwrap().into_iter();
        let mut done: Vec<Effect> = rows
            .map(|row| {
                let content = (is_known(&row.entity) && row.action != "delete").then_some(row.content);
                (row.action, row.target_object, row.key, content)
            })
            .collect();
        shown.sort();
        done.sort();
        if shown != done {
            write!(wrong, "plan {round} shows {shown:?}, and the run did {done:?}; ").unwrap();
        }
        let ends = |report: &engine_run::RunReport| format!("{:?}", report.entities);
        if ends(&planned) != ends(&ran) {
            write!(wrong, "plan {round} counts {}, and the run {}; ", ends(&planned), ends(&ran)).unwrap();
        }
        wrong
    }
}
