//! What a run costs in requests when nothing has changed.

use crate::ENGINE;
use jiff::{ToSpan, civil::DateTime};
use kit::{Outcome, Project};
use serde_json::Value;
use std::collections::BTreeMap;

/// How often the orders of the sample store are there again, each time a day earlier.
const COPIES: i64 = 9;

/// The calls of a run by method, connection and the end of the path. They stand in its log. Products and variations are
/// read beside each other, and either may be the one that asks for the time of the store.
fn calls(outcome: &Outcome) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for line in outcome.stderr.lines().filter(|line| line.contains("transport: request")) {
        let word = |name: &str| line.split_whitespace().find_map(|word| word.strip_prefix(name)).unwrap();
        let path = match word("path=").trim_matches('"').rsplit('/').next().unwrap() {
            "products" | "variations" => "catalogue",
            path => path,
        };
        *calls.entry(format!("{} {} {path}", word("method="), word("emulator="))).or_default() += 1;
    }
    calls
}

fn run(project: &Project, more: &[&str]) -> Outcome {
    let arguments = [&["run", "woo-to-qbo", "--env", "demo", "-vv"], more].concat();
    project.engine(&arguments).ended(5)
}

fn expected(calls: &[(&str, usize)]) -> BTreeMap<String, usize> {
    calls.iter().map(|(call, count)| ((*call).to_owned(), *count)).collect()
}

/// What a run costs in any case: the time of the store, the last page of each stream with what belongs to its
/// records, and a look for accounts, tax codes and the item that others stand for.
const ALWAYS: [(&str, usize); 4] = [
    ("GET acme-books query", 4),
    ("GET acme-store orders", 2),
    ("GET acme-store catalogue", 4),
    ("GET acme-store refunds", 1),
];

#[test]
fn a_second_run_writes_nothing_and_asks_eleven_times() {
    let project = Project::shops(ENGINE);
    let first = run(&project, &[]);
    assert!(calls(&first)["POST acme-books salesreceipt"] > 100, "calls are in the log");
    assert_eq!(calls(&run(&project, &[])), expected(&ALWAYS));
}

/// The tables are asked what columns they have, and nothing else.
#[test]
fn a_second_copy_of_the_store_asks_three_times() {
    let project = Project::shops(ENGINE);
    let copy = || project.engine(&["run", "woo-to-supabase", "--env", "demo", "-vv"]).ended(0);
    let first = calls(&copy());
    // 65 customers, 207 orders and their lines, hundreds in one request.
    let writes: usize = first
        .iter()
        .filter(|(call, _)| call.starts_with("POST acme-warehouse"))
        .map(|(_, count)| count)
        .sum();
    assert!((3..=12).contains(&writes), "{first:?}");
    let second = [("GET acme-store customers", 1), ("GET acme-store orders", 1), ("GET acme-warehouse ", 1)];
    assert_eq!(calls(&copy()), expected(&second));
}

/// The sample store with ten times its orders.
fn larger() -> Project {
    let project = Project::shops(ENGINE);
    let orders: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    let copy = |order: &Value, copy: i64| {
        let mut order = order.clone();
        let id = order["id"].as_i64().unwrap() + 10_000 * copy;
        order["id"] = id.into();
        order["number"] = id.to_string().into();
        order["refunds"] = Value::Array(Vec::new());
        for (name, value) in order.as_object_mut().unwrap() {
            if let Some(stamp) = value.as_str().filter(|_| name.starts_with("date_")) {
                let earlier = stamp.parse::<DateTime>().unwrap() - copy.days();
                *value = earlier.to_string().into();
            }
        }
        order
    };
    let copies = (0..=COPIES).flat_map(|number| orders.iter().map(move |order| (order, number)));
    let all: Vec<Value> =
        copies.map(|(order, number)| if number == 0 { order.clone() } else { copy(order, number) }).collect();
    project.write("samples/store/orders.json", serde_json::to_string(&all).unwrap());
    project
}

#[test]
fn unchanged_records_cost_at_most_one_call_in_a_hundred() {
    let project = larger();
    run(&project, &[]);
    let linked = crate::count(
        &project.database(".engine/state.db"),
        "SELECT count(*) FROM link WHERE target_id IS NOT NULL",
    );
    let again: usize = calls(&run(&project, &[])).values().sum();
    let full = calls(&run(&project, &["--full"]));
    println!(
        "{linked} unchanged records: {again} calls, {} when all are read again",
        full.values().sum::<usize>()
    );
    assert!(i64::try_from(again).unwrap() * 100 <= linked, "{again} calls for {linked} records");
    // 2070 orders, a hundred on a page.
    let mut pages = expected(&ALWAYS);
    *pages.get_mut("GET acme-store orders").unwrap() += 20;
    assert_eq!(full, pages);
}

/// All are read again, and each object that was written is looked at.
#[test]
fn a_plan_of_unchanged_orders_costs_at_most_four_calls_in_a_hundred() {
    let project = larger();
    run(&project, &[]);
    let plan = project.engine(&["plan", "woo-to-qbo", "--env", "demo", "--full", "-vv"]).ended(5);
    let orders = 207 * (COPIES + 1);
    let asked: usize = calls(&plan).values().sum();
    println!("{asked} calls for {orders} orders: {:?}", calls(&plan));
    assert!(plan.stdout.contains("Plan: 0 to create, 0 to update, 0 to delete"), "{}", plan.stdout);
    assert!(i64::try_from(asked).unwrap() * 100 <= orders * 4, "{:?}", calls(&plan));
}
