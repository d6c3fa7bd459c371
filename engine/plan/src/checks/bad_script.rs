//! Scripts that do not compile.
//!
//! **What it finds.** Bad syntax, unknown variables (`item` outside an `each` too), unknown functions, assignments
//! to the record: in scripts, conditions, asserts and libraries.
//!
//! **Why it matters.** The script would fail every record.
//!
//! **Fails:** `when = "record.total >"`.
//!
//! **Passes:** `when = "record.total.to_decimal() > 0"`.

use super::types::{Judged, bytes_at};
use crate::scene::Scene;
use engine_project::{
    Text,
    diag::{Diagnostic, Diagnostics, code},
};
use engine_script::{Libraries, ScriptError};

pub(super) fn check(judged: &[Judged<'_>], out: &mut Diagnostics) {
    for script in judged {
        if let Err(error) = &script.outcome {
            out.push(broken("script", script.site.text, error));
        }
    }
}

/// The libraries, compiled; nothing when one of them is broken or missing.
pub(in crate::checks) fn libraries(scene: &Scene<'_>, out: &mut Diagnostics) -> Option<Libraries> {
    let libraries = &scene.file.libraries;
    let texts: Vec<(&str, &str)> =
        libraries.iter().map(|library| (library.name.as_str(), library.text.text.as_str())).collect();
    match Libraries::compile(&texts) {
        Ok(_) if scene.file.incomplete.iter().any(|pointer| pointer.contains("libraries")) => None,
        Ok(compiled) => Some(compiled),
        Err((index, error)) => {
            let library = libraries.get(index)?;
            let what = format!("library `{}`", library.name);
            out.push(broken(&what, &library.text, &error).and(library.place.clone(), "it is named here"));
            None
        }
    }
}

fn broken(what: &str, text: &Text, error: &ScriptError) -> Diagnostic {
    let place = text.place_of(bytes_at(&text.text, error.line, error.column, 1));
    let what = if what == "script" { "the script".to_owned() } else { what.to_owned() };
    let message = format!("{what} does not compile: {}", error.message);
    Diagnostic::error(code::SCRIPT_SYNTAX, message).at(place, "")
}
