//! Paths that cannot work.
//!
//! **What it finds.** Text that is no path (`mapping/path-syntax`), `@` where no `each` is around it
//! (`mapping/element-without-each`), and an `each` whose path has at most one hit (`mapping/single-each`).
//!
//! **Why it matters.** Such a path never finds what was meant, and every record would show it only at run
//! time, if at all.
//!
//! **Fails:** `Amount = "$.lines[.total"`, `each = "$.lines"`.
//!
//! **Passes:** `each = "$.lines[*]"` with `map.Amount = "@.total"`.

use crate::scene::visit::{Sites, TextSite};
use crate::{
    mapping::{Root, Way},
    path,
};
use engine_project::diag::{Diagnostic, Diagnostics, code};

pub(super) fn check(sites: &Sites<'_>, out: &mut Diagnostics) {
    for site in &sites.paths {
        parsed(*site, out);
    }
    for site in &sites.eaches {
        let text = &site.text.text;
        if let Some(Way::One(_)) = parsed(*site, out) {
            let single = Diagnostic::error(code::EACH_SINGLE, format!("`{text}` has at most one hit"))
                .at(site.text.place.clone(), "`each` needs a path to many elements");
            out.push(single.help(format!("write \"{text}[*]\" for the elements of a list")));
        }
    }
}

fn parsed(site: TextSite<'_>, out: &mut Diagnostics) -> Option<Way> {
    let text = &site.text.text;
    match path::parse(text) {
        Ok((Root::Element, _)) if !site.sight.has_item() => {
            let outside =
                Diagnostic::error(code::ELEMENT_OUTSIDE, format!("`{text}` has no `each` around it"))
                    .at(site.text.place_of(0..1), "`@` is the element of an `each`");
            out.push(outside.help("`$` is the record"));
            None
        }
        Ok((_, way)) => Some(way),
        Err(bad) => {
            let broken = Diagnostic::error(code::PATH_SYNTAX, format!("`{text}` is not a JSONPath"));
            out.push(broken.at(site.text.place_of(bad.bytes), bad.message));
            None
        }
    }
}
