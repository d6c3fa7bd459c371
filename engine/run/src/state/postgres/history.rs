//! Runs, their counts, and failed records as people list them.

use super::{
    fault::Outcome,
    put::{insert, put},
    row::{Columns, Values, execute, millis, query},
};
use crate::{
    key::{RecordKey, Scope, Side},
    state::{
        Counts, FailedKey, FailedRow, FailedState, PipelineKey, Place, Run, RunFilter, RunStatus, Settlement,
        copy::Cell,
        table::{RUN, RUN_COUNT},
    },
};
use jiff::{SignedDuration, Timestamp};
use sqlx::postgres::PgConnection;
use std::collections::BTreeMap;

/// A run takes its first lease within this time after it was noted.
const SOON: SignedDuration = SignedDuration::from_secs(60);

/// Notes a run. Runs of owners that are gone are closed; so are earlier runs of the pipeline whose owners, on other
/// machines, hold no lease any more. One that was only slow says itself how it ended.
pub(super) async fn begin(db: &mut PgConnection, run: &Run, gone: &[String]) -> Outcome<()> {
    let started = millis(run.started_at);
    let soon = run.started_at.checked_sub(SOON).unwrap_or(Timestamp::MIN);
    let sql = "UPDATE run SET status = 'interrupted', finished_at = $1
               WHERE status = 'running' AND (owner = ANY($2) OR (tenant = $3 AND environment = $4
                 AND pipeline = $5 AND started_at <= $6 AND NOT EXISTS (
                   SELECT 1 FROM lease WHERE lease.owner = run.owner AND lease.until > $1)))";
    let values = Values::new()
        .add(started)
        .texts(gone.iter().map(String::as_str))
        .text(&run.scope.tenant)
        .text(&run.scope.environment)
        .text(&run.scope.pipeline)
        .add(millis(soon));
    execute(db, sql, values).await?;
    if !gone.is_empty() {
        let sql = "UPDATE lease SET owner = NULL, until = 0 WHERE owner = ANY($1)";
        execute(db, sql, Values::new().texts(gone.iter().map(String::as_str))).await?;
    }
    let row = vec![
        Cell::from(&run.id),
        (&run.scope.tenant).into(),
        (&run.scope.environment).into(),
        (&run.scope.pipeline).into(),
        run.scope.side.as_str().into(),
        (&run.owner).into(),
        (&run.trigger).into(),
        (&run.mode).into(),
        (&run.fingerprint).into(),
        started.into(),
        Cell::Null,
        run.status.as_str().into(),
        Cell::Null,
        run.actor.as_deref().into(),
    ];
    put(db, &RUN, vec![row]).await
}

/// How a run ended.
pub(super) struct End {
    pub(super) id: String,
    pub(super) status: RunStatus,
    pub(super) error: Option<String>,
    pub(super) at: Timestamp,
}

pub(super) async fn finish(db: &mut PgConnection, end: &End) -> Outcome<()> {
    let values =
        Values::new().text(&end.id).text(end.status.as_str()).maybe(end.error.as_deref()).add(millis(end.at));
    let sql = "UPDATE run SET status = $2, error = $3, finished_at = $4 WHERE id = $1";
    execute(db, sql, values).await.map(drop)
}

/// Adds a batch's counts to those of its run.
pub(super) async fn add_counts(db: &mut PgConnection, settlement: &Settlement) -> Outcome<()> {
    let row = |(word, count): (&str, u64)| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        vec![Cell::from(&settlement.run), (&settlement.entity).into(), word.into(), count.into()]
    };
    let rows = settlement.counts.words().map(row).collect();
    let clash =
        "ON CONFLICT (run, entity, status) DO UPDATE SET records = run_count.records + excluded.records";
    insert(db, &RUN_COUNT, rows, clash).await
}

/// What a [`RunFilter`] lets through.
const FILTER: &str = "($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR environment = $2)
    AND ($3::text IS NULL OR pipeline = $3)";

fn filtered(filter: &RunFilter) -> Values {
    Values::new()
        .maybe(filter.tenant.as_deref())
        .maybe(filter.environment.as_deref())
        .maybe(filter.pipeline.as_deref())
        .add(i64::try_from(filter.limit).unwrap_or(i64::MAX))
}

pub(super) async fn runs(db: &mut PgConnection, filter: &RunFilter) -> Outcome<Vec<Run>> {
    let sql = format!(
        "SELECT {} FROM run WHERE {FILTER} ORDER BY started_at DESC, number DESC LIMIT $4",
        RUN.list()
    );
    let runs = query(db, sql, filtered(filter), |row| {
        Ok(Run {
            id: row.text()?,
            scope: Scope {
                tenant: row.text()?,
                environment: row.text()?,
                pipeline: row.text()?,
                side: if row.text()? == Side::Target.as_str() { Side::Target } else { Side::Source },
            },
            owner: row.text()?,
            trigger: row.text()?,
            mode: row.text()?,
            fingerprint: row.text()?,
            started_at: row.time()?,
            finished_at: row.maybe_time()?,
            status: RunStatus::parse(&row.text()?).unwrap_or(RunStatus::Failed),
            error: row.maybe()?,
            actor: row.maybe()?,
            entities: Vec::new(),
        })
    });
    let mut runs = runs.await?;
    let mut counts = counts(db, &runs).await?;
    for run in &mut runs {
        run.entities = counts.remove(&run.id).unwrap_or_default().into_iter().collect();
    }
    Ok(runs)
}

/// The counts of runs by entity.
async fn counts(db: &mut PgConnection, runs: &[Run]) -> Outcome<BTreeMap<String, BTreeMap<String, Counts>>> {
    let values = Values::new().texts(runs.iter().map(|run| run.id.as_str()));
    let sql = "SELECT run, entity, status, records FROM run_count WHERE run = ANY($1)";
    let rows = query(db, sql, values, |row| Ok((row.text()?, row.text()?, row.text()?, row.number()?)));
    let mut counts = BTreeMap::<String, BTreeMap<String, Counts>>::new();
    for (run, entity, word, count) in rows.await? {
        let of_entity = counts.entry(run).or_default().entry(entity).or_default();
        of_entity.set(&word, u64::try_from(count).unwrap_or_default());
    }
    Ok(counts)
}

pub(super) async fn failures(
    db: &mut PgConnection,
    filter: &RunFilter,
    run: Option<&str>,
) -> Outcome<Vec<FailedRow>> {
    let sql = format!(
        "SELECT tenant, environment, pipeline, side, entity, key, source_key, origin, code, message, file, line, retry,
           broken, state, note, first_at, last_at, attempts, run
         FROM failed WHERE {FILTER} AND ($5::text IS NULL OR run = $5)
         ORDER BY last_at DESC, tenant, pipeline, entity, key LIMIT $4"
    );
    query(db, sql, filtered(filter).maybe(run), |row| {
        let key = failed_key(row)?;
        Ok(FailedRow {
            id: key.id(),
            tenant: key.scope.tenant.clone(),
            environment: key.scope.environment.clone(),
            pipeline: key.scope.pipeline.clone(),
            entity: key.record.entity.clone(),
            source_key: key.shown(),
            origin: row.text()?,
            code: row.text()?,
            message: row.text()?,
            place: {
                let (file, line) = (row.maybe()?, row.next::<Option<i64>>()?);
                let line = line.and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
                file.map(|file| Place { file, line })
            },
            retry: row.flag()?,
            broken: row.flag()?,
            state: row.maybe()?.and_then(|word| FailedState::parse(&word)),
            note: row.maybe()?,
            first_at: row.time()?,
            last_at: row.time()?,
            attempts: row.small()?,
            run: row.text()?,
            key,
        })
    })
    .await
}

fn failed_key(row: &mut Columns<'_>) -> Outcome<FailedKey> {
    Ok(FailedKey {
        scope: Scope {
            tenant: row.text()?,
            environment: row.text()?,
            pipeline: row.text()?,
            side: if row.text()? == Side::Target.as_str() { Side::Target } else { Side::Source },
        },
        record: RecordKey { entity: row.text()?, key: row.text()? },
        source_key: row.text()?,
    })
}

/// Failed, held and open, by pipeline. Held counts every record that waits: for a parent, for an open effect,
/// for another look.
pub(super) async fn waiting(db: &mut PgConnection) -> Outcome<BTreeMap<PipelineKey, (u64, u64, u64)>> {
    let sql = "SELECT tenant, environment, pipeline, count(*) FILTER (WHERE kind = 0),
                 count(*) FILTER (WHERE kind = 1), count(*) FILTER (WHERE kind = 2)
               FROM (SELECT tenant, environment, pipeline, 0 AS kind FROM failed
                   WHERE state IS DISTINCT FROM 'ignored'
                 UNION ALL SELECT tenant, environment, pipeline, 1 FROM hold
                 UNION ALL SELECT tenant, environment, pipeline, 1 FROM dirty
                 UNION ALL SELECT tenant, environment, pipeline, 2 FROM intent) waiting
               GROUP BY tenant, environment, pipeline";
    let rows = query(db, sql, Values::new(), |row| {
        let key = PipelineKey { tenant: row.text()?, environment: row.text()?, pipeline: row.text()? };
        let mut count = || Ok::<_, super::fault::Fault>(u64::try_from(row.number()?).unwrap_or_default());
        Ok((key, (count()?, count()?, count()?)))
    });
    Ok(rows.await?.into_iter().collect())
}
