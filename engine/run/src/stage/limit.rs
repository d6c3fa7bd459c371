//! Stops a run before it deletes more than `write.max_deletes` allows.

use super::{intent::Effect, settle::Draft};
use crate::error::RunError;
use engine_plan::Entity;

/// The effects up to the first delete beyond the limit, and those from there on. So many of the entity's objects
/// were deleted in this run before.
pub(crate) fn deletes(entity: &Entity, mut effects: Vec<Effect>, before: u64) -> (Vec<Effect>, Vec<Effect>) {
    let Some(limit) = entity.write.max_deletes else { return (effects, Vec::new()) };
    let mut left = limit.saturating_sub(before);
    let beyond = effects.iter().position(|effect| {
        let is_delete = effect.op.retires();
        let is_beyond = is_delete && left == 0;
        left -= u64::from(is_delete && !is_beyond);
        is_beyond
    });
    let rest = beyond.map_or_else(Vec::new, |at| effects.split_off(at));
    (effects, rest)
}

/// Leaves effects unsent, marked to be looked at again, and says why; nothing when there are none.
pub(crate) fn stop(entity: &Entity, beyond: Vec<Effect>, draft: &mut Draft<'_>) -> Option<RunError> {
    let limit = entity.write.max_deletes.filter(|_| !beyond.is_empty())?;
    for effect in beyond {
        draft.expect(effect.link, effect.item, effect.known);
    }
    Some(RunError::MaxDeletes { entity: entity.name.clone(), limit })
}
