//! WooCommerce to QuickBooks Online: customers by a sweep, orders along a cursor.
//!
//! Exercised are request ids, versions that went stale because somebody edits the books (5010), names that are
//! taken by customers made by hand (6240), references, and reading by moving windows.

use super::world::{REALM, Side, World};
use http::Method;
use rand::RngExt;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write};

pub(super) const PIPELINE: &str = r#"
[pipeline]
name = "sim"
[source]
connection = "shop"
[target]
connection = "books"

[entity.customer]
from = "customers"
to = "Customer"
write.name_taken = "adopt"
map.DisplayName = "$.username"
map.GivenName = "$.first_name"

[entity.sale]
from = "orders"
to = "Invoice"
source.cursor = "date_modified_gmt"
map.CustomerRef.value = { ref = "customer", key = "$.customer_id" }
map.CustomerMemo.value = "$.number"
[[entity.sale.map.Line]]
map.DetailType = { const = "SalesItemLineDetail" }
map.Amount = { path = "$.total", transform = ["decimal"] }
"#;

/// What the shop begins with.
pub(super) fn fill(world: &mut World) {
    for _ in 0..world.luck.rng.random_range(1..4) {
        let (customer, at) = (new_customer(world), world.earlier(Side::Shop));
        world.person_at(Side::Shop, (Method::POST, "customers"), &customer, at);
    }
    for _ in 0..world.luck.rng.random_range(2..8) {
        let (order, at) = (new_order(world), world.earlier(Side::Shop));
        world.person_at(Side::Shop, (Method::POST, "orders"), &order, at);
    }
}

pub(super) fn new_customer(world: &mut World) -> Value {
    world.made += 1;
    let (number, name) = (world.made, world.luck.rng.random_range(0..9));
    json!({"email": format!("buyer{number}@example.com"), "first_name": format!("Name {name}")})
}

pub(super) fn new_order(world: &mut World) -> Value {
    let customers: Vec<u64> = ids(world, "customers");
    let customer = world.any(&customers);
    let total = world.amount();
    json!({"customer_id": customer, "status": "processing",
        "fee_lines": [{"name": "Work", "total": total, "tax_status": "none"}]})
}

/// The ids of a resource of the shop, but for records whose change is still hidden.
pub(super) fn ids(world: &World, resource: &str) -> Vec<u64> {
    let ids = world.shop.records(resource).filter_map(|record| record["id"].as_u64());
    ids.filter(|id| !world.is_hidden(&format!("/{resource}/{id}"))).collect()
}

/// Somebody changes something: mostly in the shop, now and then in the books.
pub(super) fn change(world: &mut World) {
    match world.luck.rng.random_range(0..100) {
        0..10 => {
            let customer = new_customer(world);
            // Only the write itself can see that: a plan shows what it would otherwise be.
            if world.luck.troubled && world.luck.chance(30) {
                // Somebody knows the buyer already, by the same name.
                let name = format!("buyer{}", world.made);
                world.person(Side::Books, (Method::POST, "customer"), &json!({"DisplayName": name}));
            }
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
        45..80 => change_order(world),
        80..85 => {
            let orders = ids(world, "orders");
            let Some(id) = world.any(&orders) else { return };
            let path = format!("orders/{id}?force=true");
            world.person(Side::Shop, (Method::DELETE, &path), &Value::Null);
        }
        _ => change_books(world),
    }
}

fn change_order(world: &mut World) {
    let orders = ids(world, "orders");
    let Some(id) = world.any(&orders) else { return };
    let order = world.shop.records("orders").find(|order| order["id"] == id);
    let Some(line) = order.map(|order| order["fee_lines"][0]["id"].clone()) else { return };
    let body = json!({"fee_lines": [{"id": line, "total": world.amount()}]});
    world.person_of_source(Side::Shop, (Method::PUT, &format!("orders/{id}")), &body);
}

/// Somebody edits what the pipeline does not map: only the version of the object changes.
fn change_books(world: &mut World) {
    let (kind, mut body) = if world.luck.chance(50) {
        ("Customer", json!({"Notes": "called"}))
    } else {
        ("Invoice", json!({"DueDate": "2026-03-01"}))
    };
    let objects = world.books.objects(REALM, kind);
    let Some(object) = world.any(&objects) else { return };
    for name in ["Id", "SyncToken", "DisplayName"] {
        if let Some(value) = object.get(name) {
            body[name] = value.clone();
        }
    }
    body["sparse"] = true.into();
    world.person(Side::Books, (Method::POST, &kind.to_lowercase()), &body);
}

/// Every customer and order of the shop is in the books once, as it is now.
pub(super) fn judge(world: &World) -> String {
    let mut wrong = String::new();
    let customers = world.books.objects(REALM, "Customer");
    let mut ids = BTreeMap::new();
    for record in world.shop.records("customers") {
        let name = record["username"].as_str().unwrap();
        let held: Vec<&Value> = customers.iter().filter(|one| one["DisplayName"] == name).collect();
        match held.as_slice() {
            [] => write!(wrong, "customer {name} is lost; ").unwrap(),
            [one] if one["GivenName"] != record["first_name"] => {
                write!(wrong, "customer {name} is stale; ").unwrap();
            }
            [one] => drop(ids.insert(record["id"].as_u64(), one["Id"].clone())),
            many => write!(wrong, "customer {name} is there {} times; ", many.len()).unwrap(),
        }
    }
    let invoices = world.books.objects(REALM, "Invoice");
    let mut by_order: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for invoice in &invoices {
        by_order
            .entry(invoice["CustomerMemo"]["value"].as_str().unwrap_or_default())
            .or_default()
            .push(invoice);
    }
    for (number, many) in by_order.iter().filter(|(_, many)| many.len() > 1) {
        write!(wrong, "order {number} is there {} times; ", many.len()).unwrap();
    }
    let (mut sold, mut booked) = (Decimal::ZERO, Decimal::ZERO);
    for order in world.shop.records("orders") {
        let number = order["number"].as_str().unwrap();
        sold += decimal(&order["total"]);
        let Some(invoice) = by_order.get(number).and_then(|invoices| invoices.first()) else {
            write!(wrong, "order {number} is lost; ").unwrap();
            continue;
        };
        booked += decimal(&invoice["TotalAmt"]);
        if decimal(&invoice["TotalAmt"]) != decimal(&order["total"]) {
            write!(wrong, "order {number} is stale; ").unwrap();
        }
        if ids.get(&order["customer_id"].as_u64()) != Some(&invoice["CustomerRef"]["value"]) {
            write!(wrong, "order {number} has the wrong customer; ").unwrap();
        }
    }
    if sold != booked && wrong.is_empty() {
        write!(wrong, "the shop sold for {sold}, the books hold {booked}; ").unwrap();
    }
    wrong
}

pub(crate) fn decimal(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_default()
}
