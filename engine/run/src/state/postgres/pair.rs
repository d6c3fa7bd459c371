//! What both sides last agreed on, and conflicts.

use super::{
    PostgresStore,
    fault::{Fault, Outcome},
    front::Mode,
    put::put_but,
    row::{Values, execute, millis, query},
    schema::{RECORD, SCOPE},
};
use crate::{
    key::{RecordKey, Scope, Side},
    state::{
        Base, Conflict, KeptConflict, PairShelf, Result, RunFilter, Sealer, Settlement, copy::Cell, place,
        seal::unsealed, table::CONFLICT,
    },
};
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use std::collections::BTreeMap;

#[async_trait]
impl PairShelf for PostgresStore {
    async fn bases(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Base>> {
        let arguments = (scope.clone(), entity.to_owned(), keys.to_vec(), self.payload());
        let look = self.front().call(Mode::Look, arguments, |db, (scope, entity, keys, sealer)| {
            Box::pin(bases(db, (scope, entity), keys, sealer))
        });
        look.await
    }

    async fn conflicts_of(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<Vec<KeptConflict>> {
        let arguments = (scope.clone(), entity.to_owned(), keys.to_vec(), self.payload());
        let look = self.front().call(Mode::Look, arguments, |db, (scope, entity, keys, sealer)| {
            let values = Values::record(scope, entity).texts(keys.iter().map(String::as_str));
            Box::pin(conflicts(db, format!("{RECORD} AND key = ANY($6)"), values, sealer))
        });
        look.await
    }

    async fn conflicts(&self, filter: &RunFilter) -> Result<Vec<KeptConflict>> {
        let look = self.front().call(Mode::Look, (filter.clone(), self.payload()), |db, (filter, sealer)| {
            let RunFilter { tenant, environment, pipeline, .. } = filter;
            let values = Values::new()
                .maybe(tenant.as_deref())
                .maybe(environment.as_deref())
                .maybe(pipeline.as_deref());
            let chosen = "($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR environment = $2)
                          AND ($3::text IS NULL OR pipeline = $3)";
            Box::pin(conflicts(db, chosen.to_owned(), values, sealer))
        });
        let mut found = look.await?;
        found.truncate(filter.limit);
        Ok(found)
    }

    async fn choose(
        &self,
        conflict: &KeptConflict,
        choice: BTreeMap<String, Side>,
        other: Option<RecordKey>,
        at: Timestamp,
    ) -> Result<bool> {
        let arguments = (conflict.clone(), choice, other, at);
        let chosen = self.front().call(Mode::Change, arguments, |db, (conflict, choice, other, at)| {
            Box::pin(choose(db, conflict, (choice, other.as_ref()), *at))
        });
        chosen.await
    }
}

fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> Outcome<T> {
    serde_json::from_slice(json).map_err(|error| Fault::corrupt(error.to_string()))
}

fn written(value: &impl serde::Serialize) -> Outcome<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Fault::corrupt(error.to_string()))
}

async fn bases(
    db: &mut PgConnection,
    (scope, entity): (&Scope, &str),
    keys: &[String],
    sealer: &Sealer,
) -> Outcome<BTreeMap<String, Base>> {
    let values = Values::record(scope, entity).texts(keys.iter().map(String::as_str));
    let sql = format!("SELECT key, base FROM link WHERE {RECORD} AND key = ANY($6) AND base IS NOT NULL");
    let rows = query(db, sql, values, |row| {
        let of = RecordKey { entity: entity.to_owned(), key: row.text()? };
        let plain = unsealed(sealer.open(&place::payload(scope, &of, "link"), &row.bytes()?))?;
        Ok((of.key, parse(&plain)?))
    });
    Ok(rows.await?.into_iter().collect())
}

async fn conflicts(
    db: &mut PgConnection,
    chosen: String,
    values: Values,
    sealer: &Sealer,
) -> Outcome<Vec<KeptConflict>> {
    let sql = format!(
        "SELECT tenant, environment, pipeline, side, entity, key, source_key, fields, choice, since, run FROM conflict
         WHERE {chosen} ORDER BY since, pipeline, entity, key"
    );
    query(db, sql, values, |row| {
        let (tenant, environment, pipeline) = (row.text()?, row.text()?, row.text()?);
        let side = if row.text()? == Side::Target.as_str() { Side::Target } else { Side::Source };
        let scope = Scope { tenant, environment, pipeline, side };
        let record = RecordKey { entity: row.text()?, key: row.text()? };
        let (source_key, locked, choice) = (row.text()?, row.bytes()?, row.maybe()?);
        let plain = unsealed(sealer.open(&place::payload(&scope, &record, "conflict"), &locked))?;
        let conflict = Conflict { record, source_key, fields: parse(&plain)? };
        let choice = choice.map_or(Ok(BTreeMap::new()), |choice| parse(choice.as_bytes()))?;
        Ok(KeptConflict { scope, conflict, choice, since: row.time()?, run: row.text()? })
    })
    .await
}

async fn choose(
    db: &mut PgConnection,
    kept: &KeptConflict,
    (choice, other): (&BTreeMap<String, Side>, Option<&RecordKey>),
    at: Timestamp,
) -> Outcome<bool> {
    let (scope, of) = (&kept.scope, &kept.conflict.record);
    let choice = String::from_utf8(written(choice)?).map_err(|error| Fault::corrupt(error.to_string()))?;
    let values = Values::record(scope, &of.entity).text(&of.key).text(&choice);
    let sql = format!("UPDATE conflict SET choice = $7 WHERE {RECORD} AND key = $6");
    if execute(db, sql, values).await? == 0 {
        return Ok(false);
    }
    let mine = (of, kept.conflict.source_key.as_str());
    for (of, source_key) in [Some(mine), other.map(|other| (other, other.key.as_str()))].into_iter().flatten()
    {
        let values = Values::record(scope, &of.entity).text(&of.key).text(source_key).add(millis(at));
        let sql = "INSERT INTO dirty (tenant, environment, pipeline, side, entity, key, source_key, reason, since, run)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 'chosen', $8, '')
                   ON CONFLICT (tenant, environment, pipeline, entity, side, key) DO UPDATE SET
                   source_key = excluded.source_key, reason = excluded.reason, since = excluded.since, run = excluded.run";
        execute(db, sql, values).await?;
    }
    Ok(true)
}

/// Keeps what both sides agree on now, and what they do not.
pub(super) async fn settle(
    db: &mut PgConnection,
    scope: &Scope,
    settlement: &Settlement,
    sealer: &Sealer,
) -> Outcome<()> {
    if !settlement.bases.is_empty() {
        let mut locked = Vec::with_capacity(settlement.bases.len());
        for (of, base) in &settlement.bases {
            locked.push(unsealed(sealer.seal(&place::payload(scope, of, "link"), &written(base)?))?);
        }
        let values = Values::scope(scope)
            .texts(settlement.bases.iter().map(|(of, _)| of.entity.as_str()))
            .texts(settlement.bases.iter().map(|(of, _)| of.key.as_str()))
            .add(locked);
        let sql = format!(
            "UPDATE link t SET base = s.base FROM UNNEST($5::text[], $6::text[], $7::bytea[]) AS s (entity, key, base)
             WHERE {SCOPE} AND t.entity = s.entity AND t.key = s.key"
        );
        execute(db, sql, values).await?;
    }
    if !settlement.agreed.is_empty() {
        let values = Values::scope(scope)
            .texts(settlement.agreed.iter().map(|of| of.entity.as_str()))
            .texts(settlement.agreed.iter().map(|of| of.key.as_str()));
        let sql = format!(
            "DELETE FROM conflict WHERE {SCOPE} AND (entity, key) IN (SELECT * FROM UNNEST($5::text[], $6::text[]))"
        );
        execute(db, sql, values).await?;
    }
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(settlement.conflicts.len());
    for conflict in &settlement.conflicts {
        let of = &conflict.record;
        let fields =
            unsealed(sealer.seal(&place::payload(scope, of, "conflict"), &written(&conflict.fields)?))?;
        rows.push(vec![
            (&scope.tenant).into(),
            (&scope.environment).into(),
            (&scope.pipeline).into(),
            (&of.entity).into(),
            scope.side.as_str().into(),
            (&of.key).into(),
            (&conflict.source_key).into(),
            fields.into(),
            Cell::Null,
            millis(settlement.at).into(),
            (&settlement.run).into(),
        ]);
    }
    put_but(db, &CONFLICT, &["since", "run"], rows).await
}
