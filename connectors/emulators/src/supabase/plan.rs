//! From a request to a statement: the table must be known, and the columns of a body too.

use super::{
    database::{Action, Conflict, Shows, Statement},
    error::Refusal,
    query::{
        filter::{Comparison, Condition, Operator, Test},
        select::Item,
    },
    request::{
        Call, Payload,
        media::Media,
        preference::{Resolution, Return},
    },
    tables::{Tables, table::Table},
};
use http::Method;
use std::collections::BTreeSet;

/// The least likeness of a name that is suggested.
const LIKENESS: f64 = 0.75;

/// The table of a request.
pub(super) fn table<'a>(tables: &'a Tables, schema: &str, name: &str) -> Result<&'a Table, Refusal> {
    if let Some(table) = tables.find(schema, name) {
        return Ok(table);
    }
    let message = format!("Could not find the table '{schema}.{name}' in the schema cache");
    let refusal = Refusal::new(404, "PGRST205", message);
    let known = tables.all().iter().filter(|table| table.schema == schema);
    let likeness = known.map(|table| (strsim::normalized_levenshtein(&table.name, name), &table.name));
    let closest = likeness.filter(|(likeness, _)| *likeness >= LIKENESS).max_by(|a, b| a.0.total_cmp(&b.0));
    Err(match closest {
        Some((_, closest)) => refusal.hint(format!("Perhaps you meant the table '{schema}.{closest}'")),
        None => refusal,
    })
}

/// The statement of a request to a table.
pub(super) fn statement(
    call: &Call,
    table: &Table,
    media: Media,
    max_rows: u64,
) -> Result<Statement, Refusal> {
    let query = &call.query;
    let filters = query.filters.clone();
    let preferences = &call.preferences;
    let action = match call.method {
        Method::POST => Action::Insert {
            payload: payload(call, table)?,
            defaults: preferences.defaults(),
            conflict: preferences.resolution.map(|resolution| Conflict {
                merges: resolution == Resolution::Merge,
                columns: conflict_columns(call, table),
            }),
            put: Vec::new(),
        },
        Method::PUT => put(call, table)?,
        Method::PATCH => {
            Action::Update { payload: payload(call, table)?, defaults: preferences.defaults(), filters }
        }
        Method::DELETE => Action::Delete { filters },
        _ => Action::Read { filters, range: call.range.at_most(max_rows), counts: preferences.counts() },
    };
    let shows = match (&action, preferences.returns) {
        (Action::Read { .. }, _) | (_, Some(Return::Representation)) => Shows::Rows(media),
        (Action::Insert { .. }, Some(Return::HeadersOnly)) => Shows::Location,
        _ => Shows::Nothing,
    };
    let everything = || vec![Item::Everything];
    let select = query.select.clone().filter(|items| !items.is_empty()).unwrap_or_else(everything);
    Ok(Statement {
        schema: table.schema.clone(),
        table: table.name.clone(),
        action,
        select,
        order: query.order.clone(),
        shows,
    })
}

/// The columns by which a row is found again: those of `on_conflict`, else the primary key.
pub(super) fn conflict_columns(call: &Call, table: &Table) -> Vec<String> {
    let key = || table.key_names().into_iter().map(str::to_owned).collect();
    call.query.on_conflict.clone().unwrap_or_else(key)
}

fn payload(call: &Call, table: &Table) -> Result<Payload, Refusal> {
    let payload =
        call.payload.clone().unwrap_or_else(|| Payload { json: "{}".to_owned(), columns: BTreeSet::new() });
    match payload.columns.iter().find(|column| table.position(column).is_none()) {
        None => Ok(payload),
        Some(column) => {
            let message =
                format!("Could not find the '{column}' column of '{}' in the schema cache", table.name);
            Err(Refusal::new(400, "PGRST204", message))
        }
    }
}

/// One row under its key, which filters must name.
fn put(call: &Call, table: &Table) -> Result<Action, Refusal> {
    let mut named = BTreeSet::new();
    for filter in &call.query.filters {
        match filter {
            Condition::Test(Test { field, operator: Operator::Compare(Comparison::Equal, None, _) })
                if field.path.is_empty() =>
            {
                named.insert(field.column.as_str());
            }
            _ => return Err(not_the_key()),
        }
    }
    if named.is_empty() || named != table.key_names().into_iter().collect() {
        return Err(not_the_key());
    }
    let columns = named.into_iter().map(str::to_owned).collect();
    Ok(Action::Insert {
        payload: payload(call, table)?,
        defaults: false,
        conflict: Some(Conflict { merges: true, columns }),
        put: call.query.filters.clone(),
    })
}

fn not_the_key() -> Refusal {
    let message = "Filters must include all and only primary key columns with 'eq' operators";
    Refusal::new(405, "PGRST105", message)
}
