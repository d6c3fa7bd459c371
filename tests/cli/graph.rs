//! `engine graph` and `engine schema show`: what a pipeline is made of.

use crate::{assert_outcome, quickstart};

#[test]
fn entities_are_drawn_with_the_reasons_of_their_order() {
    let project = quickstart();
    assert_outcome!("text", project.engine(&["graph"]).ended(0));
    assert_outcome!("mermaid", project.engine(&["graph", "store-to-sqlite", "--as", "mermaid"]).ended(0));
    assert_outcome!("dot", project.engine(&["graph", "--as", "dot"]).ended(0));
}

#[test]
fn drawings_fall_back_to_ascii() {
    let project = quickstart();
    let outcome = project.end(project.command(&["graph"]).env("LC_ALL", "C")).ended(0);
    assert!(outcome.stdout.is_ascii(), "{}", outcome.stdout);
}

#[test]
fn programs_get_nodes_edges_and_groups() {
    let graph = quickstart().engine(&["graph", "--as", "json"]).ended(0).json();
    let graph = &graph["graphs"][0];
    let edge = graph["edges"].as_array().unwrap().iter().find(|edge| edge["to"] == "refund").unwrap();
    assert_eq!(edge, &serde_json::json!({ "from": "order", "to": "refund", "by": ["ref"], "routes": [] }));
    let shared =
        graph["groups"].as_array().unwrap().iter().find(|group| group["stream"] == "orders").unwrap();
    assert_eq!(shared["entities"], serde_json::json!(["order", "order_line"]));
}

#[test]
fn fields_are_shown_as_a_table() {
    let project = quickstart();
    assert_outcome!("object", project.engine(&["schema", "show", "warehouse.refunds"]).ended(0));
    assert_outcome!("list", project.engine(&["schema", "show", "warehouse"]).ended(0));
    assert_outcome!("unknown", project.engine(&["schema", "show", "warehouse.refnds"]).ended(9));
    let object = project.engine(&["schema", "show", "warehouse.refunds", "--format", "json"]).ended(0).json();
    assert_eq!(object["object"]["name"], "refunds");
}

#[test]
fn a_saved_catalog_counts_before_a_look_at_the_connection() {
    let project = quickstart();
    let catalog = r#"{"streams": [], "stream_schemas": [], "objects": [{"name": "refunds", "fields": [
        {"name": "id", "kind": "text", "max_length": 9, "required": true}]}]}"#;
    project.write("catalogs/warehouse.json", catalog);
    let shown = project.engine(&["schema", "show", "warehouse.refunds"]).ended(0).stdout;
    assert!(shown.contains("text(9)") && !shown.contains("amount"), "{shown}");
    let found = project.engine(&["validate"]).ended(3).stderr;
    assert!(found.contains("mapping/unknown-field"), "the catalog has no field `amount`: {found}");
}

#[test]
fn a_catalog_that_cannot_be_read_is_shown_at_its_line_and_column() {
    let project = quickstart();
    project.write("catalogs/warehouse.json", "{\n  \"streams\": [],\n  \"objects\": [}\n}\n");
    assert_outcome!(project.engine(&["validate"]).ended(3));
}

#[test]
fn editors_are_led_to_the_schemas_of_the_project() {
    let project = quickstart();
    drop(project.engine(&["schema", "sync", "--check"]).ended(1));
    assert_outcome!("wrote", project.engine(&["schema", "sync"]).ended(0));
    for file in ["tombi.toml", ".taplo.toml", ".vscode/settings.json"] {
        assert!(project.path(file).is_file(), "{file}");
    }
    let schema = project.read(".engine/schemas/store-to-sqlite.tombi.json");
    assert!(schema.contains("customer_id"), "the columns of the warehouse are known");
    drop(project.engine(&["schema", "sync", "--check"]).ended(0));
    assert_outcome!("fresh", project.engine(&["schema", "sync"]).ended(0));
    drop(project.engine(&["validate"]).ended(0));
}

#[test]
fn base_schemas_are_printed() {
    let project = quickstart();
    for kind in ["pipeline", "project", "connections", "tenant"] {
        let schema = project.engine(&["schema", kind]).ended(0).json();
        assert!(schema["properties"].as_object().is_some_and(|keys| !keys.is_empty()), "{kind}");
    }
}
