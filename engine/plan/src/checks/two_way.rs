//! Entities whose changes flow both ways.
//!
//! **What it finds.** `direction = "two_way"` where changes cannot flow back: the records are made from parts or from several
//! records, the source cannot be written, the target cannot be read; and fields whose rules do not run backwards.
//!
//! **Why it matters.** A change that somebody makes in the target would be lost, or overwritten, without a word.
//!
//! **Fails:** `map.DisplayName = { script = "record.first_name + ' ' + record.last_name" }` alone.
//!
//! **Passes:** the same with `conflict_fields.DisplayName = "source_wins"`.

use crate::{
    compile::{is_two_way, reversed},
    scene::Scene,
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    model::Conflict,
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    if !is_two_way(entity) {
        return;
    }
    let place = scene.file.place(&format!("{}/direction", entity.pointer));
    if let Some((why, help)) = obstacle(scene, entity) {
        let message = format!("changes of `{}` cannot flow back: {why}", entity.name);
        out.push(Diagnostic::error(code::NOT_TWO_WAY, message).at(place, "").help(help));
        return;
    }
    let newest = entity.policy.conflict == Conflict::NewestWins
        || entity.policy.conflict_fields.values().any(|(conflict, _)| *conflict == Conflict::NewestWins);
    if newest && scene.stream(entity).is_some_and(|stream| stream.cursors.is_empty()) {
        let message = format!(
            "nobody can tell which side of `{}` is newer: stream `{}` does not say when a record changed",
            entity.name, entity.from
        );
        let found = Diagnostic::error(code::NOT_TWO_WAY, message).at(place, "");
        out.push(found.help("say who wins: `source_wins`, `target_wins` or `manual`"));
    }
    for problem in reversed(scene, entity).map(|found| found.problems).unwrap_or_default() {
        let found = Diagnostic::error(code::NOT_REVERSIBLE, problem.message).at(problem.place, "");
        out.push(found.help(problem.help));
    }
}

/// What keeps an entity from flowing back, and what helps.
fn obstacle(scene: &Scene<'_>, entity: &Entity) -> Option<(String, String)> {
    let own = "let it read a stream of its own, record by record".to_owned();
    if entity.has_elements {
        return Some(("its records are parts of others".to_owned(), own));
    }
    if !entity.key.is_empty() {
        return Some(("its `key` makes one object of several records".to_owned(), own));
    }
    let Some(object) = &entity.to else {
        return Some(("it has several routes".to_owned(), "let it have one target object: `to`".to_owned()));
    };
    if entity.when_ref.is_some() {
        let help = "take `when_ref` away, or let changes flow one way".to_owned();
        return Some(("whether it is taken depends on another record".to_owned(), help));
    }
    if entity.write.shared {
        return Some(("several records may share one object".to_owned(), own));
    }
    if !entity.write.update {
        let help = "take `write.update` away, or let changes flow one way".to_owned();
        return Some(("`write.update = false` leaves its objects as they were made".to_owned(), help));
    }
    let one_way = "remove `direction`: changes then flow one way".to_owned();
    let is_known = scene.source().is_some_and(|source| !source.objects.is_empty());
    let taken = scene.source_object(&entity.from);
    if is_known && taken.is_none_or(|taken| taken.offer.is_read_only) {
        return Some((format!("`{}` of the source cannot be written", entity.from), one_way));
    }
    let offers = scene.file.target.as_ref().and_then(|target| scene.offer(target));
    if offers.is_some_and(|known| !known.objects.is_empty()) && scene.target_stream(object).is_none() {
        return Some((format!("`{object}` of the target cannot be read"), one_way));
    }
    if scene.target_stream(object).is_none() {
        let help = "save what the target offers: `engine discover <connection> --save`".to_owned();
        return Some(("what the target offers is not known".to_owned(), help));
    }
    None
}
