//! `[safety] start_date`: going live does not rewrite the books of before, and nothing that is linked is lost by it.

use crate::{ENGINE, count};
use kit::{Outcome, Project};
use serde_json::Value;
use std::collections::BTreeSet;

/// The last second of 22 November in Tokyo, and the first of the 23rd, in UTC.
const BEFORE: &str = "2026-11-22T14:59:59";
const FIRST: &str = "2026-11-22T15:00:00";

/// The shop, of whose orders those with an even id were made on the 23rd, as its company's clocks have it.
fn shops() -> Project {
    let project = Project::shops(ENGINE);
    project.edit("engine.toml", "America/Edmonton", "Asia/Tokyo");
    project.edit_records("samples/store/orders.json", |orders| {
        for order in orders {
            let is_even = order["id"].as_u64().unwrap() % 2 == 0;
            order["date_created_gmt"] = if is_even { FIRST } else { BEFORE }.into();
        }
    });
    project
}

fn set(project: &Project, file: &str, day: &str) {
    let text = project.read(file);
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("start_date = \"2026-11")).collect();
    let mut text = kept.join("\n") + "\n";
    if !text.contains("\n[safety]\n") {
        text.push_str("\n[safety]\n");
    }
    project.write(file, text.replacen("[safety]\n", &format!("[safety]\nstart_date = \"{day}\"\n"), 1));
}

fn run(project: &Project) -> Outcome {
    project.engine(&["run", "woo-to-supabase", "--env", "demo"]).ended(0)
}

/// The keys of an entity's records that have an object.
fn linked(project: &Project, entity: &str) -> BTreeSet<u64> {
    let db = project.database(".engine/state.db");
    let sql =
        "SELECT key FROM link WHERE entity = ?1 AND pipeline = 'woo-to-supabase' AND target_id IS NOT NULL";
    let mut rows = db.prepare(sql).unwrap();
    let keys = rows.query_map([entity], |row| row.get::<_, String>(0)).unwrap();
    keys.map(|key| key.unwrap().parse().unwrap()).collect()
}

/// The records of an entity, by what became of them.
fn counted(outcome: &Outcome, entity: &str, status: &str) -> u64 {
    let run = &outcome.json()["runs"][0];
    run["entities"][entity]["by_status"][status].as_u64().unwrap_or_default()
}

fn all(project: &Project) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let orders: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    orders.iter().map(|order| order["id"].as_u64().unwrap()).partition(|id| id % 2 == 0)
}

#[test]
fn documents_from_before_the_first_day_are_left_out_and_customers_are_not() {
    let project = shops();
    set(&project, "engine.toml", "2026-11-23");
    let (later, earlier) = all(&project);
    let planned =
        project.engine(&["run", "woo-to-supabase", "--env", "demo", "--dry-run", "--format", "json"]);
    assert_eq!(counted(&planned.ended(0), "orders", "filtered"), earlier.len() as u64);
    drop(run(&project));
    assert_eq!(linked(&project, "orders"), later, "the day begins in the company's time zone");
    let customers: Vec<Value> = serde_json::from_str(&project.read("samples/store/customers.json")).unwrap();
    let customers = customers.iter().filter(|one| one["role"] == "customer").count();
    assert_eq!(linked(&project, "customers").len(), customers, "whoever was a customer before still is one");

    let (early, late) = (earlier.first().unwrap().to_string(), later.first().unwrap().to_string());
    let why = |key: &str| {
        project.engine(&["explain-record", "woo-to-supabase", "orders", key, "--env", "demo"]).ended(0).stdout
    };
    let told = why(&early);
    assert!(
        told.contains("Now: a run would leave it out: it was made before start_date (2026-11-23)"),
        "{told}"
    );
    assert!(!why(&late).contains("start_date"));
}

#[test]
fn an_earlier_first_day_brings_what_was_passed_over_and_a_later_one_takes_nothing_away() {
    let project = shops();
    set(&project, "engine.toml", "2026-11-23");
    drop(run(&project));
    let (later, earlier) = all(&project);
    // The tenant's own day comes before the project's.
    set(&project, "tenants/acme.toml", "2026-11-22");
    drop(run(&project));
    let whole: BTreeSet<u64> = later.union(&earlier).copied().collect();
    assert_eq!(linked(&project, "orders"), whole);

    set(&project, "tenants/acme.toml", "2026-11-30");
    let same = project.engine(&["run", "woo-to-supabase", "--env", "demo", "--format", "json"]).ended(0);
    assert_eq!(counted(&same, "orders", "unchanged"), whole.len() as u64);
    // What is linked goes on, whenever it was made.
    let key = earlier.first().unwrap();
    project.edit_records("samples/store/orders.json", |orders| {
        let order = orders.iter_mut().find(|order| order["id"] == *key).unwrap();
        order["customer_note"] = "please ring twice".into();
        order["status"] = "completed".into();
        order["total"] = "7.77".into();
    });
    let full = ["run", "woo-to-supabase", "--env", "demo", "--full", "--format", "json"];
    let full = project.engine(&full).ended(0);
    assert_eq!((counted(&full, "orders", "updated"), counted(&full, "orders", "filtered")), (1, 0));
}

#[test]
fn a_backfill_brings_earlier_documents_where_a_person_says_so() {
    let project = shops();
    set(&project, "engine.toml", "2026-11-23");
    drop(run(&project));
    let (later, earlier) = all(&project);
    let backfill =
        ["backfill", "woo-to-supabase", "--env", "demo", "--from", "2000-01-01", "--entity", "orders"];
    drop(project.engine(&backfill).ended(0));
    assert_eq!(linked(&project, "orders"), later, "a backfill keeps to the day as well");
    let failed = project.engine(&[&backfill[..], &["--before-start-date"]].concat());
    drop(failed.ended(0));
    assert_eq!(linked(&project, "orders").len(), later.len() + earlier.len());
}

#[test]
fn the_books_agree_and_the_comparison_says_what_was_left_out() {
    let project = shops();
    set(&project, "engine.toml", "2026-11-23");
    drop(project.engine(&["run", "woo-to-qbo", "--env", "demo"]).ended(5));
    let told = project.engine(&["reconcile", "woo-to-qbo", "--env", "demo"]).ended(0).stdout;
    assert!(told.contains("before start_date (2026-11-23)"), "{told}");
    let db = project.database(".engine/state.db");
    let early = "SELECT count(*) FROM link WHERE entity = 'order' AND CAST(key AS INTEGER) % 2 = 1";
    let late = "SELECT count(*) FROM link WHERE entity = 'order' AND CAST(key AS INTEGER) % 2 = 0";
    assert_eq!(count(&db, early), 0);
    assert!(count(&db, late) > 50);
}

#[test]
fn a_wrong_day_is_shown_where_it_stands() {
    let project = shops();
    set(&project, "tenants/acme.toml", "2026-11-31");
    let refused = project.engine(&["validate"]).ended(3);
    assert!(
        refused.stderr.contains("error[format/unknown-value]: `start_date` must be a day"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("tenants/acme.toml:"), "{}", refused.stderr);
}
