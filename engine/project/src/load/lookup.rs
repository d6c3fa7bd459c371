//! Reads lookups: inline values, or a CSV file with the columns `from` and `to`.

use super::{beside, decode::Refused};
use crate::{
    FileText, Place,
    diag::{Diagnostic, Diagnostics, code},
    model::LookupTable,
    project::Lookup,
    rule::Reader,
    toml::child,
};
use engine_contract::Value;
use std::collections::BTreeMap;

/// Reads a lookup; nothing when its values were refused.
pub(super) fn read(
    name: &str,
    table: LookupTable,
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Option<Lookup> {
    let (document, out) = (reader.document, &mut *reader.out);
    let pointer = child("/lookup", name);
    let place = document.key_place(&pointer);
    let was_refused = refused.touches(&pointer);
    let values = match (table.values, table.file) {
        (Some(values), None) => values,
        (None, Some(file)) => {
            let text = beside::read(document, &child(&pointer, "file"), &file, reader.shelf, out)?;
            csv(&text, out)
        }
        (None, None) if was_refused => return None,
        (values, _) => {
            let problem = if values.is_some() { "has both `values` and `file`" } else { "has no values" };
            let message = format!("the lookup `{name}` {problem}");
            let diagnostic = Diagnostic::error(code::LOOKUP_VALUES, message).at(place, "");
            out.push(diagnostic.help("give it either `values = { ... }` or `file = \"lookups/...csv\"`"));
            return None;
        }
    };
    let name = name.to_owned();
    Some(Lookup { name, description: table.description, values, default: table.default, place })
}

/// The rows of a CSV file. What is wrong with it is reported; the rows that are good are returned.
fn csv(text: &FileText, out: &mut Diagnostics) -> BTreeMap<String, Value> {
    let mut reader = csv::Reader::from_reader(text.text().as_bytes());
    let mut values = BTreeMap::new();
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    let columns = reader.headers().ok().and_then(columns);
    let Some((from, to)) = columns else {
        let message = "a lookup file needs the columns `from` and `to`";
        out.push(Diagnostic::error(code::LOOKUP_FILE, message).at(row_place(text, 0), ""));
        return values;
    };
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let start = error.position().map_or(0, csv::Position::byte);
                let message = "this row has another number of columns than the first";
                out.push(Diagnostic::error(code::LOOKUP_FILE, message).at(row_place(text, start), ""));
                continue;
            }
        };
        let place = row_place(text, row.position().map_or(0, csv::Position::byte));
        let (Some(from), Some(to)) = (row.get(from), row.get(to)) else { continue };
        if let Some(first) = places.get(from) {
            let message = format!("`{from}` stands twice in the lookup");
            let diagnostic = Diagnostic::error(code::LOOKUP_DUPLICATE, message).at(place, "");
            out.push(diagnostic.and(first.clone(), "first here"));
            continue;
        }
        places.insert(from.to_owned(), place);
        values.insert(from.to_owned(), Value::from(to));
    }
    values
}

fn columns(header: &csv::StringRecord) -> Option<(usize, usize)> {
    let column = |name| header.iter().position(|column| column.trim() == name);
    Some((column("from")?, column("to")?))
}

/// The line of the row that starts at or after a byte.
fn row_place(text: &FileText, byte: u64) -> Place {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(text.text().len());
    let rest = text.text().get(byte..).unwrap_or_default();
    let row = rest.trim_start_matches(['\r', '\n']);
    let start = text.text().len() - row.len();
    let length = row.find(['\r', '\n']).unwrap_or(row.len());
    text.place(start..start + length)
}
