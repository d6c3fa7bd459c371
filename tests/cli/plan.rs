//! `engine plan` and `engine apply`: what would be written is shown beside what is there, and just that is written.

use crate::{ENGINE, assert_outcome, guide::Guide, quickstart, synced};
use kit::{Outcome, Project};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

const QBO: [&str; 2] = ["woo-to-qbo", "plan.json"];
const SUPABASE: [&str; 2] = ["woo-to-supabase", "plan.json"];

fn plan(project: &Project, more: &[&str]) -> Outcome {
    project.engine(&[&["plan", "store-to-sqlite"], more].concat())
}

fn apply(project: &Project) -> Outcome {
    project.engine(&["apply", "plan.json"])
}

/// The records of a plan, without its first line and its last.
fn records(project: &Project) -> Vec<Value> {
    let text = project.read("plan.json");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines[1..lines.len() - 1].to_vec()
}

/// How many records there are of each step.
fn steps(project: &Project) -> BTreeMap<String, usize> {
    let mut steps = BTreeMap::new();
    for record in records(project) {
        *steps.entry(record["step"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    steps
}

fn statuses(outcome: &Outcome, place: &str) -> Value {
    outcome.json()[place][0]["entities"].clone()
}

/// How many records of an entity ended so; fails where the document does not tell of the entity.
#[track_caller]
fn ended(entities: &Value, entity: &str, status: &str) -> u64 {
    let by_status = entities[entity]["by_status"].as_object().unwrap();
    by_status.get(status).map_or(0, |count| count.as_u64().unwrap())
}

/// Changes, by hand, one order of the source: the plan has one update.
fn with_a_change() -> Project {
    let project = synced();
    project.edit_records("data/orders.json", |orders| orders[0]["total"] = "1.00".into());
    project
}

#[test]
fn a_plan_shows_what_changes_and_writes_nothing() {
    let project = with_a_change();
    project.edit_records("data/orders.json", |orders| {
        orders[1]["total"] = "a lot".into();
        orders[2]["line_items"].as_array_mut().unwrap().pop();
    });
    let before = project.files();
    assert_outcome!(plan(&project, &[]).ended(5));
    assert_eq!(project.files(), before);
}

#[test]
fn a_plan_that_is_carried_out_leaves_nothing_to_plan() {
    let project = quickstart();
    drop(plan(&project, &["--out", "plan.json", "--detailed-exitcode"]).ended(10));
    let planned = records(&project).len();
    assert_outcome!(apply(&project).ended(0));
    let by_run = quickstart();
    drop(by_run.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&by_run.tables()), None, "a run writes the same");
    assert_eq!(project.tables().counts().values().sum::<usize>(), planned);
    assert_outcome!(plan(&project, &["--full", "--detailed-exitcode"]).ended(0));
    // Once more is no harm.
    assert_outcome!(apply(&project).ended(0));
    assert_eq!(project.tables().difference(&by_run.tables()), None);
}

/// Plans, carries out, and plans again; returns what the first plan and the apply counted.
fn there_and_back([pipeline, file]: [&str; 2], codes: [i32; 3]) -> (Value, Value, Project) {
    let project = Project::shops(ENGINE);
    let plan = ["plan", pipeline, "--env", "demo", "--format", "json"];
    let first = project.engine(&[&plan[..], &["--out", file]].concat()).ended(codes[0]);
    let written = project.engine(&["apply", file, "--format", "json"]).ended(codes[1]);
    let again = project.engine(&[&plan[..], &["--full"]].concat()).ended(codes[2]).json();
    assert_eq!(again["plans"][0]["writes"], 0, "{}", again["plans"][0]["changes"]);
    assert_eq!(
        again["plans"][0]["changes"],
        Value::Array(Vec::new()),
        "nothing differs from what was written"
    );
    (statuses(&first, "plans"), statuses(&written, "runs"), project)
}

#[test]
fn the_books_are_as_planned() {
    let (planned, written, project) = there_and_back(QBO, [5, 0, 5]);
    assert_eq!(ended(&planned, "order", "created"), 144);
    for entity in ["customer", "product", "variation", "order", "payment", "refund"] {
        assert_eq!(ended(&planned, entity, "created"), ended(&written, entity, "created"), "{entity}");
    }
    let run = project.engine(&["run", "woo-to-qbo", "--env", "demo", "--format", "json"]).ended(5).json();
    let entities = &run["runs"][0]["entities"];
    let written = |entity: &String| ended(entities, entity, "created") + ended(entities, entity, "updated");
    assert_eq!(
        entities.as_object().unwrap().keys().map(written).sum::<u64>(),
        0,
        "nothing is left for a run"
    );
}

/// Customers are adopted and never rewritten: their orders need the links, so the plan has them too.
#[test]
fn objects_that_are_linked_as_they_are_stand_in_the_plan() {
    let project = Project::shops(ENGINE);
    drop(project.engine(&["run", "woo-to-qbo", "--env", "demo"]).ended(5));
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        drop(std::fs::remove_file(project.path(&format!(".engine/{file}"))));
    }
    let plan = ["plan", "woo-to-qbo", "--env", "demo", "--format", "json"];
    let first = project.engine(&[&plan[..], &["--out", "plan.json"]].concat()).ended(5);
    let written = project.engine(&["apply", "plan.json", "--first-run", "--format", "json"]).ended(0);
    let (first, written) = (statuses(&first, "plans"), statuses(&written, "runs"));
    assert_eq!(ended(&written, "customer", "unchanged"), 80, "linked, and not written");
    for status in ["created", "updated", "unchanged"] {
        assert_eq!(ended(&first, "order", status), ended(&written, "order", status), "{status}");
    }
    let again = project.engine(&[&plan[..], &["--full"]].concat()).ended(5).json();
    assert_eq!(again["plans"][0]["writes"], 0, "{}", again["plans"][0]["changes"]);
}

#[test]
fn the_tables_are_as_planned() {
    let (planned, written, _) = there_and_back(SUPABASE, [0, 0, 0]);
    assert_eq!(ended(&planned, "orders", "created"), 207);
    for entity in ["customers", "orders", "order_lines"] {
        assert_eq!(ended(&planned, entity, "created"), ended(&written, entity, "created"), "{entity}");
    }
}

#[test]
fn a_record_that_changed_since_is_left_out_and_the_others_are_written() {
    let project = synced();
    project.edit_records("data/orders.json", |orders| {
        orders[0]["total"] = "1.00".into();
        orders[1]["total"] = "2.00".into();
        orders[2]["total"] = "3.00".into();
    });
    drop(plan(&project, &["--out", "plan.json"]).ended(0));
    assert_eq!(steps(&project), BTreeMap::from([("update".to_owned(), 3)]));
    // One changes in the source, one in the target, one not at all.
    let ids: Vec<i64> = {
        let orders: Vec<Value> = serde_json::from_str(&project.read("data/orders.json")).unwrap();
        orders.iter().take(3).map(|order| order["id"].as_i64().unwrap()).collect()
    };
    project.edit_records("data/orders.json", |orders| orders[0]["total"] = "9.00".into());
    let target = project.database("warehouse.db");
    target.execute("UPDATE orders SET total = '77.00' WHERE id = ?1", [ids[1]]).unwrap();
    drop(target);
    assert_outcome!(apply(&project).ended(5));
    let total = |id: i64| {
        let sql = format!("SELECT CAST(total AS TEXT) FROM orders WHERE id = {id}");
        project.database("warehouse.db").query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    assert_ne!(total(ids[0]), "9", "what was not shown is not written");
    assert!(total(ids[1]).starts_with("77"), "what somebody changed since is not overwritten");
    assert!(total(ids[2]).starts_with('3'));
    // A run takes them up.
    drop(project.engine(&["run", "."]).ended(0));
    assert!(total(ids[0]).starts_with('9'));
    assert!(total(ids[1]).starts_with('2'));
}

#[test]
fn what_somebody_changed_in_the_target_is_told_and_left_alone() {
    let project = synced();
    let target = project.database("warehouse.db");
    let id: i64 = target.query_row("SELECT min(id) FROM orders", [], |row| row.get(0)).unwrap();
    target.execute("UPDATE orders SET total = '77.00' WHERE id = ?1", [id]).unwrap();
    drop(target);
    let outcome = plan(&project, &["--full", "--detailed-exitcode", "--out", "plan.json"]).ended(0);
    assert_outcome!(outcome);
    assert_eq!(steps(&project), BTreeMap::from([("drift".to_owned(), 1)]));
}

#[test]
fn a_plan_that_is_no_plan_writes_nothing() {
    let project = with_a_change();
    let before = project.tables();
    drop(plan(&project, &["--out", "plan.json"]).ended(0));
    let whole = project.read("plan.json");
    project.write("plan.json", whole.replacen("\"update\"", "\"create\"", 1));
    // error[plan/unreadable]
    assert_outcome!("edited", apply(&project).ended(1));
    let (cut, _) = whole.trim_end().rsplit_once('\n').unwrap();
    project.write("plan.json", cut);
    assert_outcome!("cut", apply(&project).ended(1));
    project.remove("plan.json");
    assert_outcome!("missing", apply(&project).ended(9));
    project.write("plan.json", whole);
    // error[plan/outdated]
    project.edit("store-to-sqlite.toml", "$.total\"", "$.total_tax\"");
    assert_outcome!("outdated", apply(&project).ended(1));
    assert_eq!(project.tables().difference(&before), None);
    // error[plan/unwritable]
    assert_outcome!("unwritable", plan(&project, &["--out", "no/such/folder/plan.json"]).ended(1));
}

/// Moves the hour of a plan into the past, with the digest that it would have then.
#[test]
fn a_plan_expires() {
    let project = with_a_change();
    drop(plan(&project, &["--out", "plan.json"]).ended(0));
    let whole = project.read("plan.json");
    let (start, rest) = whole.split_once("\"valid_until\":\"").unwrap();
    let (_, rest) = rest.split_once('"').unwrap();
    let (body, _) = rest.trim_end().rsplit_once('\n').unwrap();
    let body = format!("{start}\"valid_until\":\"2020-01-01T00:00:00Z\"{body}\n");
    let records = body.lines().count() - 1;
    let digest = blake3::hash(body.as_bytes()).to_hex();
    project
        .write("plan.json", format!("{body}{{\"end\":{{\"digest\":\"{digest}\",\"records\":{records}}}}}\n"));
    // error[plan/expired]
    assert_outcome!(apply(&project).ended(9));
}

#[test]
fn a_file_keeps_the_plan_of_one_pipeline() {
    let project = Project::shops(ENGINE);
    // error[plan/several]
    assert_outcome!(project.engine(&["plan", ".", "--env", "demo", "--out", "plan.json"]).ended(2));
}

#[test]
fn the_guide_to_plans_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/plan-and-apply.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}

/// Names, addresses and the like of the recorded store.
fn personal(project: &Project) -> BTreeSet<String> {
    let orders: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    let of = |order: &Value| {
        let members = ["first_name", "last_name", "email", "phone", "address_1", "company"];
        members.map(|name| order["billing"][name].as_str().unwrap_or_default().to_owned())
    };
    // Short ones stand in other words by chance.
    orders.iter().flat_map(of).filter(|text| text.chars().count() > 4).collect()
}

#[test]
fn a_plan_masks_personal_data_unless_it_is_asked_for() {
    let project = Project::shops(ENGINE);
    let personal = personal(&project);
    assert!(personal.len() > 50, "{}", personal.len());
    let told = |text: &str| personal.iter().filter(|known| text.contains(known.as_str())).count();
    for pipeline in ["woo-to-qbo", "woo-to-supabase"] {
        let plan = ["plan", pipeline, "--env", "demo", "--show", "all", "--out", "plan.json"];
        let masked = project.engine(&plan);
        assert_eq!(told(&masked.stdout), 0, "{pipeline}");
        assert_eq!(told(&masked.stderr), 0, "{pipeline}");
        let revealed = project.engine(&[&plan[..], &["--reveal"]].concat());
        assert!(told(&revealed.stdout) > 50, "{pipeline}");
        assert_eq!(told(&project.read("plan.json")), 0, "{pipeline}: a file is always masked");
    }
}
