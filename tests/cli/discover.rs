//! `engine discover`: what a live connection offers, and the catalog that is kept of it.

use crate::{
    ENGINE, assert_outcome,
    bases::{Base, project},
};
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
[entity.order.map]
id = { path = "$.id", transform = ["integer"] }
numbr = { path = "$.number", transform = ["text"] }
"#;

#[test]
fn a_saved_catalog_finds_an_unknown_column_and_says_what_has_changed() {
    for base in Base::all() {
        let (project, name) = (project(&base, PIPELINE), base.name());
        base.execute(&project, &["CREATE TABLE orders (id BIGINT PRIMARY KEY, number VARCHAR(20))"]);
        if name != "sqlite" {
            drop(project.engine(&["validate"]).ended(0));
        }
        let listed = project.engine(&["discover", "warehouse"]).ended(0);
        assert!(listed.stdout.contains("orders  target object  2"), "{name}: {}", listed.stdout);
        let fields = project.engine(&["discover", "warehouse", "orders"]).ended(0);
        assert!(
            fields.stdout.contains("number") && fields.stdout.contains("text(20)"),
            "{name}: {}",
            fields.stdout
        );
        assert!(!project.path("catalogs").exists(), "{name}: looking saves nothing");

        let saved = project.engine(&["discover", "warehouse", "--save"]).ended(0);
        assert!(
            saved.stderr.contains("catalogs/warehouse.json (1 stream, 1 target object): new"),
            "{name}: {}",
            saved.stderr
        );
        let found = project.engine(&["validate"]).ended(3);
        assert!(found.stderr.contains("did you mean `number`?"), "{name}: {}", found.stderr);

        // What a person writes into the catalog stays, and what has changed is said.
        let file = "catalogs/warehouse.json";
        let mut catalog: Value = serde_json::from_str(&project.read(file)).unwrap();
        catalog["objects"][0]["fields"][1]["is_personal"] = true.into();
        project.write(file, serde_json::to_string(&catalog).unwrap());
        base.execute(
            &project,
            &["ALTER TABLE orders ADD COLUMN note VARCHAR(9)", "CREATE TABLE notes (id BIGINT PRIMARY KEY)"],
        );
        let json = project.engine(&["discover", "warehouse", "--save", "--format", "json"]).ended(0);
        let told: Value = serde_json::from_str(&json.stdout).unwrap();
        let changes: Vec<String> = told["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| {
                format!(
                    "{} {} {}",
                    change["change"].as_str().unwrap(),
                    change["kind"].as_str().unwrap(),
                    change["name"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(
            changes,
            ["added stream notes", "added field orders.note", "added target object notes"],
            "{name}"
        );
        let catalog: Value = serde_json::from_str(&project.read(file)).unwrap();
        let orders =
            catalog["objects"].as_array().unwrap().iter().find(|one| one["name"] == "orders").unwrap();
        assert_eq!(orders["fields"][1]["is_personal"], true, "{name}");
        let again = project.engine(&["discover", "warehouse", "--save"]).ended(0);
        assert!(again.stderr.contains("nothing has changed"), "{name}: {}", again.stderr);
        let left: Vec<_> = std::fs::read_dir(project.path("catalogs")).unwrap().collect();
        assert_eq!(left.len(), 1, "{name}: nothing but the catalog is left");
    }
}

#[test]
fn services_of_the_demo_are_discovered_by_their_emulators() {
    let project = Project::shops(ENGINE);
    for (connection, name) in
        [("acme-store", "orders"), ("acme-books", "Invoice"), ("acme-warehouse", "order_lines")]
    {
        let listed = project.engine(&["discover", connection, "--env", "demo"]).ended(0);
        assert!(listed.stdout.lines().any(|line| line.starts_with(name)), "{connection}: {}", listed.stdout);
    }
    assert_outcome!("warehouse", project.engine(&["discover", "acme-warehouse", "--env", "demo"]).ended(0));
    assert_outcome!(
        "fields",
        project.engine(&["discover", "acme-warehouse", "order_lines", "--env", "demo"]).ended(0)
    );
    let before: Value = serde_json::from_str(&project.read("catalogs/acme-warehouse.json")).unwrap();
    drop(project.engine(&["discover", "acme-warehouse", "--env", "demo", "--save"]).ended(0));
    let after: Value = serde_json::from_str(&project.read("catalogs/acme-warehouse.json")).unwrap();
    for (index, object) in before["objects"].as_array().unwrap().iter().enumerate() {
        let found = after["objects"].as_array().unwrap().iter().find(|one| one["name"] == object["name"]);
        for field in object["fields"].as_array().unwrap() {
            let found =
                found.unwrap()["fields"].as_array().unwrap().iter().find(|one| one["name"] == field["name"]);
            let found = found.unwrap_or_else(|| panic!("{index}: {}", field["name"]));
            assert_eq!((&found["kind"], &found["is_personal"]), (&field["kind"], &field["is_personal"]));
        }
    }
    drop(project.engine(&["validate", "--env", "demo"]).ended(0));
}

#[test]
fn what_cannot_be_discovered_is_said() {
    let project = Project::shops(ENGINE);
    assert_outcome!("connection", project.engine(&["discover", "acme-shop", "--env", "demo"]).ended(9));
    assert_outcome!("entity", project.engine(&["discover", "acme-store", "order", "--env", "demo"]).ended(9));
}
