//! Objects as rows of a CSV file (RFC 4180): texts as they are, null as an empty cell, numbers exact, lists and
//! objects as JSON.

use super::{
    ledger::{Ledger, parse},
    object::ObjectRule,
};
use crate::error;
use csv::{Writer, WriterBuilder};
use engine_contract::{ConnectorError, Result, Value};
use std::io::{self, Write};

/// Writes a header row and a row for each object.
pub(super) fn rows(rule: &ObjectRule, ledger: &Ledger, out: &mut dyn Write) -> Result<()> {
    let failed = |error: csv::Error| failed(error, rule);
    let names = if rule.columns.is_empty() { names(ledger)? } else { rule.columns.clone() };
    let mut rows: Writer<&mut dyn Write> = WriterBuilder::new().delimiter(rule.delimiter).from_writer(out);
    if names.is_empty() {
        return Ok(());
    }
    rows.write_record(&names).map_err(failed)?;
    ledger.each(|content| {
        let object = parse(content)?;
        let cells = names.iter().map(|name| match &object {
            Value::Map(map) => map.get(name).map(cell).unwrap_or_default(),
            _ => String::new(),
        });
        rows.write_record(cells).map_err(failed)
    })?;
    rows.flush().map_err(|error| error::of_writing(error, &rule.file))
}

/// The fields of all objects, in the order in which they first come.
fn names(ledger: &Ledger) -> Result<Vec<String>> {
    let mut names = indexmap::IndexSet::new();
    ledger.each(|content| {
        if let Value::Map(map) = parse(content)? {
            for name in map.into_keys() {
                names.insert(name);
            }
        }
        Ok(())
    })?;
    Ok(names.into_iter().collect())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::List(_) | Value::Map(_) => value.to_json(),
        scalar => scalar.scalar_text().unwrap_or_default(),
    }
}

fn failed(error: csv::Error, rule: &ObjectRule) -> ConnectorError {
    let error = match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    };
    error::of_writing(error, &rule.file)
}
