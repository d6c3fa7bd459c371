//! The query of a request: what is selected, filtered, ordered and cut.
//!
//! The grammar and the texts of refusals are those of PostgREST's `QueryParams.hs`.

pub(crate) mod field;
pub(crate) mod filter;
mod input;
pub(crate) mod order;
pub(crate) mod select;
#[cfg(test)]
mod tests;

use super::error::Refusal;
use filter::Condition;
use order::Term;
use select::Item;

/// A query after it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// `None` where nothing says what to select.
    pub(crate) select: Option<Vec<Item>>,
    pub(crate) filters: Vec<Condition>,
    pub(crate) order: Vec<Term>,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<i64>,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) on_conflict: Option<Vec<String>>,
    /// The parameters in order of their names, as answers repeat them.
    pub(crate) canonical: String,
}

impl Query {
    /// Reads the pairs of a query.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let mut query = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "select" => query.select = Some(select::select(value)?),
                "order" => query.order.extend(order::order(value)?),
                "limit" => query.limit = value.parse().ok(),
                "offset" => query.offset = value.parse().ok(),
                "columns" => query.columns = Some(filter::names("columns parameter", value)?),
                "on_conflict" => query.on_conflict = Some(filter::names("on_conflict parameter", value)?),
                "and" | "or" | "not.and" | "not.or" => query.filters.push(filter::logic(key, value)?),
                _ => match related(key) {
                    Some(table) => return Err(filter::not_embedded(table)),
                    None => query.filters.push(filter::filter(key, value)?),
                },
            }
        }
        query.canonical = canonical(pairs);
        Ok(query)
    }
}

/// The table of a parameter that is about another table: `lines.order`.
fn related(key: &str) -> Option<&str> {
    let (table, word) = key.rsplit_once('.')?;
    ["select", "order", "limit", "offset", "and", "or"].contains(&word).then_some(table)
}

fn canonical(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(sorted);
    query.finish()
}
