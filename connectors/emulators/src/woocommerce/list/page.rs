//! The headers of a page.

use super::Asked;
use crate::woocommerce::{
    kind::Kind,
    reply::Reply,
    request::pairs,
    route::collection,
    settings::Settings,
    value::{ids, words},
};
use serde_json::Value;

/// Where in a list a page stands.
pub(in crate::woocommerce) struct Paging {
    /// How many records there are. Orders past their end say 0.
    pub(in crate::woocommerce) total: usize,
    pub(in crate::woocommerce) per_page: usize,
    pub(in crate::woocommerce) page: usize,
    pub(in crate::woocommerce) has_rows: bool,
}

/// Adds what a page says of the whole: `X-WP-Total`, `X-WP-TotalPages`, and the links to its neighbours.
pub(in crate::woocommerce) fn headers(
    reply: Reply,
    settings: &Settings,
    asked: &Asked<'_>,
    paging: &Paging,
) -> Reply {
    let last = paging.total.div_ceil(paging.per_page);
    let reply =
        reply.header("X-WP-Total", paging.total.to_string()).header("X-WP-TotalPages", last.to_string());
    let mut links = Vec::new();
    if paging.page > 1 {
        links.push(format!("<{}>; rel=\"prev\"", link(settings, asked, paging, last.min(paging.page - 1))));
    }
    if last > paging.page {
        links.push(format!("<{}>; rel=\"next\"", link(settings, asked, paging, paging.page + 1)));
    }
    if links.is_empty() { reply } else { reply.header("Link", links.join(", ")) }
}

/// The address of another page: the parameters that were given, and for orders the defaults that the store set
/// while it answered.
fn link(settings: &Settings, asked: &Asked<'_>, paging: &Paging, page: usize) -> String {
    let is_order = asked.kind == Kind::Order;
    let mut all = Vec::new();
    for (name, value) in asked.call.query.iter().filter(|(name, _)| !(is_order && *name == "status")) {
        match name.as_str() {
            "page" => all.push((name.clone(), page.to_string())),
            // Lists of ids were made numbers by then.
            "include" | "exclude" | "parent" | "parent_exclude" => {
                let numbers: Vec<Value> = ids(value).into_iter().map(Value::from).collect();
                pairs(name, &Value::Array(numbers), &mut all);
            }
            _ => pairs(name, value, &mut all),
        }
    }
    let mut add = |name: &str, value: &str| {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.to_owned(), value.to_owned()));
        }
    };
    if is_order {
        let status = match asked.call.query.get("status").map(words).unwrap_or_default() {
            given if given.is_empty() => vec!["any".to_owned()],
            given => given,
        };
        status.iter().enumerate().for_each(|(number, one)| add(&format!("status[{number}]"), one));
        if paging.has_rows {
            add("dp", "2");
            add("context", "view");
        }
    }
    add("page", &page.to_string());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&all).finish();
    let path = match (asked.kind, asked.parent) {
        (Kind::Refund, None) => "refunds".to_owned(),
        (Kind::Variation, None) => "variations".to_owned(),
        (kind, parent) => collection(kind, parent),
    };
    format!("{}?{query}", settings.route(&path))
}

/// The record with only the fields that `_fields` names. A field within the elements of a list cannot be named: the
/// list is then missing altogether.
pub(in crate::woocommerce) fn only_fields(record: &Value, fields: &[String]) -> Value {
    let Value::Object(parts) = record else { return record.clone() };
    let mut out = serde_json::Map::new();
    for (name, value) in parts {
        if fields.iter().any(|field| field == name) {
            out.insert(name.clone(), value.clone());
            continue;
        }
        let within: Vec<String> = fields
            .iter()
            .filter_map(|field| field.strip_prefix(name.as_str())?.strip_prefix('.').map(str::to_owned))
            .collect();
        if !within.is_empty() && value.is_object() {
            out.insert(name.clone(), only_fields(value, &within));
        }
    }
    Value::Object(out)
}
