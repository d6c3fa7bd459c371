//! Transforms that do not exist, or cannot use what they are given.
//!
//! **What it finds.** An unknown name (`mapping/unknown-transform`) and an argument that does not fit
//! (`mapping/transform-argument`).
//!
//! **Why it matters.** The mapping would not say what is done to a value.
//!
//! **Fails:** `transform = ["trimm"]`, `transform = [{ fit = "long" }]`.
//!
//! **Passes:** `transform = ["trim", { fit = 100 }]`.

use super::names::{with_names, with_texts};
use crate::{
    scene::{
        Scene,
        visit::{self, RuleSite},
    },
    transform::{BadArgument, Transform},
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    of_rules(scene, &visit::rules(entity), out);
}

/// The same for some rules.
pub(super) fn of_rules(scene: &Scene<'_>, sites: &[RuleSite<'_>], out: &mut Diagnostics) {
    let defaults = scene.defaults();
    for call in sites.iter().flat_map(|site| &site.rule.transform) {
        let name = &call.name;
        // Of a variable without a value nothing can be said.
        let Some(args) = scene.filled(&call.args) else { continue };
        match Transform::parse(name, &args, &defaults) {
            Ok(_) => {}
            Err(BadArgument::Unknown) => {
                let unknown =
                    Diagnostic::error(code::TRANSFORM_UNKNOWN, format!("there is no transform `{name}`"));
                let unknown = unknown.at(call.place.clone(), "");
                let names = Transform::NAMES.into_iter();
                // Of a transform with arguments the place is the whole table.
                out.push(if call.args.is_null() {
                    with_texts(unknown, name, names)
                } else {
                    with_names(unknown, name, names)
                });
            }
            Err(BadArgument::Needs(example)) => {
                let message = format!("transform `{name}` cannot use this argument");
                let bad = Diagnostic::error(code::TRANSFORM_ARGUMENT, message).at(call.place.clone(), "");
                out.push(bad.help(format!("it takes {example}")));
            }
            Err(BadArgument::Invalid(what)) => {
                let message = format!("transform `{name}` cannot use this argument: {what}");
                out.push(Diagnostic::error(code::TRANSFORM_ARGUMENT, message).at(call.place.clone(), ""));
            }
        }
    }
}
