//! Notes on orders. They leave the order's stamp as it is and tell nobody.

use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    value::{truth, written},
};
use serde_json::{Value, json};

/// Adds a note to an order.
pub(in crate::woocommerce) fn note(shop: &mut Shop<'_>, order: u64, sent: &Value) -> Changed<Value> {
    if shop.store.get(Kind::Order, order).is_none() {
        return Err(Refusal::new(404, "woocommerce_rest_order_invalid_id", "Invalid order ID."));
    }
    let number = shop.store.next_of(Kind::Note);
    let author = if truth(&sent["added_by_user"]) { "admin" } else { "WooCommerce" };
    let mut record = json!({"id": number, "author": author, "date_created": null, "date_created_gmt": null,
        "note": written(&sent["note"]), "customer_note": truth(&sent["customer_note"]), "~parent": order});
    shop.stamp(&mut record, "date_created");
    shop.store.put(Kind::Note, record.clone());
    Ok(record)
}
