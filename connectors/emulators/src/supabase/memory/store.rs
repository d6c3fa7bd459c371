//! The rows of a table with their indexes.

use super::cell::Cell;
use crate::supabase::tables::table::Table;
use std::collections::BTreeMap;

/// The values of a row, by the numbers of columns.
pub(super) type Row = Vec<Cell>;

/// The rows of a table. A row that is changed moves to the end, as in a heap that is never cleaned: whoever reads
/// without an order meets that.
#[derive(Debug, Default)]
pub(super) struct Store {
    rows: BTreeMap<u64, Row>,
    next: u64,
    /// For each unique constraint, where its values are. Rows with a null in them are in none.
    indexes: Vec<BTreeMap<Vec<Cell>, u64>>,
    /// The last numbers of columns that count.
    counters: BTreeMap<usize, i64>,
}

/// A change that can be taken back.
#[derive(Debug)]
pub(super) enum Undo {
    /// The row under this number was added.
    Added(u64),
    /// This row was taken from under this number.
    Removed(u64, Row),
}

impl Store {
    pub(super) fn new(table: &Table) -> Self {
        Self { indexes: vec![BTreeMap::new(); table.uniques.len()], ..Self::default() }
    }

    /// All rows, in the order in which they came.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    pub(super) fn row(&self, id: u64) -> Option<&Row> {
        self.rows.get(&id)
    }

    /// The values of a unique constraint in a row; nothing where one is null.
    pub(super) fn key(table: &Table, unique: usize, row: &[Cell]) -> Option<Vec<Cell>> {
        let columns = &table.uniques.get(unique)?.columns;
        let cells: Vec<Cell> = columns.iter().filter_map(|column| row.get(*column).cloned()).collect();
        (!cells.iter().any(Cell::is_null)).then_some(cells)
    }

    /// The row that has these values of a unique constraint.
    pub(super) fn find(&self, unique: usize, key: &[Cell]) -> Option<u64> {
        self.indexes.get(unique)?.get(key).copied()
    }

    /// Adds a row that breaks no unique constraint.
    pub(super) fn add(&mut self, table: &Table, row: Row) -> Undo {
        let id = self.next;
        self.next += 1;
        self.put(table, id, row);
        Undo::Added(id)
    }

    fn put(&mut self, table: &Table, id: u64, row: Row) {
        for (unique, index) in self.indexes.iter_mut().enumerate() {
            if let Some(key) = Self::key(table, unique, &row) {
                index.insert(key, id);
            }
        }
        self.rows.insert(id, row);
    }

    /// Takes a row away.
    pub(super) fn remove(&mut self, table: &Table, id: u64) -> Option<Undo> {
        let row = self.rows.remove(&id)?;
        for (unique, index) in self.indexes.iter_mut().enumerate() {
            if let Some(key) = Self::key(table, unique, &row)
                && index.get(&key) == Some(&id)
            {
                index.remove(&key);
            }
        }
        Some(Undo::Removed(id, row))
    }

    /// Takes a change back.
    pub(super) fn undo(&mut self, table: &Table, change: Undo) {
        match change {
            Undo::Added(id) => drop(self.remove(table, id)),
            Undo::Removed(id, row) => self.put(table, id, row),
        }
    }

    /// The next number of a column that counts. Numbers are not taken back.
    pub(super) fn count(&mut self, column: usize) -> i64 {
        let counter = self.counters.entry(column).or_insert(0);
        *counter += 1;
        *counter
    }
}
