//! Searching a stream: by the values of a field, and by the time at which records were made.

use super::{
    ask,
    bag::Bag,
    narrow::Narrow,
    rows::{self, Row},
    statement::{self, Statement},
    walk::{Reading, Resume},
};
use crate::{
    manifest::FindTable,
    runtime::{
        catalog::Stream,
        instant, query,
        service::{Call, Service},
    },
};
use engine_contract::{ConnectorError, Context, Cursor, ErrorKind, Result};

/// Most values, and most bytes of them, in one statement: addresses have limits that nobody documents.
const VALUES_MAX: usize = 40;
const BYTES_MAX: usize = 2000;

/// Most rows of an answer to a statement.
const ROWS_MAX: usize = 1000;

/// How a field is searched.
#[derive(Clone)]
pub(in crate::runtime) enum By<'a> {
    /// A condition that takes several values.
    Condition(String),
    /// A parameter that takes one.
    Parameter(&'a str, &'a FindTable),
}

/// How the service searches by a field; nothing when it cannot.
pub(in crate::runtime) fn searchable<'a>(stream: Stream<'a>, field: &str) -> Option<By<'a>> {
    if let Some(table) = stream.table.find.get(field) {
        let by_parameter = table.parameter.as_deref().map(|parameter| By::Parameter(parameter, table));
        return by_parameter.or_else(|| table.condition.clone().map(By::Condition));
    }
    let language = stream.catalog.language().filter(|_| stream.read.from.is_some())?;
    let can = !language.compare_only.iter().any(|other| other == field);
    can.then(|| By::Condition(format!("{} IN ({{values}})", statement::property(field))))
}

/// Records whose field has one of the values, as the service compares them: who needs them exactly compares
/// again. `conditions` takes the place of the stream's own.
pub(in crate::runtime) async fn find(
    service: &Service,
    context: &Context,
    (stream, conditions): (Stream<'_>, Option<&[String]>),
    by: &By<'_>,
    values: &[String],
) -> Result<Vec<Row>> {
    match by {
        By::Condition(condition) => {
            let mut found = Vec::new();
            for chunk in chunks(values) {
                let own = vec![ask::condition_of(condition, &statement::literals(&chunk))?];
                let conditions = statement::laid_over(conditions.unwrap_or(&stream.read.conditions), &own);
                found.extend(select_all(service, context, stream, conditions).await?);
            }
            Ok(found)
        }
        By::Parameter(parameter, table) => {
            let mut found = Vec::new();
            for value in values {
                let mut parameters = ask::common(stream)?;
                for (name, value) in &table.query {
                    query::set(&mut parameters, name, value.clone());
                }
                query::set(&mut parameters, parameter, value.clone());
                let answer = service.read(context, Call::get(ask::path(stream)?, parameters)).await?;
                found.extend(rows::rows(stream, &answer, None)?.good);
            }
            Ok(found)
        }
    }
}

async fn select_all(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    conditions: Vec<String>,
) -> Result<Vec<Row>> {
    let from = stream.read.from.as_deref().unwrap_or_default();
    // Without an order, pages may overlap and leave rows out. New rows come behind all others in this one.
    let order = stream.table.created.as_ref().and_then(|created| created.order.as_deref());
    let mut found = Vec::new();
    loop {
        let conditions = conditions.clone();
        let statement = Statement { from, conditions, order, skip: found.len(), size: ROWS_MAX };
        let answer = service.read(context, ask::select(stream, &statement)?).await?;
        let rows = rows::rows(stream, &answer, None)?;
        let is_last = rows.count < ROWS_MAX || rows.good.is_empty();
        found.extend(rows.good);
        if is_last {
            return Ok(found);
        }
    }
}

fn chunks(values: &[String]) -> Vec<Vec<&str>> {
    let mut chunks: Vec<Vec<&str>> = Vec::new();
    let mut bytes = 0;
    for value in values {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < VALUES_MAX && bytes + value.len() <= BYTES_MAX => chunk.push(value),
            _ => {
                chunks.push(vec![value]);
                bytes = 0;
            }
        }
        bytes += value.len();
    }
    chunks
}

/// Records that were made at or after a moment; all records where the service cannot be asked so.
pub(in crate::runtime) async fn made_since(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    since: Option<Cursor>,
) -> Result<Vec<Row>> {
    let mut bag = Bag::endless();
    let created = stream.table.created.as_ref();
    let since = since.filter(|_| created.is_some());
    let since = since.zip(created).map(|(since, created)| instant::floor(since, created.precision_seconds));
    in_order_of_making(service, stream)?.walk(context, (None, since), &mut bag).await?;
    Ok(bag.rows)
}

/// A page of all records in the order in which they were made, and where the rest begins.
pub(in crate::runtime) async fn made_page(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    (resume, most): (Option<&str>, usize),
) -> Result<(Vec<Row>, Option<String>)> {
    let mut bag = Bag::of(most);
    let resume = resume.and_then(|text| serde_json::from_str::<Resume>(text).ok());
    let next = in_order_of_making(service, stream)?.walk(context, (resume, None), &mut bag).await?;
    Ok((bag.rows, next.map(|next| super::source::to_text(&next)).transpose()?))
}

fn in_order_of_making<'a>(service: &'a Service, stream: Stream<'a>) -> Result<Reading<'a>> {
    let created = stream.table.created.as_ref();
    let page = stream.page(created.is_some())?;
    let cursor = match created {
        Some(created) => {
            let field = created.field.as_deref().ok_or_else(|| {
                ConnectorError::new(
                    ErrorKind::Unsupported,
                    "the connector does not say when records were made",
                )
            })?;
            Some((field, created))
        }
        None => stream.sweep_cursor(page),
    };
    Ok(Reading { service, stream, page, cursor, narrow: Narrow::default() })
}
