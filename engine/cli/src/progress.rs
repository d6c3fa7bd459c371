//! Shows a run while it works: bars on a terminal, plain lines otherwise, NDJSON for programs.

use crate::{
    args::Format,
    output::{self, Output},
};
use engine_run::{
    Event, Observer,
    state::{Counts, Place, Status},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often an entity prints a plain line while it works.
const PLAIN_EVERY: i64 = 10;

/// Listens to a run.
pub(crate) struct Progress {
    output: Output,
    bars: MultiProgress,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    title: String,
    /// The run is only planned, to be carried out behind that.
    plans: bool,
    run_id: String,
    seq: u64,
    spinners: BTreeMap<String, ProgressBar>,
    printed: BTreeMap<String, Timestamp>,
}

impl Progress {
    pub(crate) fn new(output: &Output) -> Self {
        if output.format() == Format::Ndjson {
            let version = env!("CARGO_PKG_VERSION");
            output.json(&serde_json::json!({ "type": "version", "engine": version, "stream": "1.0" }));
        }
        Self { output: output.clone(), bars: MultiProgress::new(), inner: Mutex::default() }
    }

    /// Says how the pipeline that runs next is called.
    pub(crate) fn name(&self, title: String) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).title = title;
    }

    /// Says whether what runs is only planned, to be carried out behind that.
    pub(crate) fn plan(&self, plans: bool) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).plans = plans;
    }

    /// Takes the bars away, so that results stand alone.
    pub(crate) fn clear(&self) {
        // What cannot be cleared any more does not disturb.
        drop(self.bars.clear());
    }

    fn stream(&self, inner: &mut Inner, event: &Event) {
        inner.seq += 1;
        let mut line = serde_json::to_value(event).unwrap_or_default();
        if let Some(object) = line.as_object_mut() {
            object.insert("ts".to_owned(), Timestamp::now().to_string().into());
            object.insert("run_id".to_owned(), inner.run_id.clone().into());
            object.insert("seq".to_owned(), inner.seq.into());
        }
        self.output.json(&line);
    }

    fn show(&self, inner: &mut Inner, entity: &str, counts: &Counts) {
        if self.output.bars() {
            let bar = inner.spinners.entry(entity.to_owned()).or_insert_with(|| {
                let bar = self.bars.add(ProgressBar::new_spinner());
                let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed:.dim}");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                bar.enable_steady_tick(Duration::from_millis(120));
                bar
            });
            bar.set_message(line(entity, counts));
            return;
        }
        let now = Timestamp::now();
        let last = *inner.printed.entry(entity.to_owned()).or_insert(now);
        if now.as_second() - last.as_second() >= PLAIN_EVERY {
            inner.printed.insert(entity.to_owned(), now);
            self.output.talk(&format!("  {}", line(entity, counts)));
        }
    }
}

/// An entity's counts in one line.
fn line(entity: &str, counts: &Counts) -> String {
    let ended = Status::ALL.iter().filter(|status| counts.of(**status) > 0);
    let words: Vec<String> =
        ended.map(|status| format!("{} {}", status.as_str(), counts.of(*status))).collect();
    format!("{entity:<16} read {:<8} {}", counts.read, words.join("  "))
}

/// A place as text, when there is one.
pub(crate) fn at(place: Option<&Place>) -> String {
    place.map(|place| format!("{}:{}", place.file, place.line)).unwrap_or_default()
}

impl Observer for Progress {
    fn notice(&self, event: Event) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Event::RunStarted { run_id, .. } = &event {
            inner.run_id.clone_from(run_id);
        }
        if self.output.format() == Format::Ndjson {
            if !inner.plans {
                self.stream(&mut inner, &event);
            }
            return;
        }
        match &event {
            Event::RunStarted { run_id, mode, .. } => {
                let title = &inner.title;
                if inner.plans {
                    return self.output.step(output::GOOD, "Planning", &format!("{title} {mode}"));
                }
                self.output.step(output::GOOD, "Running", &format!("{title} {run_id} {mode}"));
            }
            Event::CreatingTable { connection, object, statements, dry_run } => {
                let would = if *dry_run { "Would create" } else { "Creating" };
                let style = if *dry_run { output::WARN } else { output::GOOD };
                self.output.step(style, would, &format!("table {object} in {connection}"));
                for line in statements.iter().flat_map(|statement| statement.lines()) {
                    self.output.talk(&format!("  {line}"));
                }
            }
            Event::EntityProgress { entity, counts } => self.show(&mut inner, entity, counts),
            Event::EntityFinished { entity, counts } => {
                if let Some(bar) = inner.spinners.remove(entity) {
                    bar.finish_with_message(line(entity, counts));
                }
            }
            Event::Waiting { connection, code, wait_ms } => {
                let seconds = wait_ms / 1000;
                let tenths = wait_ms % 1000 / 100;
                self.output.step(
                    output::WARN,
                    "Waiting",
                    &format!("{seconds}.{tenths}s for {connection} ({code})"),
                );
            }
            Event::RecordFailed { .. } | Event::RunFinished { .. } => {}
        }
    }
}
