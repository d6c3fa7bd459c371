//! Taxes and totals of orders.
//!
//! Taxes are those of the shipping address, else of the billing address, else of the store. Each line's tax is
//! rounded to cents before it is summed; the taxes by rate within a line are kept unrounded.

use crate::woocommerce::{
    kind::Kind,
    store::{Counter, Store},
    tax::{Rate, rates, taxes},
    value::{decimal, elements, elements_mut, fixed, id, json_number, round, text},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Computes taxes and totals of an order from its lines.
pub(super) fn compute(store: &mut Store, order: &mut Value) {
    let address = location(store, order);
    let mut by_rate: BTreeMap<u64, (Decimal, Decimal)> = BTreeMap::new();
    let classes = classes_of(order);
    for line in elements_mut(&mut order["line_items"]) {
        item(store, line, &address, &mut by_rate);
    }
    let nets = net_by_class(store, order);
    for line in elements_mut(&mut order["fee_lines"]) {
        fee(store, line, &address, &nets, &mut by_rate);
    }
    let first = classes.iter().find(|_| !classes.iter().any(String::is_empty));
    let class = first.map_or("", String::as_str);
    let for_shipping: Vec<Rate> =
        rates(store, class, &address).into_iter().filter(|rate| rate.shipping).collect();
    for line in elements_mut(&mut order["shipping_lines"]) {
        let all = taxes(decimal(&line["total"]), &for_shipping);
        line["total_tax"] = fixed(sum(&all), 2).into();
        line["taxes"] =
            all.iter().map(|(rate, tax)| json!({"id": rate, "total": shown(*tax), "subtotal": ""})).collect();
        for (rate, tax) in &all {
            by_rate.entry(*rate).or_default().1 += round(*tax, 2);
        }
    }
    tax_lines(store, order, &by_rate);
    sums(order);
}

/// Where the taxes of an order are due.
fn location(store: &Store, order: &Value) -> Value {
    for part in ["shipping", "billing"] {
        if !text(&order[part]["country"]).is_empty() {
            return order[part].clone();
        }
    }
    let (country, state) = store.setting("woocommerce_default_country").split_once(':').unwrap_or_default();
    json!({"country": country, "state": state, "city": store.setting("woocommerce_store_city"),
        "postcode": store.setting("woocommerce_store_postcode")})
}

fn classes_of(order: &Value) -> Vec<String> {
    elements(&order["line_items"]).iter().map(|line| text(&line["tax_class"]).to_owned()).collect()
}

/// Whether taxes are due for a product; for one that is gone they are.
fn is_taxable(store: &Store, line: &Value) -> bool {
    let number = match id(&line["variation_id"]) {
        0 => id(&line["product_id"]),
        number => number,
    };
    let product = store.get(Kind::Product, number).or_else(|| store.get(Kind::Variation, number));
    product.is_none_or(|product| product["tax_status"] == "taxable")
}

fn item(store: &Store, line: &mut Value, address: &Value, by_rate: &mut BTreeMap<u64, (Decimal, Decimal)>) {
    let applying =
        if is_taxable(store, line) { rates(store, text(&line["tax_class"]), address) } else { Vec::new() };
    let before = taxes(decimal(&line["subtotal"]), &applying);
    let after = taxes(decimal(&line["total"]), &applying);
    line["subtotal_tax"] = fixed(sum(&before), 2).into();
    line["total_tax"] = fixed(sum(&after), 2).into();
    let pairs = after.iter().zip(&before);
    line["taxes"] = pairs
        .map(|((rate, tax), (_, was))| json!({"id": rate, "total": shown(*tax), "subtotal": shown(*was)}))
        .collect();
    for (rate, tax) in &after {
        by_rate.entry(*rate).or_default().0 += round(*tax, 2);
    }
    let quantity = decimal(&line["quantity"]);
    let price = decimal(&line["total"]).checked_div(quantity).unwrap_or_default();
    line["price"] = json_number(price.round_dp(13));
}

/// The net amounts of taxable lines by class: a negative fee takes its share of each.
fn net_by_class(store: &Store, order: &Value) -> BTreeMap<String, Decimal> {
    let mut nets: BTreeMap<String, Decimal> = BTreeMap::new();
    for line in elements(&order["line_items"]).iter().filter(|line| is_taxable(store, line)) {
        *nets.entry(text(&line["tax_class"]).to_owned()).or_default() += decimal(&line["total"]);
    }
    nets
}

fn fee(
    store: &Store,
    line: &mut Value,
    address: &Value,
    nets: &BTreeMap<String, Decimal>,
    by_rate: &mut BTreeMap<u64, (Decimal, Decimal)>,
) {
    let total = decimal(&line["total"]);
    let whole: Decimal = nets.values().sum();
    let mut all: BTreeMap<u64, Decimal> = BTreeMap::new();
    if line["tax_status"] != "none" {
        let parts: Vec<(&str, Decimal)> = if total.is_sign_negative() && !whole.is_zero() {
            nets.iter().map(|(class, net)| (class.as_str(), total * net / whole)).collect()
        } else {
            vec![(text(&line["tax_class"]), total)]
        };
        for (class, part) in parts {
            for (rate, tax) in taxes(part, &rates(store, class, address)) {
                *all.entry(rate).or_default() += tax;
            }
        }
    }
    let all: Vec<(u64, Decimal)> = all.into_iter().collect();
    line["total_tax"] = fixed(sum(&all), 2).into();
    line["taxes"] =
        all.iter().map(|(rate, tax)| json!({"id": rate, "total": shown(*tax), "subtotal": ""})).collect();
    for (rate, tax) in &all {
        by_rate.entry(*rate).or_default().0 += round(*tax, 2);
    }
}

fn sum(taxes: &[(u64, Decimal)]) -> Decimal {
    taxes.iter().map(|(_, tax)| *tax).sum()
}

/// A tax as it is kept.
fn shown(tax: Decimal) -> String {
    tax.round_dp(6).normalize().to_string()
}

/// The lines of taxes, one by rate. Those that were there keep their ids.
fn tax_lines(store: &mut Store, order: &mut Value, by_rate: &BTreeMap<u64, (Decimal, Decimal)>) {
    let old = elements(&order["tax_lines"]).to_vec();
    let mut lines = Vec::new();
    for (number, (cart, shipping)) in by_rate {
        let rate = store.get(Kind::Tax, *number).cloned().unwrap_or_default();
        let known = old.iter().find(|line| id(&line["rate_id"]) == *number).map(|line| id(&line["id"]));
        let own = known.unwrap_or_else(|| store.next(Counter::Item));
        let name = if text(&rate["name"]).is_empty() { "TAX" } else { text(&rate["name"]) };
        let priority = rate["priority"].to_string();
        let parts = [text(&rate["country"]), text(&rate["state"]), name, &priority];
        let code = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        lines.push(json!({"id": own, "rate_code": code.to_uppercase(), "rate_id": number, "label": name,
            "compound": rate["compound"], "tax_total": fixed(*cart, 2), "shipping_tax_total": fixed(*shipping, 2),
            "rate_percent": json_number(decimal(&rate["rate"])), "meta_data": []}));
    }
    order["tax_lines"] = lines.into();
}

/// Sums up an order.
pub(super) fn sums(order: &mut Value) {
    let all = |order: &Value, list: &str, field: &str| -> Decimal {
        elements(&order[list]).iter().map(|line| decimal(&line[field])).sum()
    };
    let net = all(order, "line_items", "total");
    let item_tax = all(order, "line_items", "total_tax");
    let cart_tax = item_tax + all(order, "fee_lines", "total_tax");
    let shipping = all(order, "shipping_lines", "total");
    let shipping_tax = all(order, "shipping_lines", "total_tax");
    let total = net + all(order, "fee_lines", "total") + shipping + cart_tax + shipping_tax;
    let discount = all(order, "line_items", "subtotal") - net;
    let discount_tax = all(order, "line_items", "subtotal_tax") - item_tax;
    for (name, amount) in [
        ("discount_total", discount),
        ("discount_tax", discount_tax),
        ("shipping_total", shipping),
        ("shipping_tax", shipping_tax),
        ("cart_tax", cart_tax),
        ("total_tax", cart_tax + shipping_tax),
        ("total", total),
    ] {
        order[name] = fixed(amount, 2).into();
    }
}
