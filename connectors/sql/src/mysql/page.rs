//! Keyset paging: which rows come next, as SQL.
//!
//! Rows come in the order of (cursor, key), or of the key alone; a page begins after the last row of the page
//! before it. `(c, k) > (?, ?)` is written out, because the server uses no index for the short form. Texts are in the
//! order of their collation where a unique index makes sure that no two keys are equal in it, else in the order of
//! their bytes.

use super::{
    bind::bind,
    row::Columns,
    sequel::{Param, quote},
    table::{Column, Table},
    temporal,
    types::Kind,
};
use engine_contract::{Cursor, Map, Result, Value};
use serde::{Deserialize, Serialize};

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
    pub(super) key: Vec<&'a Column>,
    pub(super) cursor: Option<&'a Column>,
}

/// SQL with its parameters.
pub(super) type Sql = (String, Vec<Param>);

impl Walk<'_> {
    /// The columns of the order.
    fn order(&self) -> Vec<&Column> {
        let is_cursor = |column: &&Column| self.cursor.is_some_and(|cursor| cursor.name == column.name);
        self.cursor.into_iter().chain(self.key.iter().copied().filter(|column| !is_cursor(column))).collect()
    }

    fn by(&self) -> Vec<String> {
        let order = self.order();
        std::iter::once(&self.table.name).chain(order.iter().map(|column| &column.name)).cloned().collect()
    }

    /// The place that `text` names; nothing when it was written for another order.
    pub(super) fn resume(&self, text: Option<&str>) -> Option<Resume> {
        let resume: Resume = serde_json::from_str(text?).ok()?;
        (resume.by == self.by() && resume.after.len() + 1 == resume.by.len()).then_some(resume)
    }

    /// The place after `row`.
    pub(super) fn after(&self, row: &Map, newest: Option<Cursor>) -> Resume {
        let after =
            self.order().iter().map(|column| row.get(&column.name).cloned().unwrap_or_default()).collect();
        Resume { by: self.by(), after, newest }
    }

    /// Whether two rows have the same place.
    pub(super) fn is_tie(&self, one: &Map, two: &Map) -> bool {
        self.order().iter().all(|column| one.get(&column.name) == two.get(&column.name))
    }

    /// A unique index over columns of the key: two keys that its collation calls equal cannot both be there.
    fn is_surely_unique(&self) -> bool {
        let has = |name: &String| self.key.iter().any(|column| column.name == *name);
        let indexes = self.table.indexes.iter().filter(|index| !index.columns.is_empty());
        indexes.into_iter().any(|index| index.columns.iter().all(has))
    }

    /// A column as it is ordered, and a parameter that is compared with it.
    fn term(&self, column: &Column) -> (String, String) {
        let name = quote(&column.name);
        let by_bytes = match column.kind {
            // The server orders an enum by place and compares it by text.
            Kind::Enum(_) => true,
            Kind::Text(_) | Kind::Uuid => !self.is_surely_unique(),
            _ => false,
        };
        if by_bytes {
            let bytes = |text: &str| format!("CAST(CONVERT({text} USING utf8mb4) AS BINARY)");
            return (bytes(&name), bytes("?"));
        }
        (name, column.kind.mark())
    }

    /// The statement for the next rows.
    pub(super) fn next(
        &self,
        columns: &Columns<'_>,
        since: Option<Cursor>,
        resume: Option<&Resume>,
        limit: usize,
    ) -> Result<Sql> {
        let order = self.order();
        let mut terms: Vec<String> = order.iter().filter_map(|column| place(column)).collect();
        let mut params = Vec::new();
        if let (Some(cursor), Some(since)) = (self.cursor, since) {
            terms.push(format!("{} >= {}", quote(&cursor.name), cursor.kind.mark()));
            params.push(since_param(since, cursor));
        }
        if let Some(resume) = resume {
            let (term, after) = self.after_place(&order, &resume.after)?;
            terms.push(term);
            params.extend(after);
        }
        let condition =
            if terms.is_empty() { String::new() } else { format!(" WHERE {}", terms.join(" AND ")) };
        let by: Vec<String> = order.iter().map(|column| self.term(column).0).collect();
        let sql = format!(
            "SELECT {} FROM {}{condition} ORDER BY {} LIMIT {limit}",
            columns.list(),
            quote(&self.table.name),
            by.join(", ")
        );
        Ok((sql, params))
    }

    /// Rows behind a place: `a >= ? AND (a > ? OR (a = ? AND b > ?))`; the first part is for the index.
    fn after_place(&self, order: &[&Column], after: &[Value]) -> Result<Sql> {
        let mut terms: Vec<(String, String, Param)> = Vec::with_capacity(order.len());
        for (column, value) in order.iter().zip(after) {
            let (name, mark) = self.term(column);
            terms.push((name, mark, bind(value, column)?));
        }
        let mut behind: Option<Sql> = None;
        for (name, mark, param) in terms.iter().rev() {
            behind = Some(match behind {
                None => (format!("{name} > {mark}"), vec![param.clone()]),
                Some((rest, params)) => {
                    let all = [param.clone(), param.clone()].into_iter().chain(params);
                    (format!("({name} > {mark} OR ({name} = {mark} AND {rest}))"), all.collect())
                }
            });
        }
        let (mut sql, mut params) = behind.unwrap_or_else(|| ("TRUE".to_owned(), Vec::new()));
        if let (Some((name, mark, param)), true) = (terms.first(), terms.len() > 1) {
            sql = format!("{name} >= {mark} AND {sql}");
            params.insert(0, param.clone());
        }
        Ok((sql, params))
    }

    /// Counts the rows that have no place in the order; `None` when the table can have none. An incremental read looks
    /// only for a cursor that is NULL or zero, which an index finds.
    pub(super) fn count_unplaced(&self, is_whole: bool) -> Option<String> {
        let count =
            |condition: &str| format!("SELECT COUNT(*) FROM {} WHERE {condition}", quote(&self.table.name));
        if let (Some(cursor), false) = (self.cursor, is_whole) {
            let name = quote(&cursor.name);
            let zero = if is_day(cursor) { format!(" OR {name} < '1000-01-01'") } else { String::new() };
            return place(cursor).map(|_| count(&format!("{name} IS NULL{zero}")));
        }
        let terms: Vec<String> = self.order().iter().filter_map(|column| place(column)).collect();
        (!terms.is_empty()).then(|| count(&format!("NOT COALESCE({}, FALSE)", terms.join(" AND "))))
    }
}

/// Columns whose values may lack a month or a day.
fn is_day(column: &Column) -> bool {
    matches!(column.kind, Kind::Date | Kind::DateTime(_) | Kind::Timestamp(_))
}

/// The condition under which a value of the column has a place in its order; nothing when all have one.
fn place(column: &Column) -> Option<String> {
    let name = quote(&column.name);
    match (is_day(column), column.is_not_null) {
        (true, _) => Some(format!("({name} IS NOT NULL AND MONTH({name}) > 0 AND DAYOFMONTH({name}) > 0)")),
        (false, false) => Some(format!("{name} IS NOT NULL")),
        (false, true) => None,
    }
}

/// The lowest value of the column that is at or after a cursor.
fn since_param(since: Cursor, column: &Column) -> Param {
    let digits = match column.kind {
        Kind::DateTime(digits) | Kind::Timestamp(digits) => digits,
        _ => 0,
    };
    match since {
        Cursor::Number(number) => Param::Int(number),
        Cursor::Instant(instant) => {
            let text = temporal::floor(instant, digits).unwrap_or_else(|| "1000-01-01T00:00:00".to_owned());
            Param::Text(if column.kind == Kind::Date { text.chars().take(10).collect() } else { text })
        }
    }
}
