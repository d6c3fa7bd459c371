//! What a change in the source does to the target.

use crate::{assert_outcome, count, synced};

#[test]
fn a_changed_total_updates_one_order() {
    let project = synced();
    project.edit_records("data/orders.json", |orders| orders[0]["total"] = "260.03".into());
    assert_outcome!(project.engine(&["run", "."]).ended(0));
    let changed = "SELECT count(*) FROM orders WHERE id = 83 AND total = '260.03'";
    assert_eq!(count(&project.database("warehouse.db"), changed), 1);
}

#[test]
fn a_line_item_that_is_gone_is_deleted() {
    let project = synced();
    project.edit_records("data/orders.json", |orders| {
        orders[1]["line_items"].as_array_mut().unwrap().remove(1);
    });
    assert_outcome!(project.engine(&["run", "."]).ended(0));
    let lines = "SELECT count(*) FROM order_lines WHERE order_id = 84";
    assert_eq!(count(&project.database("warehouse.db"), lines), 2);
}

#[test]
fn a_new_order_waits_for_nothing_and_a_refund_waits_for_its_order() {
    let project = synced();
    project.edit_records("data/refunds.json", |refunds| {
        refunds[0]["id"] = 9001.into();
        refunds[0]["parent_id"] = 9000.into();
    });
    assert_outcome!("held", project.engine(&["run", "."]).ended(0));
    project.edit_records("data/orders.json", |orders| {
        let mut order = orders[0].clone();
        order["id"] = 9000.into();
        order["line_items"] = serde_json::json!([]);
        orders.push(order);
    });
    assert_outcome!("landed", project.engine(&["run", "."]).ended(0));
    let refund = "SELECT count(*) FROM refunds WHERE id = 9001 AND order_id = 9000";
    assert_eq!(count(&project.database("warehouse.db"), refund), 1);
}
