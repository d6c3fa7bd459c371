//! Sends rows as upserts, and finds the row that is at fault.
//!
//! A request is one statement: a refusal means that none of its rows was written. So a refused request is halved, and
//! its halves again, until the row that is at fault stands alone and all others are written.

use super::{filter, key, known::Tables, sort::Row};
use crate::{
    manifest::Effect,
    runtime::{
        answer::Answer,
        faults::{Verdict, echo},
        query::{self, Query},
        service::Call,
        write::soon,
    },
};
use bytes::Bytes;
use connector_kit::was_sent;
use engine_contract::{
    Applied, Change, ConnectorError, Context, ErrorKind, Op, Outcome, Record, Result, Write,
};
use http::{HeaderValue, Method, header::HeaderName};
use std::collections::BTreeSet;

/// How often a request is halved that took too long: what is slow at an eighth is slow for another reason.
const SLOW_HALVINGS: u32 = 3;

const PREFER: HeaderName = HeaderName::from_static("prefer");

pub(super) type Outcomes = Vec<(String, Outcome)>;

/// What became of a request.
pub(super) enum End {
    /// It was answered with these rows.
    Rows(Vec<Record>),
    /// Nothing happened, and nothing will.
    Refused(Verdict),
    /// Nobody knows.
    Unknown(ConnectorError),
}

/// Where rows go.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) tables: &'a Tables,
    pub(super) context: &'a Context,
    pub(super) table: &'a str,
}

impl Way<'_> {
    /// Sends a request that answers with rows. An error means that nothing was sent, or that the service refused the
    /// connection itself.
    pub(super) async fn send(&self, call: Call) -> Result<End> {
        let about = |error: ConnectorError| error.with_context("table", self.table.to_owned());
        let service = &self.tables.service;
        let answer = match service.send(self.context, call).await {
            Ok(answer) => answer,
            Err(error) if !was_sent(&error) => return Err(about(error)),
            Err(error) => return Ok(End::Unknown(soon(about(error)))),
        };
        let Some(verdict) = service.judge(&answer) else { return Ok(rows(&answer)) };
        let verdict = Verdict { error: about(verdict.error), ..verdict };
        match verdict.effect {
            Effect::Unknown => Ok(End::Unknown(soon(verdict.error))),
            Effect::NotApplied if verdict.stops => Err(verdict.error),
            Effect::NotApplied => Ok(End::Refused(verdict)),
        }
    }

    /// A request for this table that answers with some columns of the rows it wrote.
    pub(super) fn call(
        &self,
        method: Method,
        (mut query, columns): (Query, &[String]),
        prefer: &'static str,
        body: Option<Bytes>,
    ) -> Call {
        filter::add(&mut query, ("select".to_owned(), filter::names(columns)));
        let mut call = Call::new(method, query::encode(self.table), query, body);
        call.headers.insert(PREFER, HeaderValue::from_static(prefer));
        call
    }
}

fn rows(answer: &Answer) -> End {
    match answer.body.as_ref().and_then(Record::elements) {
        Some(rows) => End::Rows(rows),
        None => End::Unknown(answer.unreadable()),
    }
}

/// Writes rows that have the same columns. Rows without an outcome were not sent.
pub(super) async fn put(way: Way<'_>, rows: &[Row<'_>], out: &mut Outcomes) -> Result<()> {
    let mut left = vec![(rows, 0)];
    while let Some((part, halvings)) = left.pop() {
        let Some(first) = part.first() else { continue };
        match way.send(upsert(way, &first.write.match_on, part)).await? {
            End::Rows(written) => out.extend(applied(part, &written)),
            End::Unknown(error) => out.extend(all(part, || Outcome::Unknown(echo(&error)))),
            End::Refused(verdict) if part.len() > 1 && is_divided(&verdict, halvings) => {
                let (front, back) = part.split_at(part.len() / 2);
                left.push((back, halvings + 1));
                left.push((front, halvings + 1));
            }
            End::Refused(verdict) => out.extend(all(part, || Outcome::NotApplied(echo(&verdict.error)))),
        }
    }
    Ok(())
}

/// Whether parts of what was refused may be welcome.
pub(super) fn is_divided(verdict: &Verdict, halvings: u32) -> bool {
    match verdict.error.kind() {
        // About a row, as those are that stop the connection were told apart before.
        ErrorKind::Invalid | ErrorKind::Duplicate | ErrorKind::Forbidden => true,
        ErrorKind::Timeout => halvings < SLOW_HALVINGS,
        _ => false,
    }
}

fn upsert(way: Way<'_>, match_on: &[String], rows: &[Row<'_>]) -> Call {
    let mut body = vec![b'['];
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&row.write.payload);
    }
    body.push(b']');
    let query = vec![("on_conflict".to_owned(), filter::names(match_on))];
    let prefer = "resolution=merge-duplicates,return=representation";
    way.call(Method::POST, (query, match_on), prefer, Some(body.into()))
}

/// The outcomes of rows of which the service shows those that it wrote. A statement writes all of them, but for what a
/// trigger or a policy of the table leaves out.
fn applied(rows: &[Row<'_>], written: &[Record]) -> Outcomes {
    if written.len() >= rows.len() {
        return rows.iter().map(|row| (row.write.id.clone(), done(row))).collect();
    }
    let outcome = |row: &Row<'_>| {
        let match_on = &row.write.match_on;
        let ids: BTreeSet<_> =
            written.iter().filter_map(|record| key::id_of_record(match_on, record)).collect();
        // Nothing but the key: there is nothing to change in a row that is there, and it is not shown.
        let is_bare = row.fields.keys().all(|column| match_on.contains(column));
        if is_bare || ids.contains(&row.id) {
            return done(row);
        }
        let message = "a trigger or a policy of the table left the row out without a word";
        let error = ConnectorError::new(ErrorKind::Invalid, message);
        Outcome::NotApplied(error.with_context("table", row.write.object.clone()))
    };
    rows.iter().map(|row| (row.write.id.clone(), outcome(row))).collect()
}

/// Changes a row where it is; nothing when it is not there, and nothing was done.
pub(super) async fn change(way: Way<'_>, row: &Row<'_>) -> Result<Option<Outcome>> {
    let match_on = &row.write.match_on;
    let old = row.write.target_id.as_deref().unwrap_or(&row.id);
    let Ok(values) = key::values(match_on, old) else { return Ok(None) };
    let query = vec![filter::has_key(match_on, &[values])];
    let call =
        way.call(Method::PATCH, (query, match_on), "return=representation", Some(row.write.payload.clone()));
    Ok(match way.send(call).await? {
        End::Rows(rows) if rows.is_empty() => None,
        End::Rows(_) => Some(done(row)),
        End::Unknown(error) => Some(Outcome::Unknown(error)),
        End::Refused(verdict) => Some(Outcome::NotApplied(verdict.error)),
    })
}

fn done(row: &Row<'_>) -> Outcome {
    let change = if row.write.op == Op::Create { Change::Created } else { Change::Updated };
    Outcome::Applied(Applied { target_id: row.id.clone(), token: None, change })
}

fn all(rows: &[Row<'_>], outcome: impl Fn() -> Outcome) -> Outcomes {
    rows.iter().map(|row| (row.write.id.clone(), outcome())).collect()
}

/// The id of a write, for what is answered one by one.
pub(super) fn named(write: &Write, outcome: Outcome) -> (String, Outcome) {
    (write.id.clone(), outcome)
}
