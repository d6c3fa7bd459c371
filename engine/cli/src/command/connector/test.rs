//! `engine connector test`: judges a connector by what was recorded.

use super::{deliveries, find, load, recordings};
use crate::{
    args::Which,
    error::{CommandError, Result, exit_for},
    exit::Exit,
    output::{self, Output},
    table::columns,
    workspace::runtime,
};
use connector_rest::conformance::{Check, Verdict};
use engine_contract::{Cancel, DynConnector};
use engine_run::connector_code;
use serde_json::json;
use std::path::Path;

pub(super) fn run(name: &str, which: &Which, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let workspace = load(which, project, &Cancel::default())?;
    let described = find(&workspace, name, output)?;
    let recordings = recordings(&workspace, name)?;
    let deliveries = deliveries(&workspace, name)?;
    let reads = described.describe().is_some_and(|offer| !offer.streams.is_empty());
    if recordings.is_empty() && deliveries.is_empty() && reads {
        let message = format!("nothing is recorded of `{name}`");
        return Err(CommandError::new(Exit::NotFound, "command/not-recorded", message)
            .help(format!("engine connector record {name} --connection NAME")));
    }
    let mut checks = runtime()?.block_on(Box::pin(described.judge(&recordings))).map_err(|error| {
        let code = connector_code(error.kind());
        CommandError::new(exit_for(code), code, format!("`{name}` cannot be judged: {error}")).help(format!(
            "the connector changed since it was recorded: engine connector record {name} --connection NAME"
        ))
    })?;
    checks.extend(described.judge_deliveries(&deliveries));
    Ok(tell(name, &checks, output))
}

fn tell(name: &str, checks: &[Check], output: &Output) -> Exit {
    let count = |is: fn(&Verdict) -> bool| checks.iter().filter(|check| is(&check.verdict)).count();
    let kept = count(|verdict| matches!(verdict, Verdict::Kept(_)));
    let broken = count(|verdict| matches!(verdict, Verdict::Broken(_)));
    let untold = count(|verdict| matches!(verdict, Verdict::Untold(_)));
    let exit = if broken > 0 { Exit::Tests } else { Exit::Done };
    if !output.is_text() {
        output.json(&json!({
            "connector": name, "checks": checks, "kept": kept, "broken": broken, "untold": untold,
            "exit_code": exit.number(),
        }));
        return exit;
    }
    let rows: Vec<Vec<String>> = checks.iter().map(row).collect();
    let lines = columns(&["", "ABOUT", "PROMISE", "SEEN"], &rows);
    let mut lines = lines.into_iter();
    lines.next().into_iter().for_each(|header| output.result(&header));
    for (line, check) in lines.zip(checks) {
        let style = match &check.verdict {
            Verdict::Kept(_) => output::GOOD,
            Verdict::Broken(_) => output::BAD,
            Verdict::Untold(_) => output::WARN,
        };
        let (word, rest) = line.split_at(line.find(' ').unwrap_or(line.len()));
        output.result(&format!("{style}{word}{style:#}{rest}"));
        if let Verdict::Broken(why) = &check.verdict {
            for why in why {
                output.result(&format!("       - {why}"));
            }
        }
    }
    output.result(&format!("{name}: {kept} kept, {broken} broken, {untold} not told"));
    exit
}

fn row(check: &Check) -> Vec<String> {
    let (word, seen) = match &check.verdict {
        Verdict::Kept(seen) => ("ok", seen.clone()),
        Verdict::Broken(_) => ("x", String::new()),
        Verdict::Untold(why) => ("-", why.clone()),
    };
    vec![word.to_owned(), check.about.clone(), check.promise.clone(), seen]
}
