//! WooCommerce to the tables of a Supabase project: customers by a sweep, orders along a cursor, and the lines of an
//! order beside it.
//!
//! Exercised are upserts that nothing guards, in requests of many rows; the wait before one of them is repeated; rows
//! that are deleted because their lines are gone; and foreign keys, which refuse a child before its parent.

use super::{
    shop_to_books::{self, decimal, ids, new_customer, new_order},
    world::{Side, World},
};
use http::Method;
use rand::RngExt;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write};

pub(crate) const PIPELINE: &str = r#"
[pipeline]
name = "sim"
[source]
connection = "shop"
[target]
connection = "tables"

[entity.customer]
from = "customers"
to = "customers"
write.match = ["woo_id"]
map.woo_id = "$.id"
map.name = "$.first_name"

[entity.sale]
from = "orders"
to = "orders"
source.cursor = "date_modified_gmt"
write.match = ["woo_id"]
map.woo_id = "$.id"
map.number = "$.number"
map.customer_id = { ref = "customer", key = "$.customer_id" }
map.total = { path = "$.total", transform = ["decimal"] }

[entity.line]
from = "orders"
to = "lines"
each = "$.fee_lines[*]"
each_key = "@.id"
source.cursor = "date_modified_gmt"
write.match = ["order_id", "woo_id"]
write.replace_within = ["order_id"]
map.woo_id = "@.id"
map.order_id = { ref = "sale", key = "$.id" }
map.total = { path = "@.total", transform = ["decimal"] }
"#;

/// The tables, in the form of a catalog.
pub(super) const TABLES: &str = r#"{"objects": [
  {"name": "customers", "key": ["woo_id"], "fields": [
    {"name": "woo_id", "kind": "integer", "required": true},
    {"name": "name", "kind": "text", "nullable": true, "max_length": 100}]},
  {"name": "orders", "key": ["woo_id"], "fields": [
    {"name": "woo_id", "kind": "integer", "required": true},
    {"name": "number", "kind": "text", "required": true},
    {"name": "customer_id", "kind": "integer", "required": true, "refers_to": "customers"},
    {"name": "total", "kind": "decimal", "required": true}]},
  {"name": "lines", "key": ["order_id", "woo_id"], "fields": [
    {"name": "woo_id", "kind": "integer", "required": true},
    {"name": "order_id", "kind": "integer", "required": true, "refers_to": "orders"},
    {"name": "total", "kind": "decimal", "required": true}]}
]}"#;

/// What the shop begins with.
pub(super) fn fill(world: &mut World) {
    shop_to_books::fill(world);
}

/// Somebody changes something in the shop.
pub(super) fn change(world: &mut World) {
    match world.luck.rng.random_range(0..100) {
        0..10 => {
            let customer = new_customer(world);
            world.person_of_source(Side::Shop, (Method::POST, "customers"), &customer);
        }
        10..35 => {
            let order = new_order(world);
            world.person_of_source(Side::Shop, (Method::POST, "orders"), &order);
        }
        35..45 => {
            let customers = ids(world, "customers");
            let Some(id) = world.any(&customers) else { return };
            let name = world.luck.rng.random_range(0..9);
            let body = json!({"first_name": format!("Name {name}")});
            world.person_of_source(Side::Shop, (Method::PUT, &format!("customers/{id}")), &body);
        }
        _ => change_order(world),
    }
}

/// A line gets another amount, comes, or goes.
fn change_order(world: &mut World) {
    let orders = ids(world, "orders");
    let Some(id) = world.any(&orders) else { return };
    let order = world.shop.records("orders").find(|order| order["id"] == id);
    let lines = order.and_then(|order| order["fee_lines"].as_array().cloned()).unwrap_or_default();
    let line = match (world.luck.rng.random_range(0..4), world.any(&lines)) {
        (0, _) | (_, None) => json!({"name": "More", "total": world.amount(), "tax_status": "none"}),
        (1, Some(line)) if lines.len() > 1 => json!({"id": line["id"], "name": null}),
        (_, Some(line)) => json!({"id": line["id"], "total": world.amount()}),
    };
    let body = json!({"fee_lines": [line]});
    world.person_of_source(Side::Shop, (Method::PUT, &format!("orders/{id}")), &body);
}

/// The rows of a table by their numbers in the shop.
pub(super) fn rows(world: &mut World, table: &str) -> BTreeMap<u64, Value> {
    let path = format!("{table}?select=*");
    let rows = world.person(Side::Tables, (Method::GET, &path), &Value::Null);
    let rows = rows.and_then(|rows| rows.as_array().cloned()).unwrap_or_default();
    rows.into_iter().filter_map(|row| Some((row["woo_id"].as_u64()?, row))).collect()
}

/// The amounts of lines by their numbers.
fn amounts<'a>(number: &str, lines: impl Iterator<Item = &'a Value>) -> BTreeMap<u64, Decimal> {
    lines.filter_map(|line| Some((line[number].as_u64()?, decimal(&line["total"])))).collect()
}

/// Every customer, order and line of the shop is in its table as it is now, and no line that is gone.
pub(super) fn judge(world: &mut World) -> String {
    let mut wrong = String::new();
    let customers = rows(world, "customers");
    for record in world.shop.records("customers") {
        let id = record["id"].as_u64().unwrap_or_default();
        match customers.get(&id) {
            None => write!(wrong, "customer {id} is lost; ").unwrap(),
            Some(row) if row["name"] != record["first_name"] => {
                write!(wrong, "customer {id} is stale; ").unwrap();
            }
            Some(_) => {}
        }
    }
    let (orders, lines) = (rows(world, "orders"), rows(world, "lines"));
    let (mut sold, mut noted) = (Decimal::ZERO, Decimal::ZERO);
    for order in world.shop.records("orders") {
        let id = order["id"].as_u64().unwrap_or_default();
        sold += decimal(&order["total"]);
        let Some(row) = orders.get(&id) else {
            write!(wrong, "order {id} is lost; ").unwrap();
            continue;
        };
        noted += decimal(&row["total"]);
        let same = row["number"] == order["number"]
            && row["customer_id"] == order["customer_id"]
            && decimal(&row["total"]) == decimal(&order["total"]);
        if !same {
            write!(wrong, "order {id} is stale; ").unwrap();
        }
        let mut held = amounts("woo_id", lines.values().filter(|line| line["order_id"] == id));
        let fees = amounts("id", order["fee_lines"].as_array().into_iter().flatten());
        if world.forgotten {
            // Lines that went while the state that knew them was lost are nobody's.
            held.retain(|id, _| fees.contains_key(id));
        }
        if held != fees {
            write!(wrong, "the lines of order {id} are stale: {held:?}, not {fees:?}; ").unwrap();
        }
    }
    if sold != noted && wrong.is_empty() {
        write!(wrong, "the shop sold for {sold}, the table says {noted}; ").unwrap();
    }
    wrong
}
