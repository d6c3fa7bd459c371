//! From the name of a field to its value in a row.

use super::{
    cell::Cell,
    show::{self, spaced},
    store::Row,
};
use crate::supabase::{
    error::DatabaseError,
    query::field::{At, Field, Step},
    tables::{kind::Kind, table::Table},
};
use serde_json::Value;

/// A field whose column is known.
#[derive(Clone, Debug)]
pub(super) struct Access {
    column: usize,
    path: Vec<Step>,
    /// The type of what is found.
    pub(super) kind: Kind,
}

impl Access {
    /// Finds a field in a table.
    pub(super) fn find(table: &Table, field: &Field) -> Result<Self, DatabaseError> {
        let place =
            table.position(&field.column).and_then(|number| Some((number, table.columns.get(number)?)));
        let (column, known) = place.ok_or_else(|| no_column(table, &field.column))?;
        let kind = match field.path.last() {
            None => known.kind.clone(),
            Some(step) if step.is_text => Kind::Text,
            Some(_) if known.kind == Kind::Json => Kind::Json,
            Some(_) => Kind::Jsonb,
        };
        if let Some((_, before)) = field.path.split_last()
            && before.iter().any(|step| step.is_text)
        {
            let message = "operator does not exist: text -> unknown";
            return Err(DatabaseError::new("42883", message).hint(NO_OPERATOR));
        }
        Ok(Self { column, path: field.path.clone(), kind })
    }

    /// A column by its number.
    pub(super) fn column(table: &Table, column: usize) -> Option<Self> {
        let kind = table.columns.get(column)?.kind.clone();
        Some(Self { column, path: Vec::new(), kind })
    }

    /// The number of the column, where the field is nothing within it.
    pub(super) fn whole_column(&self) -> Option<usize> {
        self.path.is_empty().then_some(self.column)
    }

    /// The value in a row.
    pub(super) fn of(&self, row: &Row) -> Cell {
        let cell = row.get(self.column).unwrap_or(&Cell::Null);
        if self.path.is_empty() {
            return cell.clone();
        }
        if cell.is_null() {
            return Cell::Null;
        }
        let mut value = show::json(cell);
        for step in &self.path {
            let inner = match (&step.at, &value) {
                (At::Key(key), Value::Object(members)) => members.get(key),
                (At::Index(index), Value::Array(elements)) => {
                    place(*index, elements.len()).and_then(|at| elements.get(at))
                }
                _ => None,
            };
            let Some(inner) = inner.cloned() else { return Cell::Null };
            value = inner;
        }
        match (self.kind.is_json(), value) {
            (true, value) => Cell::Json(value),
            (false, Value::Null) => Cell::Null,
            (false, Value::String(text)) => Cell::Text(text),
            (false, other) => Cell::Text(spaced(&other)),
        }
    }
}

/// The hint of an operator that is not there.
pub(super) const NO_OPERATOR: &str =
    "No operator matches the given name and argument types. You might need to add explicit type casts.";

fn place(index: i32, length: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// The greatest distance of a name that is suggested (`MAX_FUZZY_DISTANCE` of PostgreSQL).
const FURTHEST: usize = 3;

/// No column has this name; those that are near are suggested, as PostgreSQL does it.
pub(super) fn no_column(table: &Table, name: &str) -> DatabaseError {
    let message = format!("column {}.{name} does not exist", table.name);
    suggesting(DatabaseError::new("42703", message), (table, &[table.name.as_str()]), name)
}

/// Adds the columns that are near to a name that is none; `places` are what the table is called.
pub(super) fn suggesting(
    error: DatabaseError,
    (table, places): (&Table, &[&str]),
    name: &str,
) -> DatabaseError {
    let (mut distance, mut near) = (FURTHEST + 1, Vec::new());
    let columns =
        places.iter().flat_map(|place| table.columns.iter().map(move |column| (place, &column.name)));
    for (place, column) in columns {
        let found = strsim::generic_levenshtein(&Letters(column), &Letters(name));
        if found > name.len() / 2 || found > distance {
            continue;
        }
        let named = format!("the column \"{place}.{column}\"");
        if found < distance {
            (distance, near) = (found, vec![named]);
        } else if near.len() == 2 {
            // Too many are equally near.
            (distance, near) = (found.saturating_sub(1), Vec::new());
        } else if found <= FURTHEST {
            near.push(named);
        }
    }
    if near.is_empty() {
        return error;
    }
    error.hint(format!("Perhaps you meant to reference {}.", near.join(" or ")))
}

/// A name, letter by letter.
struct Letters<'a>(&'a str);

impl<'a> IntoIterator for &Letters<'a> {
    type Item = char;
    type IntoIter = std::str::Chars<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.chars()
    }
}
