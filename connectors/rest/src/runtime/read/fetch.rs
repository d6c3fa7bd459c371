//! Records by their keys.

use super::{
    ask,
    narrow::Narrow,
    rows::{self, Row},
    statement::{self, Statement},
};
use crate::{
    manifest::FetchTable,
    runtime::{
        catalog::Stream,
        query,
        service::{Call, Service},
    },
    template,
};
use engine_contract::{ConnectorError, Context, ErrorKind, Result};

/// The records with these keys; those that do not exist are left out.
pub(in crate::runtime) async fn fetch(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    keys: &[String],
    narrow: &Narrow,
) -> Result<Vec<Row>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let Some(table) = &stream.read.fetch else { return whole(service, context, stream, keys).await };
    if let Some(path) = &table.path {
        return one_by_one(service, context, stream, (table, path), keys).await;
    }
    let mut found = Vec::new();
    for chunk in keys.chunks(table.keys_max.max(1)) {
        let call = list(stream, table, chunk, narrow)?;
        let answer = service.read(context, call).await?;
        let rows = rows::rows(stream, &answer, None)?;
        // A service that does not know the parameter would send other records.
        found.extend(rows.good.into_iter().filter(|row| chunk.contains(&row.key)));
    }
    Ok(found)
}

fn list(stream: Stream<'_>, table: &FetchTable, keys: &[String], narrow: &Narrow) -> Result<Call> {
    if let (Some(condition), Some(from)) = (&table.condition, &stream.read.from) {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let own = vec![ask::condition_of(condition, &statement::literals(&keys))?];
        let common = table.conditions.as_ref().unwrap_or(&stream.read.conditions);
        let conditions = statement::laid_over(common, &own);
        return ask::select(stream, &Statement { from, conditions, order: None, skip: 0, size: keys.len() });
    }
    let mut parameters = ask::common(stream)?;
    for (name, value) in &table.query {
        query::set(&mut parameters, name, value.clone());
    }
    for (name, value) in &narrow.query {
        query::set(&mut parameters, name, value.clone());
    }
    let parameter = table.parameter.as_deref().ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::Unsupported,
            "the connector does not say how records are asked for by key",
        )
        .with_context("stream", stream.name)
    })?;
    query::set(&mut parameters, parameter, keys.join(","));
    Ok(Call::get(ask::path(stream)?, parameters))
}

async fn one_by_one(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    (table, path): (&FetchTable, &str),
    keys: &[String],
) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    for key in keys {
        let settings = stream.catalog.settings();
        let value = |name: &str| match name {
            "key" => Some(query::encode(key)),
            name => settings.get(name).map(str::to_owned),
        };
        let path = template::fill(path, value)
            .map_err(|fault| ConnectorError::new(ErrorKind::Config, fault.to_string()))?;
        let parameters = table.query.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let Some(answer) = service.read_if_there(context, Call::get(path, parameters)).await? else {
            continue;
        };
        let Some(record) = answer.body else { continue };
        // Some services answer with a list of one.
        let record = record.element(0).unwrap_or(record);
        if let Ok(row) = rows::row(stream, record, None) {
            found.extend((row.key == *key).then_some(row));
        }
    }
    Ok(found)
}

/// For short lists: read whole and searched.
async fn whole(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    keys: &[String],
) -> Result<Vec<Row>> {
    let call = Call::get(ask::path(stream)?, ask::common(stream)?);
    let answer = service.read(context, call).await?;
    let rows = rows::rows(stream, &answer, None)?;
    Ok(rows.good.into_iter().filter(|row| keys.contains(&row.key)).collect())
}
