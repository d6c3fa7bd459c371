//! The simulation: the real engine, against worlds that lose, delay, repeat and change.
//!
//! `SIM_SEEDS`, `SIM_BASES` and `SIM_ZOMBIES` set how many trials there are, as shares of the default in percent.
//! `SIM_TRIAL='shop-to-books everyday 17 crashes=40'` with the test `tells` shows what happens in one of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "all of it is a test: what panics is a verdict"
)]

mod class;
mod drive;
mod engine;
mod mutants;
mod profile;
mod ring;
mod round_trip;
mod services;
mod stage;
mod store;
mod trial;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use profile::{EVERYDAY, RESTORES};
use ring::{Tally, figure};
use std::time::Instant;
use trial::{Scene, Trial};

/// So many of a default, as the environment wants it.
fn share(name: &str, default: u64) -> u64 {
    (default * figure(name, 100)).div_ceil(100)
}

/// Runs trials, and prints how many failed and how fast they were.
#[expect(clippy::disallowed_methods, reason = "the speed of the simulation is a fact of the real world")]
fn count(name: &str, trials: impl Iterator<Item = Trial>) -> Tally {
    let start = Instant::now();
    let mut tally = Tally::default();
    for trial in trials {
        tally.add(&trial, "");
    }
    let took = start.elapsed();
    let rate = u128::from(tally.trials) * 1000 / took.as_millis().max(1);
    println!("{name}: {} trials, {} failing, {rate} seeds/s, {took:.1?}", tally.trials, tally.failing);
    tally
}

fn all_pass(name: &str, trials: impl Iterator<Item = Trial>) {
    let tally = count(name, trials);
    if let Some(first) = tally.first {
        panic!("{name}: {} of {} trials failed\n{}", tally.failing, tally.trials, ring::replay(&first));
    }
}

fn seeds(scene: Scene, default: u64) {
    let all = (0..share("SIM_SEEDS", default)).map(|seed| Trial::seeded(scene, &EVERYDAY, seed));
    all_pass(&format!("seeds {}", scene.name()), all);
}

fn restores(scene: Scene, default: u64) {
    let all = (0..share("SIM_SEEDS", default)).map(|seed| Trial::seeded(scene, &RESTORES, seed));
    all_pass(&format!("restores {}", scene.name()), all);
}

fn every_poll(scene: Scene, default: u64) {
    let bases = (0..share("SIM_BASES", default)).map(|seed| Trial::quiet(scene, &EVERYDAY, seed));
    let bases: Vec<Trial> = bases.collect();
    all_pass(&format!("every poll {}", scene.name()), bases.iter().flat_map(ring::every_poll));
}

fn zombies(scene: Scene, default: u64) {
    let all = (0..share("SIM_ZOMBIES", default)).map(|seed| Trial::zombie(scene, &EVERYDAY, seed));
    all_pass(&format!("zombies {}", scene.name()), all);
}

/// The simulation must notice when a mechanism is missing: otherwise its silence proves nothing. The first seed
/// that notices is enough here; the long ring counts them all.
fn missing_mechanisms_are_noticed(scene: Scene) {
    let mut unnoticed = Vec::new();
    for mutant in &mutants::ALL {
        let Some((_, profile)) = mutant.scenes.iter().find(|(known, _)| *known == scene) else { continue };
        let name = format!("{} without {}", scene.name(), mutant.name);
        let mut tally = Tally::default();
        for seed in 0..figure("SIM_MUTANT_SEEDS", 1000) {
            tally.add(&mutant.trial(scene, profile, seed), mutant.sign);
            if tally.failing > 0 {
                break;
            }
        }
        println!("{name} ({}): {} noticed in {} seeds", profile.name, tally.failing, tally.trials);
        if tally.failing == 0 {
            unnoticed.push(name);
        }
    }
    assert!(unnoticed.is_empty(), "not noticed: {unnoticed:#?}");
}

#[test]
fn what_failed_once_fails_no_more() {
    all_pass("regressions", ring::regressions().into_iter());
}

/// Three plans of each seed, 2,100 in all.
#[test]
fn a_plan_changes_nothing_and_shows_what_the_run_then_does() {
    let scenes = [Scene::Keys, Scene::Upserts, Scene::Rows, Scene::Markers];
    ring::previews(&scenes, share("SIM_SEEDS", 175));
}

/// The same through the real connectors, which send a service nothing but reads while a plan is made.
#[test]
fn a_plan_between_services_changes_nothing_and_shows_what_the_run_then_does() {
    let scenes = [Scene::ShopToBooks, Scene::BooksToShop, Scene::ShopToWarehouse];
    ring::previews(&scenes, share("SIM_SEEDS", 100));
}

/// 2,000 orders, and as many customers.
#[test]
fn what_is_read_back_from_books_is_what_was_mapped() {
    round_trip::books(share("SIM_SEEDS", 50));
}

#[test]
fn what_is_read_back_from_tables_is_what_was_mapped() {
    round_trip::tables(share("SIM_SEEDS", 50));
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_idempotency_keys() {
    seeds(Scene::Keys, 1000);
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_natural_keys() {
    seeds(Scene::Upserts, 1000);
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_natural_keys_that_nothing_guards() {
    seeds(Scene::Rows, 1000);
}

#[test]
fn nothing_is_lost_doubled_or_stale_with_markers() {
    seeds(Scene::Markers, 1000);
}

#[test]
fn nothing_is_lost_doubled_or_stale_from_a_shop_to_books() {
    seeds(Scene::ShopToBooks, 600);
}

#[test]
fn nothing_is_lost_doubled_or_stale_from_books_to_a_shop() {
    seeds(Scene::BooksToShop, 600);
}

#[test]
fn nothing_is_lost_doubled_or_stale_from_a_shop_to_a_warehouse() {
    seeds(Scene::ShopToWarehouse, 600);
}

#[test]
fn nothing_is_lost_doubled_or_stale_between_a_shop_and_books() {
    seeds(Scene::BothWays, 600);
}

#[test]
fn a_backup_that_is_put_back_loses_and_doubles_nothing() {
    for scene in [Scene::Keys, Scene::Upserts, Scene::Rows, Scene::Markers] {
        restores(scene, 300);
    }
}

#[test]
fn a_backup_that_is_put_back_between_services_loses_and_doubles_nothing() {
    // What flows both ways may need a person afterwards, where both sides have changed meanwhile: that never rests.
    for scene in [Scene::ShopToBooks, Scene::BooksToShop, Scene::ShopToWarehouse] {
        restores(scene, 270);
    }
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_idempotency_keys() {
    every_poll(Scene::Keys, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_natural_keys() {
    every_poll(Scene::Upserts, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_natural_keys_that_nothing_guards() {
    every_poll(Scene::Rows, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_with_markers() {
    every_poll(Scene::Markers, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_from_a_shop_to_books() {
    every_poll(Scene::ShopToBooks, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_from_books_to_a_shop() {
    every_poll(Scene::BooksToShop, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_from_a_shop_to_a_warehouse() {
    every_poll(Scene::ShopToWarehouse, 2);
}

#[test]
fn a_crash_at_any_await_harms_nothing_between_a_shop_and_books() {
    every_poll(Scene::BothWays, 2);
}

#[test]
fn a_frozen_engine_that_wakes_up_harms_nothing() {
    for scene in [Scene::Keys, Scene::Upserts, Scene::Rows, Scene::Markers] {
        zombies(scene, 200);
    }
}

#[test]
fn a_frozen_engine_that_wakes_up_between_services_harms_nothing() {
    for scene in [Scene::ShopToBooks, Scene::BooksToShop, Scene::ShopToWarehouse, Scene::BothWays] {
        zombies(scene, 150);
    }
}

#[test]
fn missing_mechanisms_are_noticed_with_idempotency_keys() {
    missing_mechanisms_are_noticed(Scene::Keys);
}

#[test]
fn missing_mechanisms_are_noticed_with_natural_keys() {
    missing_mechanisms_are_noticed(Scene::Upserts);
}

#[test]
fn missing_mechanisms_are_noticed_with_natural_keys_that_nothing_guards() {
    missing_mechanisms_are_noticed(Scene::Rows);
}

#[test]
fn missing_mechanisms_are_noticed_with_markers() {
    missing_mechanisms_are_noticed(Scene::Markers);
}

#[test]
fn missing_mechanisms_are_noticed_from_a_shop_to_books() {
    missing_mechanisms_are_noticed(Scene::ShopToBooks);
}

#[test]
fn missing_mechanisms_are_noticed_from_books_to_a_shop() {
    missing_mechanisms_are_noticed(Scene::BooksToShop);
}

#[test]
fn missing_mechanisms_are_noticed_from_a_shop_to_a_warehouse() {
    missing_mechanisms_are_noticed(Scene::ShopToWarehouse);
}

#[test]
fn equal_seeds_give_equal_traces() {
    for (scene, seeds) in Scene::ALL.into_iter().zip([50, 50, 50, 50, 20, 20, 20, 20]) {
        for seed in 0..seeds {
            let trial = Trial::seeded(scene, &EVERYDAY, seed);
            let (first, second) = (drive::run(&trial), drive::run(&trial));
            assert_eq!((first.trace, first.polls), (second.trace, second.polls), "{trial}");
        }
    }
}

/// A trial as it is printed is the trial that is read.
#[test]
fn a_trial_is_written_down_and_read_again() {
    let mutant = &mutants::ALL[0];
    let trial = Trial { crashes: vec![4, 122], ..mutant.trial(Scene::Keys, &EVERYDAY, 17) };
    assert_eq!(trial.to_string(), "keys everyday 17 crashes=4,122 without=keyset-paging");
    assert_eq!(trial.to_string().parse::<Trial>().unwrap().to_string(), trial.to_string());
}

#[test]
#[ignore = "tells the story of SIM_TRIAL: requests, faults, crashes and commits in their order"]
fn tells() {
    let trial: Trial = ring::text("SIM_TRIAL").expect("SIM_TRIAL names a trial").parse().unwrap();
    let verdict = drive::told(&trial, true);
    println!("{}\n{trial}\n  {} polls; {}", verdict.story, verdict.polls, verdict.wrong);
}
