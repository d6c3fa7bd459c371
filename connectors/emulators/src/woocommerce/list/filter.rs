//! Which records a list holds. Parameters that a resource does not know filter nothing.

use super::{Asked, is_among};
use crate::woocommerce::{
    kind::Kind,
    schema,
    store::Store,
    time::Bound,
    value::{decimal, elements, id, ids, text, truth, words, written},
};
use jiff::tz::TimeZone;
use serde_json::Value;

/// The records that a list holds, in no order.
pub(super) fn rows<'a>(store: &'a Store, zone: &TimeZone, asked: &Asked<'_>) -> Vec<&'a Value> {
    let known = &schema::of(asked.kind, asked.parent.is_some()).list;
    let given = |name: &str| match asked.parameters.get(name) {
        Some(value) if known.contains_key(name) => value,
        _ => &Value::Null,
    };
    let mut rows: Vec<&Value> = store.all(asked.kind).collect();
    if let Some(parent) = asked.parent {
        let name = if asked.kind == Kind::Refund { "parent_id" } else { "~parent" };
        rows.retain(|row| id(&row[name]) == parent);
    }
    let lists = [("include", "id", true), ("exclude", "id", false)];
    let parents = [("parent", "parent_id", true), ("parent_exclude", "parent_id", false)];
    for (name, field, wanted) in lists.into_iter().chain(parents) {
        let field = if field == "parent_id" && asked.kind == Kind::Category { "parent" } else { field };
        let numbers = ids(given(name));
        if !numbers.is_empty() {
            rows.retain(|row| is_among(row, field, &numbers) == wanted);
        }
    }
    let are_gmt = given("dates_are_gmt");
    let bounds = [
        ("after", "date_created", true),
        ("before", "date_created", false),
        ("modified_after", "date_modified", true),
        ("modified_before", "date_modified", false),
    ];
    for (name, field, after) in bounds {
        // A refund was last modified when it was created.
        let field = if asked.kind == Kind::Refund { "date_created" } else { field };
        if let Some(bound) = Bound::read(given(name), are_gmt, zone, asked.kind.has_only_gmt()) {
            rows.retain(|row| if after { bound.is_before(row, field) } else { bound.is_after(row, field) });
        }
    }
    let search = written(given("search")).to_lowercase();
    if !search.is_empty() {
        rows.retain(|row| searched(row, asked.kind).any(|field| field.to_lowercase().contains(&search)));
    }
    let equal = ["slug", "sku", "type", "tax_class", "stock_status"];
    for name in equal {
        let wanted = words(given(name));
        if !wanted.is_empty() && name != "type"
            || name == "type" && asked.kind == Kind::Product && !wanted.is_empty()
        {
            rows.retain(|row| wanted.iter().any(|word| word == text(&row[name])));
        }
    }
    special(&mut rows, asked.kind, &given);
    rows
}

/// What only one resource knows.
fn special<'g>(rows: &mut Vec<&Value>, kind: Kind, given: &impl Fn(&str) -> &'g Value) {
    match kind {
        Kind::Order => orders(rows, given),
        Kind::Product | Kind::Variation => products(rows, given),
        Kind::Customer => {
            let role = written(given("role"));
            match role.as_ref() {
                "all" => {}
                "" => rows.retain(|row| row["role"] == "customer"),
                role => rows.retain(|row| row["role"] == role),
            }
            let email = written(given("email")).to_lowercase();
            rows.retain(|row| email.is_empty() || text(&row["email"]).to_lowercase() == email);
        }
        Kind::Coupon => {
            let code = written(given("code")).to_lowercase();
            rows.retain(|row| row["status"] != "trash" && (code.is_empty() || row["code"] == code.as_str()));
        }
        Kind::Tax => {
            let class = written(given("class"));
            rows.retain(|row| class.is_empty() || text(&row["class"]) == class);
        }
        Kind::Category => {
            rows.retain(|row| !truth(given("hide_empty")) || id(&row["count"]) > 0);
        }
        Kind::Webhook => {
            let status = written(given("status"));
            rows.retain(|row| ["", "all"].contains(&status.as_ref()) || text(&row["status"]) == status);
        }
        Kind::Note => {
            let customer = match text(given("type")) {
                "customer" => Some(true),
                "internal" => Some(false),
                _ => None,
            };
            rows.retain(|row| customer.is_none_or(|customer| row["customer_note"] == customer));
        }
        Kind::Refund => {}
    }
}

/// `any` is every status but those of the bin and of drafts that the editor makes; unfinished checkouts are in it.
fn has_status(record: &Value, wanted: &[String]) -> bool {
    let status = text(&record["status"]);
    if wanted.is_empty() || wanted.iter().any(|one| one == "any") {
        return !["trash", "auto-draft"].contains(&status);
    }
    wanted.iter().any(|one| one.strip_prefix("wc-").unwrap_or(one) == status)
}

fn orders<'g>(rows: &mut Vec<&Value>, given: &impl Fn(&str) -> &'g Value) {
    let status = words(given("status"));
    rows.retain(|row| has_status(row, &status));
    if !given("customer").is_null() {
        let customer = id(given("customer"));
        rows.retain(|row| id(&row["customer_id"]) == customer);
    }
    let product = id(given("product"));
    if product > 0 {
        let names = |line: &Value| id(&line["product_id"]) == product || id(&line["variation_id"]) == product;
        rows.retain(|row| elements(&row["line_items"]).iter().any(names));
    }
    let via = words(given("created_via"));
    rows.retain(|row| via.is_empty() || via.iter().any(|one| one == text(&row["created_via"])));
}

fn products<'g>(rows: &mut Vec<&Value>, given: &impl Fn(&str) -> &'g Value) {
    let status = words(given("status"));
    rows.retain(|row| has_status(row, &status));
    for name in ["featured", "on_sale", "virtual", "downloadable"] {
        if !given(name).is_null() {
            rows.retain(|row| truth(&row[name]) == truth(given(name)));
        }
    }
    let within = |row: &Value, name: &str| {
        let wanted = ids(given(name));
        let field = if name == "category" { "categories" } else { "tags" };
        wanted.is_empty() || elements(&row[field]).iter().any(|one| wanted.contains(&id(&one["id"])))
    };
    rows.retain(|row| within(row, "category") && within(row, "tag"));
    let (least, most) = (given("min_price"), given("max_price"));
    rows.retain(|row| least.is_null() || decimal(&row["price"]) >= decimal(least));
    rows.retain(|row| most.is_null() || decimal(&row["price"]) <= decimal(most));
}

/// The fields that `search` looks into.
fn searched<'a>(record: &'a Value, kind: Kind) -> Box<dyn Iterator<Item = std::borrow::Cow<'a, str>> + 'a> {
    let fields = |names: &'static [&'static str]| names.iter().map(|name| written(&record[*name]));
    match kind {
        Kind::Order => {
            let addresses = ["billing", "shipping"].into_iter().filter_map(|part| record[part].as_object());
            let lines = elements(&record["line_items"]).iter().map(|line| written(&line["name"]));
            let parts = addresses.flat_map(|parts| parts.values().map(written));
            Box::new(fields(&["id", "transaction_id"]).chain(parts).chain(lines))
        }
        Kind::Product | Kind::Variation => {
            Box::new(fields(&["name", "sku", "description", "short_description"]))
        }
        Kind::Customer => Box::new(fields(&["email", "username", "first_name", "last_name"])),
        Kind::Coupon => Box::new(fields(&["code", "description"])),
        Kind::Refund => Box::new(fields(&["reason"])),
        Kind::Note | Kind::Category | Kind::Tax | Kind::Webhook => Box::new(fields(&["name", "note"])),
    }
}
