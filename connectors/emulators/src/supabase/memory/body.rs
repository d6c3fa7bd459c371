//! From the body of a write to values.

use super::{cell::Cell, parse, store::Row};
use crate::supabase::{
    error::DatabaseError,
    request::Payload,
    tables::table::{Default, Table},
};
use serde_json::{Map, Value};

/// The values of one object, with the numbers of their columns: `None` for a member that is missing.
pub(super) type Given = Vec<(usize, Option<Cell>)>;

/// The values of all objects of a body.
pub(super) fn given(table: &Table, payload: &Payload) -> Result<Vec<Given>, DatabaseError> {
    let objects = objects(&payload.json, payload.columns.is_empty())?;
    let columns: Vec<(usize, &str)> =
        payload.columns.iter().filter_map(|name| Some((table.position(name)?, name.as_str()))).collect();
    objects.iter().map(|object| row(table, &columns, object)).collect()
}

fn row(
    table: &Table,
    columns: &[(usize, &str)],
    object: &Map<String, Value>,
) -> Result<Given, DatabaseError> {
    let cells = columns.iter().map(|(number, name)| {
        let kind = table.columns.get(*number).map(|column| &column.kind);
        let cell = object.get(*name).zip(kind).map(|(value, kind)| parse::member(value, kind, name));
        Ok((*number, cell.transpose()?))
    });
    cells.collect()
}

fn objects(json: &str, is_nameless: bool) -> Result<Vec<Map<String, Value>>, DatabaseError> {
    let value: Value = serde_json::from_str(json)
        .map_err(|_| DatabaseError::new("22P02", "invalid input syntax for type json"))?;
    let wrong = |message: &str| Err(DatabaseError::new("22023", message));
    match value {
        Value::Object(object) => Ok(vec![object]),
        Value::Array(elements) => {
            let mut objects = Vec::new();
            for element in elements {
                match element {
                    Value::Object(object) => objects.push(object),
                    _ if is_nameless => objects.push(Map::new()),
                    _ => return wrong("argument of json_to_recordset must be an array of objects"),
                }
            }
            Ok(objects)
        }
        _ => wrong("cannot call json_to_recordset on a scalar"),
    }
}

/// Whether the columns of a body may be written.
pub(super) fn writable(table: &Table, payload: &Payload, is_insert: bool) -> Result<(), DatabaseError> {
    let fixed = table.columns.iter().find(|column| {
        column.default == Some(Default::AlwaysIdentity) && payload.columns.contains(&column.name)
    });
    let Some(column) = fixed else { return Ok(()) };
    let name = &column.name;
    let details = format!("Column \"{name}\" is an identity column defined as GENERATED ALWAYS.");
    if is_insert {
        let message = format!("cannot insert a non-DEFAULT value into column \"{name}\"");
        let hint = "Use OVERRIDING SYSTEM VALUE to override.";
        return Err(DatabaseError::new("428C9", message).details(details).hint(hint));
    }
    let message = format!("column \"{name}\" can only be updated to DEFAULT");
    Err(DatabaseError::new("428C9", message).details(details))
}

/// Puts the values of an object into a row; what is missing becomes null.
pub(super) fn set(row: &mut Row, given: &Given) {
    for (column, cell) in given {
        if let Some(place) = row.get_mut(*column) {
            place.clone_from(cell.as_ref().unwrap_or(&Cell::Null));
        }
    }
}
