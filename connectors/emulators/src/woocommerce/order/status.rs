//! The states of orders, and what a change of state sets off.

use super::refund;
use crate::woocommerce::{
    kind::Kind,
    product,
    shop::{Event, Shop},
    store::Counter,
    value::{decimal, elements, elements_mut, id, int, text, written},
};
use serde_json::{Value, json};

/// The states that orders can be in.
const KNOWN: [&str; 10] = [
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
    "auto-draft",
    "trash",
];

/// A state, without `wc-`; one that is unknown counts as pending (only batches let it in).
pub(super) fn known(given: &str) -> &str {
    let given = given.strip_prefix("wc-").unwrap_or(given);
    if KNOWN.contains(&given) { given } else { "pending" }
}

/// Moves an order to a state, and sets off what follows.
pub(super) fn change(shop: &mut Shop<'_>, number: u64, status: &str) {
    let Some(mut order) = shop.store.get(Kind::Order, number).cloned() else { return };
    let before = text(&order["status"]).to_owned();
    order["status"] = status.into();
    let is_paid = ["processing", "completed"].contains(&status);
    if is_paid && order["date_paid"].is_null() {
        shop.stamp(&mut order, "date_paid");
    }
    if status == "completed" && order["date_completed"].is_null() {
        shop.stamp(&mut order, "date_completed");
    }
    match status {
        "processing" | "completed" | "on-hold" => move_stock(shop, &mut order, true),
        "cancelled" | "pending" => move_stock(shop, &mut order, false),
        _ => {}
    }
    count_coupons(shop, &mut order, status);
    judge(shop, &mut order, status);
    let customer = id(&order["customer_id"]);
    shop.store.put(Kind::Order, order);
    if status == "completed" {
        first_completed(shop, customer);
    }
    if status == before {
        return;
    }
    shop.events.push(Event { topic: format!("action.woocommerce_order_status_{status}"), id: number });
    if status == "refunded" {
        refund::rest(shop, number);
    }
}

/// What the state says of an order.
fn judge(shop: &Shop<'_>, order: &mut Value, status: &str) {
    order["is_editable"] = ["pending", "on-hold", "auto-draft"].contains(&status).into();
    let is_open = ["pending", "failed", "checkout-draft"].contains(&status);
    order["needs_payment"] = (is_open && !decimal(&order["total"]).is_zero()).into();
    let is_worked_on = |line: &Value| {
        let product = shop.store.sellable(id(&line["product_id"]));
        product.is_some_and(|one| one["virtual"] != true || one["downloadable"] != true)
    };
    order["needs_processing"] = elements(&order["line_items"]).iter().any(is_worked_on).into();
}

/// Takes what was ordered from the stock, or puts it back. The line remembers how much it took.
fn move_stock(shop: &mut Shop<'_>, order: &mut Value, take: bool) {
    for line in elements_mut(&mut order["line_items"]) {
        let place = elements(&line["meta_data"]).iter().position(|meta| meta["key"] == "_reduced_stock");
        let taken =
            place.and_then(|place| elements(&line["meta_data"]).get(place)).map(|meta| int(&meta["value"]));
        let number =
            if id(&line["variation_id"]) > 0 { id(&line["variation_id"]) } else { id(&line["product_id"]) };
        let quantity = int(&line["quantity"]);
        match (take, taken) {
            (true, None) if product::add_stock(shop, number, -quantity) => {
                let amount = quantity.to_string();
                let meta = json!({"id": shop.store.next(Counter::Meta), "key": "_reduced_stock", "value": amount,
                    "display_key": "_reduced_stock", "display_value": amount});
                elements_mut(&mut line["meta_data"]).push(meta);
            }
            (false, Some(taken)) => {
                product::add_stock(shop, number, taken);
                if let Some(place) = place {
                    elements_mut(&mut line["meta_data"]).remove(place);
                }
            }
            _ => {}
        }
    }
}

/// Counts the use of coupons. Their stamps stay as they are.
fn count_coupons(shop: &mut Shop<'_>, order: &mut Value, status: &str) {
    let counts = ["processing", "completed", "on-hold"].contains(&status);
    let is_over = ["cancelled", "trash"].contains(&status);
    let counted = order["~counted"] == true;
    if counts == counted || !(counts || is_over) {
        return;
    }
    let user = match id(&order["customer_id"]) {
        0 => written(&order["billing"]["email"]).into_owned(),
        customer => customer.to_string(),
    };
    for line in elements(&order["coupon_lines"]) {
        let Some(number) = shop.store.by_code(text(&line["code"])).map(|coupon| id(&coupon["id"])) else {
            continue;
        };
        let Some(coupon) = shop.store.get_mut(Kind::Coupon, number) else { continue };
        let count = int(&coupon["usage_count"]);
        coupon["usage_count"] = (count + if counts { 1 } else { -1 }).max(0).into();
        let used_by = elements_mut(&mut coupon["used_by"]);
        if counts {
            used_by.push(user.as_str().into());
        } else if let Some(place) = used_by.iter().position(|one| *one == user.as_str()) {
            used_by.remove(place);
        }
    }
    order["~counted"] = counts.into();
}

/// The first completed order makes its customer a paying one; later ones leave the customer alone.
fn first_completed(shop: &mut Shop<'_>, customer: u64) {
    let Some(record) = shop.store.get_mut(Kind::Customer, customer) else { return };
    if record["is_paying_customer"] == true {
        return;
    }
    record["is_paying_customer"] = true.into();
    shop.touch(Kind::Customer, customer);
    shop.tell(Kind::Customer, "updated", customer);
}
