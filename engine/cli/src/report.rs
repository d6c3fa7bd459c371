//! What a run came to: a table and its failures for people, a document for programs.

use crate::{
    error::{CommandError, remedy},
    output::{self, Output},
    progress::at,
    table::columns,
};
use engine_plan::Blueprint;
use engine_project::project::DEFAULT_ENVIRONMENT;
use engine_run::{FailureGroup, Missed, RunReport, state::Status};
use std::path::Path;

/// Prints a report: the results on standard output, how it ended on standard error.
pub(crate) fn print(report: &RunReport, title: &str, place: (&Path, &str), output: &Output) {
    print_results(report, output);
    finish(report, title, place, output);
}

/// Prints counts and failures.
pub(crate) fn print_results(report: &RunReport, output: &Output) {
    // A run that was stopped before it read anything has no results.
    if report.error.is_none()
        || report.entities.iter().any(|(_, counts)| counts.read > 0 || counts.mapped > 0)
    {
        print_counts(report, output);
    }
    for group in by_entity(report) {
        print_group(group, output);
    }
    for missed in &report.missing {
        print_missed(missed, output);
    }
}

/// Says of a dry run that a run would not begin, where it would not.
pub(crate) fn warn_of_lost_state(report: &RunReport, output: &Output) {
    let Some(message) = &report.used_before else { return };
    output.print_error(&format!("{0}warning[state/used-before]{0:#}: {message}", output::WARN));
    if let Some(help) = remedy("state/used-before") {
        output.print_error(&format!("  help: {help}"));
    }
}

fn print_counts(report: &RunReport, output: &Output) {
    let shown: Vec<Status> = Status::ALL.into_iter().filter(|status| report.total(*status) > 0).collect();
    let header: Vec<String> = ["ENTITY", "READ"]
        .into_iter()
        .map(str::to_owned)
        .chain(shown.iter().map(|status| status.as_str().to_uppercase()))
        .collect();
    let rows: Vec<Vec<String>> = report
        .entities
        .iter()
        .map(|(entity, counts)| {
            let numbers = shown.iter().map(|status| counts.of(*status).to_string());
            [entity.clone(), counts.read.to_string()].into_iter().chain(numbers).collect()
        })
        .collect();
    for line in columns(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows) {
        output.result(&line);
    }
}

fn print_group(group: &FailureGroup, output: &Output) {
    let place = at(group.place.as_ref());
    let examples = group.examples.join(", ");
    let more = if group.count > group.examples.len() as u64 { ", ..." } else { "" };
    output.result(&format!("{:>5} x {}[{}]: {}", group.count, group.entity, group.code, group.message));
    let wheres = [place, examples + more].into_iter().filter(|part| !part.is_empty() && part != ", ...");
    output.result(&format!("        {}", wheres.collect::<Vec<_>>().join("   records: ")));
}

/// Says what a read of everything did not meet for the first time.
fn print_missed(missed: &Missed, output: &Output) {
    let Missed { entity, count, examples } = missed;
    let more = if *count > examples.len() as u64 { ", ..." } else { "" };
    output.result(&format!(
        "{count:>5} x {entity} missing from the source: taken away when the next read of everything misses it too"
    ));
    output.result(&format!("        records: {}{more}", examples.join(", ")));
}

/// Failures in the order of the entities: groups that run beside each other fail in any order.
fn by_entity(report: &RunReport) -> Vec<&FailureGroup> {
    let mut groups: Vec<&FailureGroup> = report.failures.iter().collect();
    groups.sort_by_key(|group| report.entities.iter().position(|(entity, _)| *entity == group.entity));
    groups
}

/// The report for programs.
pub(crate) fn document(report: &RunReport, tenant: &str) -> serde_json::Value {
    let entities: serde_json::Map<String, serde_json::Value> = report
        .entities
        .iter()
        .map(|(name, counts)| (name.clone(), serde_json::to_value(counts).unwrap_or_default()))
        .collect();
    let error = report
        .error
        .as_ref()
        .map(|(code, message)| serde_json::json!({ "code": code, "message": message, "help": remedy(code) }));
    let mut document = serde_json::json!({
        "run": report.run_id, "tenant": tenant, "pipeline": report.pipeline, "status": report.status, "dry_run": report.dry_run,
        "duration_ms": report.duration_ms, "tables": report.tables, "entities": entities, "failures": by_entity(report), "error": error,
    });
    let Some(members) = document.as_object_mut() else { return document };
    if let Some(used) = &report.used_before {
        members.insert("used_before".to_owned(), used.clone().into());
    }
    if !report.missing.is_empty() {
        members.insert("missing".to_owned(), serde_json::json!(report.missing));
    }
    document
}

/// Adds the question that has to be answered first.
pub(crate) fn add_question(document: &mut serde_json::Value, question: &serde_json::Value) {
    if let Some(members) = document.as_object_mut() {
        members.insert("confirmation".to_owned(), question.clone());
    }
}

/// The document of a run that could not begin.
pub(crate) fn never_began(blueprint: &Blueprint, error: &CommandError) -> serde_json::Value {
    serde_json::json!({
        "run": null, "tenant": blueprint.tenant, "pipeline": blueprint.pipeline, "status": "failed", "entities": {},
        "failures": [], "error": error,
    })
}

fn finish(report: &RunReport, title: &str, (project, env): (&Path, &str), output: &Output) {
    let took = format!("{}.{}s", report.duration_ms / 1000, report.duration_ms % 1000 / 100);
    let failed = report.total(Status::Failed) + report.total(Status::Blocked);
    let written = report.written();
    let wrote = if report.dry_run { "to write, nothing was written" } else { "written" };
    let summary = format!("{title} in {took}: {written} {wrote}, {failed} failed");
    match (&report.error, failed) {
        (Some((code, message)), _) => {
            output.step(output::BAD, "Stopped", &summary);
            output.print_error(&format!("{0}error[{code}]{0:#}: {message}", output::BAD));
            if let Some(help) = remedy(code) {
                output.print_error(&format!("  help: {help}"));
            }
        }
        (None, 0) => output.step(output::GOOD, "Finished", &summary),
        (None, _) => {
            output.step(output::WARN, "Finished", &summary);
            if !report.dry_run {
                let (option, run) = (naming(project, env), &report.run_id);
                output.talk(&format!("  help: engine failures{option} --run {run}"));
            }
        }
    }
    if report.total(Status::Conflict) > 0 {
        let option = naming(project, env);
        output
            .talk(&format!("  Both sides changed some records, and you decide: engine conflicts ls{option}"));
    }
}

/// The options that name the project and its environment, where a command would not find them by itself.
fn naming(project: &Path, env: &str) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let is_above = here.and_then(|here| Ok(here.starts_with(project.canonicalize()?)));
    let folder =
        if is_above.unwrap_or_default() { String::new() } else { format!(" -C {}", project.display()) };
    let env = if env == DEFAULT_ENVIRONMENT { String::new() } else { format!(" --env {env}") };
    format!("{folder}{env}")
}
