//! Lookups and libraries that nothing uses.
//!
//! **What it finds.** As a warning, a lookup that no rule names (`lookup/unused`), and a library that no
//! script and no other library calls (`library/unused`).
//!
//! **Why it matters.** Someone keeps it up to date in vain, or a rule names another one by mistake.
//!
//! **Fails:** `[lookup.stage]` when no rule says `lookup = "stage"`.
//!
//! **Passes:** the same with `status = { path = "$.status", lookup = "stage" }`.

use crate::scene::{Scene, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Lookup,
};
use std::collections::BTreeSet;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    // What was refused may have used them.
    if !scene.file.incomplete.is_empty() {
        return;
    }
    let compared = scene.file.reconcile.iter().flat_map(visit::compared_rules);
    let sites = scene.file.entities.values().flat_map(visit::rules).chain(compared);
    let named: BTreeSet<&str> = sites.filter_map(|site| site.rule.lookup.as_deref()).collect();
    // A name that is not known may be the misspelt one of a lookup.
    let all_known = named.iter().all(|name| scene.file.lookups.contains_key(*name));
    let is_unused = |lookup: &&Lookup| all_known && !named.contains(lookup.name.as_str());
    for lookup in scene.file.lookups.values().filter(is_unused) {
        let unused =
            Diagnostic::warning(code::LOOKUP_UNUSED, format!("no rule uses lookup `{}`", lookup.name));
        out.push(unused.at(lookup.place.clone(), "").help("remove it, or name it in a rule"));
    }
    let mut texts = visit::all_scripts(scene.file);
    texts.extend(scene.file.libraries.iter().map(|library| library.text.text.as_str()));
    for library in &scene.file.libraries {
        let call = format!("{}::", library.name);
        if !texts.iter().any(|text| text.contains(&call)) {
            let message = format!("no script calls library `{}`", library.name);
            let unused = Diagnostic::warning(code::LIBRARY_UNUSED, message).at(library.place.clone(), "");
            out.push(unused.help("remove it from `libraries`"));
        }
    }
}
