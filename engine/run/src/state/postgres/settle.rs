//! The second commit: everything that became known of a batch, in one transaction.

use super::{
    effect::put_intents,
    fault::Outcome,
    history, lease, link, mark, missing, pair,
    put::insert,
    row::{Values, execute, millis, query},
    schema::{RECORD, SCOPE},
};
use crate::{
    key::{RecordKey, Scope},
    state::{FailedRecord, Lease, Sealer, Settlement, audit::Head, copy::Cell, table::AUDIT},
};
use sqlx::postgres::PgConnection;

pub(super) async fn settle(
    db: &mut PgConnection,
    held: &Lease,
    settlement: &Settlement,
    sealer: &Sealer,
) -> Outcome<()> {
    lease::fence(db, held).await?;
    let scope = &held.key.scope;
    mark::clear(db, scope, settlement).await?;
    let taken = link::put(db, scope, &settlement.links, settlement).await?;
    link::spend_generations(db, scope, &settlement.refused, settlement).await?;
    pair::settle(db, scope, settlement, sealer).await?;
    close(db, scope, &settlement.entity, &settlement.closed).await?;
    put_intents(db, held, &settlement.open, sealer).await?;
    let taken = taken.iter().map(|link| FailedRecord::target_taken(link, settlement));
    let failed: Vec<FailedRecord> = taken.chain(settlement.failed.iter().cloned()).collect();
    mark::put_failed(db, scope, &failed, (settlement, sealer)).await?;
    mark::put_holds(db, scope, settlement).await?;
    mark::put_dirty(db, scope, settlement).await?;
    missing::note(db, scope, settlement).await?;
    history::add_counts(db, settlement).await?;
    if let Some(cursor) = &settlement.cursor {
        lease::set_cursor(db, held, (cursor, settlement.cursor_shard.as_deref()), settlement.at).await?;
    }
    // Last: from here to the commit nobody else settles.
    append_audit(db, scope, settlement).await
}

/// Takes away the note of what was being sent, and the intents whose outcome is known.
async fn close(db: &mut PgConnection, scope: &Scope, entity: &str, closed: &[RecordKey]) -> Outcome<()> {
    let noted = format!("DELETE FROM dispatch WHERE {RECORD}");
    if closed.is_empty() {
        return execute(db, noted, Values::record(scope, entity)).await.map(drop);
    }
    let sql = format!(
        "WITH noted AS ({noted}) DELETE FROM intent
         WHERE {SCOPE} AND (entity, key) IN (SELECT * FROM UNNEST($6::text[], $7::text[]))"
    );
    let values = Values::record(scope, entity)
        .texts(closed.iter().map(|record| record.entity.as_str()))
        .texts(closed.iter().map(|record| record.key.as_str()));
    execute(db, sql, values).await.map(drop)
}

pub(super) async fn append_audit(
    db: &mut PgConnection,
    scope: &Scope,
    settlement: &Settlement,
) -> Outcome<()> {
    if settlement.audit.is_empty() {
        return Ok(());
    }
    execute(db, "SELECT value FROM meta WHERE name = 'audit' FOR UPDATE", Values::new()).await?;
    // A statement of its own: it sees what whoever had the lock before has committed.
    let last = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let last =
        query(db, last, Values::new(), |row| Ok(Head { seq: row.number()?, hash: row.hash()?.0 })).await?;
    let mut head = last.into_iter().next().unwrap_or_default();
    let mut rows = Vec::new();
    for entry in &settlement.audit {
        let (next, action) = head.next(scope, entry, settlement);
        head = next;
        rows.push(vec![
            Cell::from(head.seq),
            millis(settlement.at).into(),
            (&settlement.run).into(),
            (&scope.tenant).into(),
            (&scope.environment).into(),
            (&scope.pipeline).into(),
            (&entry.record.entity).into(),
            (&entry.record.key).into(),
            action.into(),
            (&entry.target_object).into(),
            entry.target_id.as_ref().into(),
            entry.content.0.as_slice().into(),
            head.hash.as_slice().into(),
            settlement.actor.as_deref().into(),
            settlement.fingerprint.as_deref().into(),
            settlement.confirmation.as_deref().into(),
        ]);
    }
    insert(db, &AUDIT, rows, "").await
}
