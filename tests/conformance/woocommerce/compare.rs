//! What two answers have in common: status, code and message of a refusal, paging, keys and types.

use super::recording::Response;
use bytes::Bytes;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What differs between a recorded answer and ours.
pub(super) fn differences(recorded: &Response, ours: &http::Response<Bytes>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let status = ours.status().as_u16();
    if recorded.status != status {
        out.insert(format!("status {} is {status}", recorded.status));
    }
    for name in ["x-wp-total", "x-wp-totalpages", "link"] {
        let theirs = recorded.headers.get(name).map(|value| header(name, value));
        let own = ours.headers().get(name).map(|value| header(name, value.to_str().unwrap()));
        if theirs != own {
            out.insert(format!("{name} {theirs:?} is {own:?}"));
        }
    }
    let body: Value = serde_json::from_slice(ours.body()).unwrap_or_default();
    let theirs = recorded.body.clone().unwrap_or_default();
    if recorded.status >= 400 && recorded.status != 500 && theirs["message"] != body["message"] {
        out.insert(format!("message {} is {}", theirs["message"], body["message"]));
    }
    if recorded.status >= 400 && theirs["code"] != body["code"] {
        out.insert(format!("code {} is {}", theirs["code"], body["code"]));
    }
    shape(&theirs, &body, "", &mut out);
    out
}

/// A header in a form that can be compared. Of links it is the parameters that count; those of OAuth change.
fn header(name: &str, value: &str) -> Vec<BTreeMap<String, String>> {
    if name != "link" {
        return vec![BTreeMap::from([(name.to_owned(), value.to_owned())])];
    }
    let link = |part: &str| {
        let (address, relation) = part.split_once(">; ").unwrap();
        let (path, query) = address.trim_start_matches('<').split_once('?').unwrap_or((address, ""));
        let mut all =
            BTreeMap::from([("path".to_owned(), path.to_owned()), ("rel".to_owned(), relation.to_owned())]);
        for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("oauth_")) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            all.insert(name.to_owned(), value.to_owned());
        }
        all
    };
    value.split(", <").map(link).collect()
}

/// Prose and scopes, which answers to OPTIONS hold and tables of arguments do not need.
const PROSE: [&str; 3] = ["description", "context", "title"];

fn shape(theirs: &Value, own: &Value, at: &str, out: &mut BTreeSet<String>) {
    match (theirs, own) {
        (Value::Object(theirs), Value::Object(own)) => {
            let is_argument =
                theirs.contains_key("type") && at.contains("/args/") || at.contains("/properties");
            let is_prose = |name: &str| is_argument && PROSE.contains(&name);
            for (name, value) in theirs.iter().filter(|(name, value)| !is_prose(name) || value.is_object()) {
                match own.get(name) {
                    Some(own) => shape(value, own, &format!("{at}/{name}"), out),
                    None => drop(out.insert(format!("{at}/{name} is missing"))),
                }
            }
            for name in own.keys().filter(|name| !theirs.contains_key(*name)) {
                out.insert(format!("{at}/{name} is ours alone"));
            }
        }
        (Value::Array(theirs), Value::Array(own)) => {
            if theirs.len() != own.len() {
                out.insert(format!("{at} has {} elements, ours {}", theirs.len(), own.len()));
            }
            // The database gives meta data back in no order: the same order reads differently in a list.
            let by_key = |list: &[Value]| {
                let mut list = list.to_vec();
                if at.ends_with("/meta_data") {
                    list.sort_by_key(|one| one["key"].to_string());
                }
                list
            };
            for (theirs, own) in by_key(theirs).iter().zip(&by_key(own)) {
                shape(theirs, own, &format!("{at}/*"), out);
            }
        }
        (theirs, own) if kind(theirs) != kind(own) => {
            out.insert(format!("{at} is {}, ours {}", kind(theirs), kind(own)));
        }
        _ => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
