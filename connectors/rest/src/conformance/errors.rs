//! What answers mean that are no success: those that every service gives, and those that connector.toml speaks of.
//!
//! Two mistakes are dear: to call a refusal what may have taken effect (a record is doubled), and to go on where
//! nothing can succeed.

use super::{
    fixture::{Answered, Body, Recording},
    replay,
    verdict::Check,
};
use crate::{
    manifest::{Effect, ErrorsTable, RuleTable},
    runtime::Rehearsal,
};
use engine_contract::{ErrorKind, Retry};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const ABOUT: &str = "errors";

/// Judges answers.
pub(super) fn judge(rehearsal: &Rehearsal, table: &ErrorsTable, recordings: &[&Recording]) -> Vec<Check> {
    let mut checks = vec![refusals(rehearsal), limits(rehearsal), failures(rehearsal), pages(rehearsal)];
    if !table.rule.is_empty() {
        checks.push(rules(rehearsal, table));
    }
    checks.push(recorded(rehearsal, recordings));
    checks
}

fn plain(status: u16, headers: &[(&str, &str)], body: Body) -> Answered {
    let headers: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Answered { status, headers, body }
}

fn json(status: u16) -> Answered {
    plain(status, &[("content-type", "application/json")], Body::Json(json!({})))
}

fn told(rehearsal: &Rehearsal, answered: &Answered) -> Option<(ErrorKind, Effect, bool, Retry, String)> {
    let judgement = rehearsal.judge(replay::answer(answered).ok()?)?;
    let error = judgement.error;
    Some((error.kind(), judgement.effect, judgement.stops, error.retry(), error.message().to_owned()))
}

/// Refused credentials stop the run: each further request would be refused too.
fn refusals(rehearsal: &Rehearsal) -> Check {
    let mut against = Vec::new();
    match told(rehearsal, &json(401)) {
        Some((_, _, true, ..)) => {}
        Some(_) => against.push("a 401 does not stop the run: its rule needs `stops = true`".to_owned()),
        None => against.push("a 401 counts as a success".to_owned()),
    }
    Check::of(ABOUT, "refused credentials stop the run", "401", against)
}

fn limits(rehearsal: &Rehearsal) -> Check {
    let answered = plain(429, &[("retry-after", "7")], Body::Json(json!({})));
    let against = match told(rehearsal, &answered) {
        Some((ErrorKind::RateLimited, Effect::NotApplied, _, Retry::After(_), _)) => Vec::new(),
        Some(_) => vec!["a 429 is not `rate-limited` with `again = \"later\"`".to_owned()],
        None => vec!["a 429 counts as a success".to_owned()],
    };
    Check::of(ABOUT, "too many requests are waited for", "429", against)
}

/// What became of a write that a broken server answered, nobody knows.
fn failures(rehearsal: &Rehearsal) -> Check {
    let mut against = Vec::new();
    for status in [500, 502, 503, 504] {
        match told(rehearsal, &json(status)) {
            Some((_, Effect::Unknown, ..)) => {}
            Some(_) => {
                against.push(format!("a {status} without a code counts as a refusal, and may be none"));
            }
            None => against.push(format!("a {status} counts as a success")),
        }
    }
    Check::of(ABOUT, "a failing service may have done what it was asked", "500, 502, 503, 504", against)
}

/// Firewalls and maintenance pages answer with a success and no data.
fn pages(rehearsal: &Rehearsal) -> Check {
    let page = Body::Text("<html><h1>Back soon</h1></html>".to_owned());
    let answered = plain(200, &[("content-type", "text/html")], page);
    let against = match told(rehearsal, &answered) {
        Some((_, Effect::Unknown, ..)) => Vec::new(),
        _ => vec!["a web page counts as an answer".to_owned()],
    };
    Check::of(ABOUT, "a web page is no answer", "200 text/html", against)
}

/// Each rule decides about the answer that it describes.
fn rules(rehearsal: &Rehearsal, table: &ErrorsTable) -> Check {
    let mut against = Vec::new();
    for (index, rule) in table.rule.iter().enumerate() {
        let place = index + 1;
        match told(rehearsal, &described(table, rule)) {
            Some((.., message)) if message == rule.say => {}
            Some((.., message)) => {
                against.push(format!("an answer for rule {place} is judged otherwise: {message}"));
            }
            None => against.push(format!("an answer for rule {place} counts as a success")),
        }
    }
    Check::of(ABOUT, "each rule is reached", format!("rules: {}", table.rule.len()), against)
}

/// An answer as a rule describes it.
fn described(table: &ErrorsTable, rule: &RuleTable) -> Answered {
    let mut body = Value::Object(Map::new());
    let code = rule.code.first().or_else(|| rule.code_prefix.first());
    let texts = [(table.code.first(), code), (table.message.first(), rule.message_has.first())];
    for (place, text) in texts {
        if let (Some(place), Some(text)) = (place, text) {
            set(&mut body, place, text);
        }
    }
    if let (Some(fault), None) = (table.fault.first(), rule.status.first()) {
        let is_there = body.pointer(&format!("/{}", fault.replace('.', "/"))).is_some();
        if !is_there {
            set(&mut body, fault, "fault");
        }
    }
    plain(rule.status.first().copied().unwrap_or(400), &[], Body::Json(body))
}

/// Puts a text at a dotted path; a number is a place in a list.
fn set(body: &mut Value, dotted: &str, text: &str) {
    let mut here = body;
    for part in dotted.split('.') {
        here = if let Ok(index) = part.parse::<usize>() {
            if !here.is_array() {
                *here = Value::Array(Vec::new());
            }
            let Some(list) = here.as_array_mut() else { return };
            while list.len() <= index {
                list.push(Value::Null);
            }
            let Some(item) = list.get_mut(index) else { return };
            item
        } else {
            if !here.is_object() {
                *here = Value::Object(Map::new());
            }
            let Some(map) = here.as_object_mut() else { return };
            map.entry(part.to_owned()).or_insert(Value::Null)
        };
    }
    *here = Value::String(text.to_owned());
}

/// What was answered while it was recorded.
fn recorded(rehearsal: &Rehearsal, recordings: &[&Recording]) -> Check {
    const PROMISE: &str = "recorded answers are understood";
    let all = recordings.iter().flat_map(|recording| &recording.exchanges);
    let (mut against, mut judged) = (Vec::new(), 0);
    for exchange in all {
        judged += 1;
        let status = exchange.response.status;
        let told = told(rehearsal, &exchange.response);
        let place = format!("{} {}", exchange.request.method, exchange.request.path);
        match (told, (200..300).contains(&status)) {
            (None, false) => {
                against.push(format!("`{place}` was answered {status}, which counts as a success"));
            }
            (Some((.., message)), true) => {
                against.push(format!("`{place}` was answered {status}: {message}"));
            }
            _ => {}
        }
    }
    if judged == 0 {
        return Check::untold(ABOUT, PROMISE, "nothing was recorded");
    }
    Check::of(ABOUT, PROMISE, format!("{judged} answers"), against)
}
