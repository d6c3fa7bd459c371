//! hooks.rhai and connector.toml: each page that wants the hook has it, and the hook has such a page.

use super::Scene;
use crate::{
    manifest::PageKind,
    problem::{Problem, ProblemKind},
    script::{HOOKS, Script},
};

pub(super) fn check(scene: &Scene<'_>, script: Option<&Script>, out: &mut Vec<Problem>) {
    // One that does not compile has had its problem already.
    if script.is_none() && scene.files.contains_key(HOOKS) {
        return;
    }
    let pages = &scene.manifest.page;
    let hooked = pages.iter().find(|(_, page)| page.kind == PageKind::Hook);
    match (script.is_some_and(|script| script.has("next_page")), hooked) {
        (false, Some((name, _))) => {
            let message = "this kind needs the hook `next_page` in hooks.rhai";
            out.push(scene.problem(&["page", name, "kind"], message).of(ProblemKind::Hook));
        }
        (true, None) => {
            let message = "no page of connector.toml has `kind = \"hook\"`, so that nobody calls `next_page`";
            out.push(Problem::new(HOOKS, 0..0, message).of(ProblemKind::Hook));
        }
        _ => {}
    }
}
