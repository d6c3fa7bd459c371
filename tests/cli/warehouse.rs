//! The reporting copy of a store: tables behind the data API of an emulated project, by the real connector.

use crate::ENGINE;
use bytes::Bytes;
use connector_emulators::{
    Emulator, Entry, replay,
    supabase::{Memory, Settings, Supabase, Tables},
};
use kit::{Outcome, Project};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const JOURNAL: &str = ".engine/emulators/demo/acme-warehouse.ndjson";

#[track_caller]
fn run(project: &Project) -> Outcome {
    project.engine(&["run", "woo-to-supabase", "--env", "demo"]).ended(0)
}

/// The rows of a table, as the journal leaves them.
pub(crate) fn rows(project: &Project, table: &str) -> Vec<Value> {
    let catalog = project.read("catalogs/acme-warehouse.json");
    let memory = Memory::new(Tables::read(&catalog, "store").unwrap()).unwrap();
    let settings = Settings { schemas: vec!["store".to_owned()], ..Settings::default() };
    let key = settings.secret_key.clone();
    let mut tables = Supabase::new(settings, memory);
    let lines = project.read(JOURNAL);
    replay(&mut tables, lines.lines().map(|line| Entry::from_line(line).unwrap())).unwrap();
    let mut all: Vec<Value> = Vec::new();
    loop {
        let uri =
            format!("https://acme.supabase.example/rest/v1/{table}?select=*&limit=500&offset={}", all.len());
        let request = http::Request::get(uri).header("apikey", &key).body(Bytes::new()).unwrap();
        let answer = tables.handle(&request, jiff::Timestamp::now());
        let page: Vec<Value> = serde_json::from_slice(answer.body()).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

pub(crate) fn seeded(project: &Project, resource: &str) -> Vec<Value> {
    serde_json::from_str(&project.read(&format!("samples/store/{resource}.json"))).unwrap()
}

/// How many there are of each currency, and what they come to.
fn sums(records: &[Value]) -> BTreeMap<String, (usize, Decimal)> {
    let mut sums: BTreeMap<String, (usize, Decimal)> = BTreeMap::new();
    for record in records {
        let total = &record["total"];
        let total = total.as_str().map_or_else(|| total.to_string(), str::to_owned);
        let sum = sums.entry(record["currency"].as_str().unwrap().to_owned()).or_default();
        sum.0 += 1;
        sum.1 += total.parse::<Decimal>().unwrap();
    }
    sums
}

/// The lines of both sides: currency, counts and sums.
fn sides(outcome: &Outcome) -> Vec<Vec<String>> {
    let lines =
        outcome.stdout.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|words| words.len() == 7 && words[0] == "orders" && words[1] != "READ").collect()
}

/// What the tables must hold of the recorded store.
#[track_caller]
fn check(project: &Project) {
    let (customers, orders, lines) =
        (rows(project, "customers"), rows(project, "orders"), rows(project, "order_lines"));
    let (mut people, sold) = (seeded(project, "customers"), seeded(project, "orders"));
    // Lists of customers leave out those who run the store.
    people.retain(|person| person["role"] == "customer");
    assert_eq!(customers.len(), people.len());
    assert_eq!(sums(&orders), sums(&sold));
    let items: usize = sold.iter().map(|order| order["line_items"].as_array().unwrap().len()).sum();
    assert_eq!(lines.len(), items);
    for order in &orders {
        let record = sold.iter().find(|one| one["id"] == order["woo_id"]).unwrap();
        // A guest is nobody's; the record itself is there with every member.
        let customer = if record["customer_id"] == 0 { &Value::Null } else { &record["customer_id"] };
        assert_eq!(&order["customer_id"], customer);
        assert_eq!(order["raw"]["id"], record["id"]);
    }
}

#[test]
fn the_copy_holds_every_order_with_its_money_and_a_second_run_writes_nothing() {
    let project = Project::shops(ENGINE);
    let first = run(&project);
    check(&project);
    let sides = sides(&first);
    assert!(!sides.is_empty(), "{}", first.stdout);
    for words in &sides {
        assert_eq!((&words[2..4], words[6].as_str()), (&words[4..6], "0.00"), "{}", first.stdout);
    }
    let before = project.read(JOURNAL);
    let second = run(&project);
    assert!(!second.stdout.contains("CREATED") && !second.stdout.contains("UPDATED"), "{}", second.stdout);
    assert_eq!(project.read(JOURNAL), before, "nothing was written");
}
