//! Codes that runs end with, and those with which records fail in a run.

use crate::shop::{Shop, StillClock, block_on, sealer};
use engine_contract::Clock;
use engine_run::{
    Event, GroupKey, Observer, RunError, Scope, Side, invariants,
    state::{Acquired, Counts, FailedState, StateStore, Status, sqlite::SqliteStore},
};
use futures::FutureExt;
use jiff::SignedDuration;
use std::sync::Arc;

const NONE: [&str; 0] = [];

#[test]
fn a_sound_shop_runs_to_its_end() {
    let report = Shop::new().run().unwrap();
    assert_eq!((report.error.as_ref(), report.written(), report.failures.len()), (None, 2, 0));
}

#[test]
fn a_column_that_is_gone_stops_the_run_before_any_write() {
    let shop = Shop::new();
    shop.sql("ALTER TABLE orders DROP COLUMN customer_id");
    assert_eq!(shop.stops(), "run/target-drift");
    shop.sql("ALTER TABLE orders ADD COLUMN customer_id INTEGER");
    assert_eq!(shop.run().unwrap().written(), 2, "nothing was written before");
}

#[test]
fn a_target_that_lost_its_rows_is_not_filled_again_in_silence() {
    let shop = Shop::new();
    let customer = |id| format!("{{\"id\": {id}, \"name\": \"customer {id}\"}}");
    let customers: Vec<String> = (1..=20).map(customer).collect();
    shop.write("customers.json", &format!("[{}]", customers.join(",")));
    assert_eq!(shop.failures(), NONE);
    std::fs::remove_file(shop.path("warehouse.db")).unwrap();
    shop.make_tables();
    assert_eq!(shop.stops(), "run/target-emptied");
}

#[test]
fn a_stream_group_that_another_run_works_on_is_left_alone() {
    let shop = Shop::new();
    let key = customer_group();
    let now = "2026-01-10T09:00:00Z".parse().unwrap();
    let until = "2026-01-10T09:00:20Z".parse().unwrap();
    let taken = block_on(shop.store.acquire(&key, "another engine", now, until, None)).unwrap();
    assert!(matches!(taken, Acquired::Yes(_)));
    assert_eq!(shop.stops(), "run/busy");
    shop.clock.forward(SignedDuration::from_secs(21));
    assert_eq!(shop.stops(), "");
}

/// Lets an hour pass after the first batch, in which another engine takes the lease.
struct Overslept(Arc<StillClock>, Arc<SqliteStore>);

impl Observer for Overslept {
    fn notice(&self, event: Event) {
        if !matches!(event, Event::EntityProgress { .. }) {
            return;
        }
        self.0.forward(SignedDuration::from_hours(1));
        let (now, until) = (self.0.now(), self.0.now() + SignedDuration::from_hours(1));
        let taken = self.1.acquire(&customer_group(), "another engine", now, until, None).now_or_never();
        assert!(taken.is_some_and(|taken| taken.is_ok()));
    }
}

fn customer_group() -> GroupKey {
    let (tenant, environment, pipeline) = ("default".to_owned(), "default".to_owned(), "shop".to_owned());
    let scope = Scope { tenant, environment, pipeline, side: Side::Source };
    GroupKey { scope, group: "customer".to_owned(), shard: String::new() }
}

#[test]
fn a_run_that_slept_through_its_lease_sends_nothing_more() {
    let mut shop = Shop::new();
    shop.write("customers.json", r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]"#);
    shop.batch_records = 1;
    shop.observer = Arc::new(Overslept(Arc::clone(&shop.clock), Arc::clone(&shop.store)));
    assert_eq!(shop.stops(), "run/lease-lost");
}

/// Lets an hour pass after the first batch, in which nobody wants the lease.
struct Slow(Arc<StillClock>);

impl Observer for Slow {
    fn notice(&self, event: Event) {
        if matches!(event, Event::EntityProgress { .. }) {
            self.0.forward(SignedDuration::from_hours(1));
        }
    }
}

#[test]
fn a_slow_run_keeps_a_lease_that_nobody_wants() {
    let mut shop = Shop::new();
    shop.write("customers.json", r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]"#);
    shop.batch_records = 1;
    shop.observer = Arc::new(Slow(Arc::clone(&shop.clock)));
    assert_eq!(shop.stops(), "");
}

#[test]
fn a_run_that_is_asked_to_stop_says_so() {
    let shop = Shop::new();
    shop.cancel.cancel();
    assert_eq!(shop.stops(), "run/cancelled");
}

#[test]
fn a_connector_that_cannot_write_is_no_target() {
    let mut shop = Shop::new();
    shop.edit("connection = \"warehouse\"", "connection = \"store\"");
    assert_eq!(shop.stops(), "run/invalid-pipeline");
}

#[test]
fn counts_that_do_not_add_up_are_an_error() {
    let counts = Counts { mapped: 1, ..Counts::default() };
    let codes = invariants::run_equation("order", &counts).map_err(|error| error.code());
    assert_eq!(codes, Err("run/equation"));
}

#[test]
fn a_second_record_does_not_take_a_target_object_over() {
    let mut shop = Shop::new();
    shop.edit("[\"id\"]\nmap.id = \"$.id\"\nmap.name", "[\"name\"]\nmap.name");
    shop.write("customers.json", r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Ada"}]"#);
    shop.write("orders.json", "[]");
    assert_eq!(shop.failures(), ["customer link/target-taken"]);
}

#[test]
fn a_natural_key_passes_on_when_its_record_is_gone() {
    let mut shop = Shop::new();
    shop.edit("[\"id\"]\nmap.id = \"$.id\"\nmap.name", "[\"name\"]\nmap.name");
    shop.write("orders.json", "[]");
    assert_eq!(shop.failures(), NONE);
    shop.write("customers.json", r#"[{"id": 2, "name": "Ada"}]"#);
    assert_eq!(shop.failures(), NONE, "customer 1 is gone, and 2 has its name");
    shop.write("customers.json", r#"[{"id": 2, "name": "Ada"}, {"id": 3, "name": "Ada"}]"#);
    assert_eq!(shop.failures(), ["customer link/target-taken"]);
}

#[test]
fn a_field_that_only_a_create_sends_is_no_change() {
    let mut shop = Shop::new();
    shop.edit("map.name = \"$.name\"", "map.name = { path = \"$.name\", on = \"create\" }");
    assert_eq!(shop.run().unwrap().written(), 2);
    assert_eq!(shop.run().unwrap().written(), 0);
}

#[test]
fn elements_with_one_key_fail_instead_of_vanishing() {
    let mut shop = Shop::new();
    shop.pipeline.push_str(
        "\n[entity.line]\nfrom = \"orders\"\nto = \"customers\"\neach = \"$.lines[*]\"\neach_key = \"@.sku\"\n\
         write.match = [\"id\"]\nmap.id = \"@.id\"\n",
    );
    let lines = r#"[{"id": 8, "sku": "a"}, {"id": 9, "sku": "a"}, {"id": 10, "sku": "b"}]"#;
    shop.write(
        "orders.json",
        &format!(r#"[{{"id": 7, "total": "1.00", "customer_id": 1, "lines": {lines}}}]"#),
    );
    assert_eq!(shop.failures(), ["line mapping/duplicate-key"]);
}

#[test]
fn a_parent_that_never_comes_fails_its_child_after_hold_for() {
    let shop = Shop::new();
    shop.write("customers.json", "[]");
    assert_eq!(shop.failures(), NONE, "the order is held");
    shop.clock.forward(SignedDuration::from_mins(61));
    assert_eq!(shop.failures(), ["order link/hold-expired"]);
}

#[test]
fn a_record_linked_to_another_connection_is_blocked() {
    let mut shop = Shop::new();
    assert_eq!(shop.failures(), NONE);
    shop.connections = shop.connections.replace("connection.warehouse", "connection.books");
    shop.edit("connection = \"warehouse\"", "connection = \"books\"");
    assert_eq!(shop.failures(), ["customer link/other-target", "order link/other-target"]);
}

#[test]
fn a_row_that_a_newer_engine_wrote_is_not_written_over() {
    let shop = Shop::new();
    assert_eq!(shop.failures(), NONE);
    shop.sql("UPDATE _engine_guard SET revision = 9223372036854775807");
    shop.write("customers.json", r#"[{"id": 1, "name": "Ada Lovelace"}]"#);
    assert_eq!(shop.failures(), ["customer effect/superseded"]);
}

fn opened(path: &std::path::Path) -> &'static str {
    SqliteStore::open(path, sealer()).map_or_else(|error| RunError::from(error).code(), |_| "")
}

#[test]
fn a_state_file_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    assert_eq!(opened(&path), "");
    let state = rusqlite::Connection::open(&path).unwrap();
    state.pragma_update(None, "user_version", 999).unwrap();
    drop(state);
    assert_eq!(opened(&path), "state/newer");
    std::fs::write(&path, "this is no database, whatever its name may say").unwrap();
    assert_eq!(opened(&path), "state/corrupt");
    assert_eq!(opened(&folder.path().join("missing/state.db")), "state/unavailable");
}

#[test]
fn a_target_object_that_is_not_there_blocks_until_it_is() {
    let mut shop = Shop::new();
    let rule = "{ ref = \"customer\", key = \"$.customer_id\", hold_for = \"1h\" }";
    shop.edit(rule, "{ find = \"customers\", by = \"name\", value = \"$.who\" }");
    shop.write(
        "orders.json",
        r#"[{"id": 7, "total": "1", "who": "Bob"}, {"id": 8, "total": "1", "who": "Ada"}]"#,
    );
    shop.sql("INSERT INTO customers (id, name) VALUES (5, 'Ada')");
    shop.write("customers.json", "[]");
    let report = shop.run().unwrap();
    assert_eq!((report.total(Status::Created), report.total(Status::Blocked)), (1, 1));
    assert_eq!(report.failures[0].code, "mapping/find-missing");
    shop.sql("INSERT INTO customers (id, name) VALUES (6, 'Bob')");
    assert_eq!(shop.failures(), NONE);
    assert_eq!(shop.number("SELECT sum(customer_id) FROM orders"), 11);
}

#[test]
fn what_was_tried_ten_times_in_vain_is_dead_and_heals_all_the_same() {
    let mut shop = Shop::new();
    let rule = "{ ref = \"customer\", key = \"$.customer_id\", hold_for = \"1h\" }";
    shop.edit(rule, "{ find = \"customers\", by = \"name\", value = \"$.who\" }");
    shop.write("orders.json", r#"[{"id": 7, "total": "1", "who": "Bob"}]"#);
    shop.write("customers.json", "[]");
    for _ in 0..9 {
        assert_eq!(shop.failures(), ["order mapping/find-missing"]);
    }
    assert_eq!(shop.failed()[0].state, None);
    for attempts in [10, 11] {
        drop(shop.failures());
        let failed = shop.failed().remove(0);
        assert_eq!((failed.attempts, failed.state), (attempts, Some(FailedState::Dead)));
    }
    shop.sql("INSERT INTO customers (id, name) VALUES (6, 'Bob')");
    assert_eq!(shop.failures(), NONE, "a read that meets it writes it");
    assert!(shop.failed().is_empty());
}

#[test]
fn a_target_object_that_is_there_twice_blocks() {
    let mut shop = Shop::new();
    let rule = "{ ref = \"customer\", key = \"$.customer_id\", hold_for = \"1h\" }";
    shop.edit(rule, "{ find = \"orders\", by = \"total\", value = { const = \"0\" } }");
    shop.sql("INSERT INTO orders (id, total) VALUES (1, '0'), (2, '0')");
    assert_eq!(shop.failures(), ["order mapping/find-ambiguous"]);
}

#[test]
fn nothing_is_deleted_beyond_the_limit() {
    let mut shop = Shop::new();
    shop.edit(
        "to = \"customers\"\n",
        "to = \"customers\"\nwhen = \"record.keep\"\nwrite.delete = \"delete\"\nwrite.max_deletes = 2\n",
    );
    let customers = |keep: bool| {
        let customer = |id: u8| format!("{{\"id\": {id}, \"name\": \"customer {id}\", \"keep\": {keep}}}");
        format!("[{}]", (1..=4).map(customer).collect::<Vec<_>>().join(","))
    };
    shop.write("customers.json", &customers(true));
    assert_eq!(shop.failures(), NONE);
    shop.write("customers.json", &customers(false));
    assert_eq!(shop.stops(), "run/max-deletes");
    assert_eq!(shop.number("SELECT count(*) FROM customers"), 2);
    shop.edit("max_deletes = 2", "max_deletes = 3");
    assert_eq!(shop.stops(), "", "the count begins anew with each run");
    assert_eq!(shop.number("SELECT count(*) FROM customers"), 0);
}

const MOVED: &str = "\n[[moved]]\nfrom = \"entity.customer\"\nto = \"entity.client\"\n";

#[test]
fn an_entity_that_was_renamed_keeps_its_links() {
    let mut shop = Shop::new();
    assert_eq!(shop.run().unwrap().written(), 2);
    shop.edit("entity.customer", "entity.client");
    shop.edit("ref = \"customer\"", "ref = \"client\"");
    shop.pipeline.push_str(MOVED);
    let report = shop.run().unwrap();
    assert_eq!((report.error.as_ref(), report.written(), report.failures.len()), (None, 0, 0));
    assert_eq!(report.total(Status::Unchanged), 2);
    assert_eq!(shop.run().unwrap().total(Status::Unchanged), 2, "the second run finds nothing to rename");
}

#[test]
fn an_entity_that_was_written_under_both_names_is_not_joined() {
    let mut shop = Shop::new();
    assert_eq!(shop.failures(), NONE);
    shop.edit("entity.customer", "entity.client");
    shop.edit("ref = \"customer\"", "ref = \"client\"");
    shop.write("customers.json", r#"[{"id": 2, "name": "Bob"}]"#);
    shop.write("orders.json", "[]");
    assert_eq!(shop.failures(), NONE);
    shop.pipeline.push_str(MOVED);
    assert_eq!(shop.stops(), "state/both-names");
}

#[test]
fn a_payment_follows_its_order_when_that_becomes_an_invoice() {
    let mut shop = Shop::new();
    shop.sql("CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER)");
    shop.connections = shop.connections.replace(
        "stream.customers",
        "stream.payments = { files = [\"payments.json\"], key = [\"id\"] }\nstream.customers",
    );
    shop.edit("from = \"orders\"\nto = \"orders\"\n", "from = \"orders\"\n");
    shop.pipeline.push_str(
        "\n[entity.order.route.paid]\nto = \"orders\"\nwhen = \"record.paid\"\n\
         [entity.order.route.unpaid]\nto = \"orders\"\notherwise = true\n\
         [entity.payment]\nfrom = \"payments\"\nto = \"payments\"\nwrite.match = [\"id\"]\n\
         when_ref = { ref = \"order.unpaid\", key = \"$.order_id\" }\n\
         map.id = \"$.id\"\nmap.order_id = { ref = \"order.unpaid\", key = \"$.order_id\" }\n",
    );
    shop.write("orders.json", "[]");
    shop.write("payments.json", r#"[{"id": 70, "order_id": 7}, {"id": 80, "order_id": 8}, {"id": 90}]"#);
    let report = shop.run().unwrap();
    assert_eq!(
        (report.total(Status::Held), report.total(Status::Filtered)),
        (2, 1),
        "the orders may come still"
    );
    let order =
        |id: u8, paid: bool| format!(r#"{{"id": {id}, "total": "1", "customer_id": 1, "paid": {paid}}}"#);
    shop.write("orders.json", &format!("[{},{}]", order(7, false), order(8, true)));
    let report = shop.run().unwrap();
    assert_eq!((report.total(Status::Created), report.total(Status::Filtered)), (3, 2), "8 is a receipt");
    assert_eq!(shop.number("SELECT order_id FROM payments"), 7);
}
