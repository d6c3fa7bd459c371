//! `engine link rebuild`: finds the objects of records without a link, and links them when somebody says yes.

use super::{
    open::Opened,
    words::{how, obstacle, place, why},
};
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    prompt,
    table::columns,
    words::many,
};
use engine_run::{
    RunReport,
    links::{Change, How, Kept, Traced, Tracer, Verdict},
    state::Status,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::IsTerminal};

/// Whether what was found is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    Never,
    Asked,
    Always,
}

/// What was found of one entity.
#[derive(Default)]
struct Sum {
    linked: u64,
    by: BTreeMap<How, u64>,
    ambiguous: u64,
    nothing: u64,
    /// Linked objects that do not hold what their records say.
    differ: u64,
    /// Records that could not be looked at: they cannot be mapped.
    unmapped: u64,
}

pub(super) fn rebuild(
    opened: &Opened,
    entities: &[String],
    (write, reveal): (Write, bool),
    output: &Output,
) -> Result<Exit> {
    opened.check(entities)?;
    let (report, traced, linked) = opened.trace(entities, Tracer::all())?;
    let sums = sums(&report, &traced, &linked);
    if output.is_text() {
        print(&sums, &traced, reveal, output);
        say(opened, &sums, output);
    }
    let exit = if sums.iter().any(|(_, sum)| sum.ambiguous > 0) { Exit::Partial } else { Exit::Done };
    let changes = changes(&traced);
    let kept = if changes.is_empty() || !is_wanted(write, changes.len(), output)? {
        None
    } else {
        Some(opened.change("link rebuild", changes, false)?)
    };
    if output.is_text() {
        end(kept.as_ref(), write, output);
    } else {
        output.json(&document(opened, &sums, &traced, (kept.as_ref(), reveal, exit)));
    }
    Ok(exit)
}

fn sums(report: &RunReport, traced: &[Traced], linked: &BTreeMap<String, u64>) -> Vec<(String, Sum)> {
    let mut sums: Vec<(String, Sum)> = Vec::new();
    for (entity, counts) in &report.entities {
        let mut sum = Sum { linked: linked.get(entity).copied().unwrap_or_default(), ..Sum::default() };
        let lost = [Status::Failed, Status::Blocked, Status::Held];
        sum.unmapped = lost.into_iter().map(|status| counts.of(status)).sum();
        for one in traced.iter().filter(|one| one.link.record.entity == *entity) {
            match (one.verdict, one.how) {
                (Verdict::Exact, Some(how)) => {
                    *sum.by.entry(how).or_default() += 1;
                    sum.differ += u64::from(!one.agrees);
                }
                (Verdict::Ambiguous, _) => sum.ambiguous += 1,
                (Verdict::Exact | Verdict::Nothing, _) => sum.nothing += 1,
            }
        }
        sums.push((entity.clone(), sum));
    }
    sums
}

fn print(sums: &[(String, Sum)], traced: &[Traced], reveal: bool, output: &Output) {
    let hows = [How::Marker, How::Key, How::Match, How::Fields];
    let hows = hows.into_iter().filter(|how| sums.iter().any(|(_, sum)| sum.by.contains_key(how)));
    let hows: Vec<How> = hows.collect();
    let mut header = vec!["ENTITY", "LINKED"];
    header.extend(hows.iter().map(|one| how(*one)));
    header.extend(["AMBIGUOUS", "NONE"]);
    let rows: Vec<Vec<String>> = sums
        .iter()
        .map(|(entity, sum)| {
            let mut row = vec![entity.clone(), sum.linked.to_string()];
            row.extend(hows.iter().map(|how| sum.by.get(how).copied().unwrap_or_default().to_string()));
            row.extend([sum.ambiguous.to_string(), sum.nothing.to_string()]);
            row
        })
        .collect();
    for line in columns(&header, &rows) {
        output.result(&line);
    }
    for one in traced.iter().filter(|one| one.verdict == Verdict::Ambiguous) {
        let link = &one.link;
        let record = place(&one.origin, &link.record.key, reveal);
        let candidates = one.candidates.join(", ");
        let (entity, object) = (&link.record.entity, &link.target_object);
        output.result(&format!("  ? {entity} {record} -> {object} {candidates}: {}", why(one.reason)));
    }
}

/// Says what the next run will do, so that nobody has to guess.
fn say(opened: &Opened, sums: &[(String, Sum)], output: &Output) {
    let total = |of: &dyn Fn(&Sum) -> u64| sums.iter().map(|(_, sum)| of(sum)).sum::<u64>();
    let count = |number: u64, word: &str| many(usize::try_from(number).unwrap_or(usize::MAX), word);
    let (found, differ) = (total(&|sum| sum.by.values().sum()), total(&|sum| sum.differ));
    let (ambiguous, nothing) = (total(&|sum| sum.ambiguous), total(&|sum| sum.nothing));
    let unmapped = total(&|sum| sum.unmapped);
    let pipeline = &opened.blueprint.pipeline;
    output.talk("");
    output.talk(&format!("{} found. The next run:", count(found, "object")));
    output.talk(&format!("  leaves {} alone, which hold what the source says;", found - differ));
    if differ > 0 {
        output.talk(&format!(
            "  updates {differ} that differ: what people changed there is set back, see `engine plan {pipeline}`;"
        ));
    }
    if ambiguous > 0 {
        output.talk(&format!(
            "  blocks {ambiguous} until `engine link set {pipeline} ENTITY KEY ID` chooses an object;"
        ));
    }
    if unmapped > 0 {
        output.talk(&format!(
            "  holds or fails {unmapped} that cannot be mapped; markers alone were looked for;"
        ));
    }
    output.talk(&format!("  makes {nothing} anew, of which nothing was found."));
}

fn changes(traced: &[Traced]) -> Vec<Change> {
    let change = |one: &Traced| match one.verdict {
        Verdict::Exact => Some(Change::Link { link: Box::new(one.link.clone()), agrees: one.agrees }),
        Verdict::Ambiguous => Some(Change::Unclear(Box::new(one.link.clone()))),
        Verdict::Nothing => None,
    };
    traced.iter().filter_map(change).collect()
}

fn is_wanted(write: Write, changes: usize, output: &Output) -> Result<bool> {
    match write {
        Write::Never => return Ok(false),
        Write::Always => return Ok(true),
        Write::Asked => {}
    }
    let refused = |exit, message: &str| {
        CommandError::new(exit, "link/not-confirmed", message)
            .help("`--yes` writes the links without asking, `--dry-run` only shows them")
    };
    if !output.is_text() || !std::io::stdin().is_terminal() {
        return Err(refused(Exit::Usage, "nobody can be asked whether the links are to be written"));
    }
    let question = format!("Write {}? [y/N] ", many(changes, "link"));
    let answer = prompt::line(&question).unwrap_or_default();
    if matches!(answer.trim(), "y" | "yes") {
        return Ok(true);
    }
    Err(refused(Exit::Failed, "the links were not written, as asked"))
}

fn end(kept: Option<&Kept>, write: Write, output: &Output) {
    let Some(kept) = kept else {
        output.talk(match write {
            Write::Never => "Nothing was written.",
            Write::Asked | Write::Always => "There is nothing to write.",
        });
        return;
    };
    let changed = usize::try_from(kept.changed).unwrap_or(usize::MAX);
    output.step(output::GOOD, "Rebuilt", &many(changed, "link"));
    for (record, why) in &kept.passed {
        output.step(output::WARN, "Left", &format!("one record of {}: {}", record.entity, obstacle(*why)));
    }
}

fn document(
    opened: &Opened,
    sums: &[(String, Sum)],
    traced: &[Traced],
    (kept, reveal, exit): (Option<&Kept>, bool, Exit),
) -> Value {
    let of = |sum: &Sum| {
        json!({
            "linked": sum.linked, "exact": sum.by.values().sum::<u64>(), "by": by(sum), "differ": sum.differ,
            "ambiguous": sum.ambiguous, "none": sum.nothing, "unmapped": sum.unmapped,
        })
    };
    let entities: serde_json::Map<String, Value> =
        sums.iter().map(|(entity, sum)| (entity.clone(), of(sum))).collect();
    let ambiguous = traced.iter().filter(|one| one.verdict == Verdict::Ambiguous).map(|one| {
        json!({
            "entity": one.link.record.entity,
            "record": place(&one.origin, &one.link.record.key, reveal),
            "object": one.link.target_object,
            "candidates": one.candidates,
            "reason": one.reason,
        })
    });
    json!({
        "pipeline": opened.blueprint.pipeline,
        "tenant": opened.blueprint.tenant,
        "entities": entities,
        "ambiguous": ambiguous.collect::<Vec<_>>(),
        "written": kept.map_or(0, |kept| kept.changed),
        "passed": kept.map_or(0, |kept| kept.passed.len()),
        "exit_code": exit.number(),
    })
}

fn by(sum: &Sum) -> serde_json::Map<String, Value> {
    let word = |how: &How| serde_json::to_value(how).ok()?.as_str().map(str::to_owned);
    sum.by.iter().filter_map(|(how, count)| Some((word(how)?, json!(count)))).collect()
}
