//! `engine link ls` and `engine link show`.

use super::{open::Opened, words::shown};
use crate::{
    args::One,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    table::columns,
    words::many,
    workspace::runtime,
};
use engine_contract::ContentHash;
use engine_run::state::{Known, Link, TargetObject};
use serde_json::{Value, json};

pub(super) fn list(
    opened: &Opened,
    entity: Option<&str>,
    (limit, reveal): (u32, bool),
    output: &Output,
) -> Result<Exit> {
    let wanted: Vec<String> = entity.map(str::to_owned).into_iter().collect();
    opened.check(&wanted)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (scope, store, runtime) = (opened.scope(), &opened.ready.engine.store, runtime()?);
    let mut links = Vec::new();
    let mut is_cut = false;
    for one in opened.blueprint.entities.iter().filter(|one| entity.is_none_or(|name| one.name == name)) {
        let mut found = runtime.block_on(store.links(&scope, &one.name, None, limit.saturating_add(1)))?;
        is_cut |= found.len() > limit;
        found.truncate(limit);
        links.extend(found);
    }
    if !output.is_text() {
        let links: Vec<Value> = links.iter().map(|link| document(link, reveal)).collect();
        output.json(&json!({ "links": links, "more": is_cut }));
        return Ok(Exit::Done);
    }
    let cells = |link: &Link| {
        vec![
            link.record.entity.clone(),
            shown(&link.record.key, reveal),
            link.target_object.clone(),
            link.target_id.clone().unwrap_or_default(),
            state(link).to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = links.iter().map(cells).collect();
    if !rows.is_empty() {
        for line in columns(&["ENTITY", "KEY", "OBJECT", "ID", "STATE"], &rows) {
            output.result(&line);
        }
    }
    let more = if is_cut { ", and there are more: --limit" } else { "" };
    output.talk(&format!("{}{more}", many(rows.len(), "link")));
    Ok(Exit::Done)
}

/// What is known of the object.
fn state(link: &Link) -> &'static str {
    match (&link.target_id, link.sent_hash) {
        (None, ContentHash::UNCLEAR) => "ambiguous",
        (None, _) => "none",
        (Some(_), ContentHash::UNKNOWN | ContentHash::SOUGHT) => "in doubt",
        (Some(_), ContentHash::SOFT_DELETED) => "deleted",
        (Some(_), _) => "linked",
    }
}

fn document(link: &Link, reveal: bool) -> Value {
    json!({
        "entity": link.record.entity,
        "key": shown(&link.record.key, reveal),
        "source_key": shown(&link.source_key, reveal),
        "connection": link.target_connection,
        "object": link.target_object,
        "target_id": link.target_id,
        "route": link.route,
        "state": state(link),
        "generation": link.generation,
    })
}

pub(super) fn show(
    opened: &Opened,
    (one, by_target): (&One, bool),
    reveal: bool,
    output: &Output,
) -> Result<Exit> {
    opened.check(std::slice::from_ref(&one.entity))?;
    let key = if by_target { owner(opened, one)? } else { one.key.clone() };
    let (scope, store) = (opened.scope(), &opened.ready.engine.store);
    let keys = [key];
    let known = runtime()?.block_on(store.recall(&scope, &one.entity, &keys))?;
    let Some((key, known)) = known.into_iter().next() else { return Err(unknown(one)) };
    if output.is_text() {
        for line in lines(&key, &known, reveal) {
            output.result(&line);
        }
    } else {
        output.json(&json!({
            "entity": one.entity,
            "key": shown(&key, reveal),
            "link": known.link.as_ref().map(|link| document(link, reveal)),
            "open": known.has_intent,
            "held_since": known.held_since.map(|since| since.to_string()),
            "failed_since": known.failure.as_ref().map(|failure| failure.first_at.to_string()),
        }));
    }
    Ok(Exit::Done)
}

/// The record that has an object of the target.
fn owner(opened: &Opened, one: &One) -> Result<String> {
    let (scope, store, runtime) = (opened.scope(), &opened.ready.engine.store, runtime()?);
    let ids = [one.key.clone()];
    let entity = opened.blueprint.entities.iter().find(|entity| entity.name == one.entity);
    for route in entity.iter().flat_map(|entity| &entity.routes) {
        let connection = opened.blueprint.target.connection.clone();
        let target = TargetObject { connection, object: route.object.clone() };
        let owners = runtime.block_on(store.owners(&scope, &target, &ids))?;
        let ours = owners
            .into_values()
            .find(|owner| owner.pipeline == scope.pipeline && owner.record.entity == one.entity);
        if let Some(owner) = ours {
            return Ok(owner.record.key);
        }
    }
    Err(unknown(one))
}

pub(super) fn unknown(one: &One) -> CommandError {
    let message = format!("nothing is kept of such a record of `{}`", one.entity);
    let help = format!(
        "`engine link ls {} --entity {} --reveal` shows the keys of linked records",
        one.pipeline, one.entity
    );
    CommandError::new(Exit::NotFound, "link/unknown-record", message).help(help)
}

fn lines(key: &str, known: &Known, reveal: bool) -> Vec<String> {
    let mut rows = vec![("key", shown(key, reveal))];
    if let Some(link) = &known.link {
        rows.push(("object", format!("{} {}", link.target_connection, link.target_object)));
        rows.push(("id", link.target_id.clone().unwrap_or_else(|| "-".to_owned())));
        rows.push(("state", state(link).to_owned()));
        rows.extend(link.route.clone().map(|route| ("route", route)));
        rows.push(("source", shown(&link.source_key, reveal)));
        rows.push(("written", format!("{} times at most", link.generation)));
    }
    if known.has_intent {
        rows.push(("open", "what became of a write is not known yet".to_owned()));
    }
    rows.extend(known.held_since.map(|since| ("held", format!("since {since:.0}"))));
    let failed = known.failure.as_ref();
    rows.extend(
        failed
            .map(|failure| ("failed", format!("since {:.0}, {} times", failure.first_at, failure.attempts))),
    );
    rows.into_iter().map(|(name, value)| format!("{name:<8} {value}")).collect()
}
