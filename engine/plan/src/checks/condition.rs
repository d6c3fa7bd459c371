//! Conditions that answer neither yes nor no.
//!
//! **What it finds.** A script of `when` or of an assert that never gives true or false; and as a warning one that
//! may give something else, where that is known.
//!
//! **Why it matters.** Whatever is neither true nor false fails the record.
//!
//! **Fails:** `when = "record.status"`.
//!
//! **Passes:** `when = "record.status == \"paid\""`.

use super::types::{Judged, described};
use crate::types::{Base, Type};
use engine_project::diag::{Diagnostic, Diagnostics, code};

pub(super) fn check(judged: &[Judged<'_>], out: &mut Diagnostics) {
    for script in judged.iter().filter(|script| script.is_condition) {
        let Ok(inference) = &script.outcome else { continue };
        let place = script.site.text.place.clone();
        let ty = &inference.result;
        if ty.is_any() || is_sure(ty) {
            continue;
        }
        out.push(if ty.bases.contains(&Base::Boolean) {
            let other = if ty.nullable { "nothing".to_owned() } else { described(ty) };
            let message = format!("this condition may give {other}, which fails the record");
            let found = Diagnostic::warning(code::CONDITION, message).at(place, "");
            found.help("compare: `... == true`")
        } else {
            let message = format!("this condition gives {}, not true or false", described(ty));
            Diagnostic::error(code::CONDITION, message).at(place, "").help("compare it with something")
        });
    }
}

fn is_sure(ty: &Type) -> bool {
    !ty.nullable && ty.bases.iter().all(|base| *base == Base::Boolean)
}
