//! The simulation: the real stages and store, against a world that loses, delays and repeats.
//!
//! `SIM_SEEDS`, `SIM_BASES` and `SIM_ZOMBIES` set how many.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "all of it is a test: what panics is a verdict"
)]

mod oracle;
mod scenario;
mod service;
mod store;
mod world;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use engine_contract::EffectClass;
use engine_run::Mechanism;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scenario::{Trial, Verdict, run};
use std::time::Instant;

const CLASSES: [EffectClass; 3] = [EffectClass::IdempotencyKey, EffectClass::NaturalKey, EffectClass::Marker];

fn figure(name: &str, default: u64) -> u64 {
    std::env::vars().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok()).unwrap_or(default)
}

fn seeded(seed: u64, class: EffectClass, removed: Option<Mechanism>) -> Trial {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x00ab_cdef);
    let crashes = (0..rng.random_range(0..4)).map(|_| rng.random_range(1..400)).collect();
    Trial { seed, class, crashes, zombie: false, removed }
}

fn zombie(seed: u64, class: EffectClass, removed: Option<Mechanism>) -> Trial {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x77);
    Trial { seed, class, crashes: vec![rng.random_range(1..300)], zombie: true, removed }
}

/// Runs trials; returns how many failed, with the first of them told.
#[expect(clippy::disallowed_methods, reason = "the speed of the simulation is a fact of the real world")]
fn count(name: &str, trials: impl Iterator<Item = Trial>) -> (u64, u64, String) {
    let start = Instant::now();
    let (mut all, mut bad, mut first) = (0u64, 0u64, String::new());
    for trial in trials {
        all += 1;
        let Verdict { wrong, .. } = run(&trial);
        if !wrong.is_empty() {
            bad += 1;
            if first.is_empty() {
                first = format!("{trial:?}: {wrong}");
            }
        }
    }
    let rate = u128::from(all) * 1000 / start.elapsed().as_millis().max(1);
    println!("{name}: {all} trials, {bad} failing, {rate} trials/s {first}");
    (all, bad, first)
}

fn all_pass(name: &str, trials: impl Iterator<Item = Trial>) {
    let (_, bad, first) = count(name, trials);
    assert_eq!(bad, 0, "{first}");
}

fn seeds(class: EffectClass) {
    let all = (0..figure("SIM_SEEDS", 2000)).map(|seed| seeded(seed, class, None));
    all_pass(&format!("seeds {class:?}"), all);
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_idempotency_keys() {
    seeds(EffectClass::IdempotencyKey);
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_natural_keys() {
    seeds(EffectClass::NaturalKey);
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_markers() {
    seeds(EffectClass::Marker);
}

fn every_await(class: EffectClass) {
    let bases = figure("SIM_BASES", 20);
    let trials = (0..bases).flat_map(|seed| {
        let crash_free = Trial { seed, class, crashes: Vec::new(), zombie: false, removed: None };
        let polls = run(&crash_free).polls;
        (1..polls).map(move |poll| Trial { crashes: vec![poll], ..crash_free.clone() })
    });
    all_pass(&format!("every await {class:?}"), trials);
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_idempotency_keys() {
    every_await(EffectClass::IdempotencyKey);
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_natural_keys() {
    every_await(EffectClass::NaturalKey);
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_markers() {
    every_await(EffectClass::Marker);
}

#[test]
fn a_frozen_engine_that_wakes_up_harms_nothing() {
    for class in CLASSES {
        let all = (0..figure("SIM_ZOMBIES", 500)).map(|seed| zombie(seed, class, None));
        all_pass(&format!("zombies {class:?}"), all);
    }
}

/// The simulation must notice when a mechanism is missing: otherwise its silence proves nothing.
fn is_noticed(name: &str, trials: impl Iterator<Item = Trial>) {
    let (all, bad, _) = count(name, trials);
    assert!(bad > 0, "{name}: none of {all} trials failed");
}

#[test]
fn missing_intents_are_noticed() {
    for class in [EffectClass::IdempotencyKey, EffectClass::Marker] {
        is_noticed(
            &format!("no intents {class:?}"),
            (0..200).map(|seed| seeded(seed, class, Some(Mechanism::Intents))),
        );
    }
}

#[test]
fn changing_keys_are_noticed() {
    for class in [EffectClass::IdempotencyKey, EffectClass::Marker] {
        is_noticed(
            &format!("no stable keys {class:?}"),
            (0..200).map(|seed| seeded(seed, class, Some(Mechanism::StableKeys))),
        );
    }
}

#[test]
fn a_missing_overlap_is_noticed() {
    for class in CLASSES {
        is_noticed(
            &format!("no overlap {class:?}"),
            (0..500).map(|seed| seeded(seed, class, Some(Mechanism::Overlap))),
        );
    }
}

/// Only targets without a key or guard of their own depend on it.
#[test]
fn a_missing_lease_check_is_noticed() {
    let class = EffectClass::Marker;
    is_noticed(
        "no lease check Marker",
        (0..500).map(|seed| zombie(seed, class, Some(Mechanism::LeaseCheck))),
    );
}

#[test]
fn equal_seeds_give_equal_traces() {
    for class in CLASSES {
        for seed in 0..50 {
            let trial = seeded(seed, class, None);
            let (first, second) = (run(&trial), run(&trial));
            assert_eq!((first.trace, first.polls), (second.trace, second.polls), "{trial:?}");
        }
    }
}
