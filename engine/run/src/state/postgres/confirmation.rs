//! Questions to people and their answers, and the audit as it is read.

use super::{
    fault::Outcome,
    put::insert,
    row::{Columns, Values, execute, millis, query},
    settle::append_audit,
};
use crate::{
    key::{Scope, Side},
    state::{
        Answer, AuditQuery, AuditRow, Confirmation, Reason, RunFilter, Taken, Word, audit,
        copy::Cell,
        table::{AUDIT, CONFIRMATION},
    },
};
use sqlx::postgres::PgConnection;

/// Keeps a question. Of a parked pipeline that waits already it gives the question that is there.
pub(super) async fn ask(
    db: &mut PgConnection,
    asked: &Confirmation,
    fingerprint: &str,
) -> Outcome<Confirmation> {
    if asked.is_parked() {
        // The end of the audit is needed anyway: two that park at once come here one behind the other.
        execute(db, "SELECT value FROM meta WHERE name = 'audit' FOR UPDATE", Values::new()).await?;
        let scope = &asked.scope;
        let filter = RunFilter {
            tenant: Some(scope.tenant.clone()),
            environment: Some(scope.environment.clone()),
            pipeline: Some(scope.pipeline.clone()),
            limit: 1,
        };
        if let Some(waiting) = parked(db, &filter).await?.into_iter().next() {
            return Ok(waiting);
        }
    }
    let scope = &asked.scope;
    let row = vec![
        Cell::from(&asked.id),
        (&scope.tenant).into(),
        (&scope.environment).into(),
        (&scope.pipeline).into(),
        scope.side.as_str().into(),
        (&asked.run).into(),
        asked.reason.as_str().into(),
        asked.digest.as_ref().map_or(&[][..], |digest| digest.as_slice()).into(),
        (&asked.summary).into(),
        (&asked.actor).into(),
        millis(asked.made_at).into(),
        asked.until.map_or(Cell::Null, |until| millis(until).into()),
        Cell::Null,
        Cell::Null,
    ];
    insert(db, &CONFIRMATION, vec![row], "").await?;
    append_audit(db, scope, &audit::asked(asked, fingerprint)).await?;
    Ok(asked.clone())
}

/// Takes an answer: of several to one question one counts.
pub(super) async fn answer(db: &mut PgConnection, answer: &Answer) -> Outcome<Taken> {
    let sql = format!("SELECT {} FROM confirmation WHERE id = $1 FOR UPDATE", CONFIRMATION.list());
    let asked = query(db, sql, Values::new().text(&answer.id), read).await?.into_iter().next();
    let run = asked.as_ref().map(|asked| asked.run.clone());
    let taken = answer.judge(asked);
    if let Taken::Yes(_) = taken {
        let used = "UPDATE confirmation SET used_at = $2, used_by = $3 WHERE id = $1";
        let by = match answer.word {
            Word::Yes => answer.by.clone(),
            Word::No => format!("{} (no)", answer.by),
        };
        execute(db, used, Values::new().text(&answer.id).add(millis(answer.at)).text(&by)).await?;
    }
    // Of what was never asked there is nothing to tell.
    if let (Some(run), false) = (run, taken == Taken::Unknown) {
        append_audit(db, &answer.scope, &audit::answered(answer, &run, &taken)).await?;
    }
    Ok(taken)
}

/// The question of this name, or of the parked run of this id.
pub(super) async fn by_name(db: &mut PgConnection, name: &str) -> Outcome<Option<Confirmation>> {
    let sql = format!(
        "SELECT {} FROM confirmation WHERE id = $1 OR (run = $1 AND until IS NULL)
         ORDER BY id = $1 DESC, used_at IS NOT NULL, made_at DESC LIMIT 1",
        CONFIRMATION.list()
    );
    Ok(query(db, sql, Values::new().text(name), read).await?.into_iter().next())
}

/// The questions of parked runs that nobody has answered, the oldest first.
pub(super) async fn parked(db: &mut PgConnection, filter: &RunFilter) -> Outcome<Vec<Confirmation>> {
    let sql = format!(
        "SELECT {} FROM confirmation WHERE until IS NULL AND used_at IS NULL
           AND ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR environment = $2)
           AND ($3::text IS NULL OR pipeline = $3) ORDER BY made_at, id LIMIT $4",
        CONFIRMATION.list()
    );
    let values = Values::new()
        .maybe(filter.tenant.as_deref())
        .maybe(filter.environment.as_deref())
        .maybe(filter.pipeline.as_deref())
        .add(i64::try_from(filter.limit).unwrap_or(i64::MAX));
    query(db, sql, values, read).await
}

fn read(row: &mut Columns<'_>) -> Outcome<Confirmation> {
    Ok(Confirmation {
        id: row.text()?,
        scope: Scope {
            tenant: row.text()?,
            environment: row.text()?,
            pipeline: row.text()?,
            side: if row.text()? == Side::Target.as_str() { Side::Target } else { Side::Source },
        },
        run: row.text()?,
        reason: Reason::parse(&row.text()?).unwrap_or(Reason::Production),
        digest: row.bytes()?.try_into().ok(),
        summary: row.text()?,
        actor: row.text()?,
        made_at: row.time()?,
        until: row.maybe_time()?,
        used_at: row.maybe_time()?,
        used_by: row.maybe()?,
    })
}

/// Rows of the audit.
pub(super) async fn audit(db: &mut PgConnection, asked: &AuditQuery) -> Outcome<Vec<AuditRow>> {
    let order = if asked.after.is_some() { "ASC" } else { "DESC" };
    let sql = format!(
        "SELECT {} FROM audit WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR environment = $2)
           AND ($3::text IS NULL OR pipeline = $3) AND ($4::text IS NULL OR run = $4)
           AND ($5::bigint IS NULL OR at >= $5) AND ($6::bigint IS NULL OR seq > $6) ORDER BY seq {order} LIMIT $7",
        AUDIT.list()
    );
    let filter = &asked.filter;
    let values = Values::new()
        .maybe(filter.tenant.as_deref())
        .maybe(filter.environment.as_deref())
        .maybe(filter.pipeline.as_deref())
        .maybe(asked.run.as_deref())
        .add(asked.since.map(millis))
        .add(asked.after)
        .add(i64::try_from(filter.limit).unwrap_or(i64::MAX));
    query(db, sql, values, |row| {
        Ok(AuditRow {
            seq: row.number()?,
            at: row.number()?,
            run: row.text()?,
            tenant: row.text()?,
            environment: row.text()?,
            pipeline: row.text()?,
            entity: row.text()?,
            key: row.text()?,
            action: row.text()?,
            target_object: row.text()?,
            target_id: row.maybe()?,
            content: row.bytes()?,
            hash: row.bytes()?,
            actor: row.maybe()?,
            fingerprint: row.maybe()?,
            confirmation: row.maybe()?,
        })
    })
    .await
}
