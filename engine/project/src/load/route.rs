//! Reads the routes of an entity.

use super::decode::{Refused, empty_name, missing_key};
use crate::{
    diag::{Diagnostic, code, words::list},
    model::{RouteTable, Table},
    project::Route,
    rule::Reader,
    toml::child,
};
use indexmap::IndexMap;

/// Reads routes in the order in which they are tried. One without a target object is kept, so that the rest of
/// it is judged and references find it.
pub(super) fn read(
    pointer: &str,
    tables: IndexMap<String, Table<RouteTable>>,
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Vec<Route> {
    let mut routes = Vec::with_capacity(tables.len());
    for (name, Table(table)) in tables {
        routes.push(route(child(pointer, &name), name, table, refused, reader));
    }
    refuse_second_otherwise(&routes, reader);
    routes.sort_by_key(|route: &Route| route.otherwise);
    routes
}

fn route(
    pointer: String,
    name: String,
    table: RouteTable,
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Route {
    let document = reader.document;
    let was_refused = |key: &str| refused.has(&child(&pointer, key));
    if table.to.is_none() && !was_refused("to") {
        reader.out.push(missing_key(document, &pointer, "to", "\"Invoice\""));
    }
    reader.out.extend(empty_name(document, &child(&pointer, "to")));
    let conditions = ["when", "when_ref", "otherwise"];
    let mut given = vec![];
    let has = [table.when.is_some(), table.when_ref.is_some(), table.otherwise];
    given.extend(conditions.into_iter().zip(has).filter(|(_, has)| *has).map(|(name, _)| name));
    if given.len() != 1 && !conditions.into_iter().any(was_refused) {
        let (problem, help) = if given.is_empty() {
            (
                "no condition".to_owned(),
                "give it `when = \"...\"`, or `otherwise = true` for all other records",
            )
        } else {
            let both = if given.len() == 2 { "both " } else { "" };
            (format!("{both}{}", list(&given, "and")), "one condition chooses a route: remove the others")
        };
        let message = format!("the route `{name}` has {problem}");
        let diagnostic =
            Diagnostic::error(code::ROUTE_CONDITION, message).at(document.key_place(&pointer), "");
        reader.out.push(diagnostic.help(help));
    }
    let when_ref =
        table.when_ref.as_ref().and_then(|table| reader.when_ref(&child(&pointer, "when_ref"), table));
    let when = table.when.as_ref().and_then(|_| document.text_at(&child(&pointer, "when")));
    let map = reader.members(&child(&pointer, "map"), &table.map);
    Route {
        name,
        to: table.to.unwrap_or_default(),
        when,
        when_ref,
        otherwise: table.otherwise,
        map,
        place: document.key_place(&pointer),
        pointer,
    }
}

fn refuse_second_otherwise(routes: &[Route], reader: &mut Reader<'_, '_>) {
    let mut others = routes.iter().filter(|route| route.otherwise);
    let Some(first) = others.next() else { return };
    for route in others {
        let at = |route: &Route| reader.document.key_place(&child(&route.pointer, "otherwise"));
        let message = "only one route takes all other records";
        let diagnostic = Diagnostic::error(code::ROUTE_OTHERWISE, message).at(at(route), "");
        reader.out.push(diagnostic.and(at(first), "the first is here"));
    }
}
