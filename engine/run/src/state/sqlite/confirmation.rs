//! Questions to people and their answers, and the audit as it is read.

use super::{
    Result, effect,
    row::{execute, millis, query, timestamp},
};
use crate::{
    key::{Scope, Side},
    state::{Answer, AuditQuery, AuditRow, Confirmation, Reason, RunFilter, Taken, Word, audit},
};
use rusqlite::{Connection, Row, ToSql};

/// Keeps a question. Of a parked pipeline that waits already it gives the question that is there.
pub(super) fn ask(db: &Connection, asked: &Confirmation, fingerprint: &str) -> Result<Confirmation> {
    if asked.is_parked() {
        let scope = &asked.scope;
        let filter = RunFilter {
            tenant: Some(scope.tenant.clone()),
            environment: Some(scope.environment.clone()),
            pipeline: Some(scope.pipeline.clone()),
            limit: 1,
        };
        if let Some(waiting) = parked(db, &filter)?.into_iter().next() {
            return Ok(waiting);
        }
    }
    let scope = &asked.scope;
    let columns: [&dyn ToSql; 12] = [
        &asked.id,
        &scope.tenant,
        &scope.environment,
        &scope.pipeline,
        &scope.side.as_str(),
        &asked.run,
        &asked.reason.as_str(),
        &asked.digest.as_ref().map_or(&[][..], |digest| digest.as_slice()),
        &asked.summary,
        &asked.actor,
        &millis(asked.made_at),
        &asked.until.map(millis),
    ];
    execute(
        db,
        "INSERT INTO confirmation (id, tenant, environment, pipeline, side, run, reason, digest, summary, actor, made_at,
           until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &columns,
    )?;
    effect::append_audit(db, scope, &audit::asked(asked, fingerprint))?;
    Ok(asked.clone())
}

/// Takes an answer: of several to one question one counts.
pub(super) fn answer(db: &Connection, answer: &Answer) -> Result<Taken> {
    let asked = by_name(db, &answer.id)?.filter(|asked| asked.id == answer.id);
    let run = asked.as_ref().map(|asked| asked.run.clone());
    let taken = answer.judge(asked);
    if let Taken::Yes(_) = taken {
        let used = "UPDATE confirmation SET used_at = ?2, used_by = ?3 WHERE id = ?1";
        let by = match answer.word {
            Word::Yes => answer.by.clone(),
            Word::No => format!("{} (no)", answer.by),
        };
        execute(db, used, &[&answer.id, &millis(answer.at), &by])?;
    }
    // Of what was never asked there is nothing to tell.
    if let (Some(run), false) = (run, taken == Taken::Unknown) {
        effect::append_audit(db, &answer.scope, &audit::answered(answer, &run, &taken))?;
    }
    Ok(taken)
}

/// The question of this name, or of the parked run of this id.
pub(super) fn by_name(db: &Connection, name: &str) -> Result<Option<Confirmation>> {
    let sql = "SELECT * FROM confirmation WHERE id = ?1 OR (run = ?1 AND until IS NULL)
               ORDER BY id = ?1 DESC, used_at IS NOT NULL, made_at DESC LIMIT 1";
    Ok(query(db, sql, &[&name], read)?.into_iter().next())
}

/// The questions of parked runs that nobody has answered, the oldest first.
pub(super) fn parked(db: &Connection, filter: &RunFilter) -> Result<Vec<Confirmation>> {
    let sql = "SELECT * FROM confirmation WHERE until IS NULL AND used_at IS NULL
               AND (?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR environment = ?2) AND (?3 IS NULL OR pipeline = ?3)
               ORDER BY made_at, id LIMIT ?4";
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    query(db, sql, &[&filter.tenant, &filter.environment, &filter.pipeline, &limit], read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Confirmation> {
    let digest: Vec<u8> = row.get("digest")?;
    let moment = |column: &str| row.get::<_, Option<i64>>(column)?.map(timestamp).transpose();
    Ok(Confirmation {
        id: row.get("id")?,
        scope: Scope {
            tenant: row.get("tenant")?,
            environment: row.get("environment")?,
            pipeline: row.get("pipeline")?,
            side: if row.get::<_, String>("side")? == "target" { Side::Target } else { Side::Source },
        },
        run: row.get("run")?,
        reason: Reason::parse(&row.get::<_, String>("reason")?).unwrap_or(Reason::Production),
        digest: digest.try_into().ok(),
        summary: row.get("summary")?,
        actor: row.get("actor")?,
        made_at: timestamp(row.get("made_at")?)?,
        until: moment("until")?,
        used_at: moment("used_at")?,
        used_by: row.get("used_by")?,
    })
}

/// Rows of the audit.
pub(super) fn audit(db: &Connection, asked: &AuditQuery) -> Result<Vec<AuditRow>> {
    let order = if asked.after.is_some() { "ASC" } else { "DESC" };
    let sql = format!(
        "SELECT * FROM audit WHERE (?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR environment = ?2)
           AND (?3 IS NULL OR pipeline = ?3) AND (?4 IS NULL OR run = ?4) AND (?5 IS NULL OR at >= ?5)
           AND (?6 IS NULL OR seq > ?6) ORDER BY seq {order} LIMIT ?7"
    );
    let filter = &asked.filter;
    let values: [&dyn ToSql; 7] = [
        &filter.tenant,
        &filter.environment,
        &filter.pipeline,
        &asked.run,
        &asked.since.map(millis),
        &asked.after,
        &i64::try_from(filter.limit).unwrap_or(i64::MAX),
    ];
    query(db, &sql, &values, |row| {
        Ok(AuditRow {
            seq: row.get("seq")?,
            at: row.get("at")?,
            run: row.get("run")?,
            tenant: row.get("tenant")?,
            environment: row.get("environment")?,
            pipeline: row.get("pipeline")?,
            entity: row.get("entity")?,
            key: row.get("key")?,
            action: row.get("action")?,
            target_object: row.get("target_object")?,
            target_id: row.get("target_id")?,
            content: row.get("content")?,
            hash: row.get("hash")?,
            actor: row.get("actor")?,
            fingerprint: row.get("fingerprint")?,
            confirmation: row.get("confirmation")?,
        })
    })
}
