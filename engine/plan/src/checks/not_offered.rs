//! Policies that a target object does not offer.
//!
//! **What it finds.** A word of `write.delete`, `on_cancel`, `when_closed` or `name_taken` that is none of those
//! that the target object offers, `write.replace_within` for objects that cannot be deleted, and a rule with
//! `marker` for a field that cannot carry one; where it is known what the object offers.
//!
//! **Why it matters.** The write would fail on the day on which it is needed.
//!
//! **Fails:** `delete = "delete"` for customers of QuickBooks, which can only be made inactive.
//!
//! **Passes:** `delete = "deactivate"`.

use super::{names::nearest, types::Mapped};
use crate::scene::{Scene, visit};
use engine_contract::Offer;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::Node,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    for (object, _) in visit::objects(entity) {
        let Some(offer) = scene.policies(object) else { continue };
        let settings = [
            ("delete", &offer.delete, Some("keep")),
            ("on_cancel", &offer.on_cancel, Some("keep")),
            ("when_closed", &offer.when_closed, None),
            ("name_taken", &offer.name_taken, None),
        ];
        for (setting, offered, always) in settings {
            out.extend(word(scene, entity, (setting, object), offered, always));
        }
        if !entity.write.replace_within.is_empty() && offer.delete.is_empty() {
            let place = scene.file.key_place(&format!("{}/write/replace_within", entity.pointer));
            let message = format!("`{object}` cannot be deleted, which `replace_within` does");
            out.push(Diagnostic::error(code::NOT_OFFERED, message).at(place, ""));
        }
    }
}

fn word(
    scene: &Scene<'_>,
    entity: &Entity,
    (setting, object): (&str, &str),
    offered: &[String],
    always: Option<&str>,
) -> Option<Diagnostic> {
    let pointer = format!("{}/write/{setting}", entity.pointer);
    // Only what the file says: what it leaves out asks for nothing.
    let word = scene.file.document.get(&pointer)?.as_str()?;
    if Some(word) == always || offered.iter().any(|offered| offered == word) {
        return None;
    }
    let message = format!("`{object}` does not offer `{setting} = \"{word}\"`");
    let found = Diagnostic::error(code::NOT_OFFERED, message).at(scene.file.place(&pointer), "");
    let offered: Vec<&str> = always.into_iter().chain(offered.iter().map(String::as_str)).collect();
    Some(if offered.is_empty() {
        found.help("remove the line: the object has no such setting")
    } else {
        nearest(found, word, offered.into_iter()).0
    })
}

/// Rules with `marker` whose field cannot carry one.
pub(super) fn markers(scene: &Scene<'_>, mapped: &Mapped<'_>, out: &mut Diagnostics) {
    for site in &mapped.fields {
        let Some(Offer { marker, .. }) = scene.policies(site.object) else { continue };
        let Node::Rules(rules) = &site.member.node else { continue };
        let Some(rule) = rules.iter().find(|rule| rule.marker && !marker.contains(&site.path)) else {
            continue;
        };
        let place = scene.file.key_place(&format!("{}/marker", rule.pointer));
        let message = format!("`{}` of `{}` cannot carry the engine's marker", site.path, site.object);
        let found = Diagnostic::error(code::NOT_OFFERED, message).at(place, "");
        out.push(if marker.is_empty() {
            found.help("remove `marker`: the object carries none")
        } else {
            nearest(found, &site.path, marker.iter().map(String::as_str)).0
        });
    }
}
