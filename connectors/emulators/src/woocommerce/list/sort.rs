//! The order of lists. Equal stamps are ordered by id, in the same direction.

use crate::woocommerce::{
    kind::Kind,
    value::{decimal, id, ids, int, text},
};
use serde_json::Value;
use std::cmp::Ordering;

/// Orders rows as `orderby` and `order` say.
pub(super) fn sort(rows: &mut [&Value], kind: Kind, parameters: &Value) {
    let (by, direction) = match kind {
        Kind::Customer | Kind::Category => ("name", "asc"),
        Kind::Tax => ("order", "asc"),
        _ => ("date", "desc"),
    };
    let given = |name: &str, default| match text(&parameters[name]) {
        "" => default,
        given => given.to_owned(),
    };
    let (by, direction) = (given("orderby", by.to_owned()), given("order", direction.to_owned()));
    if kind == Kind::Note {
        // Newest first, but those of one second in the order of their ids.
        rows.sort_by(|a, b| {
            text(&b["date_created_gmt"]).cmp(text(&a["date_created_gmt"])).then_with(|| by_id(a, b))
        });
        return;
    }
    let include = ids(&parameters["include"]);
    if by == "include" && !include.is_empty() {
        rows.sort_by_key(|row| include.iter().position(|number| *number == id(&row["id"])));
        return;
    }
    rows.sort_by(|a, b| {
        let order = compare(a, b, &by, kind).then_with(|| by_id(a, b));
        if direction == "desc" { order.reverse() } else { order }
    });
}

fn by_id(a: &Value, b: &Value) -> Ordering {
    id(&a["id"]).cmp(&id(&b["id"]))
}

fn compare(a: &Value, b: &Value, by: &str, kind: Kind) -> Ordering {
    let texts = |name: &str| text(&a[name]).to_lowercase().cmp(&text(&b[name]).to_lowercase());
    let numbers = |name: &str| int(&a[name]).cmp(&int(&b[name]));
    match (by, kind) {
        ("name", Kind::Customer) => texts("username"),
        ("registered_date" | "date", _) | ("modified", Kind::Refund) => texts("date_created_gmt"),
        ("modified", _) => texts("date_modified_gmt"),
        ("title", Kind::Product | Kind::Variation | Kind::Webhook) | ("name", _) => texts("name"),
        ("slug", Kind::Product | Kind::Variation | Kind::Category) => texts("slug"),
        ("price", _) => decimal(&a["price"]).cmp(&decimal(&b["price"])),
        ("popularity", _) => numbers("total_sales"),
        ("rating", _) => decimal(&a["average_rating"]).cmp(&decimal(&b["average_rating"])),
        ("menu_order" | "order" | "priority" | "count", _) => numbers(by),
        _ => Ordering::Equal,
    }
}
