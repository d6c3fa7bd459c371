//! Paths to fields that the stream does not have.
//!
//! **What it finds.** A step of a path to a member that is not there, where the fields of the stream are known:
//! in rules, keys, `each`, lookups and in the conditions of filters. An open object may have any member, so
//! nothing is said of it.
//!
//! **Why it matters.** The path never finds anything: the field would stay empty in every record.
//!
//! **Fails:** `City = "$.billing.citty"`.
//!
//! **Passes:** `City = "$.billing.city"`.

use super::{names::nearest, types::Lost};
use crate::{
    path::Part,
    scene::{Misstep, Scene},
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, lost: &[Lost<'_>], out: &mut Diagnostics) {
    for lost in lost {
        let Misstep::Unknown { fields } = lost.misstep else { continue };
        let name = match &lost.segment.part {
            Part::Name(name) => name.as_str(),
            _ => "meta_data",
        };
        let message = format!("{} has no field `{name}`", lost.holder(entity));
        let unknown = Diagnostic::error(code::PATH_UNKNOWN, message).at(lost.place(), "");
        let unknown = lost.declared(unknown, scene, entity);
        let (unknown, near) = nearest(unknown, name, fields.iter().map(|field| field.name.as_str()));
        out.push(match near.filter(|near| is_plain(near) && lost.segment.is_name()) {
            Some(near) => unknown.fix(lost.place(), near),
            None => unknown,
        });
    }
}

/// Whether a name stands in a path without quotes and escapes.
fn is_plain(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
