//! Stock.

use crate::woocommerce::{
    kind::Kind,
    shop::Shop,
    value::{id, int, text},
};
use serde_json::Value;

/// Sets whether something is in stock, from how much there is.
pub(super) fn settle(record: &mut Value) {
    if record["manage_stock"] != true {
        return;
    }
    let backorders = text(&record["backorders"]).to_owned();
    let left = int(&record["stock_quantity"]);
    let status = match (left > 0, backorders.as_str()) {
        (true, _) => "instock",
        (false, "no" | "") => "outofstock",
        (false, _) => "onbackorder",
    };
    record["stock_status"] = status.into();
    record["backorders_allowed"] = (backorders != "no").into();
    record["backordered"] = (left < 0 && backorders != "no").into();
}

/// Adds to the stock of a product or variation, down below nothing; whether its stock is managed. It is then stamped,
/// and told of.
pub(in crate::woocommerce) fn add_stock(shop: &mut Shop<'_>, number: u64, quantity: i64) -> bool {
    let Some(record) = shop.store.sellable_mut(number) else { return false };
    if record["manage_stock"] != true {
        return false;
    }
    record["stock_quantity"] = (int(&record["stock_quantity"]) + quantity).into();
    settle(record);
    let parent = id(&record["parent_id"]);
    let kind = if record["type"] == "variation" { Kind::Variation } else { Kind::Product };
    shop.touch(kind, number);
    if kind == Kind::Variation {
        shop.touch(Kind::Product, parent);
    }
    shop.tell(kind, "updated", number);
    true
}
