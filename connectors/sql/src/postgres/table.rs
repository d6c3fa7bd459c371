//! What the server says about a table: one question, one answer.

use super::{
    error,
    session::Session,
    types::{Described, Shape, shape},
};
use engine_contract::{ConnectorError, ErrorKind, Result};
use serde::Deserialize;
use sqlx::{Arguments, Row, postgres::PgArguments};

/// The table in which the revisions of writes are kept.
pub(super) const GUARD: &str = "_engine_guard";

/// A table or view.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) oid: i64,
    pub(super) kind: Kind,
    pub(super) comment: Option<String>,
    pub(super) columns: Vec<Column>,
    /// The columns of each unique index that `ON CONFLICT` can use, the primary key's first.
    unique: Vec<Unique>,
}

/// What kind of relation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    /// Rows are in other tables; system columns cannot be told of what was written.
    Partitioned,
    /// Views, and tables of other servers: for reading.
    View,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type with its modifiers: `numeric(14,2)`.
    pub(super) declared: String,
    /// The type without: what texts are turned into to be compared.
    pub(super) cast: String,
    pub(super) described: Described,
    pub(super) shape: Shape,
    pub(super) is_not_null: bool,
    pub(super) has_default: bool,
    /// The server alone gives it values.
    pub(super) is_generated: bool,
    pub(super) comment: Option<String>,
    /// The labels of an enum.
    pub(super) labels: Vec<String>,
    /// The table whose key it holds.
    pub(super) refers_to: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Unique {
    is_primary: bool,
    columns: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    oid: i64,
    kind: String,
    comment: Option<String>,
    columns: Vec<AnswerColumn>,
    unique: Vec<Unique>,
}

#[derive(Deserialize)]
struct AnswerColumn {
    name: String,
    declared: String,
    cast: String,
    described: Described,
    is_not_null: bool,
    has_default: bool,
    is_generated: bool,
    comment: Option<String>,
    labels: Option<Vec<String>>,
    refers_to: Option<String>,
}

/// Domains are followed to their base type; a domain's modifier and NOT NULL count for its columns.
const ABOUT: &str = "
SELECT json_build_object(
  'oid', c.oid::bigint, 'kind', c.relkind, 'comment', obj_description(c.oid, 'pg_class'),
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
      'name', a.attname,
      'declared', format_type(a.atttypid, a.atttypmod),
      'cast', format_type(a.atttypid, -1),
      'described', json_build_object('base', b.typname, 'category', b.typcategory, 'modifier', b.modifier,
        'element', (SELECT e.typname FROM pg_type e WHERE e.oid = b.typelem)),
      'is_not_null', a.attnotnull OR b.is_not_null,
      'has_default', (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR b.has_default,
      'is_generated', a.attgenerated <> '' OR a.attidentity = 'a',
      'comment', col_description(c.oid, a.attnum),
      'labels', (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = b.oid),
      'refers_to', (SELECT r.relname FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] ORDER BY f.oid LIMIT 1)
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute a
    CROSS JOIN LATERAL (
      WITH RECURSIVE way AS (
        SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typcategory, t.typelem, a.atttypmod AS modifier,
          t.typnotnull AS is_not_null, t.typdefault IS NOT NULL AS has_default, t.typtypmod
        FROM pg_type t WHERE t.oid = a.atttypid
        UNION ALL
        SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typcategory, t.typelem,
          greatest(w.modifier, w.typtypmod), w.is_not_null OR t.typnotnull, w.has_default, t.typtypmod
        FROM way w JOIN pg_type t ON t.oid = w.typbasetype WHERE w.typtype = 'd'
      )
      SELECT * FROM way WHERE typtype <> 'd'
    ) b
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'unique', (
    SELECT coalesce(json_agg(json_build_object('is_primary', i.indisprimary, 'columns', (
      SELECT json_agg(a.attname ORDER BY k.place)
      FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k (attnum, place)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum WHERE k.place <= i.indnkeyatts
    )) ORDER BY i.indisprimary DESC, i.indexrelid), '[]')
    FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL)
)::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

impl Table {
    /// Reads about a table; nothing when there is none of this name, or the role may not see it.
    pub(super) async fn load(session: &mut Session<'_>, schema: &str, name: &str) -> Result<Option<Self>> {
        let rows = session.rows(ABOUT, texts(&[schema, name])).await.map_err(|error| failed(&error))?;
        let Some(row) = rows.first() else { return Ok(None) };
        let text: String = row.try_get(0).map_err(|error| failed(&error))?;
        let answer: Answer = serde_json::from_str(&text).map_err(|error| {
            ConnectorError::new(ErrorKind::Protocol, "what the server says of a table cannot be read")
                .with_context("table", name)
                .with_source(error)
        })?;
        Ok(Some(Self {
            schema: schema.to_owned(),
            name: name.to_owned(),
            oid: answer.oid,
            kind: match answer.kind.as_str() {
                "r" => Kind::Table,
                "p" => Kind::Partitioned,
                _ => Kind::View,
            },
            comment: answer.comment,
            columns: answer.columns.into_iter().map(Column::of).collect(),
            unique: answer.unique,
        }))
    }

    /// A table that must be there.
    pub(super) async fn find(session: &mut Session<'_>, schema: &str, name: &str) -> Result<Self> {
        match Self::load(session, schema, name).await? {
            Some(table) => Ok(table),
            None => Err(missing(session, schema, name).await),
        }
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of the primary key, in its order.
    pub(super) fn key(&self) -> Vec<String> {
        let primary = self.unique.iter().find(|unique| unique.is_primary);
        primary.map(|unique| unique.columns.clone()).unwrap_or_default()
    }

    /// Whether no two rows can agree in these columns.
    pub(super) fn is_unique(&self, columns: &[String]) -> bool {
        self.unique.iter().any(|unique| {
            unique.columns.len() == columns.len() && unique.columns.iter().all(|name| columns.contains(name))
        })
    }

    /// The name as SQL.
    pub(super) fn sql(&self) -> String {
        format!("{}.{}", quote(&self.schema), quote(&self.name))
    }
}

impl Column {
    fn of(answer: AnswerColumn) -> Self {
        Self {
            shape: shape(&answer.described),
            name: answer.name,
            declared: answer.declared,
            cast: answer.cast,
            described: answer.described,
            is_not_null: answer.is_not_null,
            has_default: answer.has_default,
            is_generated: answer.is_generated,
            comment: answer.comment,
            labels: answer.labels.unwrap_or_default(),
            refers_to: answer.refers_to,
        }
    }

    /// `"name" = $n`, the text of the parameter read as the column's type.
    pub(super) fn equals(&self, parameter: usize) -> String {
        format!("{} = ${parameter}::{}", quote(&self.name), self.cast)
    }
}

/// The names of all tables, and views when asked, that the role may read, but the guard's. Partitions are parts of
/// their table.
pub(super) async fn names(session: &mut Session<'_>, schema: &str, with_views: bool) -> Result<Vec<String>> {
    let kinds = if with_views { "'r', 'p', 'f', 'v', 'm'" } else { "'r', 'p'" };
    let sql = format!(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relname <> $2 AND c.relkind IN ({kinds}) AND NOT c.relispartition \
         AND has_table_privilege(c.oid, 'SELECT') ORDER BY c.relname"
    );
    let rows = session.rows(&sql, texts(&[schema, GUARD])).await.map_err(|error| failed(&error))?;
    rows.iter().map(|row| row.try_get(0).map_err(|error| failed(&error))).collect()
}

/// The error for a table that is not there.
async fn missing(session: &mut Session<'_>, schema: &str, name: &str) -> ConnectorError {
    let known = names(session, schema, true).await.unwrap_or_default().join(", ");
    let known = if known.is_empty() { "nothing that the role may read".to_owned() } else { known };
    ConnectorError::new(ErrorKind::NotFound, format!("no table `{name}`; schema `{schema}` has: {known}"))
}

/// Texts as parameters.
pub(super) fn texts(values: &[&str]) -> PgArguments {
    let mut arguments = PgArguments::default();
    for value in values {
        // A text can always be encoded.
        arguments.add(*value).ok();
    }
    arguments
}

fn failed(error: &sqlx::Error) -> ConnectorError {
    error::of_database(error, "reading about tables")
}

/// A name as SQL: always quoted.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quoted names, separated by commas.
pub(super) fn quote_all<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| quote(name.as_ref())).collect::<Vec<_>>().join(", ")
}
