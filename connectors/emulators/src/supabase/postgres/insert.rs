//! What PostgREST makes of bodies: `json_to_recordset` in an INSERT or an UPDATE.

use super::{
    ddl::place,
    sql::{From, literal, name},
};
use crate::supabase::{
    database::Conflict,
    query::filter::Condition,
    request::Payload,
    tables::table::{Column, Default, Table},
};

/// Counts a row as new, or as not new after all; PostgREST tells by it whether an upsert created anything.
const COUNT: &str = "set_config('pgrst.inserted', \
                     (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> '0'";
const DISCOUNT: &str = "set_config('pgrst.inserted', \
                        (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) \
                        <> '-1'";

/// The rows of a body as a source of an INSERT or UPDATE.
pub(super) fn source(table: &Table, payload: &Payload, defaults: bool) -> String {
    let columns = columns(table, payload);
    let is_object = payload.json.trim_start().starts_with('{');
    let kind = if defaults { "jsonb" } else { "json" };
    let fallbacks = fallbacks(table, &columns);
    let filled = match (defaults, is_object) {
        (false, _) => String::new(),
        (true, true) => {
            format!("LATERAL (SELECT {fallbacks} || pgrst_payload.json_data AS val) pgrst_json_defs, ")
        }
        (true, false) => format!(
            "LATERAL (SELECT jsonb_agg({fallbacks} || elem) AS val \
             FROM jsonb_array_elements(pgrst_payload.json_data) elem) pgrst_json_defs, "
        ),
    };
    let given = if defaults { "pgrst_json_defs.val" } else { "pgrst_payload.json_data" };
    let names: Vec<String> = columns.iter().map(|column| name(&column.name)).collect();
    let typed: Vec<String> =
        columns.iter().map(|column| format!("{} {}", name(&column.name), column.kind.declared())).collect();
    let rows = match (columns.is_empty(), is_object) {
        (true, true) => "(values(1)) _".to_owned(),
        (true, false) => format!("{kind}_array_elements({given}) _"),
        (false, true) => format!("{kind}_to_record({given}) AS _({})", typed.join(", ")),
        (false, false) => format!("{kind}_to_recordset({given}) AS _({})", typed.join(", ")),
    };
    format!(
        "FROM (SELECT {}::{kind} AS json_data) pgrst_payload, {filled}LATERAL (SELECT {} FROM {rows}) pgrst_body",
        literal(&payload.json),
        names.join(", ")
    )
}

/// The columns of a body, in order of their names.
pub(super) fn columns<'a>(table: &'a Table, payload: &Payload) -> Vec<&'a Column> {
    let known = payload.columns.iter().filter_map(|name| table.position(name));
    known.filter_map(|number| table.columns.get(number)).collect()
}

fn fallbacks(table: &Table, columns: &[&Column]) -> String {
    let default = |column: &&Column| {
        let expression = match column.default.as_ref()? {
            Default::Expression(expression) => expression.clone(),
            Default::Identity => {
                let sequence = literal(&format!("{}.{}_{}_seq", table.schema, table.name, column.name));
                format!("nextval({sequence})")
            }
            Default::AlwaysIdentity => return None,
        };
        Some(format!("{}, {expression}", literal(&column.name)))
    };
    format!("jsonb_build_object({})", columns.iter().filter_map(default).collect::<Vec<_>>().join(", "))
}

/// An INSERT without what it returns.
pub(super) fn insert(
    table: &Table,
    payload: &Payload,
    defaults: bool,
    (conflict, put): (Option<&Conflict>, &[Condition]),
) -> String {
    let names: Vec<String> = columns(table, payload).iter().map(|column| name(&column.name)).collect();
    let list = if names.is_empty() { String::new() } else { format!("({}) ", names.join(", ")) };
    let bodied: Vec<String> = names.iter().map(|column| format!("pgrst_body.{column}")).collect();
    let mut sql = format!(
        "INSERT INTO {} {list}SELECT {} {}",
        place(table),
        bodied.join(", "),
        source(table, payload, defaults)
    );
    let merges = conflict.is_some_and(|conflict| conflict.merges);
    if merges {
        sql.extend([" WHERE ", COUNT]);
        let from = From { place: "pgrst_body", table };
        for condition in put {
            sql.extend([" AND ", &from.condition(condition)]);
        }
    }
    let Some(conflict) = conflict.filter(|conflict| !conflict.columns.is_empty()) else { return sql };
    let by: Vec<String> = conflict.columns.iter().map(|column| name(column)).collect();
    sql.extend([" ON CONFLICT(", &by.join(", "), ") "]);
    if merges && !names.is_empty() {
        let set: Vec<String> = names.iter().map(|column| format!("{column} = EXCLUDED.{column}")).collect();
        sql.extend(["DO UPDATE SET ", &set.join(", "), " WHERE ", DISCOUNT]);
    } else {
        sql.push_str("DO NOTHING");
    }
    sql
}
