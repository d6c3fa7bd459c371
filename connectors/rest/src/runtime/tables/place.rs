//! A place in the order of a table: the values of the last row that was taken.
//!
//! What comes behind it is asked for by value, never by position, so that rows that come and go move nothing. The values
//! are kept as the service wrote them: an instant with all its digits.

use super::filter;
use crate::runtime::{path, query::Query};
use engine_contract::{Cursor, Record};
use serde::{Deserialize, Serialize};

/// Where a read goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// A value for each column of the order.
    values: Vec<String>,
}

impl Place {
    /// The place of a row; nothing when it lacks a value.
    pub(super) fn of(columns: &[String], record: &Record) -> Option<Self> {
        let values: Option<Vec<String>> = columns.iter().map(|column| path::text(record, column)).collect();
        values.map(|values| Self { values })
    }

    /// The parameters that ask for what comes behind it.
    pub(super) fn narrow(&self, columns: &[String], query: &mut Query) {
        filter::add(query, filter::behind(columns, &self.values));
    }
}

/// The parameters that ask for rows at or after a cursor, which all have one.
pub(super) fn since(column: &str, since: Option<Cursor>, query: &mut Query) {
    let is = since.map_or_else(|| "not.is.null".to_owned(), |since| format!("gte.{since}"));
    filter::add(query, filter::condition(column, &is));
}
