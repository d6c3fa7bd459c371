//! `[entity.X.source]` of a pipeline as parameters and conditions.

use super::statement;
use crate::{
    manifest::{Bound, FilterTable},
    runtime::{catalog::Stream, query::Query},
    template,
};
use engine_contract::{ConnectorError, ErrorKind, Map, Result, Value};
use jiff::{ToSpan, civil::Date};

/// Which records of a stream are asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::runtime) struct Narrow {
    pub(super) query: Query,
    pub(super) conditions: Vec<String>,
}

/// What the options of a read say.
pub(super) fn of_options(stream: Stream<'_>, options: &Map) -> Result<Narrow> {
    let mut narrow = Narrow::default();
    for (name, value) in options {
        match value {
            Value::Map(filters) if name == "filter" => {
                for (name, value) in filters {
                    let filter =
                        stream.table.filter.get(name).ok_or_else(|| unknown(stream, "filter", name))?;
                    add(&mut narrow, stream, (name, filter), value)?;
                }
            }
            // Options of the connection, such as the schema of a database, went into its paths already.
            _ if stream.catalog.settings().get(name).is_some() => {}
            _ => return Err(unknown(stream, "option", name)),
        }
    }
    Ok(narrow)
}

/// What of a filter goes with requests by key: what says how records look.
pub(super) fn shape(stream: Stream<'_>, options: &Map) -> Result<Narrow> {
    let mut narrow = Narrow::default();
    let filters = options.get("filter").and_then(Value::as_map);
    for (name, value) in filters.into_iter().flatten() {
        if let Some(filter) = stream.table.filter.get(name).filter(|filter| filter.shapes) {
            add(&mut narrow, stream, (name, filter), value)?;
        }
    }
    Ok(narrow)
}

/// Values of filters for which records that are asked for by key have to be asked for once more.
pub(super) fn extra_fetches(stream: Stream<'_>, options: &Map, shape: &Narrow) -> Vec<Narrow> {
    let filters = options.get("filter").and_then(Value::as_map);
    let given = filters.into_iter().flatten().filter_map(|(name, value)| {
        let filter = stream.table.filter.get(name)?;
        let when = filter.hidden.as_ref()?;
        let is_meant = texts(value).is_some_and(|texts| texts.contains(when));
        let parameter = filter.parameter.as_ref().filter(|_| is_meant)?;
        let mut narrow = shape.clone();
        narrow.query.push((parameter.clone(), when.clone()));
        Some(narrow)
    });
    given.collect()
}

fn add(
    narrow: &mut Narrow,
    stream: Stream<'_>,
    (name, filter): (&str, &FilterTable),
    value: &Value,
) -> Result<()> {
    let wrong = || {
        ConnectorError::new(ErrorKind::Config, format!("filter `{name}` does not take this value"))
            .with_context("stream", stream.name)
    };
    let texts = texts(value).filter(|texts| !texts.is_empty()).ok_or_else(wrong)?;
    let asks_hidden = filter.hidden.as_ref().is_some_and(|hidden| texts.contains(hidden));
    if filter.leaves && !asks_hidden {
        return Ok(());
    }
    let texts: Option<Vec<String>> = texts.into_iter().map(|text| bounded(filter.bound, text)).collect();
    let texts = texts.ok_or_else(wrong)?;
    let several = filter.many_parameter.as_ref().filter(|_| texts.len() > 1);
    if let Some(parameter) = several.or(filter.parameter.as_ref()) {
        narrow.query.push((parameter.clone(), texts.join(",")));
    }
    if let Some(condition) = &filter.condition {
        let is_bare = matches!(value, Value::Bool(_));
        let literal = |text: &String| if is_bare { text.clone() } else { statement::literal(text) };
        let all = texts.iter().map(literal).collect::<Vec<_>>().join(",");
        let filled = template::fill(condition, |_| Some(all.clone()));
        narrow.conditions.push(filled.map_err(|_| wrong())?);
    }
    Ok(())
}

/// A value, or the values of a list, as texts.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(values) => values.iter().map(Value::scalar_text).collect(),
        one => one.scalar_text().map(|text| vec![text]),
    }
}

/// A day as the bound that the service takes.
fn bounded(bound: Option<Bound>, text: String) -> Option<String> {
    let Some(bound) = bound else { return Some(text) };
    let day: Date = text.parse().ok()?;
    let start = day.at(0, 0, 0, 0);
    let moment = match bound {
        Bound::BeforeStart => start.checked_sub(1.second()),
        Bound::AfterEnd => start.checked_add(1.day()),
    };
    moment.ok().map(|moment| moment.to_string())
}

fn unknown(stream: Stream<'_>, what: &str, name: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Config, format!("the stream takes no {what} `{name}`"))
        .with_context("stream", stream.name)
}
