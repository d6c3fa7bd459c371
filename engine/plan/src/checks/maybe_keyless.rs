//! Parts of keys that may be missing.
//!
//! **What it finds.** A note: a part of a key, or of a reference's key, whose value may be missing or an empty text.
//!
//! **Why it matters.** A record without it has no key: it fails, or its reference leads nowhere.
//!
//! **Noted:** `key = ["$.billing.email"]`, where guests may leave the e-mail out.
//!
//! **Not noted:** `key = ["$.id"]` of a stream whose `id` is always there.

use super::types::{Chain, label};
use crate::{scene::visit::RuleSite, types::Base};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    rule::Source,
};

pub(super) fn check(site: &RuleSite<'_>, chain: &Chain<'_>, out: &mut Diagnostics) {
    // A lookup gives what its author wrote; a record is asked for by what the source says.
    let is_of_record = matches!(site.rule.source, Source::Path(_) | Source::Script(_));
    if !site.in_key || !chain.is_known || !is_of_record || site.rule.lookup.is_some() {
        return;
    }
    let may_be_empty = chain.result.bases.contains(&Base::Text) && chain.result.one_of.is_none();
    if chain.result.nullable || may_be_empty {
        let message = format!("{} may be missing or empty, and the key needs it", label(site.rule));
        let note = Diagnostic::note(code::KEY_MISSING, message).at(site.rule.place.clone(), "");
        out.push(note.help("a record without it fails, unless a condition leaves it out"));
    }
}
