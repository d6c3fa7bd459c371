//! Runs, their counts, and failed records as people list them.

use super::{
    Result,
    row::{execute, json_list, millis, query, timestamp},
};
use crate::{
    key::{RecordKey, Scope, Side},
    state::{
        Counts, FailedKey, FailedRow, FailedState, PipelineKey, Place, Run, RunFilter, RunStatus, Settlement,
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use std::collections::BTreeMap;

pub(super) fn begin(db: &Connection, run: &Run, gone: &[String]) -> Result<()> {
    let gone = json_list(gone.iter().map(String::as_str));
    let started = millis(run.started_at);
    execute(
        db,
        "UPDATE run SET status = 'interrupted', finished_at = ?1
         WHERE status = 'running' AND owner IN (SELECT value FROM json_each(?2))",
        &[&started, &gone],
    )?;
    execute(
        db,
        "UPDATE lease SET owner = NULL, until = 0 WHERE owner IN (SELECT value FROM json_each(?1))",
        &[&gone],
    )?;
    let columns: [&dyn ToSql; 12] = [
        &run.id,
        &run.scope.tenant,
        &run.scope.environment,
        &run.scope.pipeline,
        &run.scope.side.as_str(),
        &run.owner,
        &run.trigger,
        &run.mode,
        &run.fingerprint,
        &started,
        &run.status.as_str(),
        &run.actor,
    ];
    execute(
        db,
        "INSERT INTO run (id, tenant, environment, pipeline, side, owner, cause, mode, fingerprint, started_at, status,
           actor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &columns,
    )?;
    Ok(())
}

pub(super) fn finish(
    db: &Connection,
    id: &str,
    status: RunStatus,
    error: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let values: [&dyn ToSql; 4] = [&id, &status.as_str(), &error, &millis(at)];
    execute(db, "UPDATE run SET status = ?2, error = ?3, finished_at = ?4 WHERE id = ?1", &values).map(drop)
}

/// Adds a batch's counts to those of its run.
pub(super) fn add_counts(db: &Connection, settlement: &Settlement) -> Result<()> {
    for (word, count) in settlement.counts.words() {
        let values: [&dyn ToSql; 4] =
            [&settlement.run, &settlement.entity, &word, &i64::try_from(count).unwrap_or(i64::MAX)];
        execute(
            db,
            "INSERT INTO run_count (run, entity, status, records) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET records = records + excluded.records",
            &values,
        )?;
    }
    Ok(())
}

/// What a [`RunFilter`] lets through.
const FILTER: &str =
    "(?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR environment = ?2) AND (?3 IS NULL OR pipeline = ?3)";

pub(super) fn runs(db: &Connection, filter: &RunFilter) -> Result<Vec<Run>> {
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let sql = format!("SELECT * FROM run WHERE {FILTER} ORDER BY started_at DESC, rowid DESC LIMIT ?4");
    let values: [&dyn ToSql; 4] = [&filter.tenant, &filter.environment, &filter.pipeline, &limit];
    let mut runs = query(db, &sql, &values, |row| {
        let finished: Option<i64> = row.get("finished_at")?;
        Ok(Run {
            id: row.get("id")?,
            scope: Scope {
                tenant: row.get("tenant")?,
                environment: row.get("environment")?,
                pipeline: row.get("pipeline")?,
                side: if row.get::<_, String>("side")? == "target" { Side::Target } else { Side::Source },
            },
            owner: row.get("owner")?,
            trigger: row.get("cause")?,
            mode: row.get("mode")?,
            fingerprint: row.get("fingerprint")?,
            started_at: timestamp(row.get("started_at")?)?,
            finished_at: finished.map(timestamp).transpose()?,
            status: RunStatus::parse(&row.get::<_, String>("status")?).unwrap_or(RunStatus::Failed),
            error: row.get("error")?,
            actor: row.get("actor")?,
            entities: Vec::new(),
        })
    })?;
    for run in &mut runs {
        run.entities = counts(db, &run.id)?;
    }
    Ok(runs)
}

fn counts(db: &Connection, run: &str) -> Result<Vec<(String, Counts)>> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
    };
    let mut by_entity: BTreeMap<String, Counts> = BTreeMap::new();
    for (entity, word, count) in
        query(db, "SELECT entity, status, records FROM run_count WHERE run = ?1", &[&run], read)?
    {
        by_entity.entry(entity).or_default().set(&word, u64::try_from(count).unwrap_or_default());
    }
    Ok(by_entity.into_iter().collect())
}

pub(super) fn failures(db: &Connection, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>> {
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT * FROM failed WHERE {FILTER} AND (?5 IS NULL OR run = ?5)
         ORDER BY last_at DESC, tenant, pipeline, entity, key LIMIT ?4"
    );
    let values: [&dyn ToSql; 5] = [&filter.tenant, &filter.environment, &filter.pipeline, &limit, &run];
    query(db, &sql, &values, |row| {
        let file: Option<String> = row.get("file")?;
        let line: Option<i64> = row.get("line")?;
        let key = failed_key(row)?;
        Ok(FailedRow {
            id: key.id(),
            tenant: key.scope.tenant.clone(),
            environment: key.scope.environment.clone(),
            pipeline: key.scope.pipeline.clone(),
            entity: key.record.entity.clone(),
            source_key: key.shown(),
            origin: row.get("origin")?,
            code: row.get("code")?,
            message: row.get("message")?,
            place: file.map(|file| Place {
                file,
                line: line.and_then(|line| usize::try_from(line).ok()).unwrap_or_default(),
            }),
            retry: row.get("retry")?,
            broken: row.get("broken")?,
            state: row.get::<_, Option<String>>("state")?.and_then(|word| FailedState::parse(&word)),
            note: row.get("note")?,
            first_at: timestamp(row.get("first_at")?)?,
            last_at: timestamp(row.get("last_at")?)?,
            attempts: row.get("attempts")?,
            run: row.get("run")?,
            key,
        })
    })
}

fn failed_key(row: &rusqlite::Row<'_>) -> rusqlite::Result<FailedKey> {
    Ok(FailedKey {
        scope: Scope {
            tenant: row.get("tenant")?,
            environment: row.get("environment")?,
            pipeline: row.get("pipeline")?,
            side: if row.get::<_, String>("side")? == "target" { Side::Target } else { Side::Source },
        },
        record: RecordKey { entity: row.get("entity")?, key: row.get("key")? },
        source_key: row.get("source_key")?,
    })
}

/// Failed, held and open, by pipeline. Held counts every record that waits: for a parent, for an open effect,
/// for another look.
pub(super) fn waiting(db: &Connection) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
    let mut waiting: BTreeMap<PipelineKey, (u64, u64, u64)> = BTreeMap::new();
    for (index, table) in ["failed", "hold", "dirty", "intent"].into_iter().enumerate() {
        // What a person has said to be of no matter waits for nobody.
        let chosen = if table == "failed" { "WHERE state IS NOT 'ignored'" } else { "" };
        let sql = format!(
            "SELECT tenant, environment, pipeline, count(*) FROM {table} {chosen}
             GROUP BY tenant, environment, pipeline"
        );
        let read = |row: &rusqlite::Row<'_>| {
            let key = PipelineKey { tenant: row.get(0)?, environment: row.get(1)?, pipeline: row.get(2)? };
            Ok((key, row.get::<_, i64>(3)?))
        };
        for (key, count) in query(db, &sql, &[], read)? {
            let entry = waiting.entry(key).or_default();
            let count = u64::try_from(count).unwrap_or_default();
            match index {
                0 => entry.0 = count,
                1 | 2 => entry.1 += count,
                _ => entry.2 = count,
            }
        }
    }
    Ok(waiting)
}
