//! Settings and options: their defaults and examples are values that they take.

use super::Scene;
use crate::{
    check,
    manifest::{Kind, Setting},
    problem::Problem,
};
use std::collections::BTreeMap;

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    let manifest = scene.manifest;
    all(scene, &["settings"], &manifest.settings, out);
    all(scene, &["source", "options"], &manifest.source.options, out);
    all(scene, &["target", "options"], &manifest.target.options, out);
    for (side, options) in [("source", &manifest.source.options), ("target", &manifest.target.options)] {
        for name in options.keys().filter(|name| manifest.settings.contains_key(*name)) {
            out.push(scene.problem(&[side, "options", name], format!("`{name}` is a setting already")));
        }
    }
}

fn all(scene: &Scene<'_>, path: &[&str], settings: &BTreeMap<String, Setting>, out: &mut Vec<Problem>) {
    for (name, setting) in settings {
        let mut say = |key: &str, message: &str| {
            let place: Vec<_> = path.iter().copied().chain([name.as_str(), key]).collect();
            out.push(scene.problem(&place, message));
        };
        if setting.kind == Kind::Date {
            say("type", "only filters can be a `date`");
        }
        if (setting.kind == Kind::OneOf) == setting.one_of.is_empty() {
            say("one_of", "`one_of` goes with `type = \"one_of\"`");
        }
        if setting.required && setting.default.is_some() {
            say("default", "a setting with a default is not required");
        }
        if setting.kind == Kind::Secret && setting.default.is_some() {
            say("default", "a secret has no default");
        }
        if setting.default.as_ref().is_some_and(|value| check::fits(setting, "", value).is_err()) {
            say("default", "the setting does not take this value");
        }
        if setting.example.as_ref().is_some_and(|value| check::fits(setting, "", value).is_err()) {
            say("example", "the setting does not take this value");
        }
    }
}
