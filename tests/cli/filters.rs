//! `engine run --filter` and `engine plan --filter`: some records of a stream, and nothing becomes of the others.

use crate::ENGINE;
use kit::{Outcome, Project};
use serde_json::Value;

const RUN: [&str; 6] = ["run", "woo-to-supabase", "--env", "demo", "--format", "json"];

fn run(project: &Project, more: &[&str]) -> Outcome {
    project.engine(&[&RUN[..], more].concat())
}

/// How many orders were read, and how many of them were made.
fn orders(outcome: &Outcome) -> (u64, u64) {
    let told = outcome.json();
    let of = &told["runs"][0]["entities"]["orders"];
    (of["read"].as_u64().unwrap(), of["by_status"]["created"].as_u64().unwrap_or_default())
}

fn with_status(project: &Project, status: &str) -> u64 {
    let all: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    all.iter().filter(|order| order["status"] == status).count() as u64
}

#[test]
fn a_run_takes_the_records_that_meet_its_filters_and_leaves_the_cursor_where_it_is() {
    let project = Project::shops(ENGINE);
    let on_hold = with_status(&project, "on-hold");
    let some = ["--entity", "orders", "--filter", "status=on-hold"];
    assert_eq!(orders(&run(&project, &some).ended(0)), (on_hold, on_hold));
    let narrower = [&some[..], &["--filter", "created_from=2030-01-01"]].concat();
    assert_eq!(orders(&run(&project, &narrower).ended(0)), (0, 0), "all must hold");
    // What was passed over was not read: the next run brings it, and none is marked as deleted for it.
    let whole = run(&project, &[]).ended(0);
    let (read, made) = orders(&whole);
    assert_eq!((read, made), (207, 207 - on_hold));
    let again = run(&project, &[&some[..], &["--full"]].concat()).ended(0);
    assert_eq!(orders(&again), (on_hold, 0));
    assert_eq!(orders(&run(&project, &[]).ended(0)).1, 0);
}

#[test]
fn a_plan_shows_the_records_that_meet_its_filters() {
    let project = Project::shops(ENGINE);
    let plan =
        ["plan", "woo-to-supabase", "--env", "demo", "--entity", "orders", "--filter", "status=refunded"];
    let told = project.engine(&plan).ended(0).stdout;
    let wanted = format!("{} to create", with_status(&project, "refunded"));
    assert!(told.contains(&wanted), "{told}");
}

#[test]
fn a_filter_that_a_stream_does_not_have_stops_the_run_before_it_reads() {
    let project = Project::shops(ENGINE);
    // error[run/unknown-filter]
    let refused = run(&project, &["--filter", "status=on-hold"]).ended(2);
    let text = refused.printed();
    assert!(text.contains("run/unknown-filter") && text.contains("`customers`"), "{text}");
    let shapeless =
        project.engine(&["run", "woo-to-supabase", "--env", "demo", "--filter", "status"]).ended(2);
    assert!(shapeless.stderr.contains("status=processing"), "{}", shapeless.stderr);
}
