//! Single records, as people ask for them.

use super::{
    PostgresStore,
    fault::Outcome,
    front::Mode,
    row::{Columns, Values, execute, query},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope},
    state::{
        FailedKey, FailedState, KeptRecord, MadeObject, NamedRecord, Note, NoteKind, RecordDesk, Result,
        Sealer, desk::NAMED, place, seal::unsealed,
    },
};
use async_trait::async_trait;
use bytes::Bytes;
use sqlx::postgres::PgConnection;

#[async_trait]
impl RecordDesk for PostgresStore {
    async fn mark_failed(
        &self,
        key: &FailedKey,
        state: Option<FailedState>,
        note: Option<String>,
    ) -> Result<bool> {
        let mark = self.front().call(Mode::Change, (key.clone(), state, note), |db, (key, state, note)| {
            Box::pin(mark_failed(db, key, (*state, note.as_deref())))
        });
        mark.await
    }

    async fn kept(&self, key: &FailedKey) -> Result<Option<KeptRecord>> {
        let arguments = (key.clone(), self.payload());
        let kept =
            self.front().call(Mode::Look, arguments, |db, (key, sealer)| Box::pin(kept(db, key, sealer)));
        kept.await
    }

    async fn made_in(&self, run: &str) -> Result<Vec<MadeObject>> {
        self.front().call(Mode::Look, run.to_owned(), |db, run| Box::pin(made_in(db, run))).await
    }

    async fn named(&self, scope: &Scope, entity: &str, name: &str) -> Result<Vec<NamedRecord>> {
        let arguments = (scope.clone(), entity.to_owned(), name.to_owned());
        let records = self.front().call(Mode::Look, arguments, |db, (scope, entity, name)| {
            Box::pin(named(db, scope, entity, name))
        });
        records.await
    }

    async fn notes(&self, scope: &Scope, record: &RecordKey) -> Result<Vec<Note>> {
        let arguments = (scope.clone(), record.clone());
        let notes = self
            .front()
            .call(Mode::Look, arguments, |db, (scope, record)| Box::pin(notes(db, scope, record)));
        notes.await
    }
}

async fn mark_failed(
    db: &mut PgConnection,
    key: &FailedKey,
    (state, note): (Option<FailedState>, Option<&str>),
) -> Outcome<bool> {
    let values = Values::record(&key.scope, &key.record.entity)
        .text(&key.record.key)
        .maybe(state.map(FailedState::as_str))
        .maybe(note);
    let sql = format!("UPDATE failed SET state = $7, note = $8 WHERE {RECORD} AND key = $6");
    Ok(execute(db, sql, values).await? > 0)
}

async fn kept(db: &mut PgConnection, key: &FailedKey, sealer: &Sealer) -> Outcome<Option<KeptRecord>> {
    let values = Values::record(&key.scope, &key.record.entity).text(&key.record.key);
    let sql = format!("SELECT source_key, origin, payload FROM failed WHERE {RECORD} AND key = $6");
    let bound_to = place::payload(&key.scope, &key.record, "failed");
    let rows = query(db, sql, values, |row| {
        let (source_key, origin) = (row.text()?, row.text()?);
        let payload = Bytes::from(unsealed(sealer.open(&bound_to, &row.bytes()?))?);
        Ok(KeptRecord { source_key, origin, payload })
    });
    Ok(rows.await?.into_iter().next())
}

async fn made_in(db: &mut PgConnection, run: &str) -> Outcome<Vec<MadeObject>> {
    let sql = "SELECT a.entity, a.key, a.target_object, a.target_id, EXISTS (
                 SELECT 1 FROM audit l WHERE l.tenant = a.tenant AND l.environment = a.environment
                   AND l.pipeline = a.pipeline AND l.entity = a.entity AND l.key = a.key AND l.seq > a.seq
                   AND l.run <> a.run AND l.action NOT LIKE '% refused')
               FROM audit a WHERE a.run = $1 AND a.action = 'create' AND a.target_id IS NOT NULL ORDER BY a.seq";
    query(db, sql, Values::new().text(run), |row| {
        Ok(MadeObject {
            record: RecordKey { entity: row.text()?, key: row.text()? },
            target_object: row.text()?,
            target_id: row.text()?,
            is_rewritten: row.flag()?,
        })
    })
    .await
}

async fn named(db: &mut PgConnection, scope: &Scope, entity: &str, name: &str) -> Outcome<Vec<NamedRecord>> {
    let marks = ["intent", "hold", "dirty", "failed"].map(|table| {
        format!("UNION SELECT key, source_key FROM {table} WHERE {RECORD} AND (key = $6 OR source_key = $6)")
    });
    let sql = format!(
        "SELECT key, MAX(source_key) FROM (
           SELECT key, source_key FROM link WHERE {RECORD} AND (key = $6 OR source_key = $6 OR target_id = $6) {}
           UNION SELECT key, NULL FROM audit WHERE tenant = $1 AND environment = $2 AND pipeline = $3 AND $4 = 'source'
             AND entity = $5 AND (key = $6 OR target_id = $6)
         ) named GROUP BY key ORDER BY key <> $6, key LIMIT $7",
        marks.join(" ")
    );
    let values = Values::record(scope, entity).text(name).add(NAMED);
    let read = |row: &mut Columns<'_>| Ok(NamedRecord { key: row.text()?, source_key: row.maybe()? });
    let mut records = query(db, sql, values, read).await?;
    if records.first().is_some_and(|record| record.key == name) {
        records.truncate(1);
    }
    Ok(records)
}

async fn notes(db: &mut PgConnection, scope: &Scope, of: &RecordKey) -> Outcome<Vec<Note>> {
    let sql = format!(
        "SELECT at, run, kind, what, about FROM (
           SELECT seq, at, run, 'deed' AS kind, action AS what,
             target_object || COALESCE(' ' || target_id, '') AS about FROM audit
             WHERE tenant = $1 AND environment = $2 AND pipeline = $3 AND $4 = 'source' AND entity = $5 AND key = $6
           UNION ALL SELECT 0, created_at, NULL, 'intent', op, target_object FROM intent WHERE {RECORD} AND key = $6
           UNION ALL SELECT 0, since, run, 'hold', parent_entity, NULL FROM hold WHERE {RECORD} AND key = $6
           UNION ALL SELECT 0, since, run, 'dirty', reason, NULL FROM dirty WHERE {RECORD} AND key = $6
           UNION ALL SELECT 0, since, run, 'conflict', COALESCE(choice, ''), NULL FROM conflict WHERE {RECORD} AND key = $6
         ) told ORDER BY at, seq, kind"
    );
    query(db, sql, Values::record(scope, &of.entity).text(&of.key), |row| {
        Ok(Note {
            at: row.time()?,
            run: row.maybe()?,
            kind: NoteKind::parse(&row.text()?),
            what: row.text()?,
            about: row.maybe()?,
        })
    })
    .await
}
