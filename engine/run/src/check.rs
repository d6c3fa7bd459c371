//! Looks at the live target before anything is written.

use crate::{error::RunError, make, state::TargetObject, work::Work};
use engine_contract::{DeletedMark, EffectClass, EntitySchema, ErrorKind, Field};
use engine_plan::{Blueprint, Entity};
use std::collections::BTreeMap;

/// How many linked objects of an entity are looked for in the target.
const SAMPLE: usize = 20;

/// With fewer links than this somebody may well have deleted them all by hand.
const TELLING: usize = 3;

/// Checks what the target can do, and that every mapped field is there.
pub(crate) async fn target(work: &mut Work) -> Result<(), RunError> {
    for entity in covered(work) {
        if work.capabilities.effect_class == EffectClass::None && !entity.write.at_least_once {
            return Err(RunError::Invalid(format!(
                "`{}` writes to a target that cannot tell a repeated write from a new one: a crash may double \
                 records; say `write.at_least_once = true` in its entity to accept that",
                entity.name
            )));
        }
        if entity.write.deletes() && !work.capabilities.can_delete {
            return Err(RunError::Invalid(format!(
                "`{}` deletes (`write.delete`, `write.on_cancel` or `write.replace_within`), which its target cannot do",
                entity.name
            )));
        }
        for route in &entity.routes {
            let schema = match work.target.schema(&work.context, &route.object).await {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    make::object(work, &route.object, error).await?
                }
                other => other.map_err(|error| RunError::target(&work.blueprint, error))?,
            };
            let missing = |field: &&str| !schema.fields.is_empty() && schema.field(field).is_none();
            let deleted = entity.write.deleted_field.as_deref();
            if let Some(field) = route.map.fields.keys().map(String::as_str).chain(deleted).find(missing) {
                return Err(RunError::Drift {
                    connection: work.blueprint.target.connection.clone(),
                    object: route.object.clone(),
                    field: field.to_owned(),
                    add: make::adding(work, &route.object, field),
                });
            }
            if let Some(field) = deleted.filter(|_| !schema.fields.is_empty()) {
                work.marks.insert(route.object.clone(), mark(&entity, &schema, field)?);
            }
            work.keys.insert(route.object.clone(), schema.key);
        }
    }
    Ok(())
}

/// How a field marks objects as deleted.
fn mark(entity: &Entity, schema: &EntitySchema, field: &str) -> Result<DeletedMark, RunError> {
    let object = &schema.name;
    if !schema.offer.delete.iter().any(|word| word == "soft") {
        let name = &entity.name;
        return Err(RunError::Invalid(format!(
            "`{name}` marks what is deleted, which `{object}` does not offer"
        )));
    }
    schema.field(field).and_then(Field::deleted_mark).ok_or_else(|| {
        RunError::Invalid(format!(
            "`{field}` of `{object}` cannot tell whether it is deleted: that takes a date and time which may be \
             missing, a boolean or an integer"
        ))
    })
}

/// Refuses to leave effects behind whose outcome nobody knows: those of an entity that is not in the pipeline
/// any more, or that were meant for another connection.
pub(crate) async fn nothing_left_behind(work: &Work) -> Result<(), RunError> {
    for (entity, connection) in work.store.unfinished(&work.scope).await? {
        let both = [Some(&*work.blueprint), work.blueprint.back.as_deref()];
        let is_meant = |blueprint: &Blueprint| {
            let is_known = blueprint.entities.iter().any(|known| known.name == entity);
            is_known && connection == blueprint.target.connection
        };
        if !both.into_iter().flatten().any(is_meant) {
            return Err(RunError::LeftBehind { entity, connection });
        }
    }
    Ok(())
}

/// Refuses a local target from which everything that was written is gone: a file that was deleted would
/// stay empty, because nothing has changed at the source.
pub(crate) async fn still_there(work: &Work) -> Result<(), RunError> {
    if !work.capabilities.is_local {
        return Ok(());
    }
    for entity in covered(work) {
        let mut by_object: BTreeMap<TargetObject, Vec<String>> = BTreeMap::new();
        for (target, id) in work.store.sample(&work.scope, &entity.name, SAMPLE).await? {
            by_object.entry(target).or_default().push(id);
        }
        for (target, ids) in by_object {
            let connection = &work.blueprint.target.connection;
            if target.connection != *connection || ids.len() < TELLING {
                continue;
            }
            let match_on = work.match_on(&entity, &target.object);
            let found = work.target.read_back(&work.context, &target.object, match_on, &ids).await;
            if found.map_err(|error| RunError::target(&work.blueprint, error))?.is_empty() {
                return Err(RunError::Emptied { connection: connection.clone(), object: target.object });
            }
        }
    }
    Ok(())
}

fn covered(work: &Work) -> Vec<Entity> {
    work.blueprint.entities.iter().filter(|entity| work.covers(entity)).cloned().collect()
}
