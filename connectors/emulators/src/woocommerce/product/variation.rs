//! Variations: they stand below their product, and also read as products. A change of one moves its product's stamp.

use super::write::common;
use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    store::Store,
    value::{elements_mut, id, template, text},
};
use serde_json::{Value, json};

/// Makes a variation of a product.
pub(in crate::woocommerce) fn create_variation(
    shop: &mut Shop<'_>,
    parent: u64,
    sent: &Value,
) -> Changed<Value> {
    let Some(product) = shop.store.get(Kind::Product, parent).cloned() else {
        let message = "Product cannot be loaded.";
        return Err(Refusal::new(404, "woocommerce_rest_product_invalid_id", message));
    };
    let mut record = template(include_str!("blank_variation.json"));
    record["permalink"] = product["permalink"].clone();
    record["parent_id"] = parent.into();
    record["~parent"] = parent.into();
    shop.stamp(&mut record, "date_created");
    change(shop, &mut record, sent)?;
    let number = shop.store.next_of(Kind::Variation);
    record["id"] = number.into();
    shop.stamp(&mut record, "date_modified");
    shop.store.put(Kind::Variation, record.clone());
    if let Some(product) = shop.store.get_mut(Kind::Product, parent) {
        elements_mut(&mut product["variations"]).push(number.into());
    }
    shop.touch(Kind::Product, parent);
    shop.tell(Kind::Variation, "created", number);
    Ok(record)
}

/// Changes a variation. Webhooks tell of it as a product, with the variation's id.
pub(in crate::woocommerce) fn update_variation(
    shop: &mut Shop<'_>,
    number: u64,
    sent: &Value,
) -> Changed<Value> {
    let mut record = shop.find(Kind::Variation, None, number, 404)?;
    change(shop, &mut record, sent)?;
    shop.stamp(&mut record, "date_modified");
    shop.store.put(Kind::Variation, record.clone());
    shop.touch(Kind::Product, id(&record["parent_id"]));
    shop.tell(Kind::Variation, "updated", number);
    Ok(record)
}

/// Removes a variation from its product's list.
pub(in crate::woocommerce) fn forget_variation(shop: &mut Shop<'_>, record: &Value) {
    if let Some(product) = shop.store.get_mut(Kind::Product, id(&record["parent_id"])) {
        elements_mut(&mut product["variations"]).retain(|one| *one != record["id"]);
    }
}

fn change(shop: &mut Shop<'_>, record: &mut Value, sent: &Value) -> Changed<()> {
    common(shop, record, sent)?;
    if let Some(attributes) = sent["attributes"].as_array() {
        let shown = attributes.iter().map(|one| {
            let name = text(&one["name"]);
            json!({"id": id(&one["id"]), "name": name, "slug": name.to_lowercase(), "option": one["option"]})
        });
        record["attributes"] = shown.collect();
        let options: Vec<&str> = attributes.iter().map(|one| text(&one["option"])).collect();
        record["name"] = options.join(", ").into();
    }
    Ok(())
}

/// A variation as it reads at the address of products.
pub(in crate::woocommerce) fn as_product(store: &Store, variation: &Value) -> Value {
    let parent = store.get(Kind::Product, id(&variation["parent_id"])).cloned().unwrap_or_default();
    let mut out = parent.clone();
    for (name, value) in variation.as_object().into_iter().flatten().filter(|(name, _)| *name != "image") {
        out[name] = value.clone();
    }
    let name = format!("{} - {}", text(&parent["name"]), text(&variation["name"]));
    out["slug"] = super::slug_of(&name).into();
    out["name"] = name.into();
    for list in ["categories", "variations", "default_attributes", "related_ids", "grouped_products"] {
        out[list] = json!([]);
    }
    out["total_sales"] = "0".into();
    out["reviews_allowed"] = false.into();
    out["has_options"] = false.into();
    out
}
