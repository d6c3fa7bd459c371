//! A call's writes to one table, as rows of a few forms.
//!
//! Writes of one form have the same columns and match columns, so that one statement can do them all. Writes of one
//! object within a call go in rounds, one after the other. What cannot be written whatever the server says is refused
//! here.

use super::{
    encode::{self, Payload, kind},
    fit::fit,
    table::{Column, Kind, Table},
    types::Shape,
};
use engine_contract::{Applied, Change, ConnectorError, ErrorKind, Op, Outcome, Result, Value, Write};
use indexmap::IndexMap;
use std::borrow::Cow;

/// What writes of one form have in common.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) op: FormOp,
    /// The columns that are written, in the order of the payloads.
    pub(super) columns: Vec<String>,
    /// The natural key.
    pub(super) match_on: Vec<String>,
    /// The match columns as the writes name them: none for the primary key.
    named: Vec<String>,
    /// The first line of the payloads.
    names: String,
    /// Where the match columns are among the columns.
    places: Vec<usize>,
    /// The shapes of the columns.
    shapes: Vec<Shape>,
    /// Why no row of this form can be written.
    refusal: Option<String>,
}

/// What is done with the rows of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormOp {
    /// They are inserted or updated.
    Put,
    /// Their natural key changed: the row under the old one is updated when it is there.
    Move,
    Delete,
    /// The rows that are there are changed, by their ids; none is made.
    Mark,
}

/// One write.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) write: &'a Write,
    /// The id of the row, after the write.
    pub(super) id: String,
    /// The id under which a row was known before its natural key changed.
    pub(super) old: Option<&'a str>,
    /// What COPY is given.
    pub(super) line: Cow<'a, str>,
    pub(super) form: usize,
    /// After how many other writes of the same object it goes.
    pub(super) round: usize,
}

/// The writes to one table.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    pub(super) forms: Vec<Form>,
    pub(super) items: Vec<Item<'a>>,
    /// What was judged without the server.
    pub(super) judged: Vec<(String, Outcome)>,
}

impl<'a> Plan<'a> {
    /// Sorts the writes into forms.
    ///
    /// # Errors
    /// `Config` when the match columns cannot name a row.
    pub(super) fn of(table: &Table, writes: impl Iterator<Item = &'a Write>) -> Result<Self> {
        let mut plan = Self::default();
        // The round and the revision of the newest write of each object so far.
        let mut seen: IndexMap<String, (usize, i64)> = IndexMap::new();
        for write in writes {
            let mut item = match plan.item(table, write)? {
                Ok(item) => item,
                Err(refusal) => {
                    let refusal = refusal.with_context("table", table.name.clone());
                    plan.judged.push((write.id.clone(), Outcome::NotApplied(refusal)));
                    continue;
                }
            };
            let ids = || item.old.into_iter().chain([item.id.as_str()]);
            let before: Vec<(usize, i64)> = ids().filter_map(|id| seen.get(id).copied()).collect();
            if before.iter().any(|(_, revision)| *revision > write.revision) {
                plan.judged.push((write.id.clone(), superseded(item.id)));
                continue;
            }
            item.round = before.iter().map(|(round, _)| round + 1).max().unwrap_or_default();
            for id in item.old.into_iter().chain([item.id.as_str()]) {
                seen.insert(id.to_owned(), (item.round, write.revision));
            }
            plan.items.push(item);
        }
        Ok(plan)
    }

    fn item(&mut self, table: &Table, write: &'a Write) -> Result<Result<Item<'a>, ConnectorError>> {
        match write.op {
            Op::Create | Op::Update => self.put(table, write),
            Op::Delete => {
                let Some(id) = write.target_id.clone() else {
                    return Ok(Err(invalid("a delete names no row")));
                };
                let form = self.form(table, write, FormOp::Delete, "")?;
                let names = self.forms.get(form).map_or(0, |form| form.match_on.len());
                if key_of(&id, names).is_none() {
                    return Ok(Err(invalid("the target id does not fit the match columns")));
                }
                Ok(Ok(Item { write, id, old: None, line: Cow::Borrowed(""), form, round: 0 }))
            }
            Op::SoftDelete => self.mark(table, write),
            Op::Void | Op::Deactivate => {
                Ok(Err(invalid("rows can be deleted or marked, and in no other way taken back")))
            }
        }
    }

    fn mark(&mut self, table: &Table, write: &'a Write) -> Result<Result<Item<'a>, ConnectorError>> {
        let Some(id) = write.target_id.clone() else {
            return Ok(Err(invalid("a soft delete names no row")));
        };
        let payload = match Payload::read(&write.payload) {
            Ok(payload) => payload,
            Err(error) => return Ok(Err(error)),
        };
        let index = self.form(table, write, FormOp::Mark, payload.names)?;
        let judge = |form: &Form| {
            if let Some(refusal) = &form.refusal {
                return Err(invalid(refusal.clone()));
            }
            key_of(&id, form.match_on.len())
                .ok_or_else(|| invalid("the target id does not fit the match columns"))?;
            line(table, form, &payload)
        };
        let line = self.forms.get(index).map_or_else(|| Err(invalid("the write has no form")), judge);
        Ok(line.map(|line| Item { write, id, old: None, line, form: index, round: 0 }))
    }

    fn put(&mut self, table: &Table, write: &'a Write) -> Result<Result<Item<'a>, ConnectorError>> {
        let payload = match Payload::read(&write.payload) {
            Ok(payload) => payload,
            Err(error) => return Ok(Err(error)),
        };
        let index = self.form(table, write, FormOp::Put, payload.names)?;
        let judge = |form: &Form| {
            if let Some(refusal) = &form.refusal {
                return Err(invalid(refusal.clone()));
            }
            let id = payload.id(&form.places).ok_or_else(|| invalid("a match column has no value"))?;
            Ok((id, line(table, form, &payload)?))
        };
        let (id, line) = match self.forms.get(index).map(judge) {
            Some(Ok(parts)) => parts,
            Some(Err(refusal)) => return Ok(Err(refusal)),
            None => return Ok(Err(invalid("the write has no form"))),
        };
        let old = write.target_id.as_deref().filter(|old| *old != id);
        let form = if old.is_some() { self.form(table, write, FormOp::Move, payload.names)? } else { index };
        Ok(Ok(Item { write, id, old, line, form, round: 0 }))
    }

    /// The form of a write, which most often is that of the write before.
    fn form(&mut self, table: &Table, write: &Write, op: FormOp, names: &str) -> Result<usize> {
        let is_same = |form: &Form| form.op == op && form.names == names && form.named == write.match_on;
        if let Some(known) = self.forms.iter().rposition(is_same) {
            return Ok(known);
        }
        let match_on = match_columns(table, &write.match_on)?;
        self.forms.push(Form { named: write.match_on.clone(), ..Form::new(table, match_on, op, names) });
        Ok(self.forms.len() - 1)
    }
}

impl Form {
    fn new(table: &Table, match_on: Vec<String>, op: FormOp, names: &str) -> Self {
        let columns = names.split('\t').filter(|name| !name.is_empty());
        let columns: Vec<String> = columns.map(|name| encode::unescape(name).into_owned()).collect();
        let place = |name: &String| columns.iter().position(|column| column == name);
        let places: Vec<usize> = match_on.iter().filter_map(place).collect();
        let mut form = Self {
            op,
            named: Vec::new(),
            shapes: Vec::new(),
            names: names.to_owned(),
            refusal: None,
            places,
            columns,
            match_on,
        };
        if op == FormOp::Delete {
            return form;
        }
        match form.columns.iter().map(|name| writable(table, name)).collect() {
            Ok(shapes) => form.shapes = shapes,
            Err(refusal) => form.refusal = Some(refusal),
        }
        if op != FormOp::Mark && form.refusal.is_none() && form.places.len() < form.match_on.len() {
            form.refusal = Some("a match column has no value".to_owned());
        }
        form
    }
}

fn writable(table: &Table, name: &str) -> Result<Shape, String> {
    match table.column(name) {
        None => Err(format!("no column `{name}`")),
        Some(column) if column.is_generated => Err(format!("column `{name}` is generated")),
        Some(column) => Ok(column.shape.clone()),
    }
}

/// The columns that name a row: those of the setting, else the primary key.
///
/// # Errors
/// `Config` when they cannot.
pub(super) fn match_columns(table: &Table, named: &[String]) -> Result<Vec<String>> {
    let wrong = |message: String| {
        ConnectorError::new(ErrorKind::Config, message).with_context("table", table.name.clone())
    };
    let match_on = if named.is_empty() { table.key() } else { named.to_vec() };
    if match_on.is_empty() {
        return Err(wrong("the table has no primary key: name its natural key in `write.match`".to_owned()));
    }
    for name in &match_on {
        match table.column(name) {
            None => return Err(wrong(format!("the match column `{name}` does not exist"))),
            Some(Column { shape, declared, .. }) if !shape.can_be_key() => {
                return Err(wrong(format!("the match column `{name}` ({declared}) has no exact texts")));
            }
            Some(_) => {}
        }
    }
    if table.kind != Kind::View && !table.is_unique(&match_on) {
        let list = match_on.join(", ");
        return Err(wrong(format!("no unique index on ({list}): add `UNIQUE ({list})` to the table")));
    }
    Ok(match_on)
}

/// The line for COPY: the payload's own, unless a column keeps a value in other words.
fn line<'a>(table: &Table, form: &Form, payload: &Payload<'a>) -> Result<Cow<'a, str>> {
    let mut changed: Vec<(usize, String)> = Vec::new();
    let values = payload.values.split('\t').zip(payload.kinds).zip(&form.shapes);
    for (index, ((raw, kind), shape)) in values.enumerate() {
        match fit(shape, *kind, raw) {
            Ok(None) => {}
            Ok(Some(text)) => {
                let mut words = String::new();
                encode::escape(&text, &mut words);
                changed.push((index, words));
            }
            Err(why) => return Err(unfit(table, form.columns.get(index), *kind, why)),
        }
    }
    if changed.is_empty() {
        return Ok(Cow::Borrowed(payload.values));
    }
    let mut values: Vec<&str> = payload.values.split('\t').collect();
    for (index, words) in &changed {
        if let Some(value) = values.get_mut(*index) {
            *value = words;
        }
    }
    Ok(Cow::Owned(values.join("\t")))
}

fn unfit(table: &Table, name: Option<&String>, kind: u8, why: &str) -> ConnectorError {
    let what = match kind {
        kind::BOOL => "a boolean",
        kind::INT => "an integer",
        kind::DECIMAL => "a number",
        kind::TEXT => "this text",
        _ => "a list or an object",
    };
    let column = name.and_then(|name| table.column(name));
    let (name, declared) = column.map_or(("", ""), |column| (&column.name, &column.declared));
    invalid(format!("column `{name}` ({declared}) cannot keep {what}: it {why}"))
}

/// The texts of the match columns that a target id stands for.
pub(super) fn key_of(id: &str, columns: usize) -> Option<Vec<String>> {
    if columns == 1 {
        return Some(vec![id.to_owned()]);
    }
    let parts: Vec<Value> = serde_json::from_str(id).ok()?;
    let texts: Vec<String> = parts.iter().map(Value::scalar_text).collect::<Option<_>>()?;
    (texts.len() == columns).then_some(texts)
}

pub(super) fn superseded(target_id: String) -> Outcome {
    Outcome::Applied(Applied { target_id, token: None, change: Change::Superseded })
}

fn invalid(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Invalid, message)
}
