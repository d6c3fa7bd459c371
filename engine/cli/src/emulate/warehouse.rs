//! What a run between an emulated store and an emulated project of tables came to: counts and money on both sides.

use super::{
    Service, StandIn,
    summary::{DOCUMENTS, Sum, decimal, money, records, text},
};
use crate::{output::Output, table::columns};
use bytes::Bytes;
use engine_plan::Blueprint;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most rows that are asked for at once.
const PAGE: usize = 500;

/// Prints the documents of the store beside the rows of the tables that they become, by currency.
pub(super) fn print(
    (shop, project): (&Service, &Service),
    blueprint: &Blueprint,
    now: Timestamp,
    output: &Output,
) {
    let mut lines: BTreeMap<(usize, String), (Sum, Sum)> = BTreeMap::new();
    for (index, (stream, field)) in DOCUMENTS.into_iter().enumerate() {
        let Some(table) = table_of(blueprint, stream) else { continue };
        for record in records(shop, blueprint, stream, now) {
            let line = lines.entry((index, text(&record, "currency"))).or_default();
            line.0.add(1, decimal(&record, field));
        }
        for row in rows(project, blueprint, table, now) {
            let line = lines.entry((index, text(&row, "currency"))).or_default();
            line.1.add(1, decimal(&row, field));
        }
    }
    let header = ["", "CURRENCY", "IN STORE", "AMOUNT", "IN TABLE", "AMOUNT", "DIFFERENCE"];
    let shown: Vec<Vec<String>> = lines
        .into_iter()
        .map(|((index, currency), (store, table))| {
            let (stream, _) = DOCUMENTS.get(index).copied().unwrap_or_default();
            let mut row = vec![stream.to_owned(), currency];
            for sum in [store, table] {
                row.extend([sum.count.to_string(), money(sum.amount)]);
            }
            row.push(money(table.amount - store.amount));
            row
        })
        .collect();
    if shown.is_empty() {
        return;
    }
    output.result("");
    for line in columns(&header, &shown) {
        output.result(&line);
    }
}

/// Whether a service is a project of tables.
pub(super) fn is_project(service: &Service) -> bool {
    service.look(|stand_in| matches!(stand_in, StandIn::Project(_)))
}

/// The table that takes one row for each record of a stream.
fn table_of<'a>(blueprint: &'a Blueprint, stream: &str) -> Option<&'a str> {
    let groups = blueprint.groups.iter().filter(|group| group.stream == stream);
    let entities =
        groups.flat_map(|group| &group.entities).filter_map(|index| blueprint.entities.get(*index));
    let mut whole = entities.filter(|entity| entity.key.is_empty() && entity.each.is_none());
    whole.find_map(|entity| match entity.routes.as_slice() {
        [route] if route.map.fields.contains_key("currency") => Some(route.object.as_str()),
        _ => None,
    })
}

/// All rows of a table.
fn rows(project: &Service, blueprint: &Blueprint, table: &str, now: Timestamp) -> Vec<Value> {
    let config = blueprint.target.config();
    let setting = |name: &str| config.get(name).and_then(Value::as_str);
    let key = config.get("key").and_then(|key| project.secrets.get(key.get("secret")?.as_str()?));
    let url = setting("url").unwrap_or_default().trim_end_matches('/');
    let mut all: Vec<Value> = Vec::new();
    loop {
        let place = format!("{url}/rest/v1/{table}?select=*&limit={PAGE}&offset={}", all.len());
        let request = http::Request::get(place)
            .header("apikey", key.map_or("", String::as_str))
            .header("accept-profile", setting("schema").unwrap_or("public"))
            .body(Bytes::new());
        let answer = request.ok().map(|request| project.ask(&request, now));
        let page: Vec<Value> =
            answer.and_then(|answer| serde_json::from_slice(answer.body()).ok()).unwrap_or_default();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}
