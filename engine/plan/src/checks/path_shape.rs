//! Paths that take a value for something else.
//!
//! **What it finds.** A member of a list without `[*]`, a member, an element or the parts of a plain value, and
//! an element of an object, where the fields of the stream are known; and as a warning `[*]` on an object whose
//! members are known.
//!
//! **Why it matters.** The path never finds anything, or takes the members of an object for the elements of a
//! list.
//!
//! **Fails:** `Names = "$.categories.name"`.
//!
//! **Passes:** `Names = "$.categories[*].name"`.

use super::types::Lost;
use crate::{
    path::Part,
    scene::{
        Content, Misstep, Scene, Shape, steps,
        visit::{Sites, TextSite},
    },
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(
    scene: &Scene<'_>,
    entity: &Entity,
    sites: &Sites<'_>,
    lost: &[Lost<'_>],
    out: &mut Diagnostics,
) {
    for lost in lost {
        let Some((message, help)) = wrong(entity, lost) else { continue };
        let found = Diagnostic::error(code::PATH_SHAPE, message).at(lost.place(), "");
        let found = lost.declared(found, scene, entity);
        out.push(match help {
            Some(help) => found.help(help),
            None => found,
        });
    }
    for site in sites.paths.iter().chain(&sites.eaches) {
        out.extend(all_members(*site));
    }
}

fn wrong(entity: &Entity, lost: &Lost<'_>) -> Option<(String, Option<String>)> {
    let holder = lost.holder(entity);
    match lost.misstep {
        Misstep::Unknown { .. } => None,
        Misstep::MemberOfList { element } => {
            let Part::Name(name) = &lost.segment.part else { return None };
            let before = lost.before();
            let help = match element.content() {
                Content::Scalar(kind) => format!("its elements are {}: use `{before}[*]`", kind.as_str()),
                _ => format!("use `{before}[*].{name}` for all, or `{before}[0].{name}` for the first"),
            };
            Some((format!("{holder} is a list and has no member `{name}`"), Some(help)))
        }
        Misstep::MemberOfScalar(kind) => {
            Some((format!("{holder} is {} and has no members", kind.as_str()), None))
        }
        Misstep::IndexOfOther { what } => Some((format!("{holder} is {what} and has no elements"), None)),
        Misstep::PartsOfScalar(kind) => {
            Some((format!("{holder} is {} and has no parts", kind.as_str()), None))
        }
    }
}

/// A warning for `[*]` on an object that is no list.
fn all_members(site: TextSite<'_>) -> Option<Diagnostic> {
    let (root, segments) = steps(site.text).filter(|_| !site.sight.is_blind())?;
    let start = site.sight.start(root)?;
    let (index, segment) = segments.iter().enumerate().find(|(_, segment)| segment.part == Part::All)?;
    let holder = start.along(segments.get(..index)?).ok()?.shape;
    let is_object = matches!(holder.content(), Content::Object { is_open: false, .. });
    let before = site.text.text.get(..segment.whole.start)?;
    (is_object && !matches!(holder, Shape::Unknown)).then(|| {
        let message = format!("`{before}` is an object: `[*]` takes the values of all its members");
        Diagnostic::warning(code::PATH_SHAPE, message)
            .at(site.text.place_of(segment.bytes.clone()), "")
            .help("name the member that is meant")
    })
}
