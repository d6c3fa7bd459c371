//! From a statement to one query, whose only row tells what came of it.

use super::{
    ddl::place,
    insert::{columns, insert, source},
    sql::{From, name},
};
use crate::supabase::{
    database::{Action, Shows, Statement},
    query::select::Item,
    request::media::Media,
    tables::table::Table,
};

/// What statements work on, as the query calls it.
const SOURCE: &str = "pgrst_source";

/// A query that gives one row: the total, the number of rows, the body, the new rows, the key.
pub(super) fn query(statement: &Statement, table: &Table) -> String {
    let own = place(table);
    let from = From { place: &own, table };
    let result = From { place: SOURCE, table };
    let (with, total, rows) = match &statement.action {
        Action::Read { filters, range, counts } => {
            let filtered = from.conditions(filters);
            let limit = range.limit.map_or_else(|| "ALL".to_owned(), |limit| limit.to_string());
            let mut with = format!(
                "{SOURCE} AS (SELECT {} FROM {own}{filtered}{} LIMIT {limit} OFFSET {})",
                from.select(&statement.select),
                from.order(&statement.order),
                range.offset
            );
            let mut total = "null::bigint";
            if *counts {
                with.extend([", pgrst_source_count AS (SELECT 1 FROM ", &own, &filtered, ")"]);
                total = "(SELECT pg_catalog.count(*) FROM pgrst_source_count)";
            }
            (with, total, format!("SELECT * FROM {SOURCE}"))
        }
        action => {
            let returning = returning(statement, &from);
            let with = format!("{SOURCE} AS ({} RETURNING {returning})", change(action, table, &from));
            (with, "null::bigint", shown(statement, &result))
        }
    };
    // An update without columns is no statement: nothing is changed, and nothing shown.
    let with = match &statement.action {
        Action::Update { payload, .. } if payload.columns.is_empty() => {
            format!("{SOURCE} AS (SELECT * FROM {own} WHERE false)")
        }
        _ => with,
    };
    let inserted = "nullif(current_setting('pgrst.inserted', true), '')";
    let key = if statement.shows == Shows::Location {
        "CASE WHEN pg_catalog.count(_postgrest_t) = 1 THEN json_agg(_postgrest_t)->0 END"
    } else {
        "null"
    };
    format!(
        "WITH {with} SELECT {total}::text, pg_catalog.count(_postgrest_t)::text, ({})::text, {inserted}, ({key})::text \
         FROM ({rows}) _postgrest_t",
        body(statement.shows)
    )
}

fn change(action: &Action, table: &Table, from: &From<'_>) -> String {
    let own = from.place;
    match action {
        Action::Insert { payload, defaults, conflict, put } => {
            insert(table, payload, *defaults, (conflict.as_ref(), put))
        }
        Action::Update { payload, defaults, filters } => {
            let set: Vec<String> = columns(table, payload)
                .iter()
                .map(|column| format!("{0} = pgrst_body.{0}", name(&column.name)))
                .collect();
            format!(
                "UPDATE {own} SET {} {}{}",
                set.join(", "),
                source(table, payload, *defaults),
                from.conditions(filters)
            )
        }
        Action::Delete { filters } => format!("DELETE FROM {own}{}", from.conditions(filters)),
        Action::Read { .. } => String::new(),
    }
}

/// The columns that the answer needs of what was written.
fn returning(statement: &Statement, from: &From<'_>) -> String {
    match statement.shows {
        Shows::Nothing => "1".to_owned(),
        Shows::Location if from.table.key.is_empty() => "1".to_owned(),
        Shows::Location => {
            let key = from.table.key_names();
            key.iter().map(|column| format!("{}.{}", from.place, name(column))).collect::<Vec<_>>().join(", ")
        }
        Shows::Rows(_) => {
            if statement.select.contains(&Item::Everything) {
                return format!("{}.*", from.place);
            }
            let selected = statement.select.iter().filter_map(|item| match item {
                Item::One { field, .. } => Some(field.column.as_str()),
                Item::Everything => None,
            });
            let ordered = statement.order.iter().map(|term| term.field.column.as_str());
            let mut names: Vec<&str> = selected.chain(ordered).collect();
            names.sort_unstable();
            names.dedup();
            names
                .iter()
                .map(|column| format!("{}.{}", from.place, name(column)))
                .collect::<Vec<_>>()
                .join(", ")
        }
    }
}

fn shown(statement: &Statement, result: &From<'_>) -> String {
    match statement.shows {
        Shows::Rows(_) => {
            let select = result.select(&statement.select);
            format!("SELECT {select} FROM {SOURCE}{}", result.order(&statement.order))
        }
        Shows::Location | Shows::Nothing => format!("SELECT * FROM {SOURCE}"),
    }
}

fn body(shows: Shows) -> &'static str {
    let media = match shows {
        Shows::Rows(media) => media,
        Shows::Location | Shows::Nothing => return "''",
    };
    match media {
        Media::Json { strips_nulls: false } => "coalesce(json_agg(_postgrest_t), '[]')",
        Media::Json { strips_nulls: true } => "coalesce(json_strip_nulls(json_agg(_postgrest_t)), '[]')",
        Media::Object { strips_nulls: false } => "coalesce(json_agg(_postgrest_t)->0, 'null')",
        Media::Object { strips_nulls: true } => {
            "coalesce(json_strip_nulls(json_agg(_postgrest_t)->0), 'null')"
        }
        Media::Csv => {
            "(SELECT coalesce(string_agg(a.k, ','), '') FROM (SELECT json_object_keys(r)::text AS k \
             FROM (SELECT row_to_json(hh) AS r FROM pgrst_source AS hh LIMIT 1) s) a) || E'\\n' || \
             coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), E'\\n'), '')"
        }
    }
}
