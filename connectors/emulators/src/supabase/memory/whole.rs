//! All tables with their rows, and the statements on them.

use super::{
    default::{self, Filling},
    filter::Check,
    result::{Columns, sort},
    rules, show,
    store::{Row, Store, Undo},
};
use crate::supabase::{
    database::{Action, Database, Outcome, Session, Shows, Statement},
    error::DatabaseError,
    gateway::Caller,
    query::select::Item,
    request::{Payload, range::Range},
    tables::{
        Tables, TablesError,
        table::{Privilege, Role, Table},
    },
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A database in memory.
#[derive(Debug)]
pub struct Memory {
    tables: Tables,
    pub(super) stores: Vec<Store>,
    pub(super) fillings: Vec<Vec<Option<Filling>>>,
    /// What the open transaction changed, by the numbers of tables.
    pub(super) changes: Vec<(usize, Undo)>,
    /// How many UUIDs were made.
    pub(super) made: u64,
}

/// A statement with the table that it is about.
pub(super) struct Task<'a> {
    pub(super) number: usize,
    pub(super) table: &'a Table,
    pub(super) statement: &'a Statement,
    pub(super) role: Role,
    pub(super) now: Timestamp,
    /// Rows that a database begins with may give numbers that are counted.
    pub(super) is_seed: bool,
}

impl Memory {
    /// Empty tables.
    ///
    /// # Errors
    /// When a default cannot be computed.
    pub fn new(tables: Tables) -> Result<Self, TablesError> {
        let stores = tables.all().iter().map(Store::new).collect();
        let fillings = tables.all().iter().map(default::of).collect::<Result<_, _>>()?;
        Ok(Self { tables, stores, fillings, changes: Vec::new(), made: 0 })
    }

    /// Adds rows to a table: a list of JSON objects, which may have different members. All or none.
    ///
    /// # Errors
    /// When there is no such table, the text is no list of objects, or a rule is broken.
    pub fn fill(
        &mut self,
        schema: &str,
        table: &str,
        json: &str,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let unreadable = |_| DatabaseError::new("22P02", "invalid input syntax for type json");
        let rows: Vec<Map<String, Value>> = serde_json::from_str(json).map_err(unreadable)?;
        let caller = Caller { role: Role::Service, claims: Map::new() };
        let session = Session { caller, now };
        for row in rows {
            let columns = row.keys().cloned().collect::<BTreeSet<_>>();
            let payload = Payload { json: Value::Object(row).to_string(), columns };
            let statement = Statement {
                schema: schema.to_owned(),
                table: table.to_owned(),
                action: Action::Insert { payload, defaults: false, conflict: None, put: Vec::new() },
                select: vec![Item::Everything],
                order: Vec::new(),
                shows: Shows::Nothing,
            };
            if let Err(error) = self.run(&statement, &session, true) {
                self.roll_back();
                return Err(error);
            }
        }
        self.changes.clear();
        Ok(())
    }

    /// The rows of a table as objects, in the order in which they came.
    #[must_use]
    pub fn rows(&self, schema: &str, table: &str) -> Vec<Value> {
        let found = self
            .number(schema, table)
            .and_then(|number| Some((self.tables.all().get(number)?, self.stores.get(number)?)));
        found.map_or_else(Vec::new, |(table, store)| {
            let object = |row: &Row| {
                let members = table.columns.iter().zip(row);
                members.map(|(column, cell)| (column.name.clone(), show::json(cell))).collect()
            };
            store.rows().map(|(_, row)| Value::Object(object(row))).collect()
        })
    }

    fn number(&self, schema: &str, name: &str) -> Option<usize> {
        self.tables.all().iter().position(|table| table.schema == schema && table.name == name)
    }

    fn run(
        &mut self,
        statement: &Statement,
        session: &Session,
        is_seed: bool,
    ) -> Result<Outcome, DatabaseError> {
        let (schema, name) = (&statement.schema, &statement.table);
        let unknown = || DatabaseError::new("42P01", format!("relation \"{schema}.{name}\" does not exist"));
        let number = self.number(schema, name).ok_or_else(unknown)?;
        let table = self.tables.all().get(number).ok_or_else(unknown)?.clone();
        let task =
            Task { number, table: &table, statement, role: session.caller.role, now: session.now, is_seed };
        let columns = Columns::find(&table, &statement.select)?;
        let mut outcome = Outcome::default();
        let mut rows = match &statement.action {
            Action::Read { filters, range, counts } => {
                let check = Check::all(&table, filters)?;
                rules::permitted(&table, task.role, &[Privilege::Select])?;
                let rows = self.matching(&task, &check);
                let rows =
                    rows.into_iter().filter_map(|id| self.stores.get(number)?.row(id).cloned()).collect();
                return read((&table, &columns), statement, rows, (*range, *counts));
            }
            Action::Insert { payload, defaults, conflict, put } => {
                let (rows, inserted) = self.insert(&task, payload, *defaults, (conflict.as_ref(), put))?;
                outcome.inserted = inserted;
                rows
            }
            Action::Update { payload, defaults, filters } => {
                self.update(&task, payload, *defaults, filters)?
            }
            Action::Delete { filters } => self.delete(&task, filters)?,
        };
        if statement.shows != Shows::Nothing {
            sort(&table, &mut rows, &statement.order)?;
        }
        outcome.rows = rows.len() as u64;
        outcome.body = columns.body(&rows, statement.shows)?;
        if let (Shows::Location, [row]) = (statement.shows, rows.as_slice()) {
            outcome.location = location(&table, row);
        }
        Ok(outcome)
    }

    /// The rows that a condition means, by their numbers. Row level security hides the others.
    pub(super) fn matching(&self, task: &Task<'_>, check: &Check) -> Vec<u64> {
        let Some(store) = self.stores.get(task.number) else { return Vec::new() };
        if !task.table.admits(task.role, Privilege::Select) {
            return Vec::new();
        }
        let indexed = check.candidates().and_then(|(column, values)| {
            let index = task.table.uniques.iter().position(|unique| unique.columns == [column])?;
            let mut ids: Vec<u64> =
                values.iter().filter_map(|value| store.find(index, std::slice::from_ref(value))).collect();
            ids.sort_unstable();
            ids.dedup();
            Some(ids)
        });
        match indexed {
            Some(ids) => {
                ids.into_iter().filter(|id| store.row(*id).is_some_and(|row| check.admits(row))).collect()
            }
            None => store.rows().filter(|(_, row)| check.admits(row)).map(|(id, _)| id).collect(),
        }
    }

    /// Other tables of the same schema.
    pub(super) fn neighbour(&self, schema: &str, name: &str) -> Option<(&Table, &Store)> {
        let number = self.number(schema, name)?;
        self.tables.all().get(number).zip(self.stores.get(number))
    }

    /// All tables of a schema with their rows.
    pub(super) fn neighbours(&self, schema: &str) -> impl Iterator<Item = (&Table, &Store)> {
        let all = self.tables.all().iter().zip(&self.stores);
        all.filter(move |(table, _)| table.schema == schema)
    }

    fn roll_back(&mut self) {
        while let Some((number, change)) = self.changes.pop() {
            if let (Some(table), Some(store)) = (self.tables.all().get(number), self.stores.get_mut(number)) {
                store.undo(table, change);
            }
        }
    }
}

impl Database for Memory {
    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn execute(&mut self, statement: &Statement, session: &Session) -> Result<Outcome, DatabaseError> {
        let done = self.run(statement, session, false);
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    fn end(&mut self, keeps: bool) -> Result<(), DatabaseError> {
        if keeps {
            self.changes.clear();
        } else {
            self.roll_back();
        }
        Ok(())
    }
}

fn read(
    (table, columns): (&Table, &Columns),
    statement: &Statement,
    mut rows: Vec<Row>,
    (range, counts): (Range, bool),
) -> Result<Outcome, DatabaseError> {
    sort(table, &mut rows, &statement.order)?;
    let total = rows.len() as u64;
    let offset = usize::try_from(range.offset).unwrap_or(usize::MAX);
    let limit = range.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let page: Vec<Row> = rows.into_iter().skip(offset).take(limit).collect();
    let body = columns.body(&page, statement.shows)?;
    let rows = page.len() as u64;
    Ok(Outcome { body, rows, total: counts.then_some(total), ..Outcome::default() })
}

/// The key of a row, as the filters that find it again.
fn location(table: &Table, row: &Row) -> Vec<(String, String)> {
    let key = table.columns.iter().zip(row).enumerate().filter(|(number, _)| table.key.contains(number));
    key.map(|(_, (column, cell))| {
        let value = show::text(cell).map_or_else(|| "is.null".to_owned(), |text| format!("eq.{text}"));
        (column.name.clone(), value)
    })
    .collect()
}
