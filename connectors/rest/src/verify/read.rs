//! How streams are asked for.

use super::{Scene, service};
use crate::{
    manifest::{PageKind, ReadTable, StreamTable},
    problem::Problem,
};
use engine_contract::EntitySchema;

pub(super) fn check(
    scene: &Scene<'_>,
    name: &str,
    table: &StreamTable,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    let Some(read) = &table.read else {
        if scene.manifest.base.is_some() {
            out.push(scene.problem(&["stream", name], "the stream needs `[stream.X.read]`"));
        }
        return;
    };
    self::read(scene, name, read, out);
    pages(scene, name, table, read, out);
    bounds(scene, name, table, read, out);
    for (field, find) in &table.find {
        let path = ["stream", name, "find", field];
        if schema.field(field).is_none() {
            out.push(scene.problem(&path, format!("`{name}` has no field `{field}`")));
        }
        one_way(scene, &path, read, (find.parameter.as_ref(), find.condition.as_ref()), out);
    }
    if let Some(created) = &table.created {
        let is_known = created.field.as_deref().is_some_and(|field| schema.field(field).is_some());
        if !is_known {
            out.push(scene.problem(
                &["stream", name, "created", "field"],
                "`created` needs `field`, a field of the stream",
            ));
        }
    }
}

fn read(scene: &Scene<'_>, name: &str, read: &ReadTable, out: &mut Vec<Problem>) {
    let path = |key| ["stream", name, "read", key];
    if read.path.is_some() == read.from.is_some() {
        out.push(scene.problem(&path("path"), "a stream is read by `path` or by `from`"));
    }
    if read.from.is_some() && scene.manifest.language.is_none() {
        out.push(scene.problem(&path("from"), "`from` needs `[language]`"));
    }
    if let Some(text) = &read.path {
        service::names(scene, &path("path"), text, &[], out);
    }
    for (parameter, text) in &read.query {
        service::names(scene, &["stream", name, "read", "query", parameter], text, &[], out);
    }
    let Some(fetch) = &read.fetch else { return };
    let ways = [fetch.parameter.is_some(), fetch.condition.is_some(), fetch.path.is_some()];
    if ways.iter().filter(|way| **way).count() != 1 {
        out.push(scene.problem(&path("fetch"), "records are fetched by `parameter`, `condition` or `path`"));
    }
    if fetch.condition.is_some() && read.from.is_none() {
        out.push(scene.problem(&path("fetch"), "`condition` goes with `from`"));
    }
    if let Some(text) = &fetch.path {
        service::names(scene, &["stream", name, "read", "fetch", "path"], text, &["key"], out);
    }
}

fn pages(scene: &Scene<'_>, name: &str, table: &StreamTable, read: &ReadTable, out: &mut Vec<Problem>) {
    let named = [("page", read.page.as_ref()), ("sweep", read.sweep.as_ref())];
    for (key, page) in named {
        let Some(page) = page else { continue };
        if !scene.manifest.page.contains_key(page) {
            let problem =
                scene.problem(&["stream", name, "read", key], format!("there is no `[page.{page}]`"));
            out.push(problem.near(page, scene.manifest.page.keys().map(String::as_str)));
        }
    }
    if read.page.is_none() && read.sweep.is_none() {
        out.push(scene.problem(&["stream", name, "read"], "a stream needs `page` or `sweep`"));
    }
    let page = read.page.as_ref().and_then(|page| scene.manifest.page.get(page));
    // A page that is not there has had its problem already.
    let is_other = page.is_some_and(|page| page.kind != PageKind::Window) || read.page.is_none();
    if !table.cursor.is_empty() && is_other {
        let message =
            "a stream with a cursor needs a `page` of the kind `window`: others lose records that change";
        out.push(scene.problem(&["stream", name, "read", "page"], message));
    }
}

/// Cursors and filters go the way of the stream.
fn bounds(scene: &Scene<'_>, name: &str, table: &StreamTable, read: &ReadTable, out: &mut Vec<Problem>) {
    let cursors = table.cursor.iter().map(|(field, cursor)| (["stream", name, "cursor", field], cursor));
    let created = table.created.iter().map(|cursor| (["stream", name, "created", "field"], cursor));
    for (path, cursor) in cursors.chain(created) {
        one_way(scene, &path, read, (cursor.parameter.as_ref(), cursor.condition.as_ref()), out);
        if cursor.query.is_empty() && cursor.order.is_none() {
            out.push(
                scene.problem(&path, "a cursor needs `query` or `order`: what puts the list in its order"),
            );
        }
    }
    for (filter, table) in &table.filter {
        let path = ["stream", name, "filter", filter];
        one_way(scene, &path, read, (table.parameter.as_ref(), table.condition.as_ref()), out);
    }
}

fn one_way(
    scene: &Scene<'_>,
    path: &[&str],
    read: &ReadTable,
    (parameter, condition): (Option<&String>, Option<&String>),
    out: &mut Vec<Problem>,
) {
    let fits = if read.from.is_some() { condition.is_some() } else { parameter.is_some() };
    if !fits || parameter.is_some() == condition.is_some() {
        let needed = if read.from.is_some() { "condition" } else { "parameter" };
        out.push(scene.problem(path, format!("it needs `{needed}`, and nothing else")));
    }
    if let Some(condition) = condition {
        service::names(scene, path, condition, &["value", "values"], out);
    }
}
