//! What is checked before a pipeline is lowered.
//!
//! One rule is one file: its head is its manual page, and one function says everything that breaks the rule.
//! Checks do not depend on each other; a name that the loader refused is not reported again as missing.

mod bad_path;
mod bad_script;
mod cycle;
mod missing_field;
mod nothing_offered;
mod on_in_key;
mod reference_in_key;
mod setting;
mod transform;
mod unknown_cursor;
mod unknown_field;
mod unknown_lookup;
mod unknown_need;
mod unknown_object;
mod unknown_reference;
mod unknown_stream;
mod unknown_write_field;
pub(crate) mod visit;

#[cfg(test)]
mod tests;

use crate::compile::Scene;
use engine_project::diag::{Diagnostic, Diagnostics, suggest};

/// Runs every check.
pub(crate) fn run(scene: &Scene<'_>, out: &mut Diagnostics) {
    setting::check(scene, out);
    nothing_offered::check(scene, out);
    cycle::check(scene, out);
    for entity in scene.file.entities.values() {
        unknown_stream::check(scene, entity, out);
        unknown_cursor::check(scene, entity, out);
        unknown_object::check(scene, entity, out);
        unknown_need::check(scene, entity, out);
        unknown_write_field::check(scene, entity, out);
        unknown_field::check(scene, entity, out);
        missing_field::check(scene, entity, out);
        bad_path::check(entity, out);
        bad_script::check(entity, out);
        transform::check(entity, out);
        unknown_lookup::check(scene, entity, out);
        unknown_reference::check(scene, entity, out);
        reference_in_key::check(entity, out);
        on_in_key::check(scene, entity, out);
    }
}

/// Adds *did you mean*, or else the list of names when it is short.
fn with_names<'a>(diagnostic: Diagnostic, name: &str, names: impl Iterator<Item = &'a str>) -> Diagnostic {
    nearest(diagnostic, name, names).0
}

/// The same, and the change that mends it, where the diagnostic points at a text that is just the name.
fn with_texts<'a>(diagnostic: Diagnostic, name: &str, names: impl Iterator<Item = &'a str>) -> Diagnostic {
    let (diagnostic, near) = nearest(diagnostic, name, names);
    fixed(diagnostic, near.map(quoted))
}

/// The same, where the diagnostic points at a key.
fn with_keys<'a>(diagnostic: Diagnostic, name: &str, names: impl Iterator<Item = &'a str>) -> Diagnostic {
    let (diagnostic, near) = nearest(diagnostic, name, names);
    let is_bare = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    fixed(diagnostic, near.map(|near| if is_bare(near) { near.to_owned() } else { quoted(near) }))
}

/// Offers to replace what the diagnostic points at.
fn fixed(diagnostic: Diagnostic, replacement: Option<String>) -> Diagnostic {
    match (replacement, diagnostic.place().cloned()) {
        (Some(replacement), Some(place)) => diagnostic.fix(place, replacement),
        _ => diagnostic,
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn nearest<'a>(
    diagnostic: Diagnostic,
    name: &str,
    names: impl Iterator<Item = &'a str>,
) -> (Diagnostic, Option<&'a str>) {
    let names: Vec<&str> = names.collect();
    let near = suggest(name, names.iter().copied());
    let told = match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if names.is_empty() || names.len() > MOST_LISTED => diagnostic,
        None => {
            let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("there is {}", list.join(", ")))
        }
    };
    (told, near)
}

/// A longer list of names is no help.
const MOST_LISTED: usize = 16;
