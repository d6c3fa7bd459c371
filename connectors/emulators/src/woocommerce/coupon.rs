//! Coupons. Their codes are kept in small letters.

use super::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    time,
    value::{decimal, elements, fixed, id, int, template, text, truth, written},
};
use serde_json::Value;

/// Makes a coupon.
pub(super) fn create(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    free_code(shop, 0, sent)?;
    let number = shop.store.next_of(Kind::Coupon);
    let mut record = template(include_str!("blank_coupon.json"));
    record["id"] = number.into();
    shop.stamp(&mut record, "date_created");
    change(shop, &mut record, sent)?;
    shop.tell(Kind::Coupon, "created", number);
    Ok(record)
}

/// Changes a coupon.
pub(super) fn update(shop: &mut Shop<'_>, number: u64, sent: &Value) -> Changed<Value> {
    let mut record = shop.find(Kind::Coupon, None, number, 400)?;
    change(shop, &mut record, sent)?;
    shop.tell(Kind::Coupon, "updated", number);
    Ok(record)
}

/// Refuses a code that another coupon has.
fn free_code(shop: &Shop<'_>, own: u64, sent: &Value) -> Changed<()> {
    let code = written(&sent["code"]);
    if shop.store.by_code(&code).is_none_or(|other| id(&other["id"]) == own) {
        return Ok(());
    }
    let message = "The coupon code already exists";
    Err(Refusal::new(400, "woocommerce_rest_coupon_code_already_exists", message))
}

/// Sets what was sent.
fn change(shop: &mut Shop<'_>, record: &mut Value, sent: &Value) -> Changed<()> {
    free_code(shop, id(&record["id"]), sent)?;
    if let Some(code) = sent.get("code") {
        record["code"] = written(code).to_lowercase().into();
    }
    for name in ["status", "discount_type", "description"] {
        if let Some(value) = sent.get(name) {
            record[name] = written(value).as_ref().into();
        }
    }
    for name in ["amount", "minimum_amount", "maximum_amount"] {
        if let Some(value) = sent.get(name) {
            record[name] = fixed(decimal(value), 2).into();
        }
    }
    for name in ["individual_use", "free_shipping", "exclude_sale_items"] {
        if let Some(value) = sent.get(name) {
            record[name] = truth(value).into();
        }
    }
    for name in ["usage_limit", "usage_limit_per_user", "limit_usage_to_x_items"] {
        if let Some(value) = sent.get(name) {
            record[name] = if int(value) > 0 { int(value).into() } else { Value::Null };
        }
    }
    let lists = [
        "product_ids",
        "excluded_product_ids",
        "product_categories",
        "excluded_product_categories",
        "email_restrictions",
    ];
    for name in lists {
        if let Some(value) = sent.get(name).filter(|value| value.is_array()) {
            record[name] = value.clone();
        }
    }
    for (name, zone) in [("date_expires", shop.zone.clone()), ("date_expires_gmt", jiff::tz::TimeZone::UTC)] {
        let Some(value) = sent.get(name) else { continue };
        if let Some(moment) = time::parse(text(value)).and_then(|(face, _)| face.to_zoned_datetime(zone).ok())
        {
            time::set(record, "date_expires", moment.timestamp(), shop.zone);
        } else {
            record["date_expires"] = Value::Null;
            record["date_expires_gmt"] = Value::Null;
        }
    }
    let mut meta = elements(&record["meta_data"]).to_vec();
    shop.store.merge_meta(&mut meta, &sent["meta_data"]);
    record["meta_data"] = meta.into();
    shop.stamp(record, "date_modified");
    shop.store.put(Kind::Coupon, record.clone());
    Ok(())
}
