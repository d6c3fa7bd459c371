//! A changed mapping does not rewrite history by itself.

use crate::{ENGINE, guide::Guide, quickstart, synced};
use kit::Project;
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

const BOOKS: [&str; 5] = ["woo-to-qbo", "--env", "demo", "--format", "json"];
const PIPELINE: &str = "pipelines/woo-to-qbo.toml";

/// What a command of the books wrote, by entity: created, updated and deleted.
fn written(document: &Value, place: &str) -> Vec<(String, u64)> {
    let entities = document[place][0]["entities"].as_object().unwrap();
    let count = |by_status: &Value| {
        let words = ["created", "updated", "deleted"];
        words.iter().map(|word| by_status[*word].as_u64().unwrap_or_default()).sum()
    };
    let sums = entities.iter().map(|(name, entity)| (name.clone(), count(&entity["by_status"])));
    sums.filter(|(_, count)| *count > 0).collect()
}

/// The books after a first run, then another tax code on the shipping of orders.
fn with_another_tax_code(policy: &str) -> Project {
    let project = Project::shops(ENGINE);
    project.edit(PIPELINE, "on_mapping_change = \"new_only\"", &format!("on_mapping_change = \"{policy}\""));
    drop(project.engine(&[&["run"], &BOOKS[..]].concat()).ended(5));
    let text = project.read(PIPELINE);
    let (before, block) = text.split_once("each = \"$.shipping_lines[*]\"").unwrap();
    let (above, rule) = block.split_once("map.SalesItemLineDetail.TaxCodeRef").unwrap();
    let (_, below) = rule.split_once('\n').unwrap();
    let new = "map.SalesItemLineDetail.TaxCodeRef.value = { find = \"TaxCode\", by = \"Name\", value = { const = \"Exempt\" } }";
    project.write(PIPELINE, format!("{before}each = \"$.shipping_lines[*]\"{above}{new}\n{below}"));
    project
}

/// The numbers of the orders whose shipping had another tax code, as the store has them.
fn affected(project: &Project) -> BTreeSet<String> {
    let orders: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    let is_taxed = |line: &&Value| {
        let taxes = line["taxes"].as_array().unwrap();
        line["total"] != "0.00" && taxes.iter().any(|tax| !tax["total"].as_str().unwrap().is_empty())
    };
    let has = |order: &&Value| order["shipping_lines"].as_array().unwrap().iter().any(|line| is_taxed(&line));
    orders.iter().filter(has).map(|order| order["id"].to_string()).collect()
}

fn run(project: &Project, more: &[&str]) -> Value {
    project.engine(&[&["run"], &BOOKS[..], more].concat()).ended(5).json()
}

fn changes(document: &Value) -> BTreeSet<String> {
    let changes = document["plans"][0]["changes"].as_array().unwrap().iter();
    changes.map(|change| change["source"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn another_tax_code_touches_no_document_of_before() {
    let project = with_another_tax_code("new_only");
    // Some recorded orders can never be booked: no reason to stop here.
    project.edit("engine.toml", "above = 0.05", "above = 1");
    assert_eq!(written(&run(&project, &["--full", "--unattended"]), "runs"), []);
    let shown =
        project.engine(&[&["plan"], &BOOKS[..], &["--mapping-change", "--out", "plan.json"]].concat());
    let shown = changes(&shown.ended(5).json());
    let expected = affected(&project);
    assert!(shown.len() > 20 && shown.is_subset(&expected), "{shown:?} of {expected:?}");
    let applied = project.engine(&["apply", "plan.json", "--format", "json"]).ended(0).json();
    assert_eq!(written(&applied, "runs"), [("order".to_owned(), shown.len() as u64)]);
    let again = project.engine(&[&["plan"], &BOOKS[..], &["--mapping-change"]].concat()).ended(5).json();
    assert_eq!(changes(&again), BTreeSet::new());
}

#[test]
fn another_tax_code_touches_no_document_of_before_when_a_backup_is_put_back() {
    let project = with_another_tax_code("new_only");
    drop(project.engine(&["state", "backup", "it.backup"]).ended(0));
    drop(project.engine(&["state", "restore", "it.backup", "--force"]).ended(0));
    for round in ["the run that looks again", "the one after it"] {
        assert_eq!(written(&run(&project, &["--full"]), "runs"), [], "{round}");
    }
}

#[test]
fn with_replan_exactly_the_affected_documents_are_written() {
    let kept = with_another_tax_code("new_only");
    let plan = kept.engine(&[&["plan"], &BOOKS[..], &["--mapping-change"]].concat()).ended(5).json();
    let project = with_another_tax_code("replan");
    let count = changes(&plan).len() as u64;
    assert_eq!(written(&run(&project, &["--full"]), "runs"), [("order".to_owned(), count)]);
    assert_eq!(written(&run(&project, &["--full"]), "runs"), []);
}

#[test]
fn with_block_they_wait_for_a_person() {
    let project = with_another_tax_code("block");
    let full = run(&project, &["--full"]);
    assert_eq!(written(&full, "runs"), []);
    let failures = full["runs"][0]["failures"].as_array().unwrap();
    let waiting = failures.iter().find(|group| group["code"] == "mapping/changed").unwrap();
    let plan = &[&["plan"], &BOOKS[..], &["--mapping-change", "--out", "plan.json"]].concat();
    let shown = changes(&project.engine(plan).ended(5).json());
    assert_eq!(waiting["count"], shown.len());
    drop(project.engine(&["apply", "plan.json"]).ended(0));
    let after = run(&project, &["--full"]);
    let failures = after["runs"][0]["failures"].as_array().unwrap();
    assert!(!failures.iter().any(|group| group["code"] == "mapping/changed"), "{failures:?}");
}

/// A table is no history: a new column is filled, unless the file says otherwise.
#[test]
fn rows_are_written_anew_by_default() {
    let project = synced();
    project.edit(
        "store-to-sqlite.toml",
        "status = \"$.status\"",
        "status = { path = \"$.status\", transform = [\"uppercase\"] }",
    );
    let run = project.engine(&["run", ".", "--full", "--format", "json"]).ended(0).json();
    assert!(written(&run, "runs").contains(&("order".to_owned(), 207)), "{run}");
}

/// An edit of the record itself is no change of the mapping alone.
#[test]
fn an_edited_record_is_written_by_the_mapping_of_today() {
    let project = quickstart();
    let order = "[entity.order.write]";
    let text = project.read("store-to-sqlite.toml");
    if text.contains(order) {
        project.edit("store-to-sqlite.toml", order, &format!("{order}\non_mapping_change = \"new_only\""));
    } else {
        let policy = format!("{order}\non_mapping_change = \"new_only\"\n\n[entity.order.map]");
        project.edit("store-to-sqlite.toml", "[entity.order.map]", &policy);
    }
    drop(project.engine(&["run", "."]).ended(0));
    project.edit(
        "store-to-sqlite.toml",
        "status = \"$.status\"",
        "status = { path = \"$.status\", transform = [\"uppercase\"] }",
    );
    project.edit_records("data/orders.json", |orders| orders[0]["total"] = "260.03".into());
    let run = || project.engine(&["run", ".", "--full", "--format", "json"]).ended(0).json();
    assert_eq!(written(&run(), "runs"), [("order".to_owned(), 1)]);
    assert_eq!(written(&run(), "runs"), []);
}

#[test]
fn the_guide_to_changing_a_mapping_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/change-a-mapping.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
