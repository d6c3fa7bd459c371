//! `engine link set` and `engine link rm`.

use super::{list::unknown, open::Opened, words::why};
use crate::{
    args::One,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
};
use engine_run::{
    RecordKey,
    links::{Change, Kept, Obstacle, Reason, Traced, Tracer, Verdict},
};
use std::collections::BTreeMap;

/// What is in the way of records, by their keys.
type Wrong = Vec<(String, Reason)>;

/// Links records to objects; what is in the way of one is in the way of all. `Err` has those, with why.
pub(super) fn given(
    opened: &Opened,
    entity: &str,
    pairs: &BTreeMap<String, String>,
) -> Result<Result<Vec<Traced>, Wrong>> {
    let named = pairs.iter().map(|(key, id)| ((entity.to_owned(), key.clone()), id.clone()));
    let only = [entity.to_owned()];
    let (_, traced, _) = opened.trace(&only, Tracer::given(named.collect()))?;
    let mut by_key: BTreeMap<String, Traced> =
        traced.into_iter().map(|one| (one.link.record.key.clone(), one)).collect();
    let (mut ready, mut wrong) = (Vec::new(), Vec::new());
    for key in pairs.keys() {
        match by_key.remove(key) {
            Some(one) if one.verdict == Verdict::Exact => ready.push(one),
            Some(one) => wrong.push((key.clone(), one.reason.unwrap_or(Reason::Missing))),
            None => wrong.push((key.clone(), Reason::NotThere)),
        }
    }
    Ok(if wrong.is_empty() { Ok(ready) } else { Err(wrong) })
}

/// What was found, as it is written.
pub(super) fn changes(ready: Vec<Traced>) -> Vec<Change> {
    let link = |one: Traced| Change::Link { link: Box::new(one.link), agrees: one.agrees };
    ready.into_iter().map(link).collect()
}

pub(super) fn set(opened: &Opened, one: &One, target_id: &str, output: &Output) -> Result<Exit> {
    opened.check(std::slice::from_ref(&one.entity))?;
    let pairs = BTreeMap::from([(one.key.clone(), target_id.to_owned())]);
    let ready = given(opened, &one.entity, &pairs)?.map_err(|wrong| {
        let reason = wrong.first().map_or(Reason::NotThere, |(_, reason)| *reason);
        refused(one, reason)
    })?;
    let (object, agrees) =
        ready.first().map(|one| (one.link.target_object.clone(), one.agrees)).unwrap_or_default();
    let kept = opened.change("link set", changes(ready), true)?;
    stopped(&kept, one)?;
    if output.is_text() {
        output.step(output::GOOD, "Linked", &format!("{} to {object} {target_id}", one.entity));
        output.talk(if agrees {
            "  The object holds what the record says: the next run leaves it alone."
        } else {
            "  The object differs from what the record says: the next run updates it. `engine plan` shows how."
        });
    } else {
        output.json(&serde_json::json!({
            "linked": { "entity": one.entity, "object": object, "target_id": target_id, "agrees": agrees },
        }));
    }
    Ok(Exit::Done)
}

/// An error for what kept a record from being linked.
fn refused(one: &One, reason: Reason) -> CommandError {
    let again = format!("`engine link rm {} {} KEY` forgets the link", one.pipeline, one.entity);
    match reason {
        Reason::NotThere => {
            let message = format!("the source gives no record of `{}` with this key", one.entity);
            CommandError::new(Exit::NotFound, "link/unknown-record", message)
                .help("keys are as `engine link ls --reveal` shows them; parts are joined with `|`")
        }
        Reason::Missing => {
            CommandError::new(Exit::NotFound, "link/no-object", "the target has no such object")
                .help("give the target's id of an object of the kind that the record's route names")
        }
        Reason::OtherKey => CommandError::new(Exit::Failed, "link/no-object", why(Some(reason)))
            .help("give the id that the record's natural key makes"),
        Reason::Linked => {
            CommandError::new(Exit::Failed, "link/already-linked", why(Some(reason))).help(again)
        }
        Reason::Taken => {
            let message = "another record is linked to this object";
            CommandError::new(Exit::Failed, "link/target-taken", message)
                .help("`engine link show --by-target` shows which; forget its link first, if it is wrong")
        }
        _ => CommandError::new(Exit::Failed, "link/unmapped", why(Some(Reason::Unmapped)))
            .help("`engine run` or `engine plan` says why; link its parents first, where it waits for them"),
    }
}

/// The error of a change that was not made.
fn stopped(kept: &Kept, one: &One) -> Result<()> {
    match kept.passed.first() {
        None => Ok(()),
        Some((_, Obstacle::Unknown)) => Err(unknown(one)),
        Some((_, Obstacle::Linked)) => Err(refused(one, Reason::Linked)),
        Some((_, Obstacle::Open)) => {
            let message = "what became of a write for this record is not known yet";
            Err(CommandError::new(Exit::Failed, "link/open-effects", message)
                .help("run the pipeline: it finds out first"))
        }
    }
}

pub(super) fn remove(opened: &Opened, one: &One, output: &Output) -> Result<Exit> {
    opened.check(std::slice::from_ref(&one.entity))?;
    let record = RecordKey { entity: one.entity.clone(), key: one.key.clone() };
    let kept = opened.change("link rm", vec![Change::Unlink(record)], true)?;
    stopped(&kept, one)?;
    let matches = opened.blueprint.entities.iter().find(|entity| entity.name == one.entity);
    let matches = matches.is_some_and(|entity| !entity.write.match_on.is_empty());
    if output.is_text() {
        output.step(output::GOOD, "Forgotten", &format!("the link of one record of {}", one.entity));
        output.talk(if matches {
            "  The object stays. The next run takes one that agrees in `write.match`, or makes another."
        } else {
            "  The object stays, and the next run makes another, unless `engine link set` links the record before."
        });
    } else {
        output.json(&serde_json::json!({ "unlinked": { "entity": one.entity } }));
    }
    Ok(Exit::Done)
}
