//! Single records, as people ask for them.

use super::{
    Result, SqliteStore,
    row::{execute, query, record, timestamp},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope},
    state::{
        FailedKey, FailedState, KeptRecord, MadeObject, NamedRecord, Note, NoteKind, RecordDesk, Sealer,
        desk::NAMED, place, seal::unsealed,
    },
};
use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::{Connection, ToSql};

#[async_trait]
impl RecordDesk for SqliteStore {
    async fn mark_failed(
        &self,
        key: &FailedKey,
        state: Option<FailedState>,
        note: Option<String>,
    ) -> Result<bool> {
        let key = key.clone();
        self.front().call(move |db| mark_failed(db, &key, state, note.as_deref())).await
    }

    async fn kept(&self, key: &FailedKey) -> Result<Option<KeptRecord>> {
        let (key, sealer) = (key.clone(), self.payload_keys());
        self.front().call(move |db| kept(db, &key, &sealer)).await
    }

    async fn made_in(&self, run: &str) -> Result<Vec<MadeObject>> {
        let run = run.to_owned();
        self.front().call(move |db| made_in(db, &run)).await
    }

    async fn named(&self, scope: &Scope, entity: &str, name: &str) -> Result<Vec<NamedRecord>> {
        let (scope, entity, name) = (scope.clone(), entity.to_owned(), name.to_owned());
        self.front().call(move |db| named(db, &scope, &entity, &name)).await
    }

    async fn notes(&self, scope: &Scope, record: &RecordKey) -> Result<Vec<Note>> {
        let (scope, record) = (scope.clone(), record.clone());
        self.front().call(move |db| notes(db, &scope, &record)).await
    }
}

fn mark_failed(
    db: &Connection,
    key: &FailedKey,
    state: Option<FailedState>,
    note: Option<&str>,
) -> Result<bool> {
    let (side, entity) = (key.scope.side.as_str(), key.record.entity.as_str());
    let state = state.map(FailedState::as_str);
    let more: [&dyn ToSql; 3] = [&key.record.key, &state, &note];
    let values = [record(&key.scope, &entity, &side).as_slice(), &more].concat();
    let sql = format!("UPDATE failed SET state = ?7, note = ?8 WHERE {RECORD} AND key = ?6");
    Ok(execute(db, &sql, &values)? > 0)
}

fn kept(db: &Connection, key: &FailedKey, sealer: &Sealer) -> Result<Option<KeptRecord>> {
    let (side, entity) = (key.scope.side.as_str(), key.record.entity.as_str());
    let values = [record(&key.scope, &entity, &side).as_slice(), &[&key.record.key as &dyn ToSql]].concat();
    let sql = format!("SELECT source_key, origin, payload FROM failed WHERE {RECORD} AND key = ?6");
    let rows = query(db, &sql, &values, |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    let Some((source_key, origin, locked)) = rows.into_iter().next() else { return Ok(None) };
    let bound_to = place::payload(&key.scope, &key.record, "failed");
    let payload = Bytes::from(unsealed(sealer.open(&bound_to, &locked))?);
    Ok(Some(KeptRecord { source_key, origin, payload }))
}

fn made_in(db: &Connection, run: &str) -> Result<Vec<MadeObject>> {
    let sql = "SELECT a.entity, a.key, a.target_object, a.target_id, EXISTS (
                 SELECT 1 FROM audit l WHERE l.tenant = a.tenant AND l.environment = a.environment
                   AND l.pipeline = a.pipeline AND l.entity = a.entity AND l.key = a.key AND l.seq > a.seq
                   AND l.run <> a.run AND l.action NOT LIKE '% refused')
               FROM audit a WHERE a.run = ?1 AND a.action = 'create' AND a.target_id IS NOT NULL ORDER BY a.seq";
    query(db, sql, &[&run], |row| {
        Ok(MadeObject {
            record: RecordKey { entity: row.get(0)?, key: row.get(1)? },
            target_object: row.get(2)?,
            target_id: row.get(3)?,
            is_rewritten: row.get(4)?,
        })
    })
}

fn named(db: &Connection, scope: &Scope, entity: &str, name: &str) -> Result<Vec<NamedRecord>> {
    let side = scope.side.as_str();
    let values = [record(scope, &entity, &side).as_slice(), &[&name as &dyn ToSql, &NAMED]].concat();
    let marks = ["intent", "hold", "dirty", "failed"].map(|table| {
        format!("UNION SELECT key, source_key FROM {table} WHERE {RECORD} AND (key = ?6 OR source_key = ?6)")
    });
    let sql = format!(
        "SELECT key, MAX(source_key) FROM (
           SELECT key, source_key FROM link WHERE {RECORD} AND (key = ?6 OR source_key = ?6 OR target_id = ?6) {}
           UNION SELECT key, NULL FROM audit WHERE tenant = ?1 AND environment = ?2 AND pipeline = ?3 AND ?4 = 'source'
             AND entity = ?5 AND (key = ?6 OR target_id = ?6)
         ) GROUP BY key ORDER BY key <> ?6, key LIMIT ?7",
        marks.join(" ")
    );
    let read = |row: &rusqlite::Row<'_>| Ok(NamedRecord { key: row.get(0)?, source_key: row.get(1)? });
    let mut records = query(db, &sql, &values, read)?;
    if records.first().is_some_and(|record| record.key == name) {
        records.truncate(1);
    }
    Ok(records)
}

fn notes(db: &Connection, scope: &Scope, of: &RecordKey) -> Result<Vec<Note>> {
    let (side, entity) = (scope.side.as_str(), of.entity.as_str());
    let values = [record(scope, &entity, &side).as_slice(), &[&of.key as &dyn ToSql]].concat();
    let sql = format!(
        "SELECT at, run, kind, what, about FROM (
           SELECT seq, at, run, 'deed' AS kind, action AS what,
             target_object || COALESCE(' ' || target_id, '') AS about FROM audit
             WHERE tenant = ?1 AND environment = ?2 AND pipeline = ?3 AND ?4 = 'source' AND entity = ?5 AND key = ?6
           UNION ALL SELECT 0, created_at, NULL, 'intent', op, target_object FROM intent WHERE {RECORD} AND key = ?6
           UNION ALL SELECT 0, since, run, 'hold', parent_entity, NULL FROM hold WHERE {RECORD} AND key = ?6
           UNION ALL SELECT 0, since, run, 'dirty', reason, NULL FROM dirty WHERE {RECORD} AND key = ?6
           UNION ALL SELECT 0, since, run, 'conflict', COALESCE(choice, ''), NULL FROM conflict WHERE {RECORD} AND key = ?6
         ) ORDER BY at, seq, kind"
    );
    query(db, &sql, &values, |row| {
        Ok(Note {
            at: timestamp(row.get(0)?)?,
            run: row.get(1)?,
            kind: NoteKind::parse(row.get_ref(2)?.as_str()?),
            what: row.get(3)?,
            about: row.get(4)?,
        })
    })
}
