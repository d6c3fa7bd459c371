//! Soft deletes: what leaves the filter is marked, and what two reads of everything have missed; both are revived when
//! they come back.

use crate::{
    ENGINE,
    bases::{Base, project, wrote},
    kill::{Moment, kill_at},
};
use connector_emulators::supabase::{Memory, Settings, Supabase, Tables};
use kit::Project;
use serde_json::Value;

const PIPELINE: &str = r#"
[pipeline]
name = "orders"
[source]
connection = "store"
[target]
connection = "warehouse"

[entity.order]
from = "orders"
to = "orders"
when = "record.status != \"cancelled\""
write = { match = ["id"], delete = "soft" }
[entity.order.map]
id = { path = "$.id", transform = ["integer"] }
number = { path = "$.number", transform = ["text"] }

[entity.order_line]
from = "orders"
to = "order_lines"
each = "$.line_items[*]"
each_key = "@.id"
write = { match = ["id"], delete = "soft", deleted_field = "is_deleted", replace_within = ["order_id"] }
[entity.order_line.map]
id = { path = "@.id", transform = ["integer"] }
order_id = { path = "$.id", transform = ["integer"] }
"#;

fn tables(base: &Base) -> [String; 2] {
    let (time, flag) = match base {
        Base::Sqlite => ("TEXT", "BOOLEAN"),
        Base::Postgres(_) => ("TIMESTAMPTZ", "BOOLEAN"),
        Base::Mysql(_) => ("DATETIME(6)", "BOOLEAN"),
    };
    [
        format!(
            "CREATE TABLE orders (id BIGINT PRIMARY KEY, number VARCHAR(40) NOT NULL, deleted_at {time})"
        ),
        format!(
            "CREATE TABLE order_lines (id BIGINT PRIMARY KEY, order_id BIGINT NOT NULL, is_deleted {flag} NOT NULL)"
        ),
    ]
}

fn soft(base: &Base) -> Project {
    let project = project(base, PIPELINE);
    let tables = tables(base);
    base.execute(&project, &[&tables[0], &tables[1]]);
    project
}

/// The ids of marked orders, and the number of marked lines.
fn marked(base: &Base, project: &Project) -> (Vec<String>, String) {
    let orders = "SELECT concat('', id) FROM orders WHERE deleted_at IS NOT NULL ORDER BY id";
    let lines = "SELECT concat('', count(*)) FROM order_lines WHERE is_deleted";
    (base.texts(project, orders), base.texts(project, lines).remove(0))
}

fn of(orders: &[Value], id: u64) -> usize {
    orders.iter().position(|order| order["id"] == id).unwrap()
}

#[test]
fn what_is_gone_or_filtered_is_marked_once_and_revived_when_it_is_back() {
    for base in Base::all() {
        let (project, name) = (soft(&base), base.name());
        let whole = project.read("data/orders.json");
        drop(project.engine(&["run", "."]).ended(0));
        assert_eq!(marked(&base, &project), (Vec::new(), "0".to_owned()), "{name}");
        let (mut gone, mut lines) = (Value::Null, 0);
        project.edit_records("data/orders.json", |orders| {
            // One leaves the filter, one loses a line, one is gone with its lines.
            let at = of(orders, 83);
            orders[at]["status"] = "cancelled".into();
            let at =
                orders.iter().rposition(|order| order["line_items"].as_array().unwrap().len() == 2).unwrap();
            gone = orders.remove(at);
            lines = gone["line_items"].as_array().unwrap().len();
            let other =
                orders.iter_mut().find(|order| order["line_items"].as_array().unwrap().len() == 3).unwrap();
            other["line_items"].as_array_mut().unwrap().remove(0);
        });
        let run = project.engine(&["run", "."]).ended(0);
        assert!(run.stdout.contains("DELETED") && !run.stdout.contains("UPDATED"), "{name}: {}", run.stdout);
        let at_once = marked(&base, &project);
        assert_eq!(at_once, (vec!["83".to_owned()], "1".to_owned()), "{name}: what is gone was missed once");
        assert!(run.stdout.contains("1 x order missing from the source"), "{name}: {}", run.stdout);
        let run = project.engine(&["run", "."]).ended(0);
        assert!(run.stdout.contains("DELETED") && !run.stdout.contains("UPDATED"), "{name}: {}", run.stdout);
        let (orders, count) = marked(&base, &project);
        let id = gone["id"].to_string();
        assert_eq!(orders.len(), 2, "{name}: {orders:?}");
        assert!(orders.contains(&"83".to_owned()) && orders.contains(&id), "{name}: {orders:?}");
        assert_eq!(count, (lines + 1).to_string(), "{name}");
        let since = || base.texts(&project, "SELECT concat('', deleted_at) FROM orders WHERE id = 83");
        let before = since();
        assert!(before[0].starts_with("20"), "{name}: {before:?}");

        let second = project.engine(&["run", "."]).ended(0);
        assert!(!wrote(&second.stdout), "{name}: {}", second.stdout);
        assert_eq!(since(), before, "{name}: the time says since when");

        project.write("data/orders.json", &whole);
        let back = project.engine(&["run", "."]).ended(0);
        assert!(
            back.stdout.contains("UPDATED") && !back.stdout.contains("CREATED"),
            "{name}: {}",
            back.stdout
        );
        assert_eq!(marked(&base, &project), (Vec::new(), "0".to_owned()), "{name}");
        assert!(!wrote(&project.engine(&["run", "."]).ended(0).stdout), "{name}");
    }
}

#[test]
fn a_row_that_somebody_took_away_is_not_made_again_to_be_marked() {
    for base in Base::all() {
        let (project, name) = (soft(&base), base.name());
        drop(project.engine(&["run", "."]).ended(0));
        base.execute(&project, &["DELETE FROM orders WHERE id = 83"]);
        let count = || base.texts(&project, "SELECT concat('', count(*)) FROM orders");
        let before = count();
        project.edit_records("data/orders.json", |orders| {
            let at = of(orders, 83);
            orders[at]["status"] = "cancelled".into();
        });
        assert!(project.engine(&["run", "."]).ended(0).stdout.contains("DELETED"), "{name}");
        assert_eq!(count(), before, "{name}");
    }
}

#[test]
fn a_source_that_is_empty_marks_nothing_and_the_limit_counts_marks() {
    for base in Base::all() {
        let (project, name) = (soft(&base), base.name());
        drop(project.engine(&["run", "."]).ended(0));
        let whole = project.read("data/orders.json");
        project.write("data/orders.json", "[]");
        for _ in 0..2 {
            assert!(!wrote(&project.engine(&["run", "."]).ended(0).stdout), "{name}");
        }
        project.write("data/orders.json", &whole);
        project.edit("orders.toml", "delete = \"soft\" }", "delete = \"soft\", max_deletes = 3 }");
        project.edit_records("data/orders.json", |orders| orders.truncate(100));
        drop(project.engine(&["run", "."]).ended(0));
        let stopped = project.engine(&["run", "."]).ended(1);
        assert!(stopped.stderr.contains("run/max-deletes"), "{name}: {}", stopped.stderr);
        assert!(marked(&base, &project).0.len() <= 3, "{name}");
    }
}

#[test]
fn marks_of_runs_that_were_killed_are_set_once() {
    for base in Base::all() {
        let (project, name) = (soft(&base), base.name());
        drop(project.engine(&["run", "."]).ended(0));
        let mut wanted: Vec<u64> = Vec::new();
        project.edit_records("data/orders.json", |orders| {
            let gone = orders.split_off(190);
            let lost = orders.iter().take(20).chain(&gone).filter(|order| order["status"] != "cancelled");
            wanted.extend(lost.map(|order| order["id"].as_u64().unwrap()));
            for order in orders.iter_mut().take(20) {
                order["status"] = "cancelled".into();
            }
        });
        wanted.sort_unstable();
        // What left the filter first, then what is gone.
        for _ in 0..2 {
            for place in ["deliver.send", "deliver.answered", "settle.commit"] {
                assert!(kill_at(&project, &["run", "."], 5, Moment::first(place)).is_ok(), "{name}: {place}");
            }
            drop(project.engine(&["run", "."]).ended(0));
        }
        let (orders, _) = marked(&base, &project);
        let orders: Vec<u64> = orders.iter().map(|id| id.parse().unwrap()).collect();
        assert_eq!(orders, wanted, "{name}");
        let second = project.engine(&["run", "."]).ended(0);
        assert!(!wrote(&second.stdout), "{name}: {}", second.stdout);
    }
}

/// What the emulated warehouse holds, as its journal leaves it.
fn customers(project: &Project) -> Vec<Value> {
    let catalog = project.read("catalogs/acme-warehouse.json");
    let memory = Memory::new(Tables::read(&catalog, "store").unwrap()).unwrap();
    let settings = Settings { schemas: vec!["store".to_owned()], ..Settings::default() };
    let key = settings.secret_key.clone();
    let mut tables = Supabase::new(settings, memory);
    let lines = project.read(".engine/emulators/demo/acme-warehouse.ndjson");
    let entries = lines.lines().map(|line| connector_emulators::Entry::from_line(line).unwrap());
    connector_emulators::replay(&mut tables, entries).unwrap();
    let uri = "https://acme.supabase.example/rest/v1/customers?select=*&limit=1000";
    let request = http::Request::get(uri).header("apikey", &key).body(bytes::Bytes::new()).unwrap();
    let answer = connector_emulators::Emulator::handle(&mut tables, &request, jiff::Timestamp::now());
    serde_json::from_slice(answer.body()).unwrap()
}

#[test]
fn a_customer_that_the_shop_lost_is_marked_in_supabase_and_revived() {
    let project = Project::shops(ENGINE);
    let run = || project.engine(&["run", "woo-to-supabase", "--env", "demo"]).ended(0);
    drop(run());
    let marked =
        || customers(&project).into_iter().filter(|row| !row["deleted_at"].is_null()).collect::<Vec<_>>();
    assert!(marked().is_empty());
    let seed = project.read("samples/store/customers.json");
    let mut lost = Value::Null;
    project.edit_records("samples/store/customers.json", |people| {
        let at = people.iter().rposition(|person| person["role"] == "customer").unwrap();
        lost = people.remove(at);
    });
    std::fs::remove_file(project.path(".engine/emulators/demo/acme-store.ndjson")).ok();
    assert!(!run().stdout.contains("DELETED"), "it was missed once");
    let gone = run();
    assert!(gone.stdout.contains("DELETED"), "{}", gone.stdout);
    let rows = marked();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["woo_id"], lost["id"]);
    assert!(!run().stdout.contains("DELETED"), "it is marked once");
    project.write("samples/store/customers.json", &seed);
    let back = run();
    assert!(back.stdout.contains("UPDATED"), "{}", back.stdout);
    assert!(marked().is_empty());
    assert!(!wrote(&run().stdout));
}
