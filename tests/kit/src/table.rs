//! Rows of a SQLite database, to be compared and summed without binary fractions.

use rusqlite::{Connection, types::Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The values of a row in the order of the columns.
pub type Row = Vec<Value>;

/// Every table of a database with its rows, but those that the engine keeps for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables(pub BTreeMap<String, Vec<Row>>);

impl Tables {
    /// Reads a database; rows come in the order of their first column.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn of(db: &Connection) -> Self {
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_*' \
                     AND name NOT GLOB 'sqlite_*'";
        let names = rows(db, names).into_iter().map(|row| text(row.into_iter().next()));
        let content = |name: String| {
            let rows = rows(db, &format!("SELECT * FROM \"{name}\" ORDER BY 1"));
            (name, rows)
        };
        Self(names.map(content).collect())
    }

    /// How many rows each table has.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        self.0.iter().map(|(name, rows)| (name.as_str(), rows.len())).collect()
    }

    /// The first difference to what is expected, in words; `None` when there is none.
    #[must_use]
    pub fn difference(&self, expected: &Self) -> Option<String> {
        if self.counts() != expected.counts() {
            return Some(format!("{:?} rows instead of {:?}", self.counts(), expected.counts()));
        }
        for (name, rows) in &expected.0 {
            let mut pairs = self.0.get(name).into_iter().flatten().zip(rows);
            if let Some((got, wanted)) = pairs.find(|(got, wanted)| got != wanted) {
                return Some(format!("{name}: {got:?} instead of {wanted:?}"));
            }
        }
        None
    }
}

/// The rows that a query gives.
///
/// # Panics
/// When it fails.
#[must_use]
pub fn rows(db: &Connection, sql: &str) -> Vec<Row> {
    let mut statement = db.prepare(sql).expect("the query is sound");
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|index| row.get(index)).collect());
    rows.and_then(Iterator::collect).expect("the rows can be read")
}

/// Sums amounts by name, exactly.
///
/// # Panics
/// When an amount is no decimal number.
#[must_use]
pub fn sum_by(amounts: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, Decimal> {
    let mut sums = BTreeMap::new();
    for (name, amount) in amounts {
        let sum: &mut Decimal = sums.entry(name).or_default();
        *sum += amount.parse::<Decimal>().expect("an amount is a decimal number");
    }
    sums
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::Text(text)) => text,
        other => format!("{other:?}"),
    }
}
