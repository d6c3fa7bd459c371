//! Refunds. What cannot be refunded is answered with 500, though asking again will not help.

use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    product,
    shop::{Changed, Shop},
    store::Counter,
    value::{decimal, elements, fixed, id, int, json_number, text, truth, words, written},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

const REFUSED: &str = "woocommerce_rest_cannot_create_order_refund";

/// Makes a refund: of an amount, of lines, or of both.
pub(in crate::woocommerce) fn refund(shop: &mut Shop<'_>, order_id: u64, sent: &Value) -> Changed<Value> {
    let Some(order) = shop.store.get(Kind::Order, order_id).cloned() else {
        return Err(Refusal::new(404, "woocommerce_rest_invalid_order_id", "Invalid order ID."));
    };
    let lines = line_items(shop, &order, &sent["line_items"]);
    let amount = match sent.get("amount") {
        Some(amount) => decimal(amount),
        None => {
            -lines.iter().map(|line| decimal(&line["total"]) + decimal(&line["total_tax"])).sum::<Decimal>()
        }
    };
    if amount.is_sign_negative() && !amount.is_zero() {
        let message = "Refund amount must be greater than zero.";
        return Err(Refusal::numeric(400, "woocommerce_rest_invalid_order_refund", message));
    }
    let left = remaining(shop, &order);
    if amount > left {
        return Err(Refusal::numeric(500, REFUSED, "Invalid refund amount."));
    }
    let number = shop.store.next_of(Kind::Refund);
    let by_gateway = sent.get("api_refund").is_none_or(truth);
    if by_gateway && !supports_refunds(shop, text(&order["payment_method"])) {
        let message = "The payment gateway for this order does not support automatic refunds.";
        return Err(Refusal::numeric(500, REFUSED, message));
    }
    let is_whole = left - amount <= Decimal::ZERO;
    let mut record = blank(shop, number, order_id, is_whole);
    record["amount"] = fixed(amount, 2).into();
    record["reason"] = written(&sent["reason"]).as_ref().into();
    record["refunded_payment"] = by_gateway.into();
    let mut meta = elements(&record["meta_data"]).to_vec();
    shop.store.merge_meta(&mut meta, &sent["meta_data"]);
    record["meta_data"] = meta.into();
    if sent.get("api_restock").is_none_or(truth) {
        restock(shop, &order, &lines);
    }
    record["tax_lines"] = tax_lines(shop, &order, &lines).into();
    record["line_items"] = lines.into();
    shop.store.put(Kind::Refund, record.clone());
    if is_whole && !amount.is_zero() {
        super::status::change(shop, order_id, "refunded");
    }
    shop.touch(Kind::Order, order_id);
    shop.tell(Kind::Order, "updated", order_id);
    Ok(record)
}

/// Refunds what is left of an order that was set to refunded: one refund without lines.
pub(super) fn rest(shop: &mut Shop<'_>, order_id: u64) {
    let Some(order) = shop.store.get(Kind::Order, order_id).cloned() else { return };
    let left = remaining(shop, &order);
    if left <= Decimal::ZERO {
        return;
    }
    let number = shop.store.next_of(Kind::Refund);
    let mut record = blank(shop, number, order_id, true);
    record["amount"] = fixed(left, 2).into();
    record["reason"] = "Order fully refunded.".into();
    shop.store.put(Kind::Refund, record);
}

fn blank(shop: &mut Shop<'_>, number: u64, order_id: u64, is_whole: bool) -> Value {
    let mut meta = Vec::new();
    let kind = if is_whole { "full" } else { "partial" };
    shop.store.merge_meta(&mut meta, &json!([{"key": "_refund_type", "value": kind}]));
    let mut record = json!({"id": number, "parent_id": order_id, "date_created": null, "date_created_gmt": null,
        "amount": "0", "reason": "", "refunded_by": 1, "refunded_payment": false, "meta_data": meta,
        "line_items": [], "shipping_lines": [], "tax_lines": [], "fee_lines": []});
    shop.stamp(&mut record, "date_created");
    record
}

/// What of an order was not refunded yet.
fn remaining(shop: &Shop<'_>, order: &Value) -> Decimal {
    let refunded: Decimal =
        shop.store.refunds_of(id(&order["id"])).map(|refund| decimal(&refund["amount"])).sum();
    decimal(&order["total"]) - refunded
}

fn supports_refunds(shop: &Shop<'_>, method: &str) -> bool {
    let gateway = shop.store.payment_gateways.iter().find(|gateway| text(&gateway["id"]) == method);
    gateway.is_some_and(|gateway| words(&gateway["method_supports"]).iter().any(|one| one == "refunds"))
}

/// The lines of a refund: those of the order, with negative quantities and amounts.
fn line_items(shop: &mut Shop<'_>, order: &Value, sent: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    for one in elements(sent) {
        let number = id(&one["id"]);
        let Some(line) = elements(&order["line_items"]).iter().find(|line| id(&line["id"]) == number) else {
            continue;
        };
        let (quantity, total) = (decimal(&one["quantity"]), decimal(&one["refund_total"]));
        let taxes: Vec<Value> = elements(&one["refund_tax"])
            .iter()
            .map(|tax| {
                let amount = (-decimal(&tax["refund_total"])).normalize().to_string();
                json!({"id": id(&tax["id"]), "total": amount, "subtotal": amount})
            })
            .collect();
        let tax: Decimal = taxes.iter().map(|tax| decimal(&tax["total"])).sum();
        let mut record = line.clone();
        record["id"] = shop.store.next(Counter::Item).into();
        record["quantity"] = json_number(-quantity);
        for (name, amount) in
            [("subtotal", -total), ("total", -total), ("subtotal_tax", tax), ("total_tax", tax)]
        {
            record[name] = amount.normalize().to_string().into();
        }
        record["taxes"] = taxes.into();
        record["price"] = json_number(total.checked_div(quantity).unwrap_or_default());
        let text = number.to_string();
        record["meta_data"] = json!([{"id": shop.store.next(Counter::Meta), "key": "_refunded_item_id",
            "value": text, "display_key": "_refunded_item_id", "display_value": text}]);
        out.push(record);
    }
    out
}

/// The taxes of a refund by rate, as the order names the rates.
fn tax_lines(shop: &mut Shop<'_>, order: &Value, lines: &[Value]) -> Vec<Value> {
    let mut out = Vec::new();
    for rate in elements(&order["tax_lines"]) {
        let number = id(&rate["rate_id"]);
        let taxes = lines.iter().flat_map(|line| elements(&line["taxes"]));
        let total: Decimal =
            taxes.filter(|tax| id(&tax["id"]) == number).map(|tax| decimal(&tax["total"])).sum();
        if total.is_zero() {
            continue;
        }
        let mut line = rate.clone();
        line["id"] = shop.store.next(Counter::Item).into();
        line["tax_total"] = fixed(total, 2).into();
        line["shipping_tax_total"] = "0".into();
        out.push(line);
    }
    out
}

/// Puts back what lines of a refund had taken from the stock.
fn restock(shop: &mut Shop<'_>, order: &Value, lines: &[Value]) {
    for line in lines {
        let number =
            if id(&line["variation_id"]) > 0 { id(&line["variation_id"]) } else { id(&line["product_id"]) };
        let was_taken = elements(&order["line_items"]).iter().any(|own| {
            own["product_id"] == line["product_id"]
                && own["variation_id"] == line["variation_id"]
                && elements(&own["meta_data"]).iter().any(|meta| meta["key"] == "_reduced_stock")
        });
        if was_taken {
            product::add_stock(shop, number, -int(&line["quantity"]));
        }
    }
}
