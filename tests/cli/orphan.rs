//! Rows whose parents come from elsewhere: a foreign key refuses them until the parent is there.

use crate::ENGINE;
use kit::{Database, Project};

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
id = "$.id"
customer_id = "$.customer"
"#;

fn project(database: &Database) -> Project {
    let project = Project::empty(ENGINE);
    project.write("data/orders.json", r#"[{"id": 1, "customer": 7}, {"id": 2, "customer": 8}]"#);
    project.write("engine.toml", "[project]\nname = \"orphans\"\n");
    project.write("orders.toml", PIPELINE);
    let url = database.url();
    let name = url.rsplit('/').next().unwrap();
    project.write(
        "connections.toml",
        format!(
            "[connection.store]\nconnector = \"file\"\nroot = \"data\"\n[connection.store.stream.orders]\nfiles = \
             [\"orders.json\"]\nkey = [\"id\"]\n\n[connection.warehouse]\nconnector = \"postgres\"\nhost = \
             \"127.0.0.1\"\nuser = \"postgres\"\ndatabase = \"{name}\"\nsslmode = \"disable\"\n"
        ),
    );
    project
}

#[test]
fn a_row_whose_parent_is_not_there_is_held_and_goes_when_it_is() {
    let database = Database::create();
    database.execute("CREATE TABLE customers (id bigint PRIMARY KEY)");
    database.execute("INSERT INTO customers VALUES (7)");
    database
        .execute("CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id))");
    let project = project(&database);
    let first = project.engine(&["run", "."]);
    assert_eq!(column(&first.stdout, "CREATED"), Some("1"), "{}", first.snapshot());
    assert_eq!(column(&first.stdout, "HELD"), Some("1"), "{}", first.snapshot());
    assert_eq!(column(&first.stdout, "FAILED"), None, "{}", first.snapshot());
    let failures = project.engine(&["failures", "--list"]).ended(0).stdout;
    assert!(failures.contains("connector/missing-parent"), "{failures}");
    assert!(failures.contains("`orders_customer_id_fkey`"), "{failures}");
    database.execute("INSERT INTO customers VALUES (8)");
    let second = project.engine(&["run", "."]).ended(0);
    assert_eq!(column(&second.stdout, "CREATED"), Some("1"), "{}", second.snapshot());
    assert_eq!(column(&second.stdout, "HELD"), None, "{}", second.snapshot());
}

/// The cell of the only entity in a column; nothing when there is no such column.
fn column<'a>(stdout: &'a str, name: &str) -> Option<&'a str> {
    let header = stdout.lines().find(|line| line.starts_with("ENTITY"))?;
    let place = header.split_whitespace().position(|word| word == name)?;
    stdout.lines().find(|line| line.starts_with("order "))?.split_whitespace().nth(place)
}
