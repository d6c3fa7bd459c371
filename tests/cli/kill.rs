//! A run that is killed anywhere is carried on by the next one, and nothing is lost or doubled.
//!
//! The process is ended with SIGKILL when its log shows a chosen place, or a chosen line. What the runs leave
//! must equal, row by row, what one undisturbed run writes.

use crate::{ENGINE, count, quickstart, synced};
use kit::{Outcome, Project, Tables};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{collections::BTreeMap, fs};

/// How often a run is killed in all.
const KILLS: usize = 80;

/// The moment that matters most: the target has committed, and the state store does not know it yet.
const ANSWERED: &str = "deliver.answered";

/// Where a run is killed, one kill after the other; no name means at any line.
const PLACES: [&str; 10] = [
    ANSWERED,
    "settle.committed",
    ANSWERED,
    "deliver.send",
    ANSWERED,
    "",
    ANSWERED,
    "settle.commit",
    ANSWERED,
    "deliver.intents",
];

/// Sizes of batches: the smaller, the more moments.
const BATCHES: [u32; 4] = [5, 11, 40, 500];

/// When a run is killed: at the `nth` time that it comes to `place`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    place: &'static str,
    nth: usize,
}

impl Moment {
    /// The first time that a run comes to a place.
    pub(crate) fn first(place: &'static str) -> Self {
        Self { place, nth: 1 }
    }

    pub(crate) fn seeded(kill: usize, batch: u32, rng: &mut ChaCha8Rng) -> Self {
        let place = PLACES[kill % PLACES.len()];
        // About as many slices as a whole run sends; two lines and two commits for each.
        let slices = 6 + 900 / batch.max(9) as usize;
        let most = if place.is_empty() { 4 * slices } else { slices * 2 / 3 };
        Self { place, nth: rng.random_range(1..=most) }
    }

    /// The run stops there, so that it is certainly there when it is killed.
    fn failpoints(self, batch: u32) -> String {
        let Self { place, nth } = self;
        let stop = format!(";{place}={}*off->1*sleep(60000)", nth - 1);
        format!("options.batch_records=return({batch}){}", if place.is_empty() { "" } else { &stop })
    }
}

/// Runs a project until it comes to a moment, and kills it there. `false` when it ended before.
fn kill(project: &Project, batch: u32, moment: Moment) -> bool {
    let log = match kill_at(project, &["run", "."], batch, moment) {
        Ok(log) => log,
        Err(ended) => {
            drop(ended.ended(0));
            return false;
        }
    };
    if moment.place == ANSWERED {
        let last = log.lines().rfind(|line| line.contains("place=\"")).unwrap();
        assert!(last.contains(ANSWERED), "killed after the commit and before the settlement: {log}");
        check_ahead(project);
    }
    true
}

/// Runs a project until it comes to a moment, and kills it there; gives its log. The outcome when it ended before.
pub(crate) fn kill_at(
    project: &Project,
    arguments: &[&str],
    batch: u32,
    moment: Moment,
) -> Result<String, Outcome> {
    let mut command = project.command(&[arguments, &["-vvv"]].concat());
    let mut run = project.start(command.env("FAILPOINTS", moment.failpoints(batch)));
    let line = if moment.place.is_empty() { String::new() } else { format!("place=\"{}\"", moment.place) };
    if !run.wait_for(&line, moment.nth) {
        return Err(run.wait());
    }
    Ok(run.kill().ended(128 + 9).stderr)
}

/// The target holds rows of which the state store does not know that they arrived. Looks at copies: opening a
/// database after a crash repairs it.
fn check_ahead(project: &Project) {
    let copy = Project::empty(ENGINE);
    for file in ["warehouse.db", ".engine/state.db"] {
        for file in [file.to_owned(), format!("{file}-wal")] {
            if let Ok(content) = fs::read(project.path(&file)) {
                copy.write(&file, content);
            }
        }
    }
    let written = count(&copy.database("warehouse.db"), "SELECT count(*) FROM _engine_guard");
    let settled = "SELECT count(*) FROM (SELECT DISTINCT target_object, target_id FROM audit)";
    let known = count(&copy.database(".engine/state.db"), settled);
    assert!(written > known, "the target has {written} rows, and the state store knows {known}");
}

/// Everything has arrived once, and nothing is left to be done.
fn check_whole(project: &Project, whole: &Tables, told: &str) {
    assert_eq!(project.tables().difference(whole), None, "{told}");
    let state = project.database(".engine/state.db");
    for (table, rows) in &Tables::of(&state).0 {
        // Mappings that have written something are kept for the links that name them.
        let stays = ["link", "cursor", "lease", "run", "run_count", "audit", "data_key", "mapping"];
        let stays = stays.contains(&table.as_str());
        assert!(stays || rows.is_empty(), "{table} has {} rows: {told}", rows.len());
    }
    let rows: usize = whole.counts().values().sum();
    let links = count(&state, "SELECT count(*) FROM link WHERE target_id IS NOT NULL");
    assert_eq!(usize::try_from(links).unwrap(), rows, "{told}");
}

#[test]
fn runs_killed_anywhere_lose_and_double_nothing() {
    let whole = synced().tables();
    let (mut kills, mut projects, mut places) = (0, 0, BTreeMap::new());
    while kills < KILLS {
        let mut rng = ChaCha8Rng::seed_from_u64(projects);
        let project = quickstart();
        let batch = BATCHES[rng.random_range(0..BATCHES.len())];
        let mut told = format!("seed {projects}, batches of {batch}, killed at");
        for _ in 0..rng.random_range(1..=3) {
            let moment = Moment::seeded(kills, batch, &mut rng);
            if kill(&project, batch, moment) {
                kills += 1;
                *places.entry(moment.place).or_insert(0) += 1;
                told = format!("{told} {moment:?}");
            }
        }
        drop(project.engine(&["run", "."]).ended(0));
        check_whole(&project, &whole, &told);
        projects += 1;
    }
    println!("{kills} kills in {projects} projects, by place: {places:?}");
    assert!(places[ANSWERED] >= KILLS / 2, "{places:?}");
}

#[test]
fn a_kill_leaves_a_run_that_status_calls_interrupted() {
    let project = quickstart();
    assert!(kill(&project, 50, Moment { place: ANSWERED, nth: 3 }));
    let status = project.engine(&["status"]).ended(0).stdout;
    assert!(status.contains("interrupted"), "{status}");
    drop(project.engine(&["run", "."]).ended(0));
    let history = project.engine(&["history"]).ended(0).stdout;
    assert!(!history.contains("running"), "{history}");
}
