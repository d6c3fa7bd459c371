//! Keyset paging: which rows come next, as SQL.
//!
//! Rows come in the order of (cursor, key), or of the key alone; a page begins after the last row of the page before
//! it, by comparing all of these columns at once, so that equal cursors lose nothing and an index on these columns
//! finds the place. Rows with NULL in one of them have no place in that order, and are counted.

use super::{
    rows,
    table::{Column, Table, quote, quote_all, texts},
    types::Shape,
};
use engine_contract::Cursor;
use serde::{Deserialize, Serialize};
use sqlx::{Arguments, postgres::PgArguments};

/// Rows without a place are counted up to here.
pub(super) const MOST_COUNTED: i64 = 1000;

/// Where an unfinished read goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resume {
    /// The table and the columns of its order: a place means nothing in another order.
    by: Vec<String>,
    /// The texts of those columns in the last row that was read.
    after: Vec<String>,
    /// The newest cursor so far.
    pub(super) newest: Option<Cursor>,
}

/// A walk through a table.
pub(super) struct Walk<'a> {
    pub(super) table: &'a Table,
    pub(super) key: &'a [String],
    pub(super) cursor: Option<&'a Column>,
}

impl Walk<'_> {
    /// The columns of the order.
    pub(super) fn order(&self) -> Vec<String> {
        let cursor = self.cursor.map(|cursor| cursor.name.as_str());
        let key = self.key.iter().filter(|name| Some(name.as_str()) != cursor);
        cursor.map(str::to_owned).into_iter().chain(key.cloned()).collect()
    }

    fn by(&self) -> Vec<String> {
        [vec![self.table.name.clone()], self.order()].concat()
    }

    /// The place that `text` names; nothing when it was written for another order.
    pub(super) fn resume(&self, text: Option<&str>) -> Option<Resume> {
        let resume: Resume = serde_json::from_str(text?).ok()?;
        (resume.by == self.by() && resume.after.len() + 1 == resume.by.len()).then_some(resume)
    }

    /// The place after a row with these texts.
    pub(super) fn after(&self, texts: &[String], newest: Option<Cursor>) -> Resume {
        Resume { by: self.by(), after: texts.to_vec(), newest }
    }

    /// The statement for the next rows, and its parameters. It answers each row as JSON, then the texts of the
    /// columns of the order.
    pub(super) fn next(
        &self,
        since: Option<Cursor>,
        resume: Option<&Resume>,
        limit: usize,
    ) -> (String, PgArguments) {
        let order = self.order();
        let mut terms: Vec<String> =
            self.nullable().map(|name| format!("{} IS NOT NULL", quote(name))).collect();
        let mut values: Vec<String> = Vec::new();
        if let (Some(cursor), Some(since)) = (self.cursor, since) {
            values.push(since.to_string());
            terms.push(format!("{} >= {}", quote(&cursor.name), since_as(&cursor.shape)));
        }
        if let Some(resume) = resume {
            let first = values.len();
            values.extend(resume.after.iter().cloned());
            let columns = order.iter().filter_map(|name| self.table.column(name)).enumerate();
            let marks: Vec<String> =
                columns.map(|(index, column)| format!("${}::{}", first + index + 1, column.cast)).collect();
            terms.push(format!("({}) > ({})", quote_all(&order), marks.join(", ")));
        }
        let condition =
            if terms.is_empty() { String::new() } else { format!("WHERE {}", terms.join(" AND ")) };
        let shown: Vec<String> = order.iter().map(|name| format!("r.{}::text", quote(name))).collect();
        let sql = format!(
            "SELECT row_to_json(r)::text, {} FROM (SELECT {} FROM {} {condition} ORDER BY {} LIMIT {limit}) r",
            shown.join(", "),
            rows::columns(self.table),
            self.table.sql(),
            quote_all(&order)
        );
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        (sql, texts(&values))
    }

    fn nullable(&self) -> impl Iterator<Item = &str> {
        let columns = self.table.columns.iter().filter(|column| !column.is_not_null);
        let order = self.order();
        columns
            .map(|column| column.name.as_str())
            .filter(move |name| order.iter().any(|column| column == name))
    }

    /// Counts the rows that have no place in the order, up to [`MOST_COUNTED`]; `None` when the table can have none.
    pub(super) fn count_unplaced(&self) -> Option<(String, PgArguments)> {
        let terms: Vec<String> = self.nullable().map(|name| format!("{} IS NULL", quote(name))).collect();
        (!terms.is_empty()).then(|| {
            let sql = format!(
                "SELECT count(*) FROM (SELECT FROM {} WHERE {} LIMIT $1) r",
                self.table.sql(),
                terms.join(" OR ")
            );
            let mut arguments = PgArguments::default();
            // A number can always be encoded.
            arguments.add(MOST_COUNTED).ok();
            (sql, arguments)
        })
    }
}

/// The first parameter, an instant or a number as text, in the terms of the cursor's column. Columns without time zone
/// are read as UTC.
fn since_as(shape: &Shape) -> &'static str {
    match shape {
        Shape::Timestamptz => "$1::timestamptz",
        Shape::Timestamp => "($1::timestamptz AT TIME ZONE 'UTC')",
        Shape::Date => "($1::timestamptz AT TIME ZONE 'UTC')::date",
        _ => "$1::numeric",
    }
}

/// A cursor's text as the server writes it. A number between two whole ones is read with the lower, so that nothing at
/// it is passed over.
pub(super) fn cursor_of(shape: &Shape, text: &str) -> Option<Cursor> {
    if shape.is_moment() {
        let iso = text.replacen(' ', "T", 1);
        let iso = iso.strip_suffix("+00").map_or_else(|| iso.clone(), |civil| format!("{civil}Z"));
        return Cursor::parse(&iso).ok().filter(|cursor| matches!(cursor, Cursor::Instant(_)));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    let is_below = whole.starts_with('-') && fraction.bytes().any(|digit| digit != b'0');
    Some(Cursor::Number(if is_below { number.checked_sub(1)? } else { number }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_the_server_writes_them() {
        let show = |shape: &Shape, text: &str| {
            cursor_of(shape, text).map_or_else(|| "none".to_owned(), |cursor| cursor.to_string())
        };
        assert_eq!(show(&Shape::Timestamptz, "2026-01-02 03:04:05.000001+00"), "2026-01-02T03:04:05.000001Z");
        assert_eq!(show(&Shape::Timestamp, "2026-01-02 03:04:05"), "2026-01-02T03:04:05Z");
        assert_eq!(show(&Shape::Date, "2026-01-02"), "2026-01-02T00:00:00Z");
        assert_eq!(show(&Shape::Timestamptz, "infinity"), "none");
        assert_eq!(show(&Shape::Numeric(None), "7.9"), "7");
        assert_eq!(show(&Shape::Numeric(None), "-7.9"), "-8");
        assert_eq!(show(&Shape::Numeric(None), "-7.0"), "-7");
        assert_eq!(show(&Shape::Whole, "9223372036854775807"), "9223372036854775807");
        assert_eq!(show(&Shape::Numeric(None), "9223372036854775808"), "none");
    }
}
