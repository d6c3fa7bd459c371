//! Variables that nobody declares, and those that nobody uses.
//!
//! **What it finds.** A `{ var = "..." }` that no `[vars]` of the pipeline declares (`mapping/unknown-variable`): in
//! rules, in what transforms are given, in filters and options. And as a warning a variable that is declared and
//! never used (`var/unused`).
//!
//! **Why it matters.** There would be no value; and what tenants set would change nothing.
//!
//! **Fails:** `{ var = "prefx" }` beside `[vars.prefix]`.
//!
//! **Passes:** `{ var = "prefix" }`.

use super::names::with_texts;
use crate::scene::{
    Scene,
    visit::{self, RuleSite},
};
use engine_project::{
    Place,
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::Source,
    toml::child,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A name of a variable where it is used.
type Use = (String, Place);

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let mut uses = Vec::new();
    for side in scene.file.source.iter().chain(&scene.file.target) {
        in_settings(
            scene,
            &Json::Object(side.options.clone()),
            &format!("{}/options", side.pointer),
            &mut uses,
        );
    }
    scene.file.entities.values().for_each(|entity| in_entity(scene, entity, &mut uses));
    let compared: Vec<_> = scene.file.reconcile.iter().flat_map(visit::compared_rules).collect();
    in_rules(scene, &compared, &mut uses);
    let vars = &scene.file.vars;
    for (name, place) in &uses {
        if vars.contains_key(name) || name.is_empty() || scene.is_refused(&["vars", name]) {
            continue;
        }
        let unknown = Diagnostic::error(code::VARIABLE_UNKNOWN, format!("there is no variable `{name}`"));
        out.push(with_texts(unknown.at(place.clone(), ""), name, vars.keys().map(String::as_str)));
    }
    let named: BTreeSet<&str> = uses.iter().map(|(name, _)| name.as_str()).collect();
    let texts = visit::all_scripts(scene.file);
    // A name that is not known may be the misspelt one of a variable.
    let all_known = uses.iter().all(|(name, _)| vars.contains_key(name));
    for var in vars.values().filter(|_| all_known) {
        let is_used = named.contains(var.name.as_str()) || texts.iter().any(|text| reads(text, &var.name));
        if !is_used && scene.file.incomplete.is_empty() {
            let unused =
                Diagnostic::warning(code::VAR_UNUSED, format!("variable `{}` is never used", var.name));
            out.push(unused.at(var.place.clone(), "").help("remove it, and what tenants set for it"));
        }
    }
}

fn in_entity(scene: &Scene<'_>, entity: &Entity, uses: &mut Vec<Use>) {
    for (settings, name) in [(&entity.source.filter, "/source/filter"), (&entity.source.options, "/source")] {
        in_settings(scene, &Json::Object(settings.clone()), &format!("{}{name}", entity.pointer), uses);
    }
    in_rules(scene, &visit::rules(entity), uses);
}

fn in_rules(scene: &Scene<'_>, sites: &[RuleSite<'_>], uses: &mut Vec<Use>) {
    for site in sites {
        if let Source::Var(variable) = &site.rule.source {
            uses.push((variable.name.clone(), variable.place.clone()));
        }
        for (index, call) in site.rule.transform.iter().enumerate() {
            let pointer = child(&format!("{}/transform/{index}", site.rule.pointer), &call.name);
            in_settings(scene, &call.args, &pointer, uses);
        }
    }
}

/// The variables inside settings that stand at a pointer.
fn in_settings(scene: &Scene<'_>, settings: &Json, pointer: &str, uses: &mut Vec<Use>) {
    match settings {
        Json::Object(table) => {
            if let Some(name) = super::filter::variable(settings) {
                uses.push((name.to_owned(), scene.file.place(&format!("{pointer}/var"))));
            }
            table.iter().for_each(|(key, value)| in_settings(scene, value, &child(pointer, key), uses));
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                in_settings(scene, item, &format!("{pointer}/{index}"), uses);
            }
        }
        _ => {}
    }
}

/// Whether a script may read a variable: by its name, or because it hands on all of them.
fn reads(script: &str, name: &str) -> bool {
    script.split("vars").skip(1).any(|rest| match rest.trim_start().strip_prefix('.') {
        Some(member) => {
            let member = member.trim_start();
            let end = member.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(member.len());
            member.get(..end) == Some(name)
        }
        None => true,
    })
}
