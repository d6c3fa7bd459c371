//! A comparison of both sides for people.

use crate::{output::Output, table::columns};
use engine_plan::Blueprint;
use engine_run::reconcile::{Bucket, CURRENCY, Difference, Figures, Kind, Reconciliation};

/// How many differences are printed where not all were asked for.
const SHOWN: usize = 20;

/// Prints one comparison: totals by currency, groups, and records.
pub(crate) fn print(of: &Reconciliation, blueprint: &Blueprint, output: &Output, is_whole: bool) {
    output.result(&title(of, blueprint));
    totals(of, output);
    groups(of, output, is_whole);
    differences(of, output, is_whole);
    if is_whole && !of.explained.is_empty() {
        explained(of, output);
    }
    if !of.unlisted.is_empty() {
        output.result("");
        output.result(&format!(
            "The connection lists no {}: objects that no link knows were not looked for.",
            of.unlisted.join(", ")
        ));
    }
}

fn title(of: &Reconciliation, blueprint: &Blueprint) -> String {
    let days = match (of.window.from, of.window.to) {
        (Some(from), Some(to)) => format!(", {from} to {to}"),
        (Some(from), None) => format!(", from {from}"),
        (None, Some(to)) => format!(", up to {to}"),
        (None, None) => String::new(),
    };
    format!(
        "{}: `{}` of {} beside {}{days} (days of {})",
        of.name, of.entity, blueprint.source.connection, blueprint.target.connection, blueprint.timezone
    )
}

/// source = target + what is explained + what is left, for each currency.
fn totals(of: &Reconciliation, output: &Output) {
    let has_currency = of.by.iter().any(|name| name == CURRENCY);
    let mut header = vec![if has_currency { "CURRENCY" } else { "" }.to_owned(), String::new()];
    header.extend(names(of));
    let mut rows = Vec::new();
    for total in of.totals() {
        let currency = total.by.first().cloned().unwrap_or_default();
        let mut row = |first: &str, what: String, figures: &Figures| {
            rows.push([vec![first.to_owned(), what], cells(of, figures)].concat());
        };
        row(&currency, "source".to_owned(), &total.source);
        row("", "target".to_owned(), &total.target);
        for (reason, part) in &total.explained {
            row("", format!("  {reason}"), &part.figures);
        }
        row("", "left without a reason".to_owned(), &total.rest);
    }
    table(output, &header, &rows);
}

/// The groups: those in which something is left, or all.
fn groups(of: &Reconciliation, output: &Output, is_whole: bool) {
    let wanted = |bucket: &&Bucket| is_whole || !bucket.rest.is_zero();
    let mut header: Vec<String> = of.by.iter().map(|name| name.to_uppercase()).collect();
    header.extend(["", "SOURCE", "TARGET", "EXPLAINED", "LEFT"].map(str::to_owned));
    let mut rows = Vec::new();
    for bucket in of.buckets.iter().filter(wanted) {
        let explained = bucket
            .explained
            .values()
            .fold(Figures::zero(of.sums.len()), |sum, part| sum.plus(&part.figures).unwrap_or(sum));
        let sides = [&bucket.source, &bucket.target, &explained, &bucket.rest].map(|side| cells(of, side));
        for (at, name) in lower_names(of).into_iter().enumerate() {
            let first = |value: &String| if at == 0 { shown(value) } else { String::new() };
            let mut row: Vec<String> = bucket.by.iter().map(first).collect();
            row.push(name);
            row.extend(sides.iter().map(|side| side.get(at).cloned().unwrap_or_default()));
            rows.push(row);
        }
    }
    if !rows.is_empty() {
        output.result("");
        table(output, &header, &rows);
    }
}

fn differences(of: &Reconciliation, output: &Output, is_whole: bool) {
    if of.differences.is_empty() {
        return;
    }
    let most = if is_whole { usize::MAX } else { SHOWN };
    let header = ["DIFFERENCE", "RECORD", "OBJECT", "GROUP", "SOURCE", "TARGET", "WHAT"].map(str::to_owned);
    let row = |one: &Difference| {
        vec![
            word(one.kind).to_owned(),
            one.source_key.as_ref().map_or_else(none, |key| format!("{} {key}", of.entity)),
            one.object.as_ref().map_or_else(none, |object| {
                format!("{object} {}", one.target_id.as_deref().unwrap_or_default())
            }),
            one.by.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" "),
            amounts(of, one, one.source.as_ref()),
            amounts(of, one, one.target.as_ref()),
            what(one),
        ]
    };
    output.result("");
    let rows: Vec<Vec<String>> = of.differences.iter().take(most).map(row).collect();
    table(output, &header, &rows);
    if of.differences.len() > most {
        output.result(&format!("... and {} more: --drill shows them all", of.differences.len() - most));
    }
}

fn explained(of: &Reconciliation, output: &Output) {
    let header = ["WITH A REASON", "RECORD", "OBJECT", "GROUP", "COMES TO"].map(str::to_owned);
    let rows = of.explained.iter().map(|one| {
        vec![
            one.reason.to_string(),
            one.source_key.as_ref().map_or_else(none, |key| format!("{} {key}", of.entity)),
            one.object.as_ref().map_or_else(none, |object| {
                format!("{object} {}", one.target_id.as_deref().unwrap_or_default())
            }),
            one.by.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" "),
            list(of, &one.figures),
        ]
    });
    output.result("");
    table(output, &header, &rows.collect::<Vec<_>>());
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::MissingInTarget => "missing in the target",
        Kind::MissingInSource => "missing in the source",
        Kind::Different => "different",
        Kind::Twice => "twice in the target",
        Kind::Unreadable => "cannot be reckoned",
    }
}

fn what(one: &Difference) -> String {
    let moved = one.moved.iter().map(|moved| {
        format!("{}: {} there, {} here", moved.group, shown(&moved.target), shown(&moved.source))
    });
    moved.chain(one.note.clone()).collect::<Vec<_>>().join("; ")
}

/// The sums of one side; of two sides only those that are not the same.
fn amounts(of: &Reconciliation, one: &Difference, side: Option<&Figures>) -> String {
    let Some(side) = side else { return none() };
    let (Some(source), Some(target)) = (&one.source, &one.target) else { return list(of, side) };
    let both = source.sums.iter().zip(&target.sums);
    let other: Vec<bool> = both.map(|(source, target)| source != target).collect();
    let pairs = of.sums.iter().zip(&side.sums).zip(other).filter(|(_, other)| *other);
    pairs.map(|((name, sum), _)| format!("{name} {sum}")).collect::<Vec<_>>().join(", ")
}

fn list(of: &Reconciliation, figures: &Figures) -> String {
    let pairs = of.sums.iter().zip(&figures.sums);
    pairs.map(|(name, sum)| format!("{name} {sum}")).collect::<Vec<_>>().join(", ")
}

fn lower_names(of: &Reconciliation) -> Vec<String> {
    of.count.then(|| "count".to_owned()).into_iter().chain(of.sums.iter().cloned()).collect()
}

fn names(of: &Reconciliation) -> Vec<String> {
    lower_names(of).into_iter().map(|name| name.to_uppercase()).collect()
}

fn cells(of: &Reconciliation, figures: &Figures) -> Vec<String> {
    let count = of.count.then(|| figures.count.to_string());
    count.into_iter().chain(figures.sums.iter().map(ToString::to_string)).collect()
}

fn shown(value: &str) -> String {
    if value.is_empty() { none() } else { value.to_owned() }
}

fn none() -> String {
    "-".to_owned()
}

fn table(output: &Output, header: &[String], rows: &[Vec<String>]) {
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    for line in columns(&header, rows) {
        output.result(&line);
    }
}
