//! Making and changing products.

use super::{price, stock};
use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    order::symbol,
    shop::{Changed, Shop},
    store::Store,
    time,
    value::{elements, elements_mut, id, int, template, text, truth, written},
};
use serde_json::{Value, json};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The fields that are taken as texts.
const TEXTS: [&str; 14] = [
    "name",
    "type",
    "status",
    "catalog_visibility",
    "sku",
    "global_unique_id",
    "external_url",
    "button_text",
    "tax_status",
    "tax_class",
    "backorders",
    "weight",
    "purchase_note",
    "stock_status",
];
const TRUTHS: [&str; 5] = ["featured", "virtual", "downloadable", "sold_individually", "reviews_allowed"];
const LISTS: [&str; 5] =
    ["upsell_ids", "cross_sell_ids", "grouped_products", "default_attributes", "downloads"];

/// Makes a product.
pub(in crate::woocommerce) fn create(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    let mut record = blank();
    shop.stamp(&mut record, "date_created");
    change(shop, &mut record, sent)?;
    // Only batches let a type in that there is not.
    if !["simple", "grouped", "external", "variable"].contains(&text(&record["type"])) {
        record["type"] = "simple".into();
    }
    let number = shop.store.next_of(Kind::Product);
    record["id"] = number.into();
    let wanted = match text(&sent["slug"]) {
        "" => slug_of(text(&record["name"])),
        slug => slug_of(slug),
    };
    let slug = free_slug(shop.store, &wanted);
    record["permalink"] = format!("{}/product/{slug}/", shop.settings.url).into();
    record["slug"] = slug.into();
    if elements(&record["categories"]).is_empty() {
        record["categories"] = json!([{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}]);
    }
    record["related_ids"] = related(shop.store, number).into();
    shop.stamp(&mut record, "date_modified");
    shop.store.put(Kind::Product, record.clone());
    count(shop.store);
    shop.tell(Kind::Product, "created", number);
    Ok(record)
}

/// Changes a product. Even nothing that is changed moves its stamp.
pub(in crate::woocommerce) fn update(shop: &mut Shop<'_>, number: u64, sent: &Value) -> Changed<Value> {
    let mut record = shop.find(Kind::Product, None, number, 400)?;
    change(shop, &mut record, sent)?;
    if let Some(slug) = sent.get("slug").map(text).filter(|slug| !slug.is_empty()) {
        record["slug"] = slug_of(slug).into();
        record["permalink"] = format!("{}/product/{}/", shop.settings.url, text(&record["slug"])).into();
    }
    shop.stamp(&mut record, "date_modified");
    shop.store.put(Kind::Product, record.clone());
    count(shop.store);
    shop.tell(Kind::Product, "updated", number);
    Ok(record)
}

/// Removes the variations of a product that is gone.
pub(in crate::woocommerce) fn forget(shop: &mut Shop<'_>, number: u64) {
    let own: Vec<u64> = shop
        .store
        .all(Kind::Variation)
        .filter(|one| id(&one["parent_id"]) == number)
        .map(|one| id(&one["id"]))
        .collect();
    for one in own {
        shop.store.remove(Kind::Variation, one);
    }
}

fn blank() -> Value {
    template(include_str!("blank.json"))
}

/// Sets what was sent.
fn change(shop: &mut Shop<'_>, record: &mut Value, sent: &Value) -> Changed<()> {
    common(shop, record, sent)?;
    for name in TRUTHS {
        if let Some(value) = sent.get(name) {
            record[name] = truth(value).into();
        }
    }
    for name in LISTS {
        if let Some(value) = sent.get(name).filter(|value| value.is_array()) {
            record[name] = value.clone();
        }
    }
    for name in ["description", "short_description"] {
        if let Some(value) = sent.get(name) {
            let raw = written(value).into_owned();
            record[name] = paragraphs(&raw).into();
            record[format!("~{name}")] = raw.into();
        }
    }
    if sent.get("categories").is_some() {
        let wanted: Vec<u64> = elements(&sent["categories"]).iter().map(|one| id(&one["id"])).collect();
        let brief = |one: &Value| json!({"id": one["id"], "name": one["name"], "slug": one["slug"]});
        let found = wanted.iter().filter_map(|number| shop.store.get(Kind::Category, *number)).map(brief);
        record["categories"] = found.collect();
    }
    if let Some(parts) = sent["dimensions"].as_object() {
        for (name, value) in parts {
            record["dimensions"][name] = written(value).as_ref().into();
        }
    }
    for (number, attribute) in elements(&sent["attributes"]).iter().enumerate() {
        if number == 0 {
            record["attributes"] = json!([]);
        }
        let name = text(&attribute["name"]);
        let shown = json!({"id": id(&attribute["id"]), "name": name, "slug": name,
            "position": int(&attribute["position"]), "visible": truth(&attribute["visible"]),
            "variation": truth(&attribute["variation"]), "options": attribute["options"]});
        elements_mut(&mut record["attributes"]).push(shown);
    }
    record["has_options"] = (record["type"] == "variable").into();
    record["shipping_required"] = (record["virtual"] != true).into();
    record["shipping_taxable"] = (record["virtual"] != true && record["tax_status"] == "taxable").into();
    Ok(())
}

/// Sets what products and variations have in common.
pub(super) fn common(shop: &mut Shop<'_>, record: &mut Value, sent: &Value) -> Changed<()> {
    free_sku(shop.store, id(&record["id"]), text(&sent["sku"]))?;
    for name in TEXTS {
        if let Some(value) = sent.get(name).filter(|_| record.get(name).is_some() && name != "stock_status") {
            record[name] = written(value).as_ref().into();
        }
    }
    for name in ["regular_price", "sale_price"] {
        if let Some(value) = sent.get(name) {
            record[name] = price::cleaned(value).into();
        }
    }
    for name in ["date_on_sale_from", "date_on_sale_to"] {
        sale_date(shop, record, sent, name);
    }
    if let Some(value) = sent.get("manage_stock") {
        record["manage_stock"] = if value == "parent" { "parent".into() } else { truth(value).into() };
    }
    if let Some(value) = sent.get("stock_quantity") {
        record["stock_quantity"] = if value.is_null() { Value::Null } else { int(value).into() };
    }
    if record["manage_stock"] == false {
        record["stock_quantity"] = Value::Null;
        if let Some(value) = sent.get("stock_status") {
            record["stock_status"] = value.clone();
        }
    }
    if let Some(value) = sent.get("menu_order") {
        record["menu_order"] = int(value).into();
    }
    let mut meta = elements(&record["meta_data"]).to_vec();
    shop.store.merge_meta(&mut meta, &sent["meta_data"]);
    record["meta_data"] = meta.into();
    stock::settle(record);
    price::settle(record, shop.now, symbol(shop.store.currency()));
    Ok(())
}

/// Sets a date of a sale, from local time or from GMT.
fn sale_date(shop: &Shop<'_>, record: &mut Value, sent: &Value, name: &str) {
    let gmt_name = format!("{name}_gmt");
    for (key, zone) in [(name, shop.zone.clone()), (gmt_name.as_str(), jiff::tz::TimeZone::UTC)] {
        let Some(value) = sent.get(key) else { continue };
        if let Some(moment) = time::parse(text(value)).and_then(|(face, _)| face.to_zoned_datetime(zone).ok())
        {
            time::set(record, name, moment.timestamp(), shop.zone);
        } else {
            record[name] = Value::Null;
            record[&gmt_name] = Value::Null;
        }
    }
}

/// Refuses an SKU that something else has; the refusal names what has it, and one that is free.
fn free_sku(store: &Store, own: u64, sku: &str) -> Changed<()> {
    let Some(other) = store.by_sku(sku).filter(|other| id(&other["id"]) != own) else { return Ok(()) };
    let mut number = 1;
    while store.by_sku(&format!("{sku}-{number}")).is_some() {
        number += 1;
    }
    Err(Refusal::new(400, "product_invalid_sku", "Invalid or duplicated SKU.")
        .with("resource_id", other["id"].clone())
        .with("unique_sku", format!("{sku}-{number}").into()))
}

/// `wpautop`, for texts of paragraphs: descriptions come back wrapped.
fn paragraphs(raw: &str) -> String {
    let parts = raw.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| if part.starts_with("<p") { format!("{part}\n") } else { format!("<p>{part}</p>\n") })
        .collect()
}

/// A name as it stands in addresses: letters without their marks, and hyphens.
pub(in crate::woocommerce) fn slug_of(name: &str) -> String {
    let plain: String = name.to_lowercase().nfd().filter(|letter| !is_combining_mark(*letter)).collect();
    let plain = plain.replace('ß', "s");
    let parts = plain.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

fn free_slug(store: &Store, wanted: &str) -> String {
    let is_taken = |slug: &str| store.all(Kind::Product).any(|one| text(&one["slug"]) == slug);
    let mut slug = wanted.to_owned();
    let mut number = 2;
    while is_taken(&slug) {
        slug = format!("{wanted}-{number}");
        number += 1;
    }
    slug
}

/// Draws the related products of an answer anew: another comes first each time.
pub(in crate::woocommerce) fn draw_related(body: &mut Value, turn: usize) {
    match body {
        Value::Array(products) => products.iter_mut().for_each(|product| draw_related(product, turn)),
        product => {
            if let Some(Value::Array(related)) = product.get_mut("related_ids").filter(|_| turn > 0) {
                let by = turn.checked_rem(related.len()).unwrap_or_default();
                related.rotate_left(by);
            }
        }
    }
}

/// Five other products.
fn related(store: &Store, own: u64) -> Vec<u64> {
    store.all(Kind::Product).rev().map(|one| id(&one["id"])).filter(|number| *number != own).take(5).collect()
}

/// Counts the products of each category.
pub(super) fn count(store: &mut Store) {
    let within: Vec<u64> = store
        .all(Kind::Product)
        .filter(|product| product["status"] == "publish")
        .flat_map(|product| elements(&product["categories"]).iter().map(|one| id(&one["id"])))
        .collect();
    let categories: Vec<u64> = store.all(Kind::Category).map(|one| id(&one["id"])).collect();
    for number in categories {
        if let Some(category) = store.get_mut(Kind::Category, number) {
            category["count"] = within.iter().filter(|one| **one == number).count().into();
        }
    }
}
