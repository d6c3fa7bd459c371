//! Transforms of values that they cannot work on, or that they may change.
//!
//! **What it finds.** A transform that no value of its input can pass (`mapping/transform-failed`), and as notes one
//! that some values may not pass, and one that may lose something, such as `fit` (`mapping/lossy`).
//!
//! **Why it matters.** The first would fail every record. The others do what they say: it is good to know where.
//!
//! **Fails:** `{ path = "$.paid", transform = ["timestamp_utc"] }` for a field that is true or false.
//!
//! **Passes:** `{ path = "$.paid_at", transform = ["timestamp_utc"] }`.

use super::types::{Chain, Step, described};
use engine_project::diag::{Diagnostic, Diagnostics, code};

pub(super) fn check(chain: &Chain<'_>, out: &mut Diagnostics) {
    for step in &chain.steps {
        out.extend(one(step));
    }
    // Once is enough for a rule.
    let loss = chain.steps.iter().find_map(|step| Some((step, step.output.as_ref().ok()?.lossy.as_ref()?)));
    if let Some((step, loss)) = loss {
        let note = Diagnostic::note(code::LOSSY, format!("transform `{}` {loss}", step.call.name));
        out.push(note.at(step.call.place.clone(), ""));
    }
}

fn one(step: &Step<'_>) -> Option<Diagnostic> {
    let (name, input) = (&step.call.name, described(&step.input));
    match &step.output {
        Err(mismatch) => {
            let message = format!("transform `{name}` needs {}, and what it gets is {input}", mismatch.needs);
            Some(Diagnostic::error(code::TRANSFORM_FAILED, message).at(step.call.place.clone(), ""))
        }
        Ok(output) if output.can_fail && !step.input.is_any() => {
            let message = format!("transform `{name}` gets {input}: what it cannot read fails its record");
            Some(Diagnostic::note(code::TRANSFORM_FAILED, message).at(step.call.place.clone(), ""))
        }
        Ok(_) => None,
    }
}
