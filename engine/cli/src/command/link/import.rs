//! `engine link import`: many links from a file, all or none.

use super::{
    hand::{changes, given},
    open::Opened,
    words::{obstacle, why},
};
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    words::many,
};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};

/// What a file says, with the line of each key.
#[derive(Default)]
struct Lines {
    pairs: BTreeMap<String, String>,
    at: BTreeMap<String, u64>,
    wrong: Vec<(u64, String)>,
}

pub(super) fn import(opened: &Opened, entity: &str, file: &Path, output: &Output) -> Result<Exit> {
    opened.check(&[entity.to_owned()])?;
    let lines = read(file)?;
    if !lines.wrong.is_empty() {
        return Err(refused(file, lines.wrong, output));
    }
    let ready = match given(opened, entity, &lines.pairs)? {
        Ok(ready) => ready,
        Err(wrong) => {
            let line = |(key, reason): (String, _)| {
                (lines.at.get(&key).copied().unwrap_or_default(), why(Some(reason)).to_owned())
            };
            return Err(refused(file, wrong.into_iter().map(line).collect(), output));
        }
    };
    let differ = ready.iter().filter(|one| !one.agrees).count();
    let kept = opened.change("link import", changes(ready), true)?;
    if !kept.passed.is_empty() {
        let line = |(record, why): &(engine_run::RecordKey, _)| {
            (lines.at.get(&record.key).copied().unwrap_or_default(), obstacle(*why).to_owned())
        };
        return Err(refused(file, kept.passed.iter().map(line).collect(), output));
    }
    let count = usize::try_from(kept.changed).unwrap_or(usize::MAX);
    if output.is_text() {
        output.step(output::GOOD, "Linked", &format!("{} of {entity}", many(count, "record")));
        output.talk(&match differ {
            0 => "  The objects hold what the records say: the next run leaves them alone.".to_owned(),
            some => format!("  {some} differ from what the records say: the next run updates them. `engine plan` shows how."),
        });
    } else {
        output.json(&json!({ "linked": count, "differ": differ }));
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Lines> {
    let unusable = |error: csv::Error| {
        let message = format!("`{}` cannot be used: {error}", file.display());
        CommandError::new(Exit::Failed, "link/import", message)
            .help("give a CSV file whose first line is `key,target_id`")
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(unusable)?;
    let header = reader.headers().map_err(unusable)?.clone();
    let column = |name: &str| header.iter().position(|known| known == name);
    let (Some(key_at), Some(id_at)) = (column("key"), column("target_id")) else {
        let message = format!("`{}` has no columns `key` and `target_id`", file.display());
        return Err(CommandError::new(Exit::Failed, "link/import", message)
            .help("give a CSV file whose first line is `key,target_id`"));
    };
    let mut lines = Lines::default();
    let mut ids: BTreeMap<String, u64> = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(unusable)?;
        let line = row.position().map_or(0, csv::Position::line);
        let (key, id) = (row.get(key_at).unwrap_or_default(), row.get(id_at).unwrap_or_default());
        if key.is_empty() || id.is_empty() {
            lines.wrong.push((line, "a key and a target id are needed".to_owned()));
        } else if let Some(first) = lines.at.get(key) {
            lines.wrong.push((line, format!("the key stands in line {first} already")));
        } else if let Some(first) = ids.get(id) {
            lines.wrong.push((line, format!("the object stands in line {first} already")));
        } else {
            lines.pairs.insert(key.to_owned(), id.to_owned());
            lines.at.insert(key.to_owned(), line);
            ids.insert(id.to_owned(), line);
        }
    }
    Ok(lines)
}

/// Says what is wrong, line by line. Keys may be personal: the lines tell them.
fn refused(file: &Path, mut wrong: Vec<(u64, String)>, output: &Output) -> CommandError {
    wrong.sort();
    let lines = wrong.iter().map(|(line, why)| format!("{}:{line}: {why}", file.display()));
    if output.is_text() {
        for line in lines {
            output.print_error(&line);
        }
        let message = format!("{} cannot be linked: nothing was written", many(wrong.len(), "line"));
        return CommandError::new(Exit::Failed, "link/import", message)
            .help("mend the lines, or take them out");
    }
    let lines: Vec<String> = lines.collect();
    let message = format!("nothing was written: {}", lines.join("; "));
    CommandError::new(Exit::Failed, "link/import", message).help("mend the lines, or take them out")
}
