//! Required fields whose value may be missing.
//!
//! **What it finds.** As a warning, rules for a required field that may have no value; as an error those that never
//! have one, where that is known.
//!
//! **Why it matters.** A create without the field is refused.
//!
//! **Fails:** `DisplayName = "$.billing.company"` where a record may be without.
//!
//! **Passes:** the same with a second path, a `default`, or with `required = true`, which says that such records
//! shall fail.

use super::types::{FieldSite, Typed, label};
use engine_project::diag::{Diagnostic, Diagnostics, code};

pub(super) fn check(site: &FieldSite<'_>, typed: Option<&Typed<'_>>, out: &mut Diagnostics) {
    let Some(typed) = typed.filter(|typed| site.field.required && typed.on_create.nullable) else { return };
    // Where nothing is known of a source, nothing is said: it may well always be there.
    let Some((rule, _)) = typed.rules.first().filter(|_| typed.is_known) else { return };
    let names: Vec<String> = typed.rules.iter().map(|(rule, _)| label(rule)).collect();
    let never = typed.on_create.bases.is_empty();
    let (make, has): (fn(_, _) -> _, _) = if never {
        (Diagnostic::error, "never has a value")
    } else {
        (Diagnostic::warning, "may have no value")
    };
    let message =
        format!("{} {has}, and `{}` of `{}` is required", names.join(" or "), site.path, site.object);
    let found: Diagnostic = make(code::VALUE_REQUIRED, message);
    out.push(found.at(rule.place.clone(), "").help(
        "give it a `default` or another path to fall back to, or say `required = true` to fail such records",
    ));
}
