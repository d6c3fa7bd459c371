//! QuickBooks Online to WooCommerce: items become products.
//!
//! Exercised are markers, the wait and the search for them, objects that the shop refuses because they are there
//! (SKUs are unique), and reading by statements.

use super::{
    shop_to_books::decimal,
    world::{REALM, Side, World},
};
use http::Method;
use rand::RngExt;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write};

pub(super) const PIPELINE: &str = r#"
[pipeline]
name = "sim"
[source]
connection = "books"
[target]
connection = "shop"

[entity.product]
from = "Item"
to = "products"
source.cursor = "MetaData.LastUpdatedTime"
map.name = "$.Name"
map.sku = "$.Sku"
map.regular_price = "$.UnitPrice"
map.purchase_note = "$.Id"
"#;

/// What the books begin with, beside the items that every company has.
pub(super) fn fill(world: &mut World) {
    for _ in 0..world.luck.rng.random_range(1..5) {
        let (item, at) = (new_item(world), world.earlier(Side::Books));
        world.person_at(Side::Books, (Method::POST, "item"), &item, at);
    }
}

fn new_item(world: &mut World) -> Value {
    world.made += 1;
    let number = world.made;
    let price = price(world);
    let mut item = json!({"Name": format!("Item {number}"), "Type": "Service", "UnitPrice": price,
        "IncomeAccountRef": {"value": "3"}});
    if world.luck.chance(25) {
        item["Sku"] = format!("SKU-{number}").into();
    }
    item
}

fn price(world: &mut World) -> Value {
    serde_json::from_str(&world.amount()).unwrap()
}

/// Somebody changes something: mostly in the books, now and then in the shop.
pub(super) fn change(world: &mut World) {
    match world.luck.rng.random_range(0..100) {
        0..35 => {
            let item = new_item(world);
            world.person_of_source(Side::Books, (Method::POST, "item"), &item);
        }
        35..85 => {
            if world.is_hidden("/item") {
                // Which item the hidden change is about, its address does not tell.
                return;
            }
            let items = world.books.objects(REALM, "Item");
            let Some(item) = world.any(&items) else { return };
            let price = price(world);
            let body = json!({"Id": item["Id"], "SyncToken": item["SyncToken"], "sparse": true,
                "Name": item["Name"], "UnitPrice": price});
            world.person_of_source(Side::Books, (Method::POST, "item"), &body);
        }
        _ => {
            let products: Vec<u64> =
                world.shop.records("products").filter_map(|product| product["id"].as_u64()).collect();
            let Some(id) = world.any(&products) else { return };
            let order = world.luck.rng.random_range(0..9);
            let path = format!("products/{id}");
            world.person(Side::Shop, (Method::PUT, &path), &json!({"menu_order": order}));
        }
    }
}

/// Every item of the books is in the shop once, as it is now.
pub(super) fn judge(world: &World) -> String {
    let mut wrong = String::new();
    let mut by_item: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for product in world.shop.records("products") {
        by_item.entry(product["purchase_note"].as_str().unwrap_or_default()).or_default().push(product);
    }
    for (id, many) in by_item.iter().filter(|(_, many)| many.len() > 1) {
        write!(wrong, "item {id} is there {} times; ", many.len()).unwrap();
    }
    let (mut asked, mut shown) = (Decimal::ZERO, Decimal::ZERO);
    for item in world.books.objects(REALM, "Item") {
        let id = item["Id"].as_str().unwrap();
        asked += decimal(&item["UnitPrice"]);
        let Some(product) = by_item.get(id).and_then(|products| products.first()) else {
            write!(wrong, "item {id} is lost; ").unwrap();
            continue;
        };
        shown += decimal(&product["regular_price"]);
        let same = product["name"] == item["Name"]
            && product["sku"].as_str() == Some(item["Sku"].as_str().unwrap_or_default())
            && decimal(&product["regular_price"]) == decimal(&item["UnitPrice"]);
        if !same {
            write!(wrong, "item {id} is stale; ").unwrap();
        }
    }
    if asked != shown && wrong.is_empty() {
        write!(wrong, "the books ask for {asked}, the shop for {shown}; ").unwrap();
    }
    wrong
}
