//! Copies of everything, and what is put back from one.

use super::{
    fault::{Fault, Outcome},
    keys,
    put::insert,
    row::{Columns, Values, execute},
};
use crate::state::{
    Sealer,
    copy::{Cell, Content, Reader, Writer, key_of},
    table::{DATA_KEY, Kind, TABLES, Table},
};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, postgres::PgConnection};

/// How many rows one statement puts back.
const BATCH: usize = 500;

/// Writes everything into a copy. The caller's transaction sees one moment.
pub(super) async fn copy(db: &mut PgConnection, master: &Sealer, mut writer: Writer) -> Outcome<Content> {
    let keys = keys::plain(db, master, false).await?;
    for table in TABLES {
        writer.begin(table)?;
        let sql = format!("SELECT {} FROM {}", table.list(), table.name);
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *db);
        while let Some(row) = rows.try_next().await? {
            let mut columns = Columns::of(&row);
            let cells = table.columns.iter().map(|(_, kind)| cell(&mut columns, *kind));
            writer.row(cells.collect::<Outcome<_>>()?)?;
        }
    }
    writer.begin(&DATA_KEY)?;
    for (purpose, key) in keys {
        writer.row(vec![purpose.into(), key.as_slice().into()])?;
    }
    Ok(writer.finish()?)
}

fn cell(columns: &mut Columns<'_>, kind: Kind) -> Outcome<Cell> {
    Ok(match kind {
        Kind::Text => columns.maybe()?.into(),
        Kind::Number => columns.next::<Option<i64>>()?.into(),
        Kind::Flag => columns.next::<Option<bool>>()?.into(),
        Kind::Bytes => columns.next::<Option<Vec<u8>>>()?.into(),
    })
}

/// Puts what a copy holds in the place of everything. The caller's transaction is taken back on an error.
pub(super) async fn fill(db: &mut PgConnection, master: &Sealer, mut reader: Reader) -> Outcome<Content> {
    // Not `TRUNCATE`, which a backup that is under way would see.
    for table in TABLES {
        execute(db, format!("DELETE FROM {}", table.name), Values::new()).await?;
    }
    let mut keys = Vec::new();
    let mut waiting: Option<(&'static Table, Vec<Vec<Cell>>)> = None;
    while let Some((table, row)) = reader.next()? {
        if *table == DATA_KEY {
            keys.push(key_of(row)?);
            continue;
        }
        match &mut waiting {
            Some((of, rows)) if of.name == table.name && rows.len() < BATCH => rows.push(row),
            _ => {
                write(db, waiting.replace((table, vec![row]))).await?;
            }
        }
    }
    write(db, waiting).await?;
    keys::replace(db, &keys, master).await?;
    Ok(reader.content())
}

async fn write(db: &mut PgConnection, rows: Option<(&'static Table, Vec<Vec<Cell>>)>) -> Outcome<()> {
    let Some((table, rows)) = rows else { return Ok(()) };
    match insert(db, table, rows, "").await {
        Err(fault) if fault.is_taken() => Err(Fault::corrupt("two rows of the copy have one place")),
        done => done,
    }
}
