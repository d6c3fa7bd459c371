//! Paths that find more or less than they seem to.
//!
//! **What it finds.** A filter that compares with a fraction (`mapping/inexact-filter`), and `..`, which walks
//! through everything (`mapping/descendants`).
//!
//! **Why it matters.** Filters compare numbers as binary fractions, in which `0.1` has no exact value; and a text
//! such as `"12.50"` is no number to them. A `..` finds fields of the same name wherever they are, also those
//! that a plugin adds tomorrow.
//!
//! **Fails:** `"$.lines[?@.total > 0.1].id"`, `"$..email"`.
//!
//! **Passes:** a script that says `item.total.to_decimal() > "0.1".to_decimal()`; `"$.billing.email"`.

use crate::{
    path::{Part, fraction},
    scene::{
        steps,
        visit::{Sites, TextSite},
    },
};
use engine_project::diag::{Diagnostic, Diagnostics, code};

pub(super) fn check(sites: &Sites<'_>, out: &mut Diagnostics) {
    for site in sites.paths.iter().chain(&sites.eaches) {
        one(*site, out);
    }
}

fn one(site: TextSite<'_>, out: &mut Diagnostics) {
    let Some((_, segments)) = steps(site.text) else { return };
    let text = &site.text.text;
    for segment in segments {
        match &segment.part {
            Part::Filter(condition) => {
                let Some(number) = fraction(text, condition.clone()) else { continue };
                let message = format!("`{text}` compares a fraction, which a filter does not do exactly");
                let found =
                    Diagnostic::warning(code::FILTER_FRACTION, message).at(site.text.place_of(number), "");
                out.push(found.help("compare exact decimals in a script: `\"0.10\".to_decimal()`"));
            }
            Part::Descendants => {
                let message = format!("`{text}` walks through the whole record");
                let place = site.text.place_of(segment.bytes.clone());
                let found = Diagnostic::warning(code::PATH_DESCENDANTS, message).at(place, "");
                out.push(found.help("name the way: `..` also finds fields that were not meant"));
            }
            _ => {}
        }
    }
}
