//! Categories of products.

use super::slug_of;
use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    seed::category,
    shop::{Changed, Shop},
    value::{id, int, text, written},
};
use serde_json::Value;

/// Makes a category.
pub(in crate::woocommerce) fn create_category(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    let name = text(&sent["name"]).replace('&', "&amp;");
    let parent = id(&sent["parent"]);
    let known = shop
        .store
        .all(Kind::Category)
        .find(|one| one["name"] == name.as_str() && id(&one["parent"]) == parent);
    if let Some(known) = known {
        let message = "A term with the name provided already exists with this parent.";
        return Err(Refusal::new(400, "term_exists", message).with("resource_id", known["id"].clone()));
    }
    let number = shop.store.next_of(Kind::Category);
    let mut record = category(number, &name, &slug_of(text(&sent["name"])));
    change(&mut record, sent);
    shop.store.put(Kind::Category, record.clone());
    Ok(record)
}

/// Changes a category.
pub(in crate::woocommerce) fn update_category(
    shop: &mut Shop<'_>,
    number: u64,
    sent: &Value,
) -> Changed<Value> {
    let mut record = shop.find(Kind::Category, None, number, 404)?;
    if let Some(name) = sent.get("name") {
        record["name"] = written(name).replace('&', "&amp;").into();
    }
    change(&mut record, sent);
    shop.store.put(Kind::Category, record.clone());
    Ok(record)
}

fn change(record: &mut Value, sent: &Value) {
    for name in ["slug", "description", "display"] {
        if let Some(value) = sent.get(name) {
            record[name] = written(value).as_ref().into();
        }
    }
    if let Some(parent) = sent.get("parent") {
        record["parent"] = id(parent).into();
    }
    if let Some(order) = sent.get("menu_order") {
        record["menu_order"] = int(order).into();
    }
}
