//! What both rings share: trials with their tally, and how to see a failing one again.

use crate::{
    drive,
    profile::EVERYDAY,
    trial::{Scene, Trial, Verdict},
};

/// A number from the environment.
pub(crate) fn figure(name: &str, default: u64) -> u64 {
    text(name).and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// A text from the environment.
pub(crate) fn text(name: &str) -> Option<String> {
    std::env::vars().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// How trials went.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) trials: u64,
    pub(crate) failing: u64,
    /// The first that failed, with what was wrong.
    pub(crate) first: Option<String>,
}

impl Tally {
    /// Runs a trial. What is wrong counts when it has the sign.
    pub(crate) fn add(&mut self, trial: &Trial, sign: &str) -> Verdict {
        let verdict = drive::run(trial);
        self.trials += 1;
        if !verdict.wrong.is_empty() && verdict.wrong.contains(sign) {
            self.failing += 1;
            self.first.get_or_insert_with(|| format!("{trial}: {}", verdict.wrong));
        }
        verdict
    }
}

/// Makes plans beside runs in some worlds, so many seeds of each.
pub(crate) fn previews(scenes: &[Scene], seeds: u64) {
    for scene in scenes.iter().copied() {
        for seed in 0..seeds {
            let wrong = drive::previewed(&Trial::quiet(scene, &EVERYDAY, seed));
            assert!(wrong.is_empty(), "{} {seed}: {wrong}", scene.name());
        }
    }
}

/// How to see a trial again.
pub(crate) fn replay(first: &str) -> String {
    let trial = first.split(':').next().unwrap_or_default();
    format!(
        "{first}\nits story: SIM_TRIAL='{trial}' cargo test -p tests --test sim tells -- --ignored --nocapture\n\
         once it is mended, the line belongs into tests/sim/regressions.txt"
    )
}

/// The trials that failed once, and must not again.
pub(crate) fn regressions() -> Vec<Trial> {
    let lines = include_str!("regressions.txt").lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.parse().unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// Every trial of a base seed: one with a crash at each poll of the run without.
pub(crate) fn every_poll(base: &Trial) -> impl Iterator<Item = Trial> + use<'_> {
    let polls = drive::run(base).polls;
    (1..polls).map(move |poll| Trial { crashes: vec![poll], ..base.clone() })
}
