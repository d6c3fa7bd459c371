//! Inserts, upserts, updates and deletes.

use super::{
    access::suggesting,
    body::{self, Given},
    cell::Cell,
    filter::Check,
    rules,
    store::{Row, Store},
    whole::{Memory, Task},
};
use crate::supabase::{
    database::{Conflict, Shows},
    error::DatabaseError,
    query::filter::Condition,
    request::Payload,
    tables::table::{Privilege, Table},
};
use std::collections::BTreeSet;

/// What becomes of a row that is there already.
#[derive(Clone, Copy)]
enum Arbiter {
    /// Nothing tells: a duplicate is an error.
    None,
    Ignore(usize),
    Merge(usize),
}

impl Memory {
    /// Adds rows; those that were written, and how many of them are new.
    pub(super) fn insert(
        &mut self,
        task: &Task<'_>,
        payload: &Payload,
        defaults: bool,
        (conflict, put): (Option<&Conflict>, &[Condition]),
    ) -> Result<(Vec<Row>, u64), DatabaseError> {
        let table = task.table;
        if !task.is_seed {
            body::writable(table, payload, true)?;
        }
        let arbiter = arbiter(table, conflict, payload.columns.is_empty())?;
        let check = Check::all(table, put)?;
        let mut needed = vec![Privilege::Insert];
        needed.extend(matches!(arbiter, Arbiter::Merge(_)).then_some(Privilege::Update));
        let reads =
            task.statement.shows != Shows::Nothing || !matches!(arbiter, Arbiter::None) || !put.is_empty();
        needed.extend(reads.then_some(Privilege::Select));
        rules::permitted(table, task.role, &needed)?;
        let (mut written, mut inserted) = (Vec::new(), 0);
        let mut touched = BTreeSet::new();
        for given in body::given(table, payload)? {
            let mut row = vec![Cell::Null; table.columns.len()];
            body::set(&mut row, &given);
            if !check.admits(&row) {
                continue;
            }
            self.fill_in(task, &mut row, &given, defaults)?;
            rules::admitted(table, task.role, Privilege::Insert)?;
            rules::complete(table, &row)?;
            let id = match arbiter {
                Arbiter::None => None,
                Arbiter::Ignore(unique) | Arbiter::Merge(unique) => self.existing(task, unique, &row),
            };
            let (id, row) = match (id, arbiter) {
                (None, _) => {
                    inserted += 1;
                    self.place(task, row)?
                }
                (Some(id), Arbiter::Merge(_)) => {
                    if touched.contains(&id) {
                        return Err(twice());
                    }
                    rules::admitted(table, task.role, Privilege::Update)?;
                    // What the body gives, and no defaults of other columns.
                    let excluded = row;
                    self.replace(task, id, |row| {
                        for (column, _) in &given {
                            if let (Some(place), Some(cell)) = (row.get_mut(*column), excluded.get(*column)) {
                                place.clone_from(cell);
                            }
                        }
                    })?
                }
                (Some(_), _) => continue,
            };
            touched.insert(id);
            written.push(row);
        }
        self.check_references(task, &written)?;
        Ok((written, inserted))
    }

    /// Changes rows; those that were changed.
    pub(super) fn update(
        &mut self,
        task: &Task<'_>,
        payload: &Payload,
        defaults: bool,
        filters: &[Condition],
    ) -> Result<Vec<Row>, DatabaseError> {
        let table = task.table;
        if payload.columns.is_empty() {
            return Ok(Vec::new());
        }
        body::writable(table, payload, false)?;
        let check = Check::all(table, filters)?;
        let reads = !filters.is_empty() || task.statement.shows != Shows::Nothing;
        let mut needed = vec![Privilege::Update];
        needed.extend(reads.then_some(Privilege::Select));
        rules::permitted(table, task.role, &needed)?;
        let Some(given) = body::given(table, payload)?.into_iter().next() else { return Ok(Vec::new()) };
        if !table.admits(task.role, Privilege::Update) {
            return Ok(Vec::new());
        }
        let (mut written, mut gone) = (Vec::new(), Vec::new());
        for id in self.matching(task, &check) {
            gone.extend(self.stores.get(task.number).and_then(|store| store.row(id).cloned()));
            let mut given = given.clone();
            if defaults {
                self.give_defaults(task, &mut given)?;
            }
            let (_, row) = self.replace(task, id, |row| body::set(row, &given))?;
            written.push(row);
        }
        self.check_references(task, &written)?;
        self.check_referring(task, &gone)?;
        Ok(written)
    }

    /// Removes rows; those that went.
    pub(super) fn delete(
        &mut self,
        task: &Task<'_>,
        filters: &[Condition],
    ) -> Result<Vec<Row>, DatabaseError> {
        let table = task.table;
        let check = Check::all(table, filters)?;
        let reads = !filters.is_empty() || task.statement.shows != Shows::Nothing;
        let mut needed = vec![Privilege::Delete];
        needed.extend(reads.then_some(Privilege::Select));
        rules::permitted(table, task.role, &needed)?;
        if !table.admits(task.role, Privilege::Delete) {
            return Ok(Vec::new());
        }
        let mut gone = Vec::new();
        for id in self.matching(task, &check) {
            gone.extend(self.take(task, id));
        }
        self.check_referring(task, &gone)?;
        Ok(gone)
    }

    /// Fills the columns that a body leaves out.
    fn fill_in(
        &mut self,
        task: &Task<'_>,
        row: &mut Row,
        given: &Given,
        defaults: bool,
    ) -> Result<(), DatabaseError> {
        for column in 0..task.table.columns.len() {
            let named = given.iter().find(|(number, _)| *number == column);
            let is_left_out = named.is_none_or(|(_, cell)| cell.is_none() && defaults);
            if !is_left_out {
                continue;
            }
            if let (Some(cell), Some(place)) = (self.default(task, column)?, row.get_mut(column)) {
                *place = cell;
            }
        }
        Ok(())
    }

    /// Fills the members that an object lacks.
    fn give_defaults(&mut self, task: &Task<'_>, given: &mut Given) -> Result<(), DatabaseError> {
        for (column, cell) in given.iter_mut().filter(|(_, cell)| cell.is_none()) {
            *cell = self.default(task, *column)?;
        }
        Ok(())
    }

    fn default(&mut self, task: &Task<'_>, column: usize) -> Result<Option<Cell>, DatabaseError> {
        let filling = self.fillings.get(task.number).and_then(|all| all.get(column)).cloned().flatten();
        let known = filling.zip(task.table.columns.get(column)).zip(self.stores.get_mut(task.number));
        let Some(((filling, known), store)) = known else { return Ok(None) };
        let made = &mut self.made;
        let uuid = || {
            *made += 1;
            *made
        };
        filling.value(&known.kind, task.now, || store.count(column), uuid).map(Some)
    }

    fn existing(&self, task: &Task<'_>, unique: usize, row: &Row) -> Option<u64> {
        let key = Store::key(task.table, unique, row)?;
        self.stores.get(task.number)?.find(unique, &key)
    }

    /// Adds a row that must break no unique constraint.
    fn place(&mut self, task: &Task<'_>, row: Row) -> Result<(u64, Row), DatabaseError> {
        let Some(store) = self.stores.get_mut(task.number) else { return Ok((0, row)) };
        rules::unique(task.table, store, &row)?;
        let undo = store.add(task.table, row.clone());
        let id = match undo {
            super::store::Undo::Added(id) | super::store::Undo::Removed(id, _) => id,
        };
        self.changes.push((task.number, undo));
        Ok((id, row))
    }

    /// Changes a row, which gets another number.
    fn replace(
        &mut self,
        task: &Task<'_>,
        id: u64,
        change: impl FnOnce(&mut Row),
    ) -> Result<(u64, Row), DatabaseError> {
        let mut row = self.take(task, id).unwrap_or_default();
        change(&mut row);
        rules::complete(task.table, &row)?;
        self.place(task, row)
    }

    fn take(&mut self, task: &Task<'_>, id: u64) -> Option<Row> {
        let undo = self.stores.get_mut(task.number)?.remove(task.table, id)?;
        let row = match &undo {
            super::store::Undo::Removed(_, row) => Some(row.clone()),
            super::store::Undo::Added(_) => None,
        };
        self.changes.push((task.number, undo));
        row
    }

    /// Foreign keys are checked when all rows are written.
    fn check_references(&self, task: &Task<'_>, rows: &[Row]) -> Result<(), DatabaseError> {
        let parent = |name: &str| self.neighbour(&task.table.schema, name);
        rows.iter().try_for_each(|row| rules::refers(task.table, row, parent))
    }

    fn check_referring(&self, task: &Task<'_>, gone: &[Row]) -> Result<(), DatabaseError> {
        let Some(store) = self.stores.get(task.number) else { return Ok(()) };
        let own = (task.table, store);
        gone.iter().try_for_each(|row| rules::unreferred(own, row, self.neighbours(&task.table.schema)))
    }
}

/// The unique constraint that tells whether a row is there.
fn arbiter(table: &Table, conflict: Option<&Conflict>, is_nameless: bool) -> Result<Arbiter, DatabaseError> {
    let Some(conflict) = conflict.filter(|conflict| !conflict.columns.is_empty()) else {
        return Ok(Arbiter::None);
    };
    let mut columns = BTreeSet::new();
    for name in &conflict.columns {
        let missing = || {
            let error = DatabaseError::new("42703", format!("column \"{name}\" does not exist"));
            let both: [&str; 2] = [&table.name, "excluded"];
            let places = if conflict.merges { &both[..] } else { both.split_at(1).0 };
            suggesting(error, (table, places), name)
        };
        columns.insert(table.position(name).ok_or_else(missing)?);
    }
    let same = |unique: &[usize]| unique.iter().copied().collect::<BTreeSet<_>>() == columns;
    let unique = table.uniques.iter().position(|unique| same(&unique.columns)).ok_or_else(|| {
        let message = "there is no unique or exclusion constraint matching the ON CONFLICT specification";
        DatabaseError::new("42P10", message)
    })?;
    Ok(if conflict.merges && !is_nameless { Arbiter::Merge(unique) } else { Arbiter::Ignore(unique) })
}

fn twice() -> DatabaseError {
    DatabaseError::new("21000", "ON CONFLICT DO UPDATE command cannot affect row a second time").hint(
        "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
    )
}
