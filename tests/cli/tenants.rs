//! One pipeline for several tenants: `--tenant` and `--env`.

use crate::{assert_outcome, count, quickstart};
use kit::Project;

const FILE: &str = "store-to-sqlite.toml";

/// The quickstart for two tenants, each with a warehouse of its own.
fn two_tenants() -> Project {
    let project = quickstart();
    project.edit(
        FILE,
        "connector = \"sqlite\"\nconnection = \"warehouse\"",
        "connection = { bind = \"warehouse\" }",
    );
    project.edit(FILE, "connector = \"file\"\nconnection = \"store\"", "connection = { bind = \"store\" }");
    let connections = project.read("connections.toml");
    // A connection belongs to one tenant: each has its own way to the same files.
    let second = connections.replace("[connection.store", "[connection.other-store");
    let second = second.replace("[connection.warehouse]", "[connection.other-warehouse]");
    let second = second.replace("path = \"warehouse.db\"", "path = \"other.db\"");
    project.write("connections.toml", format!("{connections}\n{second}"));
    project.write("tenants/acme.toml", "[bind]\nstore = \"store\"\nwarehouse = \"warehouse\"\n");
    project.write("tenants/birch.toml", "[bind]\nstore = \"other-store\"\nwarehouse = \"other-warehouse\"\n");
    project
}

#[test]
fn whose_accounts_are_written_is_said_and_not_guessed() {
    let project = two_tenants();
    let before = project.files();
    assert_outcome!("none-named", project.engine(&["run", "--all"]).ended(2));
    assert_outcome!("unknown", project.engine(&["run", "--all", "--tenant", "brich"]).ended(9));
    assert_eq!(project.files(), before);
}

#[test]
fn tenants_are_run_apart_and_named_in_what_is_printed() {
    let project = two_tenants();
    let one = project.engine(&["run", "--all", "--entity", "customer", "--tenant", "birch"]);
    assert_outcome!("one", one.ended(0));
    assert_eq!(count(&project.database("other.db"), "SELECT count(*) FROM customers"), 66);
    assert!(!project.path("warehouse.db").exists(), "the other tenant was left alone");
    assert_outcome!("status", project.engine(&["status"]).ended(0));

    let all =
        project.engine(&["run", "--all", "--entity", "customer", "--tenant", "all", "--format", "json"]);
    let tenants: Vec<_> =
        all.ended(0).json()["runs"].as_array().unwrap().iter().map(|run| run["tenant"].clone()).collect();
    assert_eq!(tenants, ["acme", "birch"]);
    assert_outcome!("history", project.engine(&["history", "--tenant", "acme"]).ended(0));
}

#[test]
fn a_failed_record_is_listed_with_its_tenant() {
    let project = two_tenants();
    project.edit_records("data/refunds.json", |refunds| refunds[0]["amount"] = "a lot".into());
    drop(project.engine(&["run", "--all", "--tenant", "acme"]).ended(5));
    let listed = project.engine(&["failures"]).ended(0).stdout;
    assert!(listed.contains("acme/store-to-sqlite::refund"), "{listed}");
    let others = project.engine(&["failures", "--tenant", "birch", "--format", "json"]).ended(0).json();
    assert_eq!(others["failures"], serde_json::json!([]));
}

#[test]
fn a_mistake_of_one_tenant_names_it_and_one_of_all_is_told_once() {
    let project = two_tenants();
    project.edit(FILE, "lookup = \"payment\"", "lookup = \"paymnt\"");
    let schema = project.read("schema.sql").replace("amount ", "sum ").replace("amount\t", "sum\t");
    project.write("other.sql", schema);
    let connections = project.read("connections.toml");
    let (first, second) = connections.split_once("[connection.other-warehouse]").unwrap();
    let second = second.replace("schema.sql", "other.sql");
    project.write("connections.toml", format!("{first}[connection.other-warehouse]{second}"));
    assert_outcome!(project.engine(&["validate"]).ended(3));
    let document = project.engine(&["validate", "--format", "json"]).ended(3).json();
    let tenants: Vec<_> =
        document["diagnostics"].as_array().unwrap().iter().map(|found| found["tenants"].clone()).collect();
    assert!(tenants.contains(&serde_json::json!(["birch"])) && tenants.contains(&serde_json::Value::Null));
    drop(project.engine(&["validate", "--tenant", "acme"]).ended(3));
}

#[test]
fn an_environment_swaps_connections_and_state() {
    let project = quickstart();
    project.write("connections.sandbox.toml", "[connection.warehouse]\npath = \"sandbox.db\"\n");
    drop(project.engine(&["run", "--all", "--entity", "customer", "--env", "sandbox"]).ended(0));
    assert!(project.path("sandbox.db").exists() && !project.path("warehouse.db").exists());
    assert_outcome!("elsewhere", project.engine(&["status"]).ended(0));
    let there = project.engine(&["status", "--env", "sandbox", "--format", "json"]).ended(0).json();
    assert!(there["pipelines"][0]["last_run"].is_string(), "{there}");
    assert_outcome!("unknown", project.engine(&["validate", "--env", "sandbx"]).ended(3));
}

#[test]
fn a_test_is_run_for_the_tenant_that_it_names() {
    let project = two_tenants();
    project.write(
        "tenants/birch.toml",
        project.read("tenants/birch.toml") + "\n[lookup.payment.values]\nbacs = \"Wire\"\n",
    );
    let record = r#"{"id":7,"number":"7","status":"pending","currency":"CAD","date_created_gmt":"2026-01-10T09:00:00","total":"1.00","total_tax":"0.00","payment_method":"bacs","customer_id":0}"#;
    let test = |name: &str, tenant: &str, payment: &str| {
        format!(
            "\n[[test]]\nname = \"{name}\"\n{tenant}entity = \"order\"\ninput.json = '{record}'\n\
             expect.fields = {{ payment = \"{payment}\" }}\n"
        )
    };
    let tests = test("plain", "", "Bank transfer") + &test("birch", "tenant = \"birch\"\n", "Wire");
    project.write(FILE, project.read(FILE) + &tests);
    drop(project.engine(&["test"]).ended(0));
    let only = project.engine(&["test", "--tenant", "acme", "--format", "json"]).ended(0).json();
    let names: Vec<_> = only["tests"].as_array().unwrap().iter().map(|test| test["name"].clone()).collect();
    assert!(!names.contains(&"store-to-sqlite::order::birch".into()), "{names:?}");
}
