//! connector.toml as tables, with every mistake in its shape: each is noted, taken out, and reading goes on.

use crate::{
    manifest::Manifest,
    problem::{Problem, ProblemKind},
    source::MANIFEST,
    spans::Spans,
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// After so many mistakes the rest is not read.
const MOST_MISTAKES: usize = 100;

/// Reads a connector.toml; nothing when its shape is not right.
pub(crate) fn manifest(text: &str, out: &mut Vec<Problem>) -> Option<Manifest> {
    let mut json: Value = match toml::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            let range = error.span().unwrap_or_default();
            out.push(Problem::new(MANIFEST, range, error.message()).of(ProblemKind::Syntax));
            return None;
        }
    };
    let spans = Spans::of(text);
    let mut taken: Vec<String> = Vec::new();
    for count in 0..MOST_MISTAKES {
        let error = match serde_path_to_error::deserialize::<_, Manifest>(&json) {
            Ok(manifest) => return Some(manifest).filter(|_| count == 0),
            Err(error) => error,
        };
        let pointer = pointer(error.path());
        let message = error.inner().to_string();
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        // A value that was refused is missing only because it was taken out.
        let is_told = missing.is_some_and(|name| taken.contains(&format!("{pointer}/{name}")));
        // A key that is not known stands where its name does; a value, where it does itself.
        let is_key = message.starts_with("unknown field") || message.starts_with("missing field");
        let range = spans.at(&pointer, is_key);
        if !is_told {
            let shape = ProblemKind::Shape { pointer: pointer.clone() };
            out.push(Problem::new(MANIFEST, range, message).of(shape));
        }
        if !take_out(&mut json, &pointer) {
            break;
        }
        taken.push(pointer);
    }
    None
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |out, segment| match segment {
        Segment::Seq { index } => format!("{out}/{index}"),
        Segment::Map { key } => format!("{out}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => out,
    })
}

/// Removes the nearest member of a table that contains the value at `pointer`.
fn take_out(json: &mut Value, pointer: &str) -> bool {
    let mut pointer = pointer;
    while let Some((parent, name)) = pointer.rsplit_once('/') {
        if let Some(Value::Object(members)) = json.pointer_mut(parent) {
            return members.shift_remove(&plain(name)).is_some();
        }
        pointer = parent;
    }
    false
}

/// The name in a part of a pointer.
pub(crate) fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
