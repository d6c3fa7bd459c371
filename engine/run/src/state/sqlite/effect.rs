//! The two commits: intents before the first byte goes out, outcomes after.

use super::{
    Result, StateError, lease, link, mark, missing, pair,
    row::{self, LINK, LINK_WIDTH, execute, hash, json_list, millis, query, record, timestamp},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope},
    state::{
        AuditEntry, FailedRecord, Intent, Lease, Link, Sealer, Settlement, audit::Head, place, seal::unsealed,
    },
};
use bytes::Bytes;
use rusqlite::{Connection, ToSql};

pub(super) fn open_intents(
    db: &Connection,
    scope: &Scope,
    entity: &str,
    sealer: &Sealer,
) -> Result<Vec<Intent>> {
    let side = scope.side.as_str();
    let values = record(scope, &entity, &side);
    let sql = &format!(
        "SELECT {LINK}, base_token, op, payload, match_on, request_key, marker, revision, attempts, created_at,
           quiet_after FROM intent WHERE {RECORD} ORDER BY revision, key"
    );
    let mut intents = query(db, sql, &values, |columns| {
        let own = |index: usize| LINK_WIDTH + index;
        let quiet: Option<i64> = columns.get(own(8))?;
        Ok(Intent {
            link: row::link(columns)?,
            op: row::op(columns.get_ref(own(0))?.as_str()?)?,
            payload: Bytes::from(columns.get::<_, Vec<u8>>(own(1))?),
            match_on: serde_json::from_str(columns.get_ref(own(2))?.as_str()?).unwrap_or_default(),
            request_key: columns.get(own(3))?,
            marker: columns.get(own(4))?,
            revision: columns.get(own(5))?,
            attempts: columns.get(own(6))?,
            created_at: timestamp(columns.get(own(7))?)?,
            quiet_after: quiet.map(timestamp).transpose()?,
        })
    })?;
    for intent in &mut intents {
        let bound_to = place::payload(scope, &intent.link.record, "intent");
        intent.payload = Bytes::from(unsealed(sealer.open(&bound_to, &intent.payload))?);
    }
    Ok(intents)
}

pub(super) fn put_intent(db: &Connection, held: &Lease, intent: &Intent, sealer: &Sealer) -> Result<()> {
    let (scope, link) = (&held.key.scope, &intent.link);
    let payload = unsealed(sealer.seal(&place::payload(scope, &link.record, "intent"), &intent.payload))?;
    let match_on = json_list(intent.match_on.iter().map(String::as_str));
    let columns: [&dyn ToSql; 28] = [
        &scope.tenant,
        &scope.environment,
        &scope.pipeline,
        &scope.side.as_str(),
        &link.record.entity,
        &link.record.key,
        &link.source_key,
        &link.target_connection,
        &link.target_object,
        &link.target_id,
        &link.route,
        &link.parent_key,
        &link.source_revision,
        &link.sent_hash.0.as_slice(),
        &link.generation,
        &link.target_token,
        &link.mapping_hash,
        &link.shared,
        &intent.op.as_str(),
        &payload,
        &match_on,
        &intent.request_key,
        &intent.marker,
        &intent.revision,
        &intent.attempts,
        &held.epoch,
        &millis(intent.created_at),
        &intent.quiet_after.map(millis),
    ];
    execute(
        db,
        "INSERT OR REPLACE INTO intent (tenant, environment, pipeline, side, entity, key, source_key,
           target_connection, target_object, target_id, route, parent_key, source_revision, sent_hash, generation,
           base_token, mapping_hash, shared, op, payload, match_on, request_key, marker, revision, attempts, epoch,
           created_at, quiet_after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
           ?23, ?24, ?25, ?26, ?27, ?28)",
        &columns,
    )?;
    Ok(())
}

/// Everything that became known of a batch, in one transaction.
pub(super) fn settle(db: &Connection, held: &Lease, settlement: &Settlement, sealer: &Sealer) -> Result<()> {
    lease::fence(db, held)?;
    let scope = &held.key.scope;
    mark::clear(db, scope, settlement)?;
    for link in &settlement.links {
        if !link::put(db, scope, link, settlement)? {
            mark::put_failed(db, scope, &FailedRecord::target_taken(link, settlement), (settlement, sealer))?;
        }
    }
    for link in &settlement.refused {
        link::spend_generation(db, scope, link, settlement)?;
    }
    pair::settle(db, scope, settlement, sealer)?;
    end_dispatch(db, scope, &settlement.entity)?;
    for closed in &settlement.closed {
        close(db, scope, closed)?;
    }
    for intent in &settlement.open {
        put_intent(db, held, intent, sealer)?;
    }
    for failed in &settlement.failed {
        mark::put_failed(db, scope, failed, (settlement, sealer))?;
    }
    for hold in &settlement.holds {
        mark::put_hold(db, scope, hold, &settlement.run)?;
    }
    for dirty in &settlement.dirty {
        mark::put_dirty(db, scope, dirty, settlement)?;
    }
    missing::note(db, scope, settlement)?;
    append_audit(db, scope, settlement)?;
    super::history::add_counts(db, settlement)?;
    if let Some(cursor) = &settlement.cursor {
        lease::set_cursor(db, held, (cursor, settlement.cursor_shard.as_deref()), settlement.at)?;
    }
    Ok(())
}

pub(super) fn unfinished(db: &Connection, scope: &Scope) -> Result<Vec<(String, String)>> {
    let side = scope.side.as_str();
    let values: [&dyn ToSql; 4] = [&scope.tenant, &scope.environment, &scope.pipeline, &side];
    let sql = "SELECT DISTINCT entity, target_connection FROM intent
               WHERE tenant = ?1 AND environment = ?2 AND pipeline = ?3 AND side = ?4 ORDER BY 1, 2";
    query(db, sql, &values, |columns| Ok((columns.get(0)?, columns.get(1)?)))
}

/// One note per entity: a stream group sends one batch of an entity at a time.
pub(super) fn note_dispatch(db: &Connection, held: &Lease, entity: &str, links: &[Link]) -> Result<()> {
    lease::fence(db, held)?;
    let (scope, side) = (&held.key.scope, held.key.scope.side.as_str());
    let links = serde_json::to_string(links).map_err(|error| StateError::Corrupt(error.to_string()))?;
    let values = [record(scope, &entity, &side).as_slice(), &[&links as &dyn ToSql, &held.epoch]].concat();
    execute(
        db,
        "INSERT OR REPLACE INTO dispatch (tenant, environment, pipeline, side, entity, links, epoch)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &values,
    )
    .map(drop)
}

pub(super) fn dispatched(db: &Connection, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
    let side = scope.side.as_str();
    let sql = format!("SELECT links FROM dispatch WHERE {RECORD}");
    let notes = query(db, &sql, &record(scope, &entity, &side), |columns| columns.get::<_, String>(0))?;
    let Some(note) = notes.first() else { return Ok(Vec::new()) };
    serde_json::from_str(note).map_err(|error| StateError::Corrupt(error.to_string()))
}

fn end_dispatch(db: &Connection, scope: &Scope, entity: &str) -> Result<()> {
    let side = scope.side.as_str();
    let sql = format!("DELETE FROM dispatch WHERE {RECORD}");
    execute(db, &sql, &record(scope, &entity, &side)).map(drop)
}

fn close(db: &Connection, scope: &Scope, key: &RecordKey) -> Result<()> {
    let (side, entity) = (scope.side.as_str(), key.entity.as_str());
    let values = [record(scope, &entity, &side).as_slice(), &[&key.key as &dyn ToSql]].concat();
    execute(db, &format!("DELETE FROM intent WHERE {RECORD} AND key = ?6"), &values).map(drop)
}

/// Appends rows to the chain, whose end is looked up once.
pub(super) fn append_audit(db: &Connection, scope: &Scope, settlement: &Settlement) -> Result<()> {
    if settlement.audit.is_empty() {
        return Ok(());
    }
    let last = query(db, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", &[], |columns| {
        Ok(Head { seq: columns.get(0)?, hash: hash(columns, 1)?.0 })
    })?;
    let mut last = last.into_iter().next().unwrap_or_default();
    for entry in &settlement.audit {
        let (head, action) = last.next(scope, entry, settlement);
        put_audit(db, scope, (entry, settlement), (&head, &action))?;
        last = head;
    }
    Ok(())
}

fn put_audit(
    db: &Connection,
    scope: &Scope,
    (entry, settlement): (&AuditEntry, &Settlement),
    (head, action): (&Head, &String),
) -> Result<()> {
    let columns: [&dyn ToSql; 16] = [
        &head.seq,
        &millis(settlement.at),
        &settlement.run,
        &scope.tenant,
        &scope.environment,
        &scope.pipeline,
        &entry.record.entity,
        &entry.record.key,
        action,
        &entry.target_object,
        &entry.target_id,
        &entry.content.0.as_slice(),
        &head.hash.as_slice(),
        &settlement.actor,
        &settlement.fingerprint,
        &settlement.confirmation,
    ];
    execute(
        db,
        "INSERT INTO audit (seq, at, run, tenant, environment, pipeline, entity, key, action, target_object,
           target_id, content, hash, actor, fingerprint, confirmation)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        &columns,
    )?;
    Ok(())
}
