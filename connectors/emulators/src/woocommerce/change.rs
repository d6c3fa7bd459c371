//! Changes of single records: which resource makes them, and what trashing means.

use super::{
    coupon, customer,
    error::Refusal,
    kind::Kind,
    order, product,
    settings::Settings,
    shop::{Changed, Shop},
    store::Store,
    tax,
    value::{elements, elements_mut, id, text},
    view::{Shown, view},
    webhook,
};
use serde_json::{Value, json};

/// A record by its parent and id.
pub(super) type Place = (Option<u64>, u64);

/// Reads one record. A variation can be read as a product.
///
/// # Errors
/// 404 when there is none.
pub(super) fn read(
    store: &Store,
    settings: &Settings,
    kind: Kind,
    (parent, number): Place,
    shown: &Shown,
) -> Changed<Value> {
    let field = if kind == Kind::Refund { "parent_id" } else { "~parent" };
    let fits = |record: &&Value| parent.is_none_or(|parent| id(&record[field]) == parent);
    if let Some(record) = store.get(kind, number).filter(fits) {
        return Ok(view(store, settings, kind, record, shown));
    }
    if let (Kind::Product, Some(record)) = (kind, store.get(Kind::Variation, number)) {
        let record = product::as_product(store, record);
        return Ok(view(store, settings, kind, &record, shown));
    }
    let (code, message) = kind.unknown();
    Err(Refusal::new(404, code, message))
}

/// Makes a record; what was made.
///
/// # Errors
/// What the resource refuses.
pub(super) fn create(shop: &mut Shop<'_>, kind: Kind, parent: Option<u64>, sent: &Value) -> Changed<Value> {
    let parent = parent.unwrap_or_default();
    match kind {
        Kind::Order => order::create(shop, sent),
        Kind::Refund => order::refund(shop, parent, sent),
        Kind::Note => order::note(shop, parent, sent),
        Kind::Product => product::create(shop, sent),
        Kind::Variation => product::create_variation(shop, parent, sent),
        Kind::Category => product::create_category(shop, sent),
        Kind::Customer => customer::create(shop, sent),
        Kind::Coupon => coupon::create(shop, sent),
        Kind::Tax => Ok(tax::create(shop, sent)),
        Kind::Webhook => webhook::create(shop, sent),
    }
}

/// Changes a record; what it became.
///
/// # Errors
/// What the resource refuses, and ids that are unknown.
pub(super) fn update(
    shop: &mut Shop<'_>,
    kind: Kind,
    (parent, number): Place,
    sent: &Value,
) -> Changed<Value> {
    shop.find(kind, parent, number, kind.unknown_in_update())?;
    match kind {
        Kind::Order => order::update(shop, number, sent),
        Kind::Product => product::update(shop, number, sent),
        Kind::Variation => product::update_variation(shop, number, sent),
        Kind::Category => product::update_category(shop, number, sent),
        Kind::Customer => customer::update(shop, number, sent),
        Kind::Coupon => coupon::update(shop, number, sent),
        Kind::Tax => Ok(tax::update(shop, number, sent)),
        Kind::Webhook => webhook::update(shop, number, sent),
        Kind::Refund | Kind::Note => Err(Refusal::no_route()),
    }
}

/// Trashes or deletes a record; what it was before.
///
/// # Errors
/// Ids that are unknown, records in the bin already, and resources that have no bin.
pub(super) fn delete(
    shop: &mut Shop<'_>,
    kind: Kind,
    (parent, number): Place,
    force: bool,
) -> Changed<Value> {
    let record = shop.find(kind, parent, number, 404)?;
    let style = Shown::changed(kind == Kind::Product);
    let mut before = view(shop.store, shop.settings, kind, &record, &style);
    if let (false, Some(message)) = (force, kind.not_trashable()) {
        return Err(Refusal::new(501, "woocommerce_rest_trash_not_supported", message));
    }
    let goes = force || matches!(kind, Kind::Refund | Kind::Variation);
    if !goes {
        return trash(shop, kind, number, &record).map(|()| before);
    }
    shop.store.remove(kind, number);
    if kind == Kind::Customer {
        // Nobody may do anything with a user who is gone.
        before["_links"]["self"] = json!([{"href": before["_links"]["self"][0]["href"]}]);
    }
    match kind {
        Kind::Order => order::forget(shop, number),
        Kind::Product => product::forget(shop, number),
        Kind::Variation => product::forget_variation(shop, &record),
        Kind::Customer if record["role"] == "customer" => shop.tell(kind, "deleted", number),
        _ => {}
    }
    Ok(before)
}

/// Puts a record into the bin. Products tell of a coupon that was deleted too, and coupons of a product: the hooks of
/// `WordPress` do not tell them apart.
fn trash(shop: &mut Shop<'_>, kind: Kind, number: u64, record: &Value) -> Changed<()> {
    let status = text(&record["status"]).to_owned();
    if status == "trash" {
        let message = format!("The {} has already been deleted.", kind.post_type());
        return Err(Refusal::new(410, "woocommerce_rest_already_trashed", message));
    }
    let time = shop.now.as_second().to_string();
    let kept = if kind == Kind::Order { format!("wc-{status}") } else { status };
    let mut meta = json!([{"key": "_wp_trash_meta_status", "value": kept}, {"key": "_wp_trash_meta_time", "value": time}]);
    if kind != Kind::Order {
        let slug = json!({"key": "_wp_desired_post_slug", "value": text(&record["slug"])});
        elements_mut(&mut meta).push(slug);
    }
    let mut all = elements(&record["meta_data"]).to_vec();
    shop.store.merge_meta(&mut all, &meta);
    if let Some(record) = shop.store.get_mut(kind, number) {
        record["status"] = "trash".into();
        record["meta_data"] = all.into();
        if kind == Kind::Product {
            record["slug"] = format!("{}__trashed", text(&record["slug"])).into();
        }
    }
    shop.touch(kind, number);
    shop.tell(kind, "deleted", number);
    match kind {
        Kind::Product => shop.tell(Kind::Coupon, "deleted", number),
        Kind::Coupon => shop.tell(Kind::Product, "deleted", number),
        _ => {}
    }
    Ok(())
}
