//! What must be true when all is quiet.

use super::world::{Object, Row, World};
use engine_contract::Value;
use std::{collections::BTreeMap, fmt::Write};

/// What is wrong, in words; empty when nothing is.
pub(super) fn judge(world: &World) -> String {
    let mut wrong = String::new();
    let customers = by_source(&world.objects, "Customer");
    let orders = by_source(&world.objects, "Order");
    doubled("customer", &customers, &mut wrong);
    doubled("order", &orders, &mut wrong);
    for row in world.rows["customers"].values() {
        compare("customer", row, &customers, &mut wrong);
    }
    for row in world.rows["orders"].values() {
        let parent = row.parent.and_then(|id| customers.get(&id)?.first().map(|(id, _)| (*id).to_owned()));
        compare("order", row, &orders, &mut wrong);
        of_customer(row.id, &orders, parent.as_deref(), &mut wrong);
    }
    let lines = by_source(&world.objects, "Line");
    doubled("line", &lines, &mut wrong);
    let rows = world.rows["orders"].values();
    check_lines((rows, world.forgotten), &lines, &orders, &mut wrong);
    let live: i64 = world.rows["orders"].values().map(|row| row.amount).sum();
    let kept = orders.iter().filter(|(id, _)| world.rows["orders"].contains_key(id));
    let booked: i64 = kept.flat_map(|(_, objects)| objects).map(|(_, object)| amount(object)).sum();
    if live != booked && wrong.is_empty() {
        write!(wrong, "orders sum up to {live}, the target to {booked}; ").unwrap();
    }
    wrong
}

type BySource<'a> = BTreeMap<u64, Vec<(&'a str, &'a Object)>>;

fn by_source<'a>(objects: &'a BTreeMap<String, Object>, kind: &str) -> BySource<'a> {
    let mut found: BySource<'a> = BTreeMap::new();
    for (id, object) in objects.iter().filter(|(_, object)| object.kind == kind) {
        if let Some(Value::Int(source)) = object.fields.get("source_id") {
            // Natural keys are unique within a kind only: the world keeps them as `kind:key`.
            let id = id.rsplit(':').next().unwrap_or_default();
            found.entry(u64::try_from(*source).unwrap_or_default()).or_default().push((id, object));
        }
    }
    found
}

/// Each order has its lines, and none that it lost, but for those of which nobody knows any more.
fn check_lines<'a>(
    (rows, is_forgotten): (impl Iterator<Item = &'a Row>, bool),
    lines: &BySource<'_>,
    orders: &BySource<'_>,
    wrong: &mut String,
) {
    for row in rows {
        let order = orders.get(&row.id).and_then(|found| found.first()).map(|(id, _)| *id);
        let mut booked = 0;
        for (id, amount_due) in &row.lines {
            match lines.get(id).and_then(|found| found.first()) {
                None => write!(wrong, "line {id} is lost; ").unwrap(),
                Some((_, line)) if amount(line) != *amount_due => {
                    write!(wrong, "line {id} is stale; ").unwrap();
                }
                Some(_) => booked += 1,
            }
        }
        let of_order =
            |line: &Object| line.fields.get("order").and_then(Value::as_str) == order && order.is_some();
        let is_known = |id: &u64| !is_forgotten || row.lines.iter().any(|(line, _)| line == id);
        let known = lines.iter().filter(|(id, _)| is_known(id)).flat_map(|(_, lines)| lines);
        let kept = known.filter(|(_, line)| of_order(line)).count();
        if kept != booked && wrong.is_empty() {
            write!(wrong, "order {} has {kept} lines instead of {booked}; ", row.id).unwrap();
        }
    }
}

fn amount(object: &Object) -> i64 {
    match object.fields.get("amount") {
        Some(Value::Int(amount)) => *amount,
        _ => 0,
    }
}

fn doubled(what: &str, found: &BySource<'_>, wrong: &mut String) {
    for (id, objects) in found.iter().filter(|(_, objects)| objects.len() > 1) {
        write!(wrong, "{what} {id} is there {} times; ", objects.len()).unwrap();
    }
}

fn compare(what: &str, row: &Row, found: &BySource<'_>, wrong: &mut String) {
    let Some(objects) = found.get(&row.id) else {
        write!(wrong, "{what} {} is lost; ", row.id).unwrap();
        return;
    };
    if objects.iter().any(|(_, object)| amount(object) != row.amount) {
        write!(wrong, "{what} {} is stale; ", row.id).unwrap();
    }
}

fn of_customer(order: u64, found: &BySource<'_>, customer: Option<&str>, wrong: &mut String) {
    let named = |object: &Object| object.fields.get("customer").and_then(Value::as_str).map(str::to_owned);
    let orders = found.get(&order).into_iter().flatten();
    if orders.into_iter().any(|(_, object)| named(object).as_deref() != customer) {
        write!(wrong, "order {order} has the wrong customer; ").unwrap();
    }
}
