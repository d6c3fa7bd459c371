//! From what is asked of a list to a request: as parameters, or as a statement.

use super::{
    narrow::Narrow,
    statement::{self, Statement},
};
use crate::{
    manifest::{CursorTable, PageTable},
    runtime::{
        catalog::Stream,
        instant,
        query::{self, Query},
        service::{Call, Service},
    },
    template,
};
use engine_contract::{ConnectorError, Cursor, ErrorKind, Result};

/// The order of a list, and where it begins.
#[derive(Clone, Copy)]
pub(in crate::runtime) struct Order<'a> {
    pub(in crate::runtime) cursor: &'a CursorTable,
    /// Records at or after this.
    pub(in crate::runtime) from: Option<Cursor>,
}

/// One page of a list.
#[derive(Clone, Copy)]
pub(in crate::runtime) struct Ask<'a> {
    pub(in crate::runtime) stream: Stream<'a>,
    pub(in crate::runtime) page: &'a PageTable,
    pub(in crate::runtime) order: Option<Order<'a>>,
    /// Keys to leave out.
    pub(in crate::runtime) without: &'a [String],
    pub(in crate::runtime) skip: usize,
    pub(in crate::runtime) size: usize,
    pub(in crate::runtime) narrow: &'a Narrow,
}

/// The request for a page.
pub(in crate::runtime) fn call(service: &Service, ask: Ask<'_>) -> Result<Call> {
    match &ask.stream.read.from {
        Some(from) => statement(service, from, ask),
        None => parameters(service, ask),
    }
}

/// The path of a stream's list.
pub(super) fn path(stream: Stream<'_>) -> Result<String> {
    stream.catalog.settings().fill(stream.read.path.as_deref().unwrap_or_default())
}

/// The parameters that every request of a stream carries.
pub(super) fn common(stream: Stream<'_>) -> Result<Query> {
    let query = stream.read.query.iter();
    query.map(|(name, value)| Ok((name.clone(), stream.catalog.settings().fill(value)?))).collect()
}

fn parameters(service: &Service, ask: Ask<'_>) -> Result<Call> {
    let mut parameters = common(ask.stream)?;
    let page = ask.page;
    let ordered = ask.order.map(|order| &order.cursor.query);
    for (name, value) in page.query.iter().chain(ordered.into_iter().flatten()) {
        query::set(&mut parameters, name, value.clone());
    }
    for (name, value) in &ask.narrow.query {
        query::set(&mut parameters, name, value.clone());
    }
    let bounded = ask.order.and_then(|order| Some((order.cursor.parameter.as_ref()?, bound(order)?)));
    if let Some((parameter, bound)) = bounded {
        // A filter may bound the same list: the later of the two bounds both.
        let bound = service.instant(bound);
        let known = parameters.iter().find(|(name, _)| name == parameter).map(|(_, value)| value.clone());
        query::set(&mut parameters, parameter, known.into_iter().fold(bound, String::max));
    }
    if let Some(size) = &page.size {
        query::set(&mut parameters, size, ask.size.to_string());
    }
    if let Some(exclude) = page.exclude.as_ref().filter(|_| !ask.without.is_empty()) {
        query::set(&mut parameters, exclude, ask.without.join(","));
    }
    if let Some(offset) = page.offset.as_ref().filter(|_| ask.skip > 0) {
        query::set(&mut parameters, offset, ask.skip.to_string());
    }
    Ok(Call::get(path(ask.stream)?, parameters))
}

fn statement(service: &Service, from: &str, ask: Ask<'_>) -> Result<Call> {
    let mut own = ask.narrow.conditions.clone();
    let bounded = ask.order.and_then(|order| Some((order.cursor.condition.as_ref()?, bound(order)?)));
    if let Some((condition, bound)) = bounded {
        own.push(condition_of(condition, &statement::literal(&service.instant(bound)))?);
    }
    let statement = Statement {
        from,
        conditions: statement::laid_over(&ask.stream.read.conditions, &own),
        order: ask.order.and_then(|order| order.cursor.order.as_deref()),
        skip: ask.skip,
        size: ask.size,
    };
    select(ask.stream, &statement)
}

/// The request that carries a statement.
pub(super) fn select(stream: Stream<'_>, statement: &Statement<'_>) -> Result<Call> {
    let language = stream.catalog.language().ok_or_else(|| {
        ConnectorError::new(ErrorKind::Unsupported, "the connector does not say how statements are sent")
    })?;
    let path = stream.catalog.settings().fill(&language.path)?;
    let mut query = common(stream)?;
    query::set(&mut query, &language.parameter, statement.to_text(language.kind));
    Ok(Call::get(path, query))
}

/// A condition with its value or values.
pub(super) fn condition_of(condition: &str, literal: &str) -> Result<String> {
    template::fill(condition, |_| Some(literal.to_owned()))
        .map_err(|fault| ConnectorError::new(ErrorKind::Config, fault.to_string()))
}

fn bound(order: Order<'_>) -> Option<Cursor> {
    let grain = order.cursor.precision_seconds;
    order.from.map(|from| instant::bound(from, grain, order.cursor.exclusive))
}
