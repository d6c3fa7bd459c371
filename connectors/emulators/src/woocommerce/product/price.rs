//! Prices, which are kept as they were typed.

use crate::woocommerce::{
    time,
    value::{decimal, fixed, text, written},
};
use jiff::Timestamp;
use serde_json::Value;

/// `wc_format_decimal`: everything but digits, points and signs goes. `12,50` becomes `1250`, and `abc` nothing.
pub(super) fn cleaned(sent: &Value) -> String {
    written(sent).chars().filter(|letter| letter.is_ascii_digit() || ".-".contains(*letter)).collect()
}

/// Sets what follows from the prices: whether there is a sale now, the price that is active, and how it is shown.
pub(super) fn settle(record: &mut Value, now: Timestamp, symbol: &str) {
    let now = time::gmt(now);
    let (regular, sale) = (text(&record["regular_price"]).to_owned(), text(&record["sale_price"]).to_owned());
    let begins = text(&record["date_on_sale_from_gmt"]);
    let ends = text(&record["date_on_sale_to_gmt"]);
    let is_time = (begins.is_empty() || begins <= now.as_str()) && (ends.is_empty() || now.as_str() < ends);
    let on_sale =
        !sale.is_empty() && decimal(&record["sale_price"]) < decimal(&record["regular_price"]) && is_time;
    if !["variable", "grouped"].contains(&text(&record["type"])) {
        record["on_sale"] = on_sale.into();
        record["price"] = if on_sale { sale } else { regular.clone() }.into();
        record["purchasable"] = (!regular.is_empty() && record["type"] != "external").into();
    }
    if record.get("price_html").is_some() {
        record["price_html"] = shown(text(&record["price"]), symbol).into();
    }
}

fn shown(price: &str, symbol: &str) -> String {
    if price.is_empty() {
        return String::new();
    }
    let amount = fixed(decimal(&price.into()), 2);
    let symbol = symbol.replace('$', "&#36;");
    format!(
        "<span class=\"woocommerce-Price-amount amount\"><bdi><span class=\"woocommerce-Price-currencySymbol\">\
         {symbol}</span>{amount}</bdi></span>"
    )
}
