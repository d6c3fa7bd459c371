//! What would mend differences: a plan for what the engine can write again, and a list for what people must decide.

use super::document::difference;
use crate::{
    error::Result,
    output::{self, Output},
    plan::{self, Gatherer, Writer},
    ready::Ready,
    table::columns,
    workspace::runtime,
};
use engine_plan::Blueprint;
use engine_run::{
    RunRequest,
    plan::{Planned, Planner, Purpose, Step},
    reconcile::{Difference, Kind, Reconciliation},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Records, each by its entity and the source's key.
type Places = BTreeSet<(String, String)>;

/// What would mend the differences of one pipeline.
pub(crate) struct Repairs {
    rows: Vec<Row>,
    kept: Option<(PathBuf, Timestamp)>,
}

/// One difference and its remedy.
struct Row {
    document: Value,
    subject: String,
    remedy: String,
    is_planned: bool,
}

/// Passes on what mends the wanted records, and nothing else.
struct Mender {
    inner: Arc<Gatherer>,
    wanted: Places,
    planned: Mutex<Places>,
}

impl Planner for Mender {
    fn take(&self, planned: Planned) {
        if planned.step == Step::Mend {
            let place = (planned.entity.clone(), planned.source_key.clone());
            self.planned.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
            self.inner.take(planned);
        }
    }

    fn calls(&self, _: &str, _: u64, _: Option<u32>) {}

    fn mends(&self, entity: &str, source_key: &str) -> bool {
        self.wanted.contains(&(entity.to_owned(), source_key.to_owned()))
    }
}

/// Writes a plan for what can be written again, and lists the rest.
pub(crate) fn plan(
    ready: &Ready,
    blueprint: &Arc<Blueprint>,
    all: &[Reconciliation],
    path: &Path,
) -> Result<Repairs> {
    let each = || all.iter().flat_map(|of| of.differences.iter().map(move |one| (of, one)));
    let wanted = each().filter(|(_, one)| can_be_written(one));
    let wanted = wanted.filter_map(|(of, one)| Some((of.entity.clone(), one.source_key.clone()?)));
    let (planned, until) = mend(ready, blueprint, wanted.collect(), path)?;
    let row = |(of, one): (&Reconciliation, &Difference)| {
        let place = (of.entity.clone(), one.source_key.clone().unwrap_or_default());
        let is_planned = can_be_written(one) && planned.contains(&place);
        let remedy = if is_planned {
            format!("written again by: engine apply {}", path.display())
        } else {
            by_hand(one, &blueprint.pipeline)
        };
        Row { document: difference(of, one), subject: subject(of, one), remedy, is_planned }
    };
    Ok(Repairs { rows: each().map(row).collect(), kept: until.map(|until| (path.to_owned(), until)) })
}

/// Whether what is wrong is an object that a record was written to.
fn can_be_written(one: &Difference) -> bool {
    matches!(one.kind, Kind::Different | Kind::MissingInTarget) && one.target_id.is_some()
}

/// Makes the plan; returns which records it has, and until when it can be carried out. Without records there is no file.
fn mend(
    ready: &Ready,
    blueprint: &Arc<Blueprint>,
    wanted: Places,
    path: &Path,
) -> Result<(Places, Option<Timestamp>)> {
    if wanted.is_empty() {
        return Ok((BTreeSet::new(), None));
    }
    let head = plan::head(blueprint, &ready.engine.context);
    let inner = Arc::new(Gatherer::new(false, false, Some(Writer::create(path, &head)?)));
    let only: BTreeSet<String> = wanted.iter().map(|(entity, _)| entity.clone()).collect();
    let mender = Arc::new(Mender { inner: Arc::clone(&inner), wanted, planned: Mutex::new(BTreeSet::new()) });
    let request = RunRequest {
        only: only.into_iter().collect(),
        full: true,
        trigger: "plan".to_owned(),
        ..RunRequest::new(Arc::clone(blueprint), Purpose::Plan(Arc::<Mender>::clone(&mender)))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    let writer = inner.close().writer;
    let planned = std::mem::take(&mut *mender.planned.lock().unwrap_or_else(PoisonError::into_inner));
    let is_whole = report.as_ref().is_ok_and(|report| report.error.is_none());
    let mut until = None;
    if let Some(writer) = writer {
        if is_whole && !planned.is_empty() {
            until = Some(writer.finish()?);
        } else {
            writer.give_up();
        }
    }
    let report = report?;
    if let Some((code, message)) = report.error {
        let exit = crate::error::exit_for(&code);
        return Err(crate::error::CommandError::new(exit, &code, message));
    }
    Ok((planned, until))
}

fn by_hand(one: &Difference, pipeline: &str) -> String {
    let object = match (&one.object, &one.target_id) {
        (Some(object), Some(id)) => format!("{object} {id}"),
        _ => "the object".to_owned(),
    };
    match one.kind {
        Kind::MissingInTarget if one.target_id.is_none() => {
            format!("read again by: engine run {pipeline} --full")
        }
        Kind::MissingInTarget => format!("{object} is gone: make it again in the target"),
        Kind::Different => format!("change {object} in the target: the pipeline does not write what differs"),
        Kind::Twice => {
            format!("void or delete {object} in the target, once it is certain which one is to stay")
        }
        Kind::MissingInSource => {
            format!("void or delete {object} in the target, or leave such objects out with `target.when`")
        }
        Kind::Unreadable => "mend the rule of the `[[reconcile]]`, or the record".to_owned(),
    }
}

fn subject(of: &Reconciliation, one: &Difference) -> String {
    let record = one.source_key.as_ref().map(|key| format!("{} {key}", of.entity));
    let object = one
        .object
        .as_ref()
        .map(|object| format!("{object} {}", one.target_id.as_deref().unwrap_or_default()));
    record.into_iter().chain(object).collect::<Vec<_>>().join(", ")
}

impl Repairs {
    pub(crate) fn documents(&self) -> impl Iterator<Item = Value> + '_ {
        self.rows
            .iter()
            .map(|row| json!({ "difference": row.document, "remedy": row.remedy, "planned": row.is_planned }))
    }

    pub(crate) fn print(&self, output: &Output) {
        if self.rows.is_empty() {
            output.talk("Nothing is to be mended: no plan was written.");
            return;
        }
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| vec![row.subject.clone(), row.remedy.clone()]).collect();
        output.result("");
        for line in columns(&["WHAT", "REMEDY"], &rows) {
            output.result(&line);
        }
        match &self.kept {
            Some((path, until)) => {
                let path = path.display();
                output.step(output::GOOD, "Saved", &format!("{path}, valid until {until:.0}"));
            }
            None => output.talk("None of this can be written again: no plan was written."),
        }
    }
}
