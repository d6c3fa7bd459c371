//! Writes rows.
//!
//! A call is one transaction: nothing is answered before its commit. When the server fails before, nothing was
//! written; when the connection breaks while it commits, nobody knows.

use super::{
    chunk, encode, error, find,
    group::{Item, Plan, match_columns, superseded},
    guard, rows, schema,
    session::{Session, Sessions, within},
    table::{Kind, Table},
};
use bytes::Bytes;
use connector_kit::table as table_text;
use engine_contract::{
    ConnectorError, Context, Current, Encode, EntitySchema, ErrorKind, Field, Lookup, Outcome, Result,
    Target, Write, async_trait,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long a call may take.
const CALL: Duration = Duration::from_secs(240);

/// The tables of a schema as target objects.
pub(super) struct PostgresTarget {
    sessions: Arc<Sessions>,
    schema: String,
    known: Mutex<Known>,
}

/// What was learnt from the server; forgotten when a call fails.
#[derive(Default)]
struct Known {
    tables: BTreeMap<String, Arc<Table>>,
    has_guard: bool,
    /// The objects whose guard was relieved of what is too old.
    forgotten: BTreeSet<String>,
}

type Outcomes = Vec<(String, Outcome)>;

impl PostgresTarget {
    pub(super) fn new(sessions: Arc<Sessions>, schema: String) -> Self {
        Self { sessions, schema, known: Mutex::new(Known::default()) }
    }

    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The table to write to.
    async fn table(&self, session: &mut Session<'_>, object: &str) -> Result<Arc<Table>> {
        if let Some(table) = self.known(|known| known.tables.get(object).cloned()) {
            return Ok(table);
        }
        let table = Arc::new(Table::find(session, &self.schema, object).await?);
        self.known(|known| known.tables.insert(object.to_owned(), Arc::clone(&table)));
        Ok(table)
    }

    /// Makes a table. Of two that make it at the same moment the server refuses one, whose table is there then.
    async fn make(&self, session: &mut Session<'_>, wanted: &EntitySchema) -> Result<()> {
        let sql = table_text::create_table(&self.schema, wanted);
        let mut made = session.begin("READ WRITE", &sql).await;
        if made.is_ok() {
            made = session.end("COMMIT").await;
        }
        let Err(error) = made else { return Ok(()) };
        if error::is_answer(&error) {
            // The connection is of further use when the server hears this.
            session.end("ROLLBACK").await.ok();
            if Table::find(session, &self.schema, &wanted.name).await.is_ok() {
                return Ok(());
            }
        }
        Err(error::of_database(&error, "making the table")
            .with_context("schema", self.schema.clone())
            .with_context("table", wanted.name.clone()))
    }

    async fn prepare_guard(&self, session: &mut Session<'_>) -> Result<()> {
        if self.known(|known| known.has_guard) {
            return Ok(());
        }
        guard::prepare(session, &self.schema).await.map_err(|error| {
            error::of_database(&error, "making the table `_engine_guard`")
                .with_context("schema", self.schema.clone())
        })?;
        self.known(|known| known.has_guard = true);
        Ok(())
    }

    async fn write_all(
        &self,
        session: &mut Session<'_>,
        writes: &[Write],
        commits: &AtomicBool,
    ) -> Result<Outcomes> {
        let mut plans = Vec::new();
        let objects: BTreeSet<&str> = writes.iter().map(|write| write.object.as_str()).collect();
        for object in objects {
            let table = self.table(session, object).await?;
            if table.kind == Kind::View {
                return Err(ConnectorError::new(
                    ErrorKind::NotFound,
                    format!("`{object}` is no table that takes rows"),
                ));
            }
            let plan = Plan::of(&table, writes.iter().filter(|write| write.object == object))?;
            plans.push((table, plan));
        }
        self.prepare_guard(session).await?;
        // Tables are locked in the order of their names, so that two calls never wait for each other.
        let locks: Vec<String> = plans.iter().map(|(table, _)| guard::lock(table)).collect();
        let begun = session.begin("READ WRITE", &locks.join("; ")).await;
        begun.map_err(|error| error::of_database(&error, "beginning to write"))?;
        let mut outcomes = Vec::with_capacity(writes.len());
        for (table, plan) in plans {
            match self.apply(session, &table, plan).await {
                Ok(mut applied) => outcomes.append(&mut applied),
                Err(error) => {
                    // The connection is of further use when the server hears this.
                    session.end("ROLLBACK").await.ok();
                    return Err(error);
                }
            }
        }
        commits.store(true, Ordering::Relaxed);
        match session.end("COMMIT").await {
            Ok(()) => Ok(outcomes),
            Err(error) if error::is_answer(&error) => Err(error::of_database(&error, "committing")),
            Err(error) => Ok(unknown(writes, &error::of_database(&error, "committing"))),
        }
    }

    /// Writes to one table within the open transaction.
    async fn apply(&self, session: &mut Session<'_>, table: &Table, plan: Plan<'_>) -> Result<Outcomes> {
        let failed = |error: sqlx::Error| {
            error::of_database(&error, "guarding").with_context("table", table.name.clone())
        };
        let late = guard::late(session, table, &plan.items).await.map_err(failed)?;
        let mut outcomes = plan.judged;
        outcomes.extend(
            late.iter()
                .filter_map(|place| plan.items.get(*place))
                .map(|item| (item.write.id.clone(), superseded(item.id.clone()))),
        );
        let mut calls: BTreeMap<(usize, usize), Vec<&Item<'_>>> = BTreeMap::new();
        for (place, item) in plan.items.iter().enumerate() {
            if !late.contains(&place) {
                calls.entry((item.round, item.form)).or_default().push(item);
            }
        }
        let mut applied: Vec<&Item<'_>> = Vec::with_capacity(plan.items.len());
        for ((_, form), items) in calls {
            let Some(form) = plan.forms.get(form) else { continue };
            let done = chunk::write(session, table, form, &items).await?;
            let refused: BTreeSet<&str> =
                done.iter().filter(|(_, outcome)| !is_applied(outcome)).map(|(id, _)| id.as_str()).collect();
            applied.extend(items.into_iter().filter(|item| !refused.contains(item.write.id.as_str())));
            outcomes.extend(done);
        }
        let forgets = self.known(|known| known.forgotten.insert(table.name.clone()));
        guard::record(session, table, &applied, forgets).await.map_err(failed)?;
        Ok(outcomes)
    }
}

fn is_applied(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied(_))
}

fn unknown(writes: &[Write], error: &ConnectorError) -> Outcomes {
    let unknown =
        || Outcome::Unknown(ConnectorError::new(error.kind(), error.to_string()).with_retry(error.retry()));
    writes.iter().map(|write| (write.id.clone(), unknown())).collect()
}

#[async_trait]
impl Target for PostgresTarget {
    async fn schema(&self, context: &Context, object: &str) -> Result<EntitySchema> {
        let mut session = self.sessions.lend(context).await?;
        let table = Table::find(&mut session, &self.schema, object).await?;
        Ok(schema::of_table(&table))
    }

    fn statements(&self, wanted: &EntitySchema) -> Vec<String> {
        vec![table_text::create_table(&self.schema, wanted)]
    }

    fn adding(&self, object: &str, field: &Field) -> Option<String> {
        Some(table_text::add_column(&self.schema, object, field))
    }

    async fn create(&self, context: &Context, wanted: &EntitySchema) -> Result<()> {
        if self.sessions.is_read_only() {
            return Err(ConnectorError::new(ErrorKind::Unsupported, "the database is open for reading only"));
        }
        let mut session = self.sessions.lend(context).await?;
        let work = Box::pin(self.make(&mut session, wanted));
        within(context, CALL, work).await.unwrap_or_else(|| Err(error::no_answer("making the table")))
    }

    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        encode::encode(encode)
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        encode::identify(encode)
    }

    async fn write(&self, context: &Context, writes: &[Write]) -> Result<Outcomes> {
        if self.sessions.is_read_only() {
            return Err(ConnectorError::new(ErrorKind::Unsupported, "the database is open for reading only"));
        }
        let mut session = self.sessions.lend(context).await?;
        let commits = AtomicBool::new(false);
        let work = Box::pin(self.write_all(&mut session, writes, &commits));
        let done = match within(context, CALL, work).await {
            Some(done) => done,
            None if commits.load(Ordering::Relaxed) => Ok(unknown(writes, &error::no_answer("committing"))),
            None => Err(error::no_answer("writing")),
        };
        if done.is_err() {
            self.known(|known| *known = Known::default());
        }
        done
    }

    /// Finds nothing: rows carry no marker, and a guarded upsert is repeated, never searched for.
    async fn lookup(&self, _: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        Ok(lookups.iter().map(|lookup| (lookup.id.clone(), Vec::new())).collect())
    }

    async fn find(
        &self,
        context: &Context,
        object: &str,
        by: &str,
        values: &[String],
    ) -> Result<Vec<(String, Vec<String>)>> {
        let mut session = self.sessions.lend(context).await?;
        let table = Table::find(&mut session, &self.schema, object).await?;
        find::find(&mut session, &table, by, values).await
    }

    async fn read_back(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        let mut session = self.sessions.lend(context).await?;
        let table = self.table(&mut session, object).await?;
        let match_on = match_columns(&table, match_on)?;
        let found = rows::by_ids(&mut session, &table, &match_on, ids).await?;
        found
            .into_iter()
            .map(|(target_id, json)| {
                let fields = rows::record(json, &table.name)?.to_value();
                Ok(Current { target_id, token: None, fields })
            })
            .collect::<Result<_>>()
    }
}
