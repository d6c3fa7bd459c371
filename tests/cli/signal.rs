//! Signals and simultaneous runs.

use crate::{assert_outcome, quickstart, synced};

/// Only orders, in batches of 50: one stream group, whose log and counts come in one order.
const ORDERS: [&str; 5] = ["run", ".", "-vvv", "--entity", "order"];

/// Once the first slice of rows is committed, the run sleeps for so long.
fn slow(milliseconds: u32) -> (&'static str, String) {
    let pace = format!("deliver.answered=1*sleep({milliseconds})");
    ("FAILPOINTS", format!("options.batch_records=return(50);{pace}"))
}

#[test]
fn an_interrupt_ends_a_run_cleanly_and_the_next_one_finishes_it() {
    let project = quickstart();
    let mut run = project.start(project.command(&ORDERS).envs([slow(1000)]));
    assert!(run.wait_for("deliver.answered", 1));
    run.signal("INT");
    assert_outcome!("interrupted", run.wait().ended(130).without_log());
    assert_outcome!("history", project.engine(&["history"]).ended(0));
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn a_terminated_run_says_so_with_its_exit_code() {
    let project = quickstart();
    let mut run = project.start(project.command(&ORDERS).envs([slow(1000)]));
    assert!(run.wait_for("deliver.answered", 1));
    run.signal("TERM");
    drop(run.wait().ended(143));
}

#[test]
fn a_second_interrupt_ends_the_process_at_once() {
    let project = quickstart();
    let mut run = project.start(project.command(&ORDERS).envs([slow(60_000)]));
    assert!(run.wait_for("deliver.answered", 1));
    // Two signals that come before the first is taken are one.
    while !run.has_ended() {
        run.signal("INT");
    }
    let outcome = run.wait().ended(130);
    assert!(!outcome.stderr.contains("Stopped"), "{}", outcome.stderr);
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn a_second_run_meets_a_busy_pipeline_and_leaves_it_alone() {
    let project = quickstart();
    let mut run = project.start(project.command(&ORDERS).envs([slow(3000)]));
    assert!(run.wait_for("deliver.answered", 1));
    assert_outcome!("busy", project.engine(&["run", ".", "--entity", "order"]).ended(8));
    assert_outcome!("status", project.engine(&["status"]).ended(0));
    drop(run.wait().ended(0));
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}
