//! Makes the tables of a store, and looks at those that are there.

use super::{
    StateError,
    address::older_schema,
    fault::{Fault, Outcome},
    keys,
    row::{self, Values, execute, query},
    schema::{FIRST, step},
};
use crate::state::{NeededKey, Sealer, sqlite::SCHEMA_VERSION};
use sqlx::{AssertSqlSafe, Executor, postgres::PgConnection};

/// The version of a schema's tables; 0 when there are none yet.
///
/// # Errors
/// `Newer` when a newer engine made them, `Corrupt` when another program did.
pub(super) async fn version(db: &mut PgConnection, schema: &str) -> Outcome<i64> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE c.relname = 'meta') FROM pg_class c
               JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";
    let counts = query(db, sql, Values::new().text(schema), |row| Ok((row.number()?, row.number()?))).await?;
    match counts.first() {
        Some((0, _)) | None => return Ok(0),
        Some((_, 0)) => return Err(stranger()),
        Some(_) => {}
    }
    let marks =
        query(db, "SELECT name, value FROM meta", Values::new(), |row| Ok((row.text()?, row.number()?)));
    let marks = marks.await.map_err(|_| stranger())?;
    match marks.iter().find(|(name, _)| name == "schema").map(|(_, value)| *value) {
        Some(found) if found > SCHEMA_VERSION => {
            Err(StateError::Newer { found, known: SCHEMA_VERSION }.into())
        }
        Some(found) if found >= FIRST => Ok(found),
        _ => Err(stranger()),
    }
}

fn stranger() -> Fault {
    Fault::corrupt("the schema holds tables of another program")
}

/// Makes the schema and its tables where they are not there yet.
pub(super) async fn prepare(db: &mut PgConnection, schema: &str, master: &Sealer) -> Outcome<()> {
    if version(db, schema).await? == SCHEMA_VERSION {
        return Ok(());
    }
    // Two engines may find an empty database at once: the second waits, and then finds the tables.
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('engine state ' || $1, 0))";
    execute(db, lock, Values::new().text(schema)).await?;
    let found = version(db, schema).await?;
    if found == 0 {
        // Who may only use a schema may not say `IF NOT EXISTS` either.
        let there = "SELECT 1::bigint FROM pg_namespace WHERE nspname = $1";
        if query(db, there, Values::new().text(schema), row::number).await?.is_empty() {
            execute(db, format!("CREATE SCHEMA \"{schema}\""), Values::new()).await?;
        }
        db.execute(sqlx::raw_sql(AssertSqlSafe(step(0)))).await?;
        keys::create(db, master).await?;
    } else if found < SCHEMA_VERSION {
        keep_older(db, schema, found).await?;
    }
    for version in found.max(FIRST)..SCHEMA_VERSION {
        db.execute(sqlx::raw_sql(AssertSqlSafe(step(version)))).await?;
    }
    Ok(())
}

/// Keeps the tables of an older engine, as that engine reads them, in a schema beside.
async fn keep_older(db: &mut PgConnection, schema: &str, version: i64) -> Outcome<()> {
    let copy = older_schema(schema, version);
    let sql = "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = $1 AND c.relkind = 'r'";
    let tables = query(db, sql, Values::new().text(schema), row::text).await?;
    execute(db, format!("CREATE SCHEMA \"{copy}\""), Values::new()).await?;
    for table in tables {
        let (from, to) = (format!("\"{schema}\".\"{table}\""), format!("\"{copy}\".\"{table}\""));
        execute(db, format!("CREATE TABLE {to} (LIKE {from} INCLUDING ALL)"), Values::new()).await?;
        let sql = format!("INSERT INTO {to} OVERRIDING SYSTEM VALUE SELECT * FROM {from}");
        execute(db, sql, Values::new()).await?;
    }
    Ok(())
}

/// Which master key the store needs.
pub(super) async fn needed_key(db: &mut PgConnection, schema: &str) -> Outcome<NeededKey> {
    match version(db, schema).await? {
        0 => Ok(NeededKey::Any),
        _ => Ok(NeededKey::Named(keys::master(db).await?)),
    }
}
