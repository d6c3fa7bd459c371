//! Writes tables.

use super::{
    filter, key,
    known::Tables,
    put::{self, Outcomes, Way, named},
    remove::{mark, remove},
    rows::{self, Page},
    sort::{Sorted, sort},
};
use crate::runtime::{faults::echo, path};
use bytes::Bytes;
use engine_contract::{
    Access, ConnectorError, Context, Current, Encode, EntitySchema, ErrorKind, Lookup, Op, Outcome, Result,
    Target, Value, Write, async_trait,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Writes the tables of one connection.
pub(crate) struct TableTarget {
    tables: Arc<Tables>,
    access: Access,
}

impl TableTarget {
    pub(super) fn new(tables: Arc<Tables>, access: Access) -> Self {
        Self { tables, access }
    }

    /// Deletes first, so that what they hold is free; then rows in their places; then the rest.
    async fn all(&self, context: &Context, sorted: Sorted<'_>, out: &mut Outcomes) -> Result<()> {
        let Sorted { refused, removals, marks, changes, puts } = sorted;
        let first = removals.first().or_else(|| marks.first()).copied();
        let first = first.or_else(|| Some(changes.first().or_else(|| puts.first()?.first())?.write));
        let table = first.map_or("", |write| write.object.as_str());
        let way = Way { tables: &self.tables, context, table };
        remove(way, &removals, out).await?;
        mark(way, &marks, out).await?;
        for row in changes {
            match put::change(way, &row).await? {
                Some(outcome) => out.push(named(row.write, outcome)),
                None => put::put(way, &[row], out).await?,
            }
        }
        for rows in puts {
            put::put(way, &rows, out).await?;
        }
        out.extend(refused);
        Ok(())
    }

    /// Rows by the values of some columns, with the columns that are wanted.
    async fn rows(
        &self,
        context: &Context,
        (table, order): (&str, &[String]),
        (columns, filter): (&[String], (String, String)),
        most: usize,
    ) -> Result<Vec<engine_contract::Record>> {
        let filter = vec![filter];
        let size = self.tables.rules.page_rows;
        let page = Page { table, order, columns, filter: &filter, behind: None, size };
        rows::all(&self.tables, context, page, most).await
    }
}

#[async_trait]
impl Target for TableTarget {
    async fn schema(&self, context: &Context, object: &str) -> Result<EntitySchema> {
        self.tables.object(context, object).await
    }

    /// The row, its columns in the order of their names. A null is written: it is what the mapping says.
    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        let invalid = |kind, message: String| {
            Err(ConnectorError::new(kind, message).with_context("table", encode.object))
        };
        if encode.match_on.is_empty() {
            let message = "nothing tells the rows apart: name the natural key in `write.match`";
            return invalid(ErrorKind::Config, message.to_owned());
        }
        // What marks a row says nothing of its key.
        let named = if encode.op == Op::SoftDelete { &[] } else { encode.match_on };
        for column in named {
            if encode.fields.get(column).and_then(Value::scalar_text).is_none() {
                return invalid(
                    ErrorKind::Invalid,
                    format!("the match column `{column}` has no single value"),
                );
            }
        }
        let mut fields = encode.fields.clone();
        fields.sort_unstable_keys();
        Ok(Bytes::from(Value::Map(fields).to_json()))
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        key::id(encode.match_on, encode.fields)
    }

    async fn write(&self, context: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        if self.access == Access::Read {
            let message = "the connection is open for reading only";
            return Err(ConnectorError::new(ErrorKind::Unsupported, message));
        }
        let Some(first) = writes.first() else { return Ok(Vec::new()) };
        let schema = self.tables.object(context, &first.object).await?;
        let mut out = Vec::with_capacity(writes.len());
        let ended = self.all(context, sort(&self.tables.rules, &schema, writes), &mut out).await;
        if let Err(error) = ended {
            if out.is_empty() {
                return Err(error);
            }
            // Others of the call were sent: these are answered for themselves.
            let known: BTreeSet<String> = out.iter().map(|(id, _)| id.clone()).collect();
            let unsent = writes.iter().filter(|write| !known.contains(&write.id));
            out.extend(unsent.map(|write| named(write, Outcome::NotApplied(echo(&error)))));
        }
        Ok(out)
    }

    fn write_batch_max(&self, _: &str) -> Option<usize> {
        Some(self.tables.rules.write_rows)
    }

    /// Finds nothing: rows carry no marker, and an upsert is repeated, never searched for.
    async fn lookup(&self, _: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        Ok(lookups.iter().map(|lookup| (lookup.id.clone(), Vec::new())).collect())
    }

    async fn find(
        &self,
        context: &Context,
        object: &str,
        by: &str,
        values: &[String],
    ) -> Result<Vec<(String, Vec<String>)>> {
        // Without the columns nobody could say which row is which.
        self.tables.all(context).await?;
        let schema = self.tables.object(context, object).await?;
        let config = |message: String| {
            Err(ConnectorError::new(ErrorKind::Config, message).with_context("table", object))
        };
        if schema.field(by).is_none() {
            return config(format!("the column `{by}`, by which rows are found, does not exist"));
        }
        if schema.key.is_empty() {
            return config("the table has no primary key, so that a found row has no id".to_owned());
        }
        let mut columns = schema.key.clone();
        columns.push(by.to_owned());
        columns.dedup();
        let mut rows = Vec::new();
        for chunk in rows::chunks(&self.tables, values.iter().map(|value| vec![value.clone()]).collect()) {
            let filter = filter::has_key(&[by.to_owned()], &chunk);
            rows.extend(self.rows(context, (object, &schema.key), (&columns, filter), usize::MAX).await?);
        }
        let found = values.iter().map(|value| {
            // The database compares by the column's type: `7.0` finds 7. What it gave for other values is left out.
            let of = rows.iter().filter(|row| path::text(row, by).is_some_and(|held| is_same(&held, value)));
            let ids = of.filter_map(|row| key::id_of_record(&schema.key, row)).take(2);
            (value.clone(), ids.collect::<Vec<_>>())
        });
        Ok(found.filter(|(_, ids)| !ids.is_empty()).collect())
    }

    async fn read_back(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        // An id says of each value whether it was a number or a text when the row was written, and a row what its columns are:
        // a reference is a text, and goes into a column of numbers. So rows are told by the values alone.
        let wanted = ids.iter().filter_map(|id| Some((key::values(match_on, id).ok()?, id.as_str())));
        let wanted: BTreeMap<Vec<String>, &str> = wanted.collect();
        let mut found = Vec::new();
        for chunk in rows::chunks(&self.tables, wanted.keys().cloned().collect()) {
            let filter = filter::has_key(match_on, &chunk);
            let rows = self.rows(context, (object, match_on), (&[], filter), chunk.len()).await?;
            found.extend(rows.into_iter().filter_map(|row| {
                let own = key::id_of_record(match_on, &row)?;
                let asked = key::values(match_on, &own).ok().and_then(|values| wanted.get(&values).copied());
                let target_id = asked.map_or(own, str::to_owned);
                Some(Current { target_id, token: None, fields: row.to_value() })
            }));
        }
        Ok(found)
    }
}

fn is_same(held: &str, wanted: &str) -> bool {
    let number = |text: &str| text.parse::<rust_decimal::Decimal>().ok();
    held == wanted || number(held).zip(number(wanted)).is_some_and(|(held, wanted)| held == wanted)
}
