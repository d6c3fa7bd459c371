//! Taking back what a run made: documents that nobody has touched since.

use crate::{
    ENGINE,
    demo::{BOOKS, REALM, books, changed_by_hand},
};
use kit::Project;
use serde_json::Value;
use std::collections::BTreeSet;

const DEMO: [&str; 4] = ["--env", "demo", "--format", "json"];

/// Runs, and gives the ID of the run.
fn run(project: &Project) -> (String, Value) {
    let json = project.engine(&[&["run", "woo-to-qbo"], &DEMO[..]].concat()).ended(5).json();
    (json["runs"][0]["run"].as_str().unwrap().to_owned(), json["runs"][0]["entities"].clone())
}

fn ended(entities: &Value, entity: &str, status: &str) -> u64 {
    entities[entity]["by_status"][status].as_u64().unwrap_or_default()
}

/// The kinds of documents, each with what says that one is voided.
const DOCUMENTS: [&str; 4] = ["SalesReceipt", "Invoice", "RefundReceipt", "CreditMemo"];

/// The documents that still count: those that are there and not voided.
fn counting(project: &Project) -> BTreeSet<String> {
    let books = books(project);
    let of = |kind: &&str| {
        let objects = books.objects(REALM, kind);
        let counts =
            objects.into_iter().filter(|object| !object["PrivateNote"].to_string().contains("Voided"));
        counts.map(|object| format!("{kind} {}", object["Id"].as_str().unwrap())).collect::<Vec<_>>()
    };
    DOCUMENTS.iter().flat_map(of).collect()
}

#[test]
fn a_run_is_taken_back_but_for_what_somebody_has_touched() {
    let project = Project::shops(ENGINE);
    let (id, made) = run(&project);
    let all = counting(&project);
    assert!(all.len() > 100, "{}", all.len());
    let customers = books(&project).objects(REALM, "Customer").len();
    // Somebody edits a receipt in the books.
    let receipt = books(&project).objects(REALM, "SalesReceipt")[0].clone();
    let touched = receipt["Id"].as_str().unwrap().to_owned();
    let edit = serde_json::json!({
        "Id": touched, "SyncToken": receipt["SyncToken"], "sparse": true, "CustomerMemo": {"value": "by hand"},
    });
    let journal = project.read(BOOKS);
    project.write(BOOKS, format!("{journal}{}", changed_by_hand("salesreceipt", &edit.to_string())));

    let plan = project.engine(&["revert", "--run", &id, "--out", "revert.json", "--format", "json"]).ended(5);
    let planned = plan.json()["planned"].as_u64().unwrap();
    assert!(planned > 100, "{planned}");
    let failures = plan.json()["run"]["failures"].to_string();
    // error[plan/touched]
    assert!(
        failures.contains("plan/touched") && failures.contains(&format!("`SalesReceipt` {touched} ")),
        "{failures}"
    );
    assert_eq!(counting(&project), all, "a plan takes nothing back");

    drop(project.engine(&["apply", "revert.json"]).ended(0));
    let left = counting(&project);
    assert!(left.contains(&format!("SalesReceipt {touched}")), "what somebody touched stays: {left:?}");
    assert_eq!(books(&project).objects(REALM, "Customer").len(), customers, "master data stays");
    assert_eq!(all.len() - left.len(), usize::try_from(planned).unwrap());

    // Neither the next run nor one over everything brings it back.
    let (_, next) = run(&project);
    assert_eq!(ended(&next, "order", "created"), 0, "{next}");
    let full = [&["run", "woo-to-qbo", "--full"], &DEMO[..]].concat();
    let full = project.engine(&full).ended(5).json()["runs"][0]["entities"].clone();
    assert_eq!(ended(&full, "order", "created"), 0, "{full}");
    assert!(ended(&full, "order", "filtered") > ended(&made, "order", "filtered"), "{full}");
    assert_eq!(counting(&project), left);
    let again = project.engine(&["revert", "--run", &id, "--yes", "--format", "json"]).ended(5).json();
    assert_eq!(again["planned"], 0, "once is enough");
}

#[test]
fn a_record_that_was_taken_back_comes_again_when_a_person_asks_for_it() {
    let project = Project::shops(ENGINE);
    let (id, _) = run(&project);
    drop(project.engine(&["revert", "--run", &id, "--yes"]));
    let key: String = {
        let state = project.database(".engine/state.db");
        let sql =
            "SELECT key FROM link WHERE entity = 'order' AND target_id IS NULL AND sent_hash = ?1 LIMIT 1";
        state.query_row(sql, [&[0xfe_u8; 32][..]], |row| row.get(0)).unwrap()
    };
    let explain = ["explain-record", "woo-to-qbo", "order", &key, "--env", "demo"];
    let told = project.engine(&explain).ended(0);
    assert!(told.stdout.contains("a person took its object back"), "{}", told.stdout);
    let plan = ["plan", "woo-to-qbo", "--id", &key, "--entity", "order"];
    let plan = project.engine(&[&plan[..], &DEMO[..]].concat()).ended(0).json();
    // The voided receipt has its number still: it is found by that and filled again.
    assert_eq!(
        (&plan["plans"][0]["writes"], &plan["plans"][0]["changes"][0]["step"]),
        (&1.into(), &"update".into())
    );
}

#[test]
fn a_run_that_nobody_knows_is_not_found() {
    let project = Project::shops(ENGINE);
    // error[command/unknown-run]
    let outcome = project.engine(&["revert", "--run", "run_0000000000000000"]).ended(9);
    assert!(outcome.stderr.contains("command/unknown-run"), "{}", outcome.stderr);
}
