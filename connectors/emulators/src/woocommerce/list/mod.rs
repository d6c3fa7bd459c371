//! Lists: which records, in which order, which page, and what the headers say of it.

mod filter;
mod page;
mod sort;
#[cfg(test)]
mod tests;

use super::{
    kind::Kind,
    reply::Reply,
    request::Call,
    settings::Settings,
    store::Store,
    value::{id, int},
    view::{Shown, view},
};
use jiff::tz::TimeZone;
use serde_json::Value;

pub(super) use page::only_fields;
use page::{Paging, headers};

/// A list that was asked for.
pub(super) struct Asked<'a> {
    pub(super) kind: Kind,
    pub(super) parent: Option<u64>,
    pub(super) parameters: &'a Value,
    pub(super) call: &'a Call,
}

/// Answers a list.
pub(super) fn list(store: &Store, settings: &Settings, zone: &TimeZone, asked: &Asked<'_>) -> Reply {
    let Asked { kind, parent, parameters, call: _ } = asked;
    let mut rows = filter::rows(store, zone, asked);
    sort::sort(&mut rows, *kind, parameters);
    let per_page = usize::try_from(int(&parameters["per_page"])).ok().filter(|size| *size > 0).unwrap_or(10);
    let page = usize::try_from(int(&parameters["page"])).ok().filter(|page| *page > 0).unwrap_or(1);
    let offset = match &parameters["offset"] {
        Value::Null => (page - 1).saturating_mul(per_page),
        given => usize::try_from(int(given)).unwrap_or_default(),
    };
    let all = rows.len();
    // Notes know no pages.
    let shown: Vec<&Value> =
        if *kind == Kind::Note { rows } else { rows.into_iter().skip(offset).take(per_page).collect() };
    let total = if shown.is_empty() && kind.has_only_gmt() { 0 } else { all };
    let style = Shown::of(parameters, parent.is_some());
    let mut body: Vec<Value> =
        shown.iter().map(|record| view(store, settings, *kind, record, &style)).collect();
    if (*kind, *parent) == (Kind::Variation, None) {
        // The list over all products does not say what may be done with its records.
        for record in &mut body {
            let own = record["_links"]["self"][0]["href"].take();
            record["_links"]["self"] = serde_json::json!([{"href": own}]);
        }
    }
    let reply = Reply::ok(Value::Array(body));
    if *kind == Kind::Note {
        return reply;
    }
    let paging = Paging { total, per_page, page, has_rows: !shown.is_empty() };
    headers(reply, settings, asked, &paging)
}

/// Whether a record's own id, or that of its parent, is among those that were given.
fn is_among(record: &Value, name: &str, given: &[u64]) -> bool {
    given.contains(&id(&record[name]))
}
