//! The lines of orders: items, shipping and fees.

use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    store::Counter,
    value::{decimal, elements, elements_mut, id, json_number, text, written},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Sets the lines that were sent: with an id one that is there, without one a new one.
pub(super) fn set(shop: &mut Shop<'_>, order: &mut Value, sent: &Value) -> Changed<()> {
    for list in ["line_items", "shipping_lines", "fee_lines"] {
        for line in elements(&sent[list]) {
            set_one(shop, order, list, line)?;
        }
    }
    Ok(())
}

fn set_one(shop: &mut Shop<'_>, order: &mut Value, list: &str, sent: &Value) -> Changed<()> {
    let number = id(&sent["id"]);
    let place = elements(&order[list]).iter().position(|line| id(&line["id"]) == number);
    if number > 0 && place.is_none() {
        let message = "Order item ID provided is not associated with order.";
        return Err(Refusal::new(400, "woocommerce_rest_invalid_item_id", message));
    }
    let (field, has_amount) = match list {
        "line_items" => ("product_id", true),
        "shipping_lines" => ("method_id", false),
        _ => ("name", false),
    };
    let is_null = sent.get(field).is_some_and(Value::is_null);
    let is_zero = has_amount && sent.get("quantity").is_some_and(|quantity| decimal(quantity).is_zero());
    match place {
        Some(place) if is_null || is_zero => {
            elements_mut(&mut order[list]).remove(place);
            return Ok(());
        }
        None if is_zero => {
            return Err(Refusal::crash(
                "Uncaught TypeError: remove_item(): Argument #3 ($item_id) must be of type int, null given",
            ));
        }
        _ => {}
    }
    let mut line = match place.and_then(|place| elements(&order[list]).get(place)) {
        Some(line) => line.clone(),
        None => new_line(shop, list, sent)?,
    };
    change(shop, &mut line, list, sent);
    let lines = elements_mut(&mut order[list]);
    match place.and_then(|place| lines.get_mut(place)) {
        Some(old) => *old = line,
        None => lines.push(line),
    }
    Ok(())
}

fn new_line(shop: &mut Shop<'_>, list: &str, sent: &Value) -> Changed<Value> {
    match list {
        "line_items" => item(shop, sent),
        "shipping_lines" => {
            Ok(json!({"id": shop.store.next(Counter::Item), "method_title": "", "method_id": "",
            "instance_id": "", "total": "0", "total_tax": "0", "taxes": [], "tax_status": "taxable",
            "meta_data": []}))
        }
        _ => Ok(
            json!({"id": shop.store.next(Counter::Item), "name": "", "tax_class": "", "tax_status": "taxable",
            "amount": "", "total": "0", "total_tax": "0", "taxes": [], "meta_data": []}),
        ),
    }
}

/// A new line of a product. An id that no product has makes a line without one.
fn item(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    let (sku, product, variation) = (text(&sent["sku"]), id(&sent["product_id"]), id(&sent["variation_id"]));
    let found = match (sku, product, variation) {
        ("", 0, 0) => {
            let message = "Product ID or SKU is required.";
            return Err(Refusal::new(400, "woocommerce_rest_required_product_reference", message));
        }
        ("", _, 0) => shop.store.sellable(product),
        ("", _, _) => shop.store.sellable(variation),
        (sku, _, _) => shop.store.by_sku(sku),
    };
    let found = found.cloned();
    let quantity = sent.get("quantity").map_or(Decimal::ONE, decimal);
    let number = shop.store.next(Counter::Item);
    let mut line = json!({"id": number, "name": "", "product_id": 0, "variation_id": 0,
        "quantity": json_number(quantity), "tax_class": "", "subtotal": "0", "subtotal_tax": "0", "total": "0",
        "total_tax": "0", "taxes": [], "meta_data": [], "sku": null, "global_unique_id": null, "price": 0,
        "image": {"id": 0, "src": ""}, "parent_name": null});
    if let Some(found) = found {
        let amount = (decimal(&found["price"]) * quantity).normalize().to_string();
        line["subtotal"] = amount.as_str().into();
        line["total"] = amount.into();
        line["name"] = found["name"].clone();
        line["product_id"] = found["id"].clone();
        for name in ["sku", "global_unique_id", "tax_class"] {
            line[name] = text(&found[name]).into();
        }
        line["image"] = json!({"id": "", "src": ""});
        if let Some(image) = elements(&found["images"]).first() {
            line["image"] = json!({"id": written(&image["id"]), "src": image["src"]});
        }
        if found["type"] == "variation" {
            of_variation(shop, &mut line, &found);
        }
    }
    Ok(line)
}

/// What a line shows of a variation: its parent, and its choices as meta data.
fn of_variation(shop: &mut Shop<'_>, line: &mut Value, variation: &Value) {
    let parent = shop.store.get(Kind::Product, id(&variation["parent_id"])).cloned().unwrap_or_default();
    line["product_id"] = variation["parent_id"].clone();
    line["variation_id"] = variation["id"].clone();
    line["name"] = format!("{} - {}", text(&parent["name"]), text(&variation["name"])).into();
    line["parent_name"] = parent["name"].clone();
    line["image"] = json!({"id": 0, "src": ""});
    if variation["tax_class"] == "parent" {
        line["tax_class"] = parent["tax_class"].clone();
    }
    let choices = elements(&variation["attributes"]).iter().map(|choice| {
        json!({"id": shop.store.next(Counter::Meta), "key": choice["slug"], "value": choice["option"],
            "display_key": choice["name"], "display_value": choice["option"]})
    });
    line["meta_data"] = choices.collect();
}

/// Sets what was sent of a line. A quantity alone leaves amounts as they are.
fn change(shop: &mut Shop<'_>, line: &mut Value, list: &str, sent: &Value) {
    let texts: &[&str] = match list {
        "line_items" => &["name", "tax_class"],
        "shipping_lines" => &["method_id", "method_title", "instance_id"],
        _ => &["name", "tax_class", "tax_status"],
    };
    for name in texts {
        if let Some(value) = sent.get(*name).filter(|value| !value.is_null()) {
            line[*name] = written(value).as_ref().into();
        }
    }
    for name in ["subtotal", "total", "amount"] {
        if let Some(value) = sent.get(name).filter(|_| line.get(name).is_some()) {
            line[name] = decimal(value).normalize().to_string().into();
        }
    }
    if list == "line_items" {
        if let Some(quantity) = sent.get("quantity") {
            line["quantity"] = json_number(decimal(quantity));
        }
        // What is paid can not be more than what it was before discounts.
        if decimal(&line["subtotal"]) < decimal(&line["total"]) {
            line["subtotal"] = line["total"].clone();
        }
    }
    let mut meta = elements(&line["meta_data"]).to_vec();
    shop.store.merge_meta(&mut meta, &sent["meta_data"]);
    for one in meta.iter_mut().filter(|one| one.get("display_key").is_none()) {
        one["display_key"] = one["key"].clone();
        one["display_value"] = one["value"].clone();
    }
    line["meta_data"] = meta.into();
}
