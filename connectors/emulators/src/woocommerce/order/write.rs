//! Making and changing orders. Nothing here is idempotent: the same request again is another order.

use super::{coupon, lines, status, symbol, totals};
use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    value::{id, template, text, truth, written},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The fields of an order that are taken as they are.
const PLAIN: [&str; 5] =
    ["customer_note", "payment_method", "payment_method_title", "transaction_id", "created_via"];

/// The lists of lines; when one is sent, totals are computed again.
const COUNTED: [&str; 6] =
    ["billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines"];

/// Makes an order. One whose coupon is refused stays behind as a draft.
pub(in crate::woocommerce) fn create(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    if id(&sent["id"]) > 0 {
        let message = "Cannot create existing shop_order.";
        return Err(Refusal::new(400, "woocommerce_rest_shop_order_exists", message));
    }
    let mut order = blank(shop);
    fields(shop, &mut order, sent)?;
    let number = shop.store.next_of(Kind::Order);
    name(shop, &mut order, number);
    totals::compute(shop.store, &mut order);
    if let Err(refusal) = coupon::apply(shop, &mut order, &sent["coupon_lines"]) {
        order["status"] = "checkout-draft".into();
        shop.store.put(Kind::Order, order);
        return Err(refusal.with("new_draft_order_id", number.into()));
    }
    shop.store.put(Kind::Order, order);
    let wanted = if truth(&sent["set_paid"]) { "processing" } else { status::known(text(&sent["status"])) };
    status::change(shop, number, wanted);
    shop.tell(Kind::Order, "created", number);
    shop.tell(Kind::Order, "updated", number);
    finish(shop, number)
}

/// Changes an order. Lines without an id are added, so that the same request again adds them again.
pub(in crate::woocommerce) fn update(shop: &mut Shop<'_>, number: u64, sent: &Value) -> Changed<Value> {
    let mut order = shop.find(Kind::Order, None, number, 400)?;
    let was_trashed = order["status"] == "trash";
    fields(shop, &mut order, sent)?;
    if COUNTED.iter().any(|name| sent.get(name).is_some()) {
        totals::compute(shop.store, &mut order);
    }
    if sent.get("coupon_lines").is_some() {
        coupon::apply(shop, &mut order, &sent["coupon_lines"])?;
    }
    shop.store.put(Kind::Order, order);
    let given = text(&sent["status"]);
    if truth(&sent["set_paid"]) {
        status::change(shop, number, "processing");
    } else if !given.is_empty() {
        status::change(shop, number, status::known(given));
    }
    // A restored order tells nothing: neither restored nor updated.
    if !was_trashed {
        shop.tell(Kind::Order, "updated", number);
    }
    finish(shop, number)
}

/// Removes what belonged to an order.
pub(in crate::woocommerce) fn forget(shop: &mut Shop<'_>, number: u64) {
    for (kind, field) in [(Kind::Refund, "parent_id"), (Kind::Note, "~parent")] {
        let own: Vec<u64> = shop
            .store
            .all(kind)
            .filter(|record| id(&record[field]) == number)
            .map(|record| id(&record["id"]))
            .collect();
        for one in own {
            shop.store.remove(kind, one);
        }
    }
}

/// An order without anything in it.
fn blank(shop: &Shop<'_>) -> Value {
    let currency = shop.store.currency();
    let mut order = template(include_str!("blank.json"));
    order["currency"] = currency.into();
    order["currency_symbol"] = symbol(currency).into();
    shop.stamp(&mut order, "date_created");
    order
}

/// Gives a new order its number, key and address of payment.
fn name(shop: &Shop<'_>, order: &mut Value, number: u64) {
    let hash = Sha256::digest(format!("order key of {number}"));
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let letter = |byte: &u8| letters.iter().cycle().nth(usize::from(*byte)).copied().map_or('a', char::from);
    let key: String = hash.iter().take(13).map(letter).collect();
    order["id"] = number.into();
    order["number"] = number.to_string().into();
    let url = &shop.settings.url;
    order["payment_url"] =
        format!("{url}/checkout/order-pay/{number}/?pay_for_order=true&key=wc_order_{key}").into();
    order["order_key"] = format!("wc_order_{key}").into();
}

/// Sets what was sent, but for status and coupons.
fn fields(shop: &mut Shop<'_>, order: &mut Value, sent: &Value) -> Changed<()> {
    for name in ["billing", "shipping"] {
        for (part, value) in sent[name].as_object().into_iter().flatten() {
            if order[name].get(part).is_some() {
                order[name][part] = written(value).as_ref().into();
            }
        }
    }
    for name in PLAIN {
        if let Some(value) = sent.get(name) {
            order[name] = written(value).as_ref().into();
        }
    }
    if let Some(parent) = sent.get("parent_id") {
        order["parent_id"] = id(parent).into();
    }
    let currency = text(&sent["currency"]);
    if !currency.is_empty() {
        order["currency"] = currency.into();
        order["currency_symbol"] = symbol(currency).into();
    }
    lines::set(shop, order, sent)?;
    let customer = id(&sent["customer_id"]);
    if customer > 0 && shop.store.get(Kind::Customer, customer).is_none() {
        let message = "Customer ID is invalid.";
        return Err(Refusal::new(400, "woocommerce_rest_invalid_customer_id", message));
    }
    if sent.get("customer_id").is_some() {
        order["customer_id"] = customer.into();
    }
    let mut meta = order["meta_data"].as_array().cloned().unwrap_or_default();
    shop.store.merge_meta(&mut meta, &sent["meta_data"]);
    order["meta_data"] = meta.into();
    Ok(())
}

/// Stamps an order that was written.
fn finish(shop: &mut Shop<'_>, number: u64) -> Changed<Value> {
    shop.touch(Kind::Order, number);
    shop.find(Kind::Order, None, number, 404)
}
