//! Coupons on orders.

use super::totals;
use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    store::{Counter, Store},
    time,
    value::{decimal, elements, elements_mut, fixed, id, ids, int, json_number, round, text, truth},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Sets the coupons of an order to those that were sent, and computes discounts again.
///
/// # Errors
/// When a coupon does not exist, is used up or over, or does not fit the order.
pub(super) fn apply(shop: &mut Shop<'_>, order: &mut Value, sent: &Value) -> Changed<()> {
    if elements(sent).is_empty() && elements(&order["coupon_lines"]).is_empty() {
        return Ok(());
    }
    let mut coupons = Vec::new();
    for line in elements(sent) {
        let coupon = valid(shop, order, text(&line["code"]))?;
        coupons.push(coupon);
    }
    let old = elements(&order["coupon_lines"]).to_vec();
    for line in elements_mut(&mut order["line_items"]) {
        line["total"] = line["subtotal"].clone();
    }
    let mut lines = Vec::new();
    for coupon in coupons {
        let discount = discount(shop.store, order, &coupon);
        let known = old.iter().find(|line| line["code"] == coupon["code"]).map(|line| line["id"].clone());
        lines.push(line(shop.store, &coupon, discount, known));
    }
    order["coupon_lines"] = lines.into();
    totals::compute(shop.store, order);
    share_tax(order);
    Ok(())
}

/// Spreads the tax that was saved over the coupons, by their discounts.
fn share_tax(order: &mut Value) {
    let (all, tax) = (decimal(&order["discount_total"]), decimal(&order["discount_tax"]));
    for line in elements_mut(&mut order["coupon_lines"]) {
        let share = decimal(&line["discount"]).checked_div(all).unwrap_or_default();
        line["discount_tax"] = fixed(tax * share, 2).into();
    }
}

fn line(store: &mut Store, coupon: &Value, discount: Decimal, known: Option<Value>) -> Value {
    let amount = json_number(decimal(&coupon["amount"]));
    let info = json!([coupon["id"], coupon["code"], coupon["discount_type"], amount]).to_string();
    let meta = store.next(Counter::Meta);
    json!({
        "id": known.unwrap_or_else(|| store.next(Counter::Item).into()),
        "code": coupon["code"],
        "discount": discount.normalize().to_string(),
        "discount_tax": "0",
        "meta_data": [{"id": meta, "key": "coupon_info", "value": info, "display_key": "coupon_info", "display_value": info}],
        "discount_type": coupon["discount_type"],
        "nominal_amount": amount,
        "free_shipping": coupon["free_shipping"],
    })
}

/// The coupon of a code, when it may be used on an order.
fn valid(shop: &Shop<'_>, order: &Value, code: &str) -> Changed<Value> {
    let refused = |message: String| Refusal::new(400, "woocommerce_rest_invalid_coupon", message);
    let code = code.to_lowercase();
    let quoted = format!("&quot;{code}&quot;");
    let Some(coupon) = shop.store.by_code(&code) else {
        return Err(refused(format!("Coupon {quoted} cannot be applied because it does not exist.")));
    };
    let ends = text(&coupon["date_expires_gmt"]);
    if !ends.is_empty() && ends < time::gmt(shop.now).as_str() {
        return Err(refused(format!("Coupon {quoted} has expired.")));
    }
    let limit = int(&coupon["usage_limit"]);
    if limit > 0 && int(&coupon["usage_count"]) >= limit {
        return Err(refused(format!("Usage limit for coupon {quoted} has been reached.")));
    }
    let subtotal: Decimal =
        elements(&order["line_items"]).iter().map(|line| decimal(&line["subtotal"])).sum();
    let (least, most) = (decimal(&coupon["minimum_amount"]), decimal(&coupon["maximum_amount"]));
    if subtotal < least {
        return Err(refused(format!("The minimum spend for coupon {quoted} is {}.", fixed(least, 2))));
    }
    if !most.is_zero() && subtotal > most {
        return Err(refused(format!("The maximum spend for coupon {quoted} is {}.", fixed(most, 2))));
    }
    let is_for_products = coupon["discount_type"] != "fixed_cart";
    let fits_any = elements(&order["line_items"]).iter().any(|line| fits(shop.store, coupon, line));
    if is_for_products && !elements(&order["line_items"]).is_empty() && !fits_any {
        return Err(refused(format!("Sorry, coupon {quoted} is not applicable to selected products.")));
    }
    Ok(coupon.clone())
}

/// Whether a coupon is for a line.
fn fits(store: &Store, coupon: &Value, line: &Value) -> bool {
    let own = [id(&line["product_id"]), id(&line["variation_id"])];
    let product = store.get(Kind::Product, id(&line["product_id"])).cloned().unwrap_or_default();
    let among = |name: &str| ids(&coupon[name]).iter().any(|number| *number > 0 && own.contains(number));
    let within = |name: &str| {
        let wanted = ids(&coupon[name]);
        elements(&product["categories"]).iter().any(|one| wanted.contains(&id(&one["id"])))
    };
    let is_named = |name: &str| !elements(&coupon[name]).is_empty();
    (!is_named("product_ids") || among("product_ids"))
        && !among("excluded_product_ids")
        && (!is_named("product_categories") || within("product_categories"))
        && !within("excluded_product_categories")
        && !(truth(&coupon["exclude_sale_items"]) && truth(&product["on_sale"]))
}

/// Takes a coupon's discount off the lines it is for; how much it was.
fn discount(store: &Store, order: &mut Value, coupon: &Value) -> Decimal {
    let amount = decimal(&coupon["amount"]);
    let kind = text(&coupon["discount_type"]).to_owned();
    let is_for: Vec<bool> = elements(&order["line_items"])
        .iter()
        .map(|line| fits(store, coupon, line) || kind == "fixed_cart")
        .collect();
    let open: Decimal = elements(&order["line_items"])
        .iter()
        .zip(&is_for)
        .filter(|(_, is_for)| **is_for)
        .map(|(line, _)| decimal(&line["total"]))
        .sum();
    let mut left = amount.min(open);
    let mut all = Decimal::ZERO;
    for (line, _) in
        elements_mut(&mut order["line_items"]).iter_mut().zip(is_for).filter(|(_, is_for)| *is_for)
    {
        let (subtotal, total) = (decimal(&line["subtotal"]), decimal(&line["total"]));
        let off = match kind.as_str() {
            "percent" => round(subtotal * amount / Decimal::ONE_HUNDRED, 2),
            "fixed_cart" => {
                let share = (amount.min(open) * total).checked_div(open).unwrap_or_default();
                // Cents that shares lose are taken off the lines that come last.
                let share =
                    share.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::AwayFromZero).min(left);
                left -= share;
                share
            }
            _ => amount * decimal(&line["quantity"]),
        }
        .min(total);
        line["total"] = (total - off).normalize().to_string().into();
        all += off;
    }
    all
}
