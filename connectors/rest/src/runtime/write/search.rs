//! Objects by the values of their fields.

use super::{recover::current, same::same};
use crate::runtime::{
    catalog::Stream,
    path,
    read::{self, By, Row},
    service::Service,
};
use engine_contract::{ConnectorError, Context, Current, EntitySchema, ErrorKind, Map, Result};

/// Finds the ids of the objects whose field has a value, at most two for each. Only what is in use is found: a
/// reference to something else would be refused.
pub(super) async fn find(
    service: &Service,
    context: &Context,
    (object, by): (&str, &str),
    values: &[String],
) -> Result<Vec<(String, Vec<String>)>> {
    let schema = service.catalog.schema(object)?;
    let stream = service.catalog.listing(object)?;
    let field = schema.field(by);
    if field.is_none() {
        let message = format!("there is no field `{by}` to search by");
        return Err(ConnectorError::new(ErrorKind::Config, message).with_context("object", object));
    }
    let how = read::searchable(stream, by).ok_or_else(|| cannot_search(object, &[by]))?;
    let rows = read::find(service, context, (stream, Some(&[])), &how, values).await?;
    let hits = values.iter().map(|value| {
        let of = |row: &&Row| path::text(&row.record, by).is_some_and(|held| same(field, &held, value));
        let is_exact = |row: &&Row| path::text(&row.record, by).as_deref() == Some(value.as_str());
        let mut ids: Vec<&Row> = rows.iter().filter(of).collect();
        // Where case tells objects apart, it does.
        if ids.iter().any(is_exact) {
            ids.retain(is_exact);
        }
        let mut ids: Vec<String> = ids.into_iter().map(|row| row.key.clone()).collect();
        ids.sort();
        ids.dedup();
        ids.truncate(2);
        (value.clone(), ids)
    });
    Ok(hits.filter(|(_, ids)| !ids.is_empty()).collect())
}

/// Finds the objects that have all the values that wanted ones give the fields `match_on`, in use or not; at
/// most two for each. What has no value for one of the fields matches nothing.
pub(super) async fn matches(
    service: &Service,
    context: &Context,
    (object, match_on): (&str, &[String]),
    wanted: &[Map],
) -> Result<Vec<Vec<Current>>> {
    let mut found = agreeing(service, context, (object, match_on), wanted, |_| true).await?;
    for hits in &mut found {
        hits.truncate(2);
    }
    Ok(found)
}

/// All of those, as far as `counts` says that they count.
pub(super) async fn agreeing(
    service: &Service,
    context: &Context,
    (object, match_on): (&str, &[String]),
    wanted: &[Map],
    counts: impl Fn(&Row) -> bool,
) -> Result<Vec<Vec<Current>>> {
    let schema = service.catalog.schema(object)?;
    let table = service.catalog.write(object)?;
    let stream = service.catalog.listing(object)?;
    let (by, how) = first_searchable(stream, match_on)
        .ok_or_else(|| cannot_search(object, &match_on.iter().map(String::as_str).collect::<Vec<_>>()))?;
    let values = |fields: &Map| -> Option<Vec<String>> {
        let texts = match_on.iter().map(|name| path::member(fields, name)?.scalar_text());
        texts.map(|text| text.filter(|text| !text.is_empty())).collect()
    };
    let wanted: Vec<Option<Vec<String>>> = wanted.iter().map(values).collect();
    let at = match_on.iter().position(|name| name == by).unwrap_or_default();
    let mut sought: Vec<String> =
        wanted.iter().flatten().filter_map(|values| values.get(at).cloned()).collect();
    sought.sort();
    sought.dedup();
    // Nothing sought is nothing asked.
    let rows = read::find(service, context, (stream, None), &how, &sought).await?;
    let hits = wanted.into_iter().map(|values| {
        let Some(values) = values else { return Vec::new() };
        let hits = rows.iter().filter(|row| counts(row) && agrees(schema, row, match_on, &values));
        let mut hits: Vec<Current> = hits.map(|row| current(table, row)).collect();
        hits.sort_by(|one, other| one.target_id.cmp(&other.target_id));
        hits.dedup_by(|one, other| one.target_id == other.target_id);
        hits
    });
    Ok(hits.collect())
}

/// Whether an object has all the values.
pub(super) fn agrees(schema: &EntitySchema, row: &Row, fields: &[String], values: &[String]) -> bool {
    fields.iter().zip(values).all(|(name, value)| {
        path::text(&row.record, name).is_some_and(|held| same(schema.field(name), &held, value))
    })
}

/// The first of the fields by which the service searches.
pub(super) fn first_searchable<'a>(stream: Stream<'a>, fields: &'a [String]) -> Option<(&'a str, By<'a>)> {
    fields.iter().find_map(|field| Some((field.as_str(), read::searchable(stream, field)?)))
}

fn cannot_search(object: &str, fields: &[&str]) -> ConnectorError {
    let message = format!("the service cannot search by `{}`", fields.join("`, `"));
    ConnectorError::new(ErrorKind::Unsupported, message).with_context("object", object)
}
