//! Between columns and types.

use super::fault::{Fault, Outcome};
use crate::{
    key::{GroupKey, RecordKey, Scope},
    state::Link,
};
use engine_contract::{ContentHash, Cursor, Op};
use jiff::Timestamp;
use sqlx::{
    Arguments, AssertSqlSafe, Encode, Postgres, Row, Type,
    postgres::{PgArguments, PgConnection, PgRow},
};
use std::borrow::Cow;

/// PostgreSQL holds no zero byte in text. It is written as [`MARK`] and `0`, and the mark itself as two marks. Unicode
/// gives the mark to nobody: it is found in no text that is not made for the purpose.
const MARK: char = '\u{10FFFF}';

/// Text as it is kept.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let marked = text.replace(MARK, &format!("{MARK}{MARK}"));
    Cow::Owned(marked.replace('\0', &format!("{MARK}0")))
}

/// Text as it was given.
pub(super) fn given(text: String) -> String {
    if !text.contains(MARK) {
        return text;
    }
    let (mut plain, mut letters) = (String::with_capacity(text.len()), text.chars());
    while let Some(letter) = letters.next() {
        match letter {
            MARK if letters.next() == Some('0') => plain.push('\0'),
            letter => plain.push(letter),
        }
    }
    plain
}

/// The values of a statement, in order.
#[derive(Default)]
pub(super) struct Values {
    arguments: PgArguments,
    is_sound: Option<bool>,
}

impl Values {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The four values of [`super::schema::SCOPE`].
    pub(super) fn scope(scope: &Scope) -> Self {
        Self::new()
            .text(&scope.tenant)
            .text(&scope.environment)
            .text(&scope.pipeline)
            .text(scope.side.as_str())
    }

    /// The five values of [`super::schema::RECORD`].
    pub(super) fn record(scope: &Scope, entity: &str) -> Self {
        Self::scope(scope).text(entity)
    }

    /// The six values of [`super::schema::GROUP`].
    pub(super) fn group(key: &GroupKey) -> Self {
        Self::scope(&key.scope).text(&key.group).text(&key.shard)
    }

    /// Adds any value.
    pub(super) fn add<'q, T: Encode<'q, Postgres> + Type<Postgres> + 'q>(mut self, value: T) -> Self {
        let is_sound = self.arguments.add(value).is_ok();
        self.is_sound = Some(self.is_sound.unwrap_or(true) && is_sound);
        self
    }

    /// Adds text.
    pub(super) fn text(self, text: &str) -> Self {
        self.add(kept(text).into_owned())
    }

    /// Adds text that may be missing.
    pub(super) fn maybe(self, text: Option<&str>) -> Self {
        self.add(text.map(|text| kept(text).into_owned()))
    }

    /// Adds a list of texts.
    pub(super) fn texts<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        self.add(texts.into_iter().map(|text| kept(text).into_owned()).collect::<Vec<_>>())
    }
}

fn sound(values: Values) -> Outcome<PgArguments> {
    let Values { arguments, is_sound } = values;
    if is_sound == Some(false) {
        return Err(Fault::corrupt("a value cannot be given to PostgreSQL"));
    }
    Ok(arguments)
}

/// Runs a statement that changes rows; gives how many.
pub(super) async fn execute(db: &mut PgConnection, sql: impl Into<String>, values: Values) -> Outcome<u64> {
    // Statements are made from the names of tables and columns, never from values.
    let done = sqlx::query_with(AssertSqlSafe(sql.into()), sound(values)?).execute(db).await?;
    Ok(done.rows_affected())
}

/// Runs a statement that returns rows.
pub(super) async fn query<T>(
    db: &mut PgConnection,
    sql: impl Into<String>,
    values: Values,
    read: impl Fn(&mut Columns<'_>) -> Outcome<T>,
) -> Outcome<Vec<T>> {
    let rows = sqlx::query_with(AssertSqlSafe(sql.into()), sound(values)?).fetch_all(db).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// The columns of a row, read from left to right.
pub(super) struct Columns<'r> {
    row: &'r PgRow,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) fn of(row: &'r PgRow) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn next<T: sqlx::Decode<'r, Postgres> + Type<Postgres>>(&mut self) -> Outcome<T> {
        let index = self.next;
        self.next += 1;
        Ok(self.row.try_get(index)?)
    }

    pub(super) fn text(&mut self) -> Outcome<String> {
        self.next().map(given)
    }

    pub(super) fn maybe(&mut self) -> Outcome<Option<String>> {
        Ok(self.next::<Option<String>>()?.map(given))
    }

    pub(super) fn number(&mut self) -> Outcome<i64> {
        self.next()
    }

    /// A number that is never below zero, nor large.
    pub(super) fn small(&mut self) -> Outcome<u32> {
        u32::try_from(self.number()?).map_err(|_| Fault::corrupt("a count holds what no engine wrote"))
    }

    pub(super) fn flag(&mut self) -> Outcome<bool> {
        self.next()
    }

    pub(super) fn bytes(&mut self) -> Outcome<Vec<u8>> {
        self.next()
    }

    pub(super) fn hash(&mut self) -> Outcome<ContentHash> {
        ContentHash::from_slice(&self.bytes()?).ok_or_else(|| bad("a hash"))
    }

    pub(super) fn time(&mut self) -> Outcome<Timestamp> {
        timestamp(self.number()?)
    }

    pub(super) fn maybe_time(&mut self) -> Outcome<Option<Timestamp>> {
        self.next::<Option<i64>>()?.map(timestamp).transpose()
    }

    pub(super) fn op(&mut self) -> Outcome<Op> {
        let word = self.text()?;
        Op::ALL.into_iter().find(|op| op.as_str() == word).ok_or_else(|| bad("op"))
    }

    pub(super) fn cursor(&mut self) -> Outcome<Option<Cursor>> {
        self.maybe()?.map(|text| Cursor::parse(&text).map_err(|_| bad("cursor"))).transpose()
    }

    /// Reads [`LINK`] and the token.
    pub(super) fn link(&mut self) -> Outcome<Link> {
        Ok(Link {
            record: RecordKey { entity: self.text()?, key: self.text()? },
            source_key: self.text()?,
            target_connection: self.text()?,
            target_object: self.text()?,
            target_id: self.maybe()?,
            route: self.maybe()?,
            parent_key: self.maybe()?,
            source_revision: self.maybe()?,
            sent_hash: self.hash()?,
            generation: self.number()?,
            mapping_hash: self.text()?,
            shared: self.flag()?,
            target_token: self.maybe()?,
        })
    }
}

/// Reads a row of one text.
pub(super) fn text(row: &mut Columns<'_>) -> Outcome<String> {
    row.text()
}

/// Reads a row of one number.
pub(super) fn number(row: &mut Columns<'_>) -> Outcome<i64> {
    row.number()
}

/// Reads a row of yes or no.
pub(super) fn flag(row: &mut Columns<'_>) -> Outcome<bool> {
    row.flag()
}

/// Reads a row of a link.
pub(super) fn link(row: &mut Columns<'_>) -> Outcome<Link> {
    row.link()
}

/// The columns that links and intents share, in the order in which [`Columns::link`] reads them; the token's name
/// comes last.
pub(super) const LINK: &str = "entity, key, source_key, target_connection, target_object, target_id, route, \
    parent_key, source_revision, sent_hash, generation, mapping_hash, shared";

pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

fn timestamp(millis: i64) -> Outcome<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|_| bad("a moment"))
}

fn bad(column: &str) -> Fault {
    Fault::corrupt(format!("{column} holds what no engine wrote"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_was_given() {
        for text in ["", "plain", "a\0b", "\0", "\u{10FFFF}", "\u{10FFFF}0\0", "0\u{10FFFF}\u{10FFFF}"] {
            assert!(!kept(text).contains('\0'));
            assert_eq!(given(kept(text).into_owned()), text, "{text:?}");
        }
    }
}
