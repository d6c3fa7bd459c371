//! `[tables]`: a connector of it lists nothing, and says how much goes at once.

use super::Scene;
use crate::problem::Problem;
use engine_contract::EffectClass;

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    let Some(tables) = &scene.manifest.tables else { return };
    let mut say = |key: &str, message: &str| out.push(scene.problem(&["tables", key], message));
    if scene.manifest.base.is_none() {
        say("kind", "`[tables]` needs `[base]`");
    }
    if !scene.manifest.stream.is_empty() || !scene.manifest.object.is_empty() {
        say("kind", "with `[tables]` no stream and no object is listed: they are what the service says");
    }
    if scene.manifest.target.effect != Some(EffectClass::NaturalKey) {
        say("kind", "tables are written by upserts: `[target]` says `effect = \"natural_key\"`");
    }
    let numbers = [
        ("page_rows", tables.page_rows),
        ("write_rows", tables.write_rows),
        ("write_bytes", tables.write_bytes),
        ("address_keys", tables.address_keys),
        ("address_bytes", tables.address_bytes),
    ];
    for (key, _) in numbers.into_iter().filter(|(_, number)| *number == 0) {
        say(key, "it must be above 0");
    }
}
