//! *Did you mean*: names that come close, and the change that mends it.

use engine_project::diag::{Diagnostic, suggest};

/// Adds *did you mean*, or else the list of names when it is short.
pub(super) fn with_names<'a>(
    diagnostic: Diagnostic,
    name: &str,
    names: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    nearest(diagnostic, name, names).0
}

/// The same, and the change that mends it, where the diagnostic points at a text that is just the name.
pub(super) fn with_texts<'a>(
    diagnostic: Diagnostic,
    name: &str,
    names: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let (diagnostic, near) = nearest(diagnostic, name, names);
    fixed(diagnostic, near.map(quoted))
}

/// The same, where the diagnostic points at a key.
pub(super) fn with_keys<'a>(
    diagnostic: Diagnostic,
    name: &str,
    names: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let (diagnostic, near) = nearest(diagnostic, name, names);
    let is_bare = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    fixed(diagnostic, near.map(|near| if is_bare(near) { near.to_owned() } else { quoted(near) }))
}

/// Offers to replace what the diagnostic points at.
pub(super) fn fixed(diagnostic: Diagnostic, replacement: Option<String>) -> Diagnostic {
    match (replacement, diagnostic.place().cloned()) {
        (Some(replacement), Some(place)) => diagnostic.fix(place, replacement),
        _ => diagnostic,
    }
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn nearest<'a>(
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
