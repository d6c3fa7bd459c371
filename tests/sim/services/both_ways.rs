//! WooCommerce and QuickBooks Online, kept alike: products and items, whoever changes them.
//!
//! Exercised are both ways under one lease, echoes, names and prices that both sides change at once, objects that are new on
//! either side, versions that went stale in between, markers on the one side and request ids on the other.

use super::{
    shop_to_books::{decimal, ids},
    world::{REALM, Side, World},
};
use http::Method;
use rand::RngExt;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write};

pub(super) const PIPELINE: &str = r#"
[pipeline]
name = "sim"
[source]
connection = "shop"
[target]
connection = "books"

[entity.product]
from = "products"
to = "Item"
direction = "two_way"
conflict = "newest_wins"
source.cursor = "date_modified_gmt"
map.Name = "$.name"
map.Sku = "$.sku"
map.UnitPrice = { path = "$.regular_price", transform = ["decimal"] }
map.Type = { const = "NonInventory" }
map.IncomeAccountRef.value = { const = "3" }
"#;

/// What both begin with.
pub(super) fn fill(world: &mut World) {
    for _ in 0..world.luck.rng.random_range(1..4) {
        let (product, at) = (new_product(world), world.earlier(Side::Shop));
        world.person_at(Side::Shop, (Method::POST, "products"), &product, at);
        let (item, at) = (new_item(world), world.earlier(Side::Books));
        world.person_at(Side::Books, (Method::POST, "item"), &item, at);
    }
}

fn new_product(world: &mut World) -> Value {
    world.made += 1;
    let number = world.made;
    json!({"name": format!("Thing {number}"), "sku": format!("SKU-{number}"), "regular_price": world.amount()})
}

fn new_item(world: &mut World) -> Value {
    world.made += 1;
    let number = world.made;
    let price: Value = serde_json::from_str(&world.amount()).unwrap();
    json!({"Name": format!("Thing {number}"), "Sku": format!("SKU-{number}"), "UnitPrice": price,
        "Type": "NonInventory", "IncomeAccountRef": {"value": "3"}})
}

/// Somebody changes something, on either side.
pub(super) fn change(world: &mut World) {
    match world.luck.rng.random_range(0..100) {
        0..10 => {
            let product = new_product(world);
            world.person_of_source(Side::Shop, (Method::POST, "products"), &product);
        }
        10..20 => {
            let item = new_item(world);
            world.person_of_source(Side::Books, (Method::POST, "item"), &item);
        }
        20..55 => {
            let products = ids(world, "products");
            let Some(id) = world.any(&products) else { return };
            let body = if world.luck.chance(70) {
                json!({"regular_price": world.amount()})
            } else {
                // Names are unique in the books.
                json!({"name": format!("Thing {id} of {}", world.luck.rng.random_range(0..3))})
            };
            world.person_of_source(Side::Shop, (Method::PUT, &format!("products/{id}")), &body);
        }
        _ => {
            if world.is_hidden("/item") {
                // Which item the hidden change is about, its address does not tell.
                return;
            }
            let items = world.books.objects(REALM, "Item");
            let Some(item) = world.any(&items) else { return };
            let (id, number) = (item["Id"].as_str().unwrap(), world.luck.rng.random_range(0..3));
            let price: Value = serde_json::from_str(&world.amount()).unwrap();
            let change = world.luck.rng.random_range(0..10);
            let mut body = json!({"Id": item["Id"], "SyncToken": item["SyncToken"], "sparse": true, "Name": item["Name"]});
            match change {
                0..6 => body["UnitPrice"] = price,
                6..8 => body["Name"] = format!("Thing {id} in {number}").into(),
                // What nobody maps: only the version changes.
                _ => body["PurchaseDesc"] = "from stock".into(),
            }
            world.person_of_source(Side::Books, (Method::POST, "item"), &body);
        }
    }
}

/// What identifies a thing on both sides: its number in stock, and for what the company began with its name.
fn identity<'v>(sku: &'v Value, name: &'v Value) -> &'v str {
    sku.as_str().filter(|sku| !sku.is_empty()).or_else(|| name.as_str()).unwrap_or_default()
}

/// Everything is on both sides once, and both say the same of it.
pub(super) fn judge(world: &World) -> String {
    let mut wrong = String::new();
    let mut things: BTreeMap<String, [Vec<Value>; 2]> = BTreeMap::new();
    for product in world.shop.records("products") {
        let name = identity(&product["sku"], &product["name"]).to_owned();
        things.entry(name).or_default()[0].push(product.clone());
    }
    for item in world.books.objects(REALM, "Item") {
        let name = identity(&item["Sku"], &item["Name"]).to_owned();
        things.entry(name).or_default()[1].push(item);
    }
    for (name, [products, items]) in &things {
        let ([product], [item]) = (products.as_slice(), items.as_slice()) else {
            write!(wrong, "{name} is in the shop {} times, in the books {}; ", products.len(), items.len())
                .unwrap();
            continue;
        };
        let same = product["name"] == item["Name"]
            && decimal(&product["regular_price"]) == decimal(&item["UnitPrice"]);
        if !same {
            write!(
                wrong,
                "{name} is {} at {} in the shop, and {} at {} in the books; ",
                product["name"], product["regular_price"], item["Name"], item["UnitPrice"]
            )
            .unwrap();
        }
    }
    wrong
}
