//! The natural key of a table: which row a write is about.
//!
//! A row is the one that an id names only when the bytes of its match columns are those of the id. A collation that
//! calls two spellings equal lets the table keep one of them; the other is refused by the unique index, and never
//! changes the first one's row.

use super::{
    bind::bind,
    sequel::{Param, quote},
    table::{Column, Table},
};
use engine_contract::{ConnectorError, ErrorKind, Map, Result, Value, natural_id};

/// The match columns of a table.
pub(super) struct Natural {
    pub(super) columns: Vec<Column>,
    /// The unique index over them; nothing where rows are only read.
    pub(super) index: Option<String>,
    table: String,
}

/// What names one row.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The target id.
    pub(super) id: String,
    pub(super) params: Vec<Param>,
}

impl Natural {
    /// The columns of `match_on`, else of the primary key.
    pub(super) fn new(table: &Table, match_on: &[String]) -> Result<Self> {
        let config = |message: String| {
            ConnectorError::new(ErrorKind::Config, message).with_context("table", table.name.clone())
        };
        let names = if match_on.is_empty() { table.key() } else { match_on.to_vec() };
        if names.is_empty() {
            let message = "the table has no primary key: name its natural key in `write.match`";
            return Err(config(message.to_owned()));
        }
        let columns: Result<Vec<Column>> = names
            .iter()
            .map(|name| match table.column(name) {
                None => Err(config(format!("the match column `{name}` does not exist"))),
                Some(column) if !column.kind.can_match() => Err(config(format!(
                    "the match column `{name}` must be a whole number, a decimal, a text, bytes, or a date, and is {}",
                    column.declared
                ))),
                Some(column) => Ok(column.clone()),
            })
            .collect();
        let index = table.unique(&names).map(|index| index.name.clone());
        Ok(Self { columns: columns?, index, table: table.name.clone() })
    }

    /// The name of the unique index over the match columns.
    pub(super) fn required_index(&self) -> Result<&str> {
        self.index.as_deref().ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            let names = names.join(", ");
            let message = format!("no unique index on ({names}): add `UNIQUE ({names})` to the table");
            ConnectorError::new(ErrorKind::Config, message).with_context("table", self.table.clone())
        })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own.name == column)
    }

    /// The key with these values, one for each match column.
    fn of(&self, values: &[Value]) -> Result<Key> {
        let params: Result<Vec<Param>> = self
            .columns
            .iter()
            .zip(values)
            .map(|(column, value)| match bind(value, column)? {
                Param::Null => Err(self.without_value(&column.name)),
                param => Ok(param),
            })
            .collect();
        let params = params.map_err(|error| error.with_context("table", self.table.clone()))?;
        let values: Vec<Value> = params.iter().map(Param::value).collect();
        let id = natural_id(values.iter().map(Some)).unwrap_or_default();
        Ok(Key { id, params })
    }

    /// The key that the fields of a write have.
    pub(super) fn of_fields(&self, fields: &Map) -> Result<Key> {
        let value = |column: &Column| {
            fields.get(&column.name).cloned().ok_or_else(|| self.without_value(&column.name))
        };
        let values: Result<Vec<Value>> = self.columns.iter().map(value).collect();
        self.of(&values?)
    }

    /// The key that a target id stands for.
    pub(super) fn of_id(&self, id: &str) -> Result<Key> {
        let wrong = || {
            let message = "the target id does not fit the match columns";
            ConnectorError::new(ErrorKind::Invalid, message).with_context("table", self.table.clone())
        };
        let parts: Vec<Value> = if self.columns.len() == 1 {
            vec![Value::from(id)]
        } else {
            serde_json::from_str(id).map_err(|_| wrong())?
        };
        if parts.len() != self.columns.len() {
            return Err(wrong());
        }
        self.of(&parts)
    }

    /// The key of a row that is there; nothing when a match column of it is NULL.
    pub(super) fn of_row(&self, row: &Map) -> Option<Key> {
        self.of_fields(row).ok()
    }

    /// `` `a` = ? AND `b` = ? ``
    pub(super) fn condition(&self) -> String {
        let terms =
            self.columns.iter().map(|column| format!("{} = {}", quote(&column.name), column.kind.mark()));
        terms.collect::<Vec<_>>().join(" AND ")
    }

    /// The rows of any of so many keys.
    pub(super) fn any_of(&self, keys: usize) -> String {
        vec![format!("({})", self.condition()); keys].join(" OR ")
    }

    fn without_value(&self, column: &str) -> ConnectorError {
        let message = format!("the match column `{column}` has no value");
        ConnectorError::new(ErrorKind::Invalid, message).with_context("table", self.table.clone())
    }
}
