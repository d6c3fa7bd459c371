//! Tables that a run makes, because the pipeline says so: `write.create_table`.

use crate::{
    ENGINE, assert_outcome,
    bases::{Base, project, wrote},
    kill::{Moment, kill_at},
};
use kit::Project;

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
write = { match = ["id"], create_table = true }
[entity.order.map]
id = { path = "$.id", transform = ["integer"] }
number = { path = "$.number", transform = ["text", { fit = 20 }] }
email = { path = "$.billing.email", transform = ["text", "trim", "lowercase"] }
total = { path = "$.total", transform = ["decimal"] }
with_tax = { path = "$.prices_include_tax", transform = ["boolean"] }
made_at = { path = "$.date_created", transform = ["timestamp_utc"] }
raw.billing = "$.billing"
raw.version = "$.version"

[entity.order_line]
from = "orders"
to = "order_lines"
each = "$.line_items[*]"
each_key = "@.id"
write = { match = ["order_id", "sku", "id"], create_table = true }
[entity.order_line.map]
id = { path = "@.id", transform = ["integer"] }
order_id = { ref = "order", key = "$.id" }
sku = { path = "@.sku", transform = ["text"] }
total = { path = "@.total", transform = ["decimal"] }
"#;

/// What the columns are, as the database says it.
fn columns(base: &Base, project: &Project) -> Vec<String> {
    let sql = match base {
        Base::Sqlite => {
            "SELECT t.name || '.' || c.name || ' ' || lower(c.type) || ' ' || c.\"notnull\" FROM sqlite_schema t, \
             pragma_table_info(t.name) c WHERE t.name IN ('orders', 'order_lines') ORDER BY t.name, c.cid"
        }
        Base::Postgres(_) => {
            "SELECT a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || \
             a.attnotnull::int FROM pg_attribute a WHERE a.attrelid IN ('orders'::regclass, 'order_lines'::regclass) \
             AND a.attnum > 0 ORDER BY a.attrelid::regclass::text, a.attnum"
        }
        Base::Mysql(_) => {
            "SELECT concat(table_name, '.', column_name, ' ', column_type, ' ', is_nullable = 'NO') FROM \
             information_schema.columns WHERE table_schema = database() AND table_name IN ('orders', 'order_lines') \
             ORDER BY table_name, ordinal_position"
        }
    };
    base.texts(project, sql)
}

#[test]
fn the_first_run_makes_the_tables_and_the_second_writes_nothing() {
    for base in Base::all() {
        let (project, name) = (project(&base, PIPELINE), base.name());
        let dry = project.engine(&["run", ".", "--dry-run"]).ended(0);
        assert!(dry.stderr.contains("Would create table orders in warehouse"), "{name}: {}", dry.snapshot());
        assert!(dry.stderr.contains("CREATE TABLE IF NOT EXISTS"), "{name}: {}", dry.stderr);
        assert!(
            dry.stdout.contains("716") || dry.stderr.contains("716 to write"),
            "{name}: {}",
            dry.snapshot()
        );
        let first = project.engine(&["run", "."]).ended(0);
        assert!(first.stderr.contains("Creating table orders in warehouse"), "{name}: {}", first.stderr);
        let made = first.stderr.find("CREATE TABLE").unwrap();
        assert!(made < first.stderr.find("Running").unwrap(), "told before anything runs: {}", first.stderr);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("create_table-{name}"), columns(&base, &project).join("\n"));
        });
        let count = |table: &str| base.texts(&project, &format!("SELECT concat('', count(*)) FROM {table}"));
        assert_eq!(
            (count("orders"), count("order_lines")),
            (vec!["207".to_owned()], vec!["509".to_owned()]),
            "{name}"
        );
        let first_order = "SELECT concat(number, '|', email) FROM orders WHERE id = 83";
        assert_eq!(base.texts(&project, first_order), ["83|customer006@example.com"], "{name}");
        let second = project.engine(&["run", "."]).ended(0);
        assert!(
            !wrote(&second.stdout) && !second.stderr.contains("Creating"),
            "{name}: {}",
            second.snapshot()
        );
    }
}

#[test]
fn values_of_made_columns_are_those_that_were_written() {
    for base in Base::all() {
        let (project, name) = (project(&base, PIPELINE), base.name());
        drop(project.engine(&["run", "."]).ended(0));
        // What is read from the tables again is what the source said: the copy of a copy differs in nothing.
        let back = "[pipeline]\nname = \"back\"\n[source]\nconnection = \"warehouse\"\n[target]\nconnection = \"copy\"\n\n\
                    [entity.order]\nfrom = \"orders\"\nto = \"orders\"\n[entity.order.map]\nid = \"$.id\"\n\
                    total = { path = \"$.total\", transform = [\"decimal\"] }\nmade_at = \"$.made_at\"\n\
                    with_tax = \"$.with_tax\"\nnumber = \"$.number\"\n";
        project.write("back.toml", back);
        let copy = "\n[connection.copy]\nconnector = \"file\"\nroot = \"out\"\n[connection.copy.object.orders]\nfile = \
                    \"orders.ndjson\"\nkey = [\"id\"]\n";
        let connections = project.read("connections.toml");
        project.write("connections.toml", format!("{connections}{copy}"));
        std::fs::create_dir_all(project.path("out")).unwrap();
        drop(project.engine(&["run", "back.toml"]).ended(0));
        let rows: Vec<serde_json::Value> = project
            .read("out/orders.ndjson")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let order = rows.iter().find(|row| row["id"] == 83).unwrap();
        let total: rust_decimal::Decimal = order["total"].to_string().trim_matches('"').parse().unwrap();
        assert_eq!(total, "260.02".parse().unwrap(), "{name}");
        assert!(order["made_at"].as_str().unwrap().starts_with("2026-11-22T19:05:28"), "{name}: {order}");
        assert_eq!(order["number"], "83", "{name}");
        let with_tax = &order["with_tax"];
        assert!(*with_tax == false || *with_tax == 0, "{name}: {order}");
    }
}

#[test]
fn a_kill_between_the_table_and_its_first_row_leaves_a_table_that_the_next_run_fills() {
    for base in Base::all() {
        let (project, name) = (project(&base, PIPELINE), base.name());
        for place in ["make.made", "deliver.send"] {
            assert!(kill_at(&project, &["run", "."], 50, Moment::first(place)).is_ok(), "{name}: {place}");
        }
        drop(project.engine(&["run", "."]).ended(0));
        assert_eq!(base.texts(&project, "SELECT concat('', count(*)) FROM order_lines"), ["509"], "{name}");
        assert!(!wrote(&project.engine(&["run", "."]).ended(0).stdout), "{name}");
    }
}

#[test]
fn a_table_that_is_there_is_never_altered_and_the_help_says_how_it_could_be() {
    for base in Base::all() {
        let (project, name) = (project(&base, PIPELINE), base.name());
        base.execute(&project, &["CREATE TABLE orders (id BIGINT PRIMARY KEY, number VARCHAR(20))"]);
        let stopped = project.engine(&["run", ".", "--entity", "order"]);
        let text = format!("{}{}", stopped.stdout, stopped.stderr);
        if name == "sqlite" {
            // What is local is looked at before anything is run.
            assert!(text.contains("mapping/unknown-field"), "{name}: {text}");
            continue;
        }
        assert!(text.contains("run/target-drift"), "{name}: {text}");
        assert!(text.contains("ALTER TABLE") && text.contains("email"), "{name}: {text}");
    }
}

#[test]
fn a_target_without_statements_is_told_what_to_run() {
    let project = Project::shops(ENGINE);
    let delete = "[entity.customers.write]\nmatch = [\"woo_id\"]\n";
    project.edit("pipelines/woo-to-supabase.toml", delete, &format!("{delete}create_table = true\n"));
    assert_outcome!(project.engine(&["validate", "woo-to-supabase", "--env", "demo"]).ended(3));
}
