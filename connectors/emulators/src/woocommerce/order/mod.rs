//! Orders: how they are made and changed, their lines, totals, coupons, states, refunds and notes.

mod coupon;
mod lines;
mod note;
mod refund;
mod status;
#[cfg(test)]
mod tests;
mod totals;
mod write;

pub(super) use note::note;
pub(super) use refund::refund;
pub(super) use write::{create, forget, update};

/// The sign of a currency, for those that the demo store and its neighbours use; else its code.
pub(super) fn symbol(currency: &str) -> &str {
    match currency {
        "USD" | "AUD" | "CAD" | "NZD" | "MXN" | "SGD" | "HKD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" | "CNY" => "¥",
        "KWD" => "د.ك",
        "INR" => "₹",
        "CHF" => "CHF",
        "SEK" | "NOK" => "kr",
        "DKK" => "kr.",
        "PLN" => "zł",
        "CZK" => "Kč",
        "BRL" => "R$",
        "ILS" => "₪",
        "KRW" => "₩",
        other => other,
    }
}
