//! The guard: which revision of each object was applied last, in a side table of the target's schema.
//!
//! A row for each object would cost half of what its write costs, so the guard keeps one row for each call: the ids
//! that it wrote or deleted, each with its revision. Writes of the engine to one table take a lock of the transaction
//! one after the other; under it a call looks whether calls with newer revisions wrote its objects, and adds its own
//! row. As a rule there are none: later calls have greater revisions, and the look is one step in an index.
//!
//! Why an older write changes nothing: of two calls that write one object, one has the lock first and commits before
//! the other gets it. When the newer is first, the older finds its row and leaves the object alone. When the older is
//! first, the newer comes after it. A deleted object has its place in such a row too, and a server that restarts, a
//! dump and another program that changes the rows leave them alone.
//!
//! Rows are kept for [`KEPT`]: a write that was held up for longer between the look at its lease and the server is not
//! recognised. A transaction that stops in the middle is ended by the server after [`IDLE`].

use super::{
    group::Item,
    session::Session,
    table::{GUARD, Table, quote, texts},
};
use indexmap::IndexSet;
use sqlx::{Arguments, Error, Row, postgres::PgArguments};

/// How long the guard remembers.
const KEPT: &str = "30 days";

/// How long the server waits for the engine within a transaction.
const IDLE: &str = "60s";

/// How long a lock is waited for.
const PATIENCE: &str = "30s";

/// Tells the guard's locks from those of others; the lower half is the table.
const LOCKS: i64 = 0x4755_4152 << 32;

/// Makes the guard's table where there is none. Its arrays are not compressed: that would cost more than all else
/// that the guard does.
pub(super) async fn prepare(session: &mut Session<'_>, schema: &str) -> Result<(), Error> {
    if is_there(session, schema).await? {
        return Ok(());
    }
    let (guard, index) = (name(schema), quote(&format!("{GUARD}_newest")));
    let made = session
        .run(&format!(
            "CREATE TABLE IF NOT EXISTS {guard} (object text COLLATE \"C\" NOT NULL, newest bigint NOT NULL, \
             written_at timestamptz NOT NULL DEFAULT now(), ids text[] COLLATE \"C\" NOT NULL, \
             revisions bigint[] NOT NULL); \
             ALTER TABLE {guard} ALTER ids SET STORAGE EXTERNAL, ALTER revisions SET STORAGE EXTERNAL; \
             CREATE INDEX IF NOT EXISTS {index} ON {guard} (object, newest)"
        ))
        .await;
    match made {
        // Somebody else makes it at the same moment: the server refuses one of the two.
        Err(error) if super::error::is_answer(&error) && is_there(session, schema).await? => Ok(()),
        other => other,
    }
}

async fn is_there(session: &mut Session<'_>, schema: &str) -> Result<bool, Error> {
    let rows = session.rows("SELECT to_regclass($1) IS NOT NULL", texts(&[&name(schema)])).await?;
    rows.first().map_or(Ok(false), |row| row.try_get(0))
}

fn name(schema: &str) -> String {
    format!("{}.{GUARD}", quote(schema))
}

/// Limits the transaction and waits for the lock of the table.
pub(super) fn lock(table: &Table) -> String {
    format!(
        "SET LOCAL lock_timeout = '{PATIENCE}'; SET LOCAL idle_in_transaction_session_timeout = '{IDLE}'; \
         SELECT pg_advisory_xact_lock({})",
        LOCKS | table.oid
    )
}

/// The places of the items of which a newer revision was applied.
pub(super) async fn late(
    session: &mut Session<'_>,
    table: &Table,
    items: &[Item<'_>],
) -> Result<IndexSet<usize>, Error> {
    let Some(oldest) = items.iter().map(|item| item.write.revision).min() else { return Ok(IndexSet::new()) };
    let guard = name(&table.schema);
    let newer = "g.object = $1 AND g.newest > $2::bigint";
    let look = format!("SELECT EXISTS (SELECT FROM {guard} g WHERE {newer})");
    let mut arguments = texts(&[&table.name]);
    arguments.add(oldest).map_err(Error::Encode)?;
    let rows = session.rows(&look, arguments).await?;
    if !rows.first().map_or(Ok(false), |row| row.try_get(0))? {
        return Ok(IndexSet::new());
    }
    let touches: Vec<(usize, &str, i64)> = touches(items.iter()).collect();
    let compare = format!(
        "SELECT DISTINCT w.place FROM {guard} g CROSS JOIN LATERAL unnest(g.ids, g.revisions) u (id, revision) \
         JOIN unnest($3::text[], $4::bigint[]) WITH ORDINALITY w (id, revision, place) \
         ON u.id = w.id AND u.revision > w.revision WHERE {newer}"
    );
    let mut arguments = texts(&[&table.name]);
    arguments.add(oldest).map_err(Error::Encode)?;
    add_touches(&mut arguments, &touches)?;
    let rows = session.rows(&compare, arguments).await?;
    let places = rows.iter().map(|row| {
        let place: i64 = row.try_get(0)?;
        let touch = usize::try_from(place - 1).ok().and_then(|place| touches.get(place));
        Ok(touch.map(|(item, _, _)| *item))
    });
    places.filter_map(Result::transpose).collect()
}

/// Remembers that these items are applied, and forgets what is too old when `forgets`.
pub(super) async fn record(
    session: &mut Session<'_>,
    table: &Table,
    items: &[&Item<'_>],
    forgets: bool,
) -> Result<(), Error> {
    let guard = name(&table.schema);
    if forgets {
        let sql = format!("DELETE FROM {guard} WHERE object = $1 AND written_at < now() - interval '{KEPT}'");
        session.rows(&sql, texts(&[&table.name])).await?;
    }
    let Some(newest) = items.iter().map(|item| item.write.revision).max() else { return Ok(()) };
    let touches: Vec<(usize, &str, i64)> = touches(items.iter().copied()).collect();
    let sql = format!("INSERT INTO {guard} (object, newest, ids, revisions) VALUES ($1, $2, $3, $4)");
    let mut arguments = texts(&[&table.name]);
    arguments.add(newest).map_err(Error::Encode)?;
    add_touches(&mut arguments, &touches)?;
    session.rows(&sql, arguments).await.map(drop)
}

/// The ids that items write under, each with the place of its item and its revision.
fn touches<'a>(items: impl Iterator<Item = &'a Item<'a>>) -> impl Iterator<Item = (usize, &'a str, i64)> {
    items.enumerate().flat_map(|(place, item)| {
        let ids = item.old.into_iter().chain([item.id.as_str()]);
        ids.map(move |id| (place, id, item.write.revision))
    })
}

fn add_touches(arguments: &mut PgArguments, touches: &[(usize, &str, i64)]) -> Result<(), Error> {
    let ids: Vec<&str> = touches.iter().map(|(_, id, _)| *id).collect();
    let revisions: Vec<i64> = touches.iter().map(|(_, _, revision)| *revision).collect();
    arguments.add(ids).map_err(Error::Encode)?;
    arguments.add(revisions).map_err(Error::Encode)
}
