//! Puts what would be sent beside what is there, and tells it.

use super::{FieldChange, Money, Planned, Planner, Purpose, Step, compare, live, promise};
use crate::{
    error::RunError,
    lease::Guard,
    stage::{
        deliver,
        effect::End,
        intent::{self, Effect},
        link::Ready,
        rename,
        settle::Draft,
    },
    state::{Intent, Link},
    work::Work,
};
use engine_contract::{
    Applied, Change, ConnectorError, ContentHash, Current, EffectClass, ErrorKind, Map, Op, Path, Value,
    content_hash,
};
use engine_plan::{Entity, Item};
use std::collections::BTreeMap;

/// A linked record whose content is what was sent last.
pub(crate) struct Standing {
    pub(crate) item: Item,
    pub(crate) link: Link,
    pub(crate) ready: Ready,
}

/// Tells what would become of the effects, and which objects are not any more as they were written.
pub(crate) async fn survey(
    work: &Work,
    planner: &dyn Planner,
    (guard, effects, standing): (&Guard, Vec<Effect>, Vec<Standing>),
    draft: &mut Draft<'_>,
) -> Option<RunError> {
    let told = async {
        changes(work, planner, (guard, effects), draft).await?;
        drift(work, planner, draft.entity(), standing).await
    };
    told.await.err()
}

async fn changes(
    work: &Work,
    planner: &dyn Planner,
    (guard, effects): (&Guard, Vec<Effect>),
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let entity = draft.entity();
    let pairs = deliver::admitted(work, guard, effects, draft, |effect, intent| (effect, intent)).await?;
    let there = |(_, intent): &&(Effect, Intent)| !work.is_placeholder(intent.link.target_id.as_deref());
    let ids: Vec<(&str, &str)> =
        pairs.iter().filter(there).filter_map(|(_, intent)| promise::place(intent)).collect();
    let found = live::read(work, entity, &ids).await?;
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for (effect, intent) in pairs {
        let place = promise::place(&intent).map(|(object, id)| (object.to_owned(), id.to_owned()));
        let current = place.and_then(|place| found.get(&place));
        if current.is_none() && is_gone(work, &intent) {
            let gone = ConnectorError::new(ErrorKind::NotFound, "the target object is gone");
            draft.end(intent, End::Refused(gone));
            continue;
        }
        let change = change(work, entity, (&effect, &intent), current);
        if change.step.writes() {
            *calls.entry(change.object.clone()).or_default() += 1;
        }
        let end = applied(work, &intent, current);
        if change.step == Step::Settle {
            draft.end_unchanged(intent, end);
        } else {
            draft.end(intent, End::Applied(end));
        }
        planner.take(change);
    }
    let most =
        |object: &str| work.target.write_batch_max(object).unwrap_or(work.capabilities.write_batch_max);
    let calls = calls.iter().map(|(object, count)| count.div_ceil(most(object).max(1)) as u64).sum();
    planner.calls(&work.blueprint.target.connection, calls, work.capabilities.calls_per_minute);
    Ok(())
}

/// Whether a change cannot be made because its object is not there. What removes is done then, and an upsert makes
/// its object anew.
fn is_gone(work: &Work, intent: &Intent) -> bool {
    intent.op == Op::Update
        && work.capabilities.effect_class != EffectClass::NaturalKey
        && !work.is_placeholder(intent.link.target_id.as_deref())
}

fn change(
    work: &Work,
    entity: &Entity,
    (effect, intent): (&Effect, &Intent),
    current: Option<&Current>,
) -> Planned {
    let (mut fields, mut held) = (Vec::new(), None);
    let mut step = Step::from(intent.op);
    if !intent.op.removes() {
        let nothing = Current { target_id: String::new(), token: None, fields: Value::Map(Map::new()) };
        let (wanted, there) = promise::compared(work, effect, intent, current.unwrap_or(&nothing));
        fields = compare::differences(&wanted, &there);
        if current.is_some() {
            keep_own_name(work, entity, intent, &there, &mut fields);
            held = Some(content_hash(&compare::managed(&wanted, &there)));
            if !intent.op.retires() {
                step = if fields.is_empty() { Step::Settle } else { Step::Update };
            }
        } else if !intent.op.retires() && !work.is_placeholder(intent.link.target_id.as_deref()) {
            step = Step::Create;
        }
    }
    let item = effect.item.as_ref();
    Planned {
        entity: entity.name.clone(),
        key: effect.link.record.key.clone(),
        source_key: effect.link.source_key.clone(),
        origin: item.map(|item| item.source.origin.clone()).unwrap_or_default(),
        step,
        object: intent.link.target_object.clone(),
        target_id: current.map(|current| current.target_id.clone()),
        content: effect.promised.filter(|_| !intent.op.removes()),
        token: current.and_then(|current| current.token.clone()),
        held,
        fields: shown(work, entity, effect.link.route.as_deref(), fields),
        money: item.and_then(|item| money(work, entity, item)),
    }
}

/// The hash of what an object holds in the fields that a write would bring; nothing where the write would change none of
/// them.
pub(crate) fn held_unless_alike(
    work: &Work,
    entity: &Entity,
    (effect, intent): (&Effect, &Intent),
    current: &Current,
) -> Option<ContentHash> {
    let (wanted, there) = promise::compared(work, effect, intent, current);
    let mut fields = compare::differences(&wanted, &there);
    keep_own_name(work, entity, intent, &there, &mut fields);
    (!fields.is_empty()).then(|| content_hash(&compare::managed(&wanted, &there)))
}

/// A name that gave way because another object had it is no change: it would give way again.
fn keep_own_name(
    work: &Work,
    entity: &Entity,
    intent: &Intent,
    there: &Value,
    fields: &mut Vec<compare::Difference>,
) {
    if fields.is_empty() {
        return;
    }
    let Some(renamed) = rename::renamed(work, entity, intent) else { return };
    let (renamed, _) =
        work.target.compared(&intent.link.target_object, &Map::new(), &renamed.payload, Value::Null);
    let still: Vec<String> =
        compare::differences(&renamed, there).into_iter().map(|difference| difference.path).collect();
    fields.retain(|difference| still.contains(&difference.path));
}

/// Tells an object that was there before and is linked as it is: its children need the link when the plan is carried out.
pub(crate) fn linked(work: &Work, entity: &Entity, effect: &Effect) {
    let Purpose::Plan(planner) = &work.purpose else { return };
    planner.take(Planned {
        entity: entity.name.clone(),
        key: effect.link.record.key.clone(),
        source_key: effect.link.source_key.clone(),
        origin: effect.item.as_ref().map(|item| item.source.origin.clone()).unwrap_or_default(),
        step: Step::Settle,
        object: effect.link.target_object.clone(),
        target_id: effect.link.target_id.clone(),
        content: effect.promised,
        token: effect.link.target_token.clone(),
        held: None,
        fields: Vec::new(),
        money: None,
    });
}

/// What the end of a write would be.
fn applied(work: &Work, intent: &Intent, current: Option<&Current>) -> Applied {
    let change = match intent.op {
        Op::Create => Change::Created,
        Op::Update => Change::Updated,
        Op::Delete | Op::Void | Op::Deactivate | Op::SoftDelete => Change::Deleted,
    };
    let target_id = intent.link.target_id.clone().unwrap_or_else(|| work.placeholder());
    let token = current.map_or_else(|| intent.link.target_token.clone(), |current| current.token.clone());
    Applied { target_id, token, change }
}

/// Tells the objects that differ from what was written to them, though the source has not changed.
async fn drift(
    work: &Work,
    planner: &dyn Planner,
    entity: &Entity,
    standing: Vec<Standing>,
) -> Result<(), RunError> {
    let place = |standing: &Standing| {
        let id = standing.link.target_id.clone().filter(|id| !work.is_placeholder(Some(id)))?;
        Some((standing.link.target_object.clone(), id))
    };
    let standing: Vec<((String, String), Standing)> =
        standing.into_iter().filter_map(|standing| Some((place(&standing)?, standing))).collect();
    let ids: Vec<(&str, &str)> =
        standing.iter().map(|((object, id), _)| (object.as_str(), id.as_str())).collect();
    let found = live::read(work, entity, &ids).await?;
    for (place, Standing { item, link, ready }) in standing {
        let current = found.get(&place);
        let nothing = Value::Map(Map::new());
        let there = current.map_or(nothing, |current| current.fields.clone());
        let is_mended = planner.mends(&entity.name, &link.source_key);
        let promised = ready.promised.filter(|_| is_mended);
        let mut effect = Effect::standing(link, item, ready);
        // What is written again says that it is not deleted, as every write does.
        if let Some((field, alive)) = work.deleted(entity, &place.0, None).filter(|_| is_mended) {
            effect.fields.insert(field, alive);
        }
        // What cannot be encoded any more was judged when it was sent.
        let Ok(encoded) = intent::encode(work, entity, &effect) else { continue };
        let intent = intent::intent(work, entity, &effect, encoded, 0);
        let (wanted, there) = work.target.compared(&place.0, &effect.fields, &intent.payload, there);
        let mut fields = compare::differences(&wanted, &there);
        if current.is_some() {
            keep_own_name(work, entity, &intent, &there, &mut fields);
        }
        if fields.is_empty() {
            continue;
        }
        let item = effect.item.as_ref();
        let held = || content_hash(&compare::managed(&wanted, &there));
        planner.take(Planned {
            entity: entity.name.clone(),
            key: effect.link.record.key.clone(),
            source_key: effect.link.source_key.clone(),
            origin: item.map(|item| item.source.origin.clone()).unwrap_or_default(),
            step: if is_mended { Step::Mend } else { Step::Drift },
            object: place.0,
            target_id: current.map(|current| current.target_id.clone()),
            content: promised,
            token: current.and_then(|current| current.token.clone()),
            held: current.filter(|_| is_mended).map(|_| held()),
            // Of an object that is gone all fields are; that it is gone says enough.
            fields: if current.is_some() {
                shown(work, entity, effect.link.route.as_deref(), fields)
            } else {
                Vec::new()
            },
            money: None,
        });
    }
    Ok(())
}

/// What stands for the id of an object that the plan itself makes.
const MADE_BY_THE_PLAN: &str = "(new)";

fn shown(
    work: &Work,
    entity: &Entity,
    route: Option<&str>,
    fields: Vec<compare::Difference>,
) -> Vec<FieldChange> {
    let route = entity.routes.iter().find(|own| own.name.as_deref() == route);
    let change = |compare::Difference { path, before, after }| {
        let is_personal = route.is_none_or(|route| route.is_personal(&path));
        let is_new = work.is_placeholder(after.as_str());
        let after = if is_new { Value::from(MADE_BY_THE_PLAN) } else { after };
        FieldChange { path, before, after, is_personal: is_personal && !is_new }
    };
    fields.into_iter().map(change).collect()
}

/// The amount that a record is about. Only where the entity's records are the stream's: an order from which a
/// customer or a line is made is not what the customer or the line costs.
fn money(work: &Work, entity: &Entity, item: &Item) -> Option<Money> {
    if entity.each.is_some() || !entity.key.is_empty() {
        return None;
    }
    let amount = work.amounts.get(&work.group_of(entity)?.stream)?;
    let read = |name: &str| item.source.record.get(&Path::of_keys(name.split('.')))?.scalar_text();
    let currency = amount.currency.as_deref().and_then(read).filter(|code| !code.is_empty());
    Some(Money { amount: read(&amount.amount)?.parse().ok()?, currency })
}
