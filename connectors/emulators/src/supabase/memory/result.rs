//! From rows to what an answer shows of them: order, columns, form.

use super::{access::Access, cell::Cell, parse, show, store::Row};
use crate::supabase::{
    database::Shows,
    error::DatabaseError,
    query::{order::Term, select::Item},
    request::media::Media,
    tables::{kind::Kind, table::Table},
};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// The columns of an answer.
#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

#[derive(Debug)]
struct Column {
    name: String,
    access: Access,
    cast: Option<Kind>,
}

impl Columns {
    /// Finds what is selected.
    pub(super) fn find(table: &Table, select: &[Item]) -> Result<Self, DatabaseError> {
        let mut columns = Vec::new();
        for item in select {
            match item {
                Item::Everything => {
                    for (number, column) in table.columns.iter().enumerate() {
                        let access = Access::column(table, number);
                        columns.extend(access.map(|access| Column {
                            name: column.name.clone(),
                            access,
                            cast: None,
                        }));
                    }
                }
                Item::One { field, cast, alias } => columns.push(Column {
                    name: alias.clone().unwrap_or_else(|| field.column.clone()),
                    access: Access::find(table, field)?,
                    cast: cast.clone(),
                }),
            }
        }
        Ok(Self(columns))
    }

    fn cells(&self, row: &Row) -> Result<Vec<Cell>, DatabaseError> {
        self.0.iter().map(|column| cast(column.access.of(row), column.cast.as_ref())).collect()
    }

    fn object(&self, row: &Row) -> Result<Value, DatabaseError> {
        let cells = self.cells(row)?;
        let members = self.0.iter().zip(&cells).map(|(column, cell)| (column.name.clone(), show::json(cell)));
        Ok(Value::Object(members.collect::<Map<_, _>>()))
    }

    /// The rows in the form that is asked for.
    pub(super) fn body(&self, rows: &[Row], shows: Shows) -> Result<String, DatabaseError> {
        let media = match shows {
            Shows::Rows(media) => media,
            Shows::Location | Shows::Nothing => return Ok(String::new()),
        };
        if media == Media::Csv {
            return self.csv(rows);
        }
        let strips_nulls =
            matches!(media, Media::Json { strips_nulls: true } | Media::Object { strips_nulls: true });
        let objects = rows.iter().map(|row| {
            let object = self.object(row)?;
            Ok(if strips_nulls { show::stripped(&object) } else { object })
        });
        let objects = objects.collect::<Result<Vec<Value>, DatabaseError>>()?;
        if media.is_object() {
            return Ok(objects.first().map_or_else(|| "null".to_owned(), Value::to_string));
        }
        let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
        Ok(format!("[{}]", lines.join(", \n ")))
    }

    fn csv(&self, rows: &[Row]) -> Result<String, DatabaseError> {
        let names: Vec<&str> = self.0.iter().map(|column| column.name.as_str()).collect();
        let head = if rows.is_empty() { String::new() } else { names.join(",") };
        let lines = rows.iter().map(|row| self.cells(row).map(|cells| show::line(&cells)));
        Ok(format!("{head}\n{}", lines.collect::<Result<Vec<_>, _>>()?.join("\n")))
    }
}

fn cast(cell: Cell, kind: Option<&Kind>) -> Result<Cell, DatabaseError> {
    let Some(kind) = kind else { return Ok(cell) };
    match (&cell, kind) {
        (Cell::Decimal(number), Kind::Smallint | Kind::Integer | Kind::Bigint) => {
            let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
            parse::text(&number.round_dp_with_strategy(0, strategy).to_string(), kind)
        }
        (Cell::Bool(flag), kind) if kind.is_text() => Ok(Cell::Text(flag.to_string())),
        // An explicit cast cuts what is too long.
        (_, Kind::Varchar(Some(length))) => {
            let text = show::text(&cell).map(|text| text.chars().take(*length).collect());
            Ok(text.map_or(Cell::Null, Cell::Text))
        }
        _ => show::text(&cell).map_or(Ok(Cell::Null), |text| parse::text(&text, kind)),
    }
}

/// Puts rows in order; equal ones stay as they are.
pub(super) fn sort(table: &Table, rows: &mut [Row], order: &[Term]) -> Result<(), DatabaseError> {
    let mut terms = Vec::new();
    for term in order {
        let access = Access::find(table, &term.field)?;
        if access.kind == Kind::Json {
            let message = "could not identify an ordering operator for type json";
            return Err(DatabaseError::new("42883", message)
                .hint("Use an explicit ordering operator or modify the query."));
        }
        terms.push((access, term.is_descending, term.nulls_first));
    }
    rows.sort_by(|a, b| {
        let orders = terms.iter().map(|(access, is_descending, nulls_first)| {
            let (a, b) = (access.of(a), access.of(b));
            match (a.is_null(), b.is_null()) {
                (true, true) => Ordering::Equal,
                (true, false) => {
                    if *nulls_first {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
                (false, true) => {
                    if *nulls_first {
                        Ordering::Greater
                    } else {
                        Ordering::Less
                    }
                }
                (false, false) => {
                    if *is_descending {
                        b.cmp(&a)
                    } else {
                        a.cmp(&b)
                    }
                }
            }
        });
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    Ok(())
}
