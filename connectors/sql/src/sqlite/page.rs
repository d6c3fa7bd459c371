//! Keyset paging: which rows come next, as SQL.
//!
//! Rows come in the order of (cursor, key), or of the key alone; a page begins after the last row of the page
//! before it, by comparing all of these columns at once, so that equal cursors lose nothing. Values in these
//! columns must be whole numbers or texts: others (and NULL) have no place in that order and are counted.

use super::{
    row::Columns,
    table::{Table, quote, quote_all},
    types::Affinity,
};
use engine_contract::{Cursor, Map, Value};
use rusqlite::types::Value as Sql;
use serde::{Deserialize, Serialize};

const INSTANT: &str = "'%Y-%m-%dT%H:%M:%fZ'";

/// Where an unfinished read goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resume {
    /// The table and the columns of its order: a place means nothing in another order.
    by: Vec<String>,
    /// The values of those columns in the last row that was read.
    after: Vec<Value>,
    /// The newest cursor so far.
    pub(super) newest: Option<Cursor>,
}

/// A walk through a table.
pub(super) struct Walk<'a> {
    pub(super) table: &'a Table,
    pub(super) key: &'a [String],
    pub(super) cursor: Option<&'a str>,
}

impl Walk<'_> {
    /// The columns of the order.
    fn order(&self) -> Vec<String> {
        let key = self.key.iter().filter(|name| Some(name.as_str()) != self.cursor);
        self.cursor.map(str::to_owned).into_iter().chain(key.cloned()).collect()
    }

    fn by(&self) -> Vec<String> {
        [vec![self.table.name.clone()], self.order()].concat()
    }

    /// The place that `text` names; nothing when it was written for another order.
    pub(super) fn resume(&self, text: Option<&str>) -> Option<Resume> {
        let resume: Resume = serde_json::from_str(text?).ok()?;
        (resume.by == self.by() && resume.after.len() + 1 == resume.by.len()).then_some(resume)
    }

    /// The place after `row`.
    pub(super) fn after(&self, row: &Map, newest: Option<Cursor>) -> Resume {
        let after = self.order().iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect();
        Resume { by: self.by(), after, newest }
    }

    /// Whether two rows have the same place.
    pub(super) fn is_tie(&self, one: &Map, two: &Map) -> bool {
        self.order().iter().all(|name| one.get(name) == two.get(name))
    }

    /// The statement for the next rows, and its parameters.
    pub(super) fn next(
        &self,
        columns: &Columns,
        since: Option<Cursor>,
        resume: Option<&Resume>,
        limit: usize,
    ) -> (String, Vec<Sql>) {
        let order = self.order();
        let mut terms = vec![has_place(&order)];
        let mut values = Vec::new();
        if let (Some(cursor), Some(since)) = (self.cursor, since) {
            values.push(match since {
                Cursor::Number(number) => Sql::Integer(number),
                Cursor::Instant(instant) => Sql::Text(instant.to_string()),
            });
            terms.push(self.changed_since(cursor, since));
        }
        if let Some(resume) = resume {
            let first = values.len() + 1;
            values.extend(resume.after.iter().map(sql_of));
            let marks: Vec<String> = (first..=values.len()).map(|index| format!("?{index}")).collect();
            terms.push(format!("({}) > ({})", quote_all(&order), marks.join(", ")));
        }
        let sql = format!(
            "{} WHERE {} ORDER BY {} LIMIT {limit}",
            columns.select(&self.table.name),
            terms.join(" AND "),
            quote_all(&order)
        );
        (sql, values)
    }

    /// Rows at or after the cursor in ?1, and those whose cursor only the caller can judge.
    fn changed_since(&self, cursor: &str, since: Cursor) -> String {
        let column = quote(cursor);
        let affinity = self.table.column(cursor).map(|column| column.affinity);
        match since {
            Cursor::Number(_) if affinity == Some(Affinity::Integer) => format!("{column} >= ?1"),
            Cursor::Number(_) => format!(
                "(CAST({column} AS INTEGER) >= ?1 OR CAST(CAST({column} AS INTEGER) AS TEXT) <> CAST({column} AS TEXT))"
            ),
            Cursor::Instant(_) => format!(
                "({column} NOT GLOB '*-*-*' OR strftime({INSTANT}, {column}) IS NULL \
                 OR strftime({INSTANT}, {column}) >= strftime({INSTANT}, ?1))"
            ),
        }
    }

    /// Counts the rows that have no place in the order; `None` when the table can have none.
    pub(super) fn count_unplaced(&self) -> Option<String> {
        let order = self.order();
        let is_sure = |name: &String| {
            self.table.column(name).is_some_and(|column| {
                self.table.is_rowid(column)
                    || (column.is_not_null && column.affinity == Affinity::Integer && self.table.is_strict)
            })
        };
        (!order.iter().all(is_sure)).then(|| {
            format!("SELECT count(*) FROM {} WHERE NOT ({})", quote(&self.table.name), has_place(&order))
        })
    }
}

fn has_place(order: &[String]) -> String {
    let terms = order.iter().map(|name| format!("typeof({}) IN ('integer', 'text')", quote(name)));
    terms.collect::<Vec<_>>().join(" AND ")
}

fn sql_of(value: &Value) -> Sql {
    match value {
        Value::Int(number) => Sql::Integer(*number),
        Value::Text(text) => Sql::Text(text.clone()),
        _ => Sql::Null,
    }
}

/// The database's own time, as text.
pub(super) fn now() -> String {
    format!("SELECT strftime({INSTANT}, 'now')")
}
