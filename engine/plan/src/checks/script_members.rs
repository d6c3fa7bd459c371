//! Members that scripts read and that are not there.
//!
//! **What it finds.** `record.x`, `item.x`, `vars.x` and what follows them, in scripts and in the functions of
//! libraries that they call: a field that the stream does not have (`mapping/unknown-path`), a variable that the
//! pipeline does not declare (`mapping/unknown-variable`), a member of a list or of a plain value
//! (`mapping/path-shape`), and as a warning a member of something that may be missing
//! (`mapping/member-of-nothing`). Comparisons of a text with a number, too (`mapping/wrong-type`).
//!
//! **Why it matters.** The first gives nothing in every record, the others fail it.
//!
//! **Fails:** `script = "record.billing.citty"`.
//!
//! **Passes:** `script = "record.billing?.city"`.

use super::{
    names::nearest,
    types::{Judged, bytes_at, described},
};
use crate::scene::Scene;
use engine_project::{
    Place, Text,
    diag::{Diagnostic, Diagnostics, code},
};
use engine_script::{Finding, Problem};

pub(super) fn check(scene: &Scene<'_>, judged: &[Judged<'_>], out: &mut Diagnostics) {
    for script in judged {
        for finding in script.outcome.iter().flat_map(|inference| &inference.findings) {
            out.push(told(scene, script, finding));
        }
    }
}

fn told(scene: &Scene<'_>, script: &Judged<'_>, finding: &Finding) -> Diagnostic {
    let library = finding.library.as_ref();
    let library = library.and_then(|name| scene.file.libraries.iter().find(|library| library.name == *name));
    let text: &Text = library.map_or(script.site.text, |library| &library.text);
    let place = text.place_of(bytes_at(&text.text, finding.line, finding.column, finding.length));
    let found = problem(&finding.problem, place);
    if library.is_some() { found.and(script.site.text.place.clone(), "called from here") } else { found }
}

fn problem(problem: &Problem, place: Place) -> Diagnostic {
    match problem {
        Problem::UnknownField { of, name, known } => {
            let message = format!("`{of}` has no field `{name}`");
            let unknown = Diagnostic::error(code::PATH_UNKNOWN, message).at(place.clone(), "");
            mended(unknown, place, name, known)
        }
        Problem::UnknownVar { name, known } => {
            let message = format!("there is no variable `{name}`");
            let unknown = Diagnostic::error(code::VARIABLE_UNKNOWN, message).at(place.clone(), "");
            mended(unknown, place, name, known)
        }
        Problem::NotOnNothing { of } => {
            let message = format!("`{of}` may be missing, and reading a member of nothing fails the record");
            let found = Diagnostic::warning(code::MEMBER_OF_NOTHING, message).at(place, "");
            found.help(format!("write `{of}?.` to get nothing instead"))
        }
        Problem::NotAnObject { of, name, is } => {
            let message = format!("`{of}` is {} and has no member `{name}`", described(is));
            Diagnostic::error(code::PATH_SHAPE, message).at(place, "")
        }
        Problem::Incomparable { operator, left, right } => {
            let (left, right) = (described(left), described(right));
            let message =
                format!("`{operator}` compares {left} with {right}, which are never equal and have no order");
            let found = Diagnostic::error(code::VALUE_TYPE, message).at(place, "");
            found.help("read the text as a number: `record.total.to_decimal()`")
        }
    }
}

/// The name that was meant, and the fix where the place is just the name.
fn mended(found: Diagnostic, place: Place, name: &str, known: &[String]) -> Diagnostic {
    let (found, near) = nearest(found, name, known.iter().map(String::as_str));
    match near.filter(|_| place.end - place.start == name.len()) {
        Some(near) => found.fix(place, near),
        None => found,
    }
}
