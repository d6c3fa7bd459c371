//! A plan for people, and for programs.

use super::gather::Gathered;
use crate::{output::Output, words::many};
use engine_contract::Value;
use engine_plan::Blueprint;
use engine_run::{
    RunReport,
    plan::{FieldChange, Planned, Step},
    state::Status,
};
use serde_json::{Value as Json, json};

/// Longer values are cut: a plan is read, not copied.
const WIDTH: usize = 60;

/// Steps in the order in which they are summed up, with what a plan would do.
const STEPS: [(Step, &str); 7] = [
    (Step::Create, "to create"),
    (Step::Update, "to update"),
    (Step::Delete, "to delete"),
    (Step::Void, "to void"),
    (Step::Deactivate, "to deactivate"),
    (Step::SoftDelete, "to mark as deleted"),
    (Step::Mend, "to write again"),
];

/// Prints the changes and their sums. The counts and failures stand above already.
pub(crate) fn print(
    plan: &Gathered,
    report: &RunReport,
    blueprint: &Blueprint,
    output: &Output,
    shows_changes: bool,
) {
    if shows_changes {
        for entity in blueprint.steps() {
            let own = plan.shown.iter().filter(|planned| planned.entity == entity.name);
            own.for_each(|planned| change(planned, output));
            let all: u64 = plan
                .sums
                .iter()
                .filter(|((name, step), _)| *name == entity.name && *step != Step::Settle)
                .map(|(_, sums)| sums.count)
                .sum();
            let shown = plan
                .shown
                .iter()
                .filter(|planned| planned.entity == entity.name && planned.step != Step::Settle)
                .count();
            let more = all.saturating_sub(shown as u64);
            if more > 0 {
                output.result(&format!("  ... {more} more of {} (--show all)", entity.name));
            }
        }
    }
    output.result("");
    output.result(&summary(plan, report));
    for line in money(plan) {
        output.result(&line);
    }
    for (connection, (count, per_minute)) in plan.calls.iter().filter(|(_, (count, _))| *count > 0) {
        output.result(&format!("      {}", calls(connection, *count, *per_minute)));
    }
}

fn change(planned: &Planned, output: &Output) {
    let sign = match planned.step {
        Step::Create => '+',
        Step::Update | Step::Mend => '~',
        Step::Delete | Step::Void | Step::Deactivate | Step::SoftDelete => '-',
        Step::Settle => '=',
        Step::Drift => '!',
    };
    let origin = if planned.origin.is_empty() { &planned.source_key } else { &planned.origin };
    let id = planned.target_id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
    let word = match planned.step {
        Step::Void => " (void)",
        Step::Deactivate => " (deactivate)",
        Step::SoftDelete => " (marked as deleted)",
        Step::Settle => " (holds it already)",
        Step::Drift if planned.target_id.is_none() => " is gone from the target",
        Step::Drift => " was changed in the target",
        Step::Mend => " (written again)",
        Step::Create | Step::Update | Step::Delete => "",
    };
    output.result(&format!("  {sign} {} {origin} -> {}{id}{word}", planned.entity, planned.object));
    let width = planned.fields.iter().map(|field| field.path.len()).max().unwrap_or(0).min(40);
    for field in &planned.fields {
        output.result(&format!("      {:<width$}  {}", field.path, both(field, planned.step)));
    }
}

pub(crate) fn both(field: &FieldChange, step: Step) -> String {
    let (before, after) = (short(&field.before), short(&field.after));
    match step {
        Step::Create => after,
        Step::Drift => format!("{before}, and was written as {after}"),
        _ => format!("{before} -> {after}"),
    }
}

pub(crate) fn short(value: &Value) -> String {
    if value.is_null() {
        return "-".to_owned();
    }
    let text = value.to_json();
    match text.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or(&text)),
        None => text,
    }
}

fn summary(plan: &Gathered, report: &RunReport) -> String {
    let mut parts: Vec<String> = STEPS
        .into_iter()
        .filter(|(step, _)| {
            matches!(step, Step::Create | Step::Update | Step::Delete) || plan.count(&[*step]) > 0
        })
        .map(|(step, words)| format!("{} {words}", plan.count(&[step])))
        .collect();
    for status in [Status::Held, Status::Conflict, Status::Blocked, Status::Failed] {
        let count = report.total(status);
        if count > 0 {
            parts.push(format!("{count} {}", status.as_str()));
        }
    }
    let drifted = plan.count(&[Step::Drift]);
    if drifted > 0 {
        parts.push(format!("{drifted} changed in the target since they were written"));
    }
    format!("Plan: {}.", parts.join(", "))
}

/// `order: 12,345.60 USD to create` and so on.
fn money(plan: &Gathered) -> Vec<String> {
    let mut lines = Vec::new();
    for ((entity, step), sums) in &plan.sums {
        let Some((_, words)) = STEPS.iter().find(|(known, _)| known == step) else { continue };
        for (currency, amount) in &sums.money {
            let amount = format!("{amount} {currency}");
            lines.push(format!("      {entity}: {} {words}", amount.trim_end()));
        }
    }
    lines
}

fn calls(to: &str, calls: u64, per_minute: Option<u32>) -> String {
    let count = many(usize::try_from(calls).unwrap_or(usize::MAX), "call");
    match per_minute {
        None => format!("{count} to {to}"),
        Some(rate) => {
            let seconds = (calls * 60).div_ceil(u64::from(rate).max(1));
            let time =
                if seconds < 90 { format!("{seconds} s") } else { format!("{} min", seconds.div_ceil(60)) };
            format!("{count} to {to}: {time} at {rate} in a minute")
        }
    }
}

/// The plan for programs.
pub(crate) fn document(plan: &Gathered, report: &RunReport, blueprint: &Blueprint) -> Json {
    let changes = plan.shown.iter().map(|planned| {
        let fields = planned.fields.iter();
        let fields = fields.map(|field| json!({ "path": field.path, "before": field.before, "after": field.after }));
        json!({
            "entity": planned.entity, "source": planned.source_key, "origin": planned.origin, "step": planned.step,
            "object": planned.object, "target_id": planned.target_id, "fields": fields.collect::<Vec<_>>(),
        })
    });
    let sums = plan.sums.iter().map(|((entity, step), sums)| {
        let money: serde_json::Map<String, Json> = sums
            .money
            .iter()
            .map(|(currency, amount)| (currency.clone(), Json::from(amount.to_string())))
            .collect();
        json!({ "entity": entity, "step": step, "count": sums.count, "money": money })
    });
    let mut document = crate::report::document(report, &blueprint.tenant);
    if let Some(members) = document.as_object_mut() {
        members.insert("changes".to_owned(), changes.collect());
        members.insert("sums".to_owned(), sums.collect());
        members.insert("writes".to_owned(), plan.writes().into());
        let to_target = plan.calls.get(&blueprint.target.connection);
        let all: u64 = plan.calls.values().map(|(count, _)| count).sum();
        members.insert("calls".to_owned(), all.into());
        members.insert("calls_per_minute".to_owned(), to_target.and_then(|(_, rate)| *rate).into());
    }
    document
}
