//! What a run between an emulated store and emulated books came to: counts and money on both sides, and the
//! records that explain the difference.

use super::{Emulation, Service, StandIn, warehouse};
use crate::{output::Output, table::columns};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use engine_plan::{Blueprint, Entity};
use engine_run::{
    Scope, Side,
    state::{FailedRow, Known, Result, RunFilter, StateStore},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

/// The streams of a store that become documents: with the field of the amount.
pub(super) const DOCUMENTS: [(&str, &str); 2] = [("orders", "total"), ("refunds", "amount")];

/// How many records a line names.
const NAMED: usize = 12;

/// Counts and sums of one stream in one currency.
#[derive(Default)]
struct Line {
    store: Sum,
    sent: Sum,
    books: Sum,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) amount: Decimal,
}

impl Sum {
    pub(super) fn add(&mut self, count: u64, amount: Decimal) {
        self.count += count;
        self.amount += amount;
    }
}

/// A record that is not in the books.
struct Left {
    key: String,
    currency: String,
    amount: Decimal,
    reason: String,
}

/// Prints both sides of a pipeline between a store and books or tables, where both are emulated.
pub(crate) async fn print(
    emulation: &Emulation,
    blueprint: &Blueprint,
    store: &dyn StateStore,
    now: Timestamp,
    output: &Output,
) -> Result<()> {
    let services =
        emulation.service(&blueprint.source.connection).zip(emulation.service(&blueprint.target.connection));
    let Some((shop, books)) = services else { return Ok(()) };
    if warehouse::is_project(books) {
        warehouse::print((shop, books), blueprint, now, output);
        return Ok(());
    }
    let totals = books.look(|stand_in| match stand_in {
        StandIn::Books(books, realm) => Some(books.totals(realm)),
        StandIn::Store(_) | StandIn::Project(_) => None,
    });
    let Some(totals) = totals else { return Ok(()) };
    let failures = failures(store, blueprint).await?;
    let mut lines: BTreeMap<(usize, String), Line> = BTreeMap::new();
    let mut left = Vec::new();
    let orders = records(shop, blueprint, "orders", now);
    let currencies: BTreeMap<String, String> =
        orders.iter().map(|order| (text(order, "id"), text(order, "currency"))).collect();
    for (index, (stream, field)) in DOCUMENTS.into_iter().enumerate() {
        let Some(entity) = entity_of(blueprint, stream) else { continue };
        let refunds;
        let all = if stream == "orders" {
            &orders
        } else {
            refunds = records(shop, blueprint, stream, now);
            &refunds
        };
        let keys: Vec<String> = all.iter().map(|record| text(record, "id")).collect();
        let known = store.recall(&scope(blueprint), &entity.name, &keys).await?;
        for record in all {
            let key = text(record, "id");
            let currency = match stream {
                "orders" => text(record, "currency"),
                _ => currencies.get(&text(record, "parent_id")).cloned().unwrap_or_default(),
            };
            let amount = decimal(record, field);
            let line = lines.entry((index, currency.clone())).or_default();
            line.store.add(1, amount);
            let known = known.get(&key);
            if known.and_then(|known| known.link.as_ref()?.target_id.as_ref()).is_some() {
                line.sent.add(1, amount);
                continue;
            }
            let reason = reason(record, known, failures.get(&(entity.name.clone(), key.clone())));
            left.push(Left { key, currency, amount, reason });
        }
        let objects: BTreeSet<&str> = entity.routes.iter().map(|route| route.object.as_str()).collect();
        for ((object, currency), total) in &totals {
            if objects.contains(object.as_str()) {
                let line = lines.entry((index, currency.clone())).or_default();
                line.books.add(total.count, total.sum);
            }
        }
    }
    // A pipeline without documents has nothing to add up.
    if !lines.is_empty() {
        show(&lines, output);
    }
    explain(&left, output);
    Ok(())
}

fn show(lines: &BTreeMap<(usize, String), Line>, output: &Output) {
    let header = ["", "CURRENCY", "IN STORE", "AMOUNT", "SENT", "AMOUNT", "IN BOOKS", "AMOUNT", "DIFFERENCE"];
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|((index, currency), line)| {
            let (stream, _) = DOCUMENTS.get(*index).copied().unwrap_or_default();
            let mut row = vec![stream.to_owned(), currency.clone()];
            for sum in [line.store, line.sent, line.books] {
                row.extend([sum.count.to_string(), money(sum.amount)]);
            }
            row.push(money(line.books.amount - line.sent.amount));
            row
        })
        .collect();
    output.result("");
    for line in columns(&header, &rows) {
        output.result(&line);
    }
}

/// The records that are not in the books, by their reasons.
fn explain(left: &[Left], output: &Output) {
    let mut by_reason: BTreeMap<&str, Vec<&Left>> = BTreeMap::new();
    for record in left {
        by_reason.entry(&record.reason).or_default().push(record);
    }
    if by_reason.is_empty() {
        return;
    }
    output.result("\nNot in the books:");
    for (reason, records) in by_reason {
        let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
        for record in &records {
            *sums.entry(&record.currency).or_default() += record.amount;
        }
        let sums: Vec<String> =
            sums.iter().map(|(currency, sum)| format!("{} {currency}", money(*sum))).collect();
        output.result(&format!("{:>5} x {reason}: {}", records.len(), sums.join(", ")));
        let mut keys: Vec<&str> = records.iter().take(NAMED).map(|record| record.key.as_str()).collect();
        if records.len() > NAMED {
            keys.push("...");
        }
        output.result(&format!("        records: {}", keys.join(", ")));
    }
}

fn reason(record: &Value, known: Option<&Known>, failure: Option<&FailedRow>) -> String {
    if let Some(failure) = failure {
        return format!("{}: {}", failure.code, failure.message);
    }
    if known.is_some_and(|known| known.held_since.is_some()) {
        return "waits for the record that it belongs to".to_owned();
    }
    match record["status"].as_str() {
        Some(status) => format!("the filter does not admit the status `{status}`"),
        None => "its order is not in the books".to_owned(),
    }
}

/// The last failures of a pipeline's records.
async fn failures(
    store: &dyn StateStore,
    blueprint: &Blueprint,
) -> Result<BTreeMap<(String, String), FailedRow>> {
    let filter = RunFilter {
        tenant: Some(blueprint.tenant.clone()),
        environment: Some(blueprint.environment.clone()),
        pipeline: Some(blueprint.pipeline.clone()),
        limit: usize::try_from(u32::MAX).unwrap_or(usize::MAX),
    };
    let rows = store.failures(&filter, None).await?;
    Ok(rows.into_iter().map(|row| ((row.entity.clone(), row.source_key.clone()), row)).collect())
}

/// The entity that makes documents of a stream's records, one for each.
fn entity_of<'a>(blueprint: &'a Blueprint, stream: &str) -> Option<&'a Entity> {
    let groups = blueprint.groups.iter().filter(|group| group.stream == stream);
    let mut entities =
        groups.flat_map(|group| &group.entities).filter_map(|index| blueprint.entities.get(*index));
    entities.find(|entity| entity.key.is_empty() && entity.routes.iter().all(|route| route.name.is_some()))
}

fn scope(blueprint: &Blueprint) -> Scope {
    Scope {
        tenant: blueprint.tenant.clone(),
        environment: blueprint.environment.clone(),
        pipeline: blueprint.pipeline.clone(),
        side: Side::Source,
    }
}

/// All records of a stream, as the store shows them.
pub(super) fn records(shop: &Service, blueprint: &Blueprint, stream: &str, now: Timestamp) -> Vec<Value> {
    let settings = &blueprint.source.settings;
    let setting = |name: &str| {
        let secret = settings.get(name).and_then(|value| value.get("secret")?.as_str());
        secret.and_then(|secret| shop.secrets.get(secret)).cloned().unwrap_or_default()
    };
    let key = BASE64_STANDARD.encode(format!("{}:{}", setting("consumer_key"), setting("consumer_secret")));
    let url = settings.get("url").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
    let mut all = Vec::new();
    for page in 1.. {
        let request = http::Request::get(format!(
            "{url}/wp-json/wc/v3/{stream}?per_page=100&page={page}&orderby=id&order=asc&dp=4"
        ))
        .header("authorization", format!("Basic {key}"))
        .body(Bytes::new());
        let answer = request.ok().map(|request| shop.ask(&request, now));
        let records: Vec<Value> =
            answer.and_then(|answer| serde_json::from_slice(answer.body()).ok()).unwrap_or_default();
        if records.is_empty() {
            break;
        }
        all.extend(records);
    }
    all
}

/// A member as text; empty when it is missing.
pub(super) fn text(record: &Value, name: &str) -> String {
    match &record[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

pub(super) fn decimal(record: &Value, name: &str) -> Decimal {
    Decimal::from_str(&text(record, name)).unwrap_or_default()
}

/// An amount with two decimals at least.
pub(super) fn money(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}
