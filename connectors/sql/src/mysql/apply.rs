//! Applies the writes of one table, inside the caller's transaction.
//!
//! The guard is locked first, then the rows; a row that is there is updated, one that is not is inserted. Many rows
//! share a statement. InnoDB undoes a statement that fails and goes on with the transaction, so a statement that
//! fails because of a row is cut in halves until the row at fault is alone. What may have failed because of another
//! row of the same call (a foreign key, a unique value that is given up) is tried once more at the end.

use super::{
    error,
    guard::{self, Mark},
    key::Key,
    row::Columns,
    sequel::{quote, quote_all, rows_once, run_once, statement, tuples},
    upsert::{Job, Upsert},
};
use engine_contract::{Applied, Change, Outcome, Result};
use sqlx::MySqlConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters in one statement; the protocol counts them in 16 bits.
const PARAMS: usize = 60_000;

/// Keys in one statement that looks for rows.
const KEYS: usize = 400;

/// Answers to writes, by their ids.
pub(super) type Outcomes = Vec<(String, Outcome)>;

/// What is to be done with rows, in the order in which it is done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Delete,
    /// The row under this id, which may be the old one, and the columns that change.
    Update,
    /// Inserts of these columns.
    Insert(Vec<usize>),
}

/// Writes to one table whose rows are all different ones.
struct Round<'a> {
    upsert: &'a Upsert,
    jobs: Vec<Job<'a>>,
    /// The most bytes of values in one statement.
    packet: usize,
    /// The ids of the rows that are there; they are locked.
    present: BTreeSet<String>,
}

/// Why jobs changed nothing, by their place.
type Refused = BTreeMap<usize, sqlx::Error>;

/// Applies writes in their order, as far as they are about the same rows.
///
/// # Errors
/// When the database does not work: the caller rolls back.
pub(super) async fn apply(
    db: &mut MySqlConnection,
    upsert: &Upsert,
    jobs: Vec<Job<'_>>,
    packet: usize,
) -> Result<Outcomes> {
    let mut outcomes = Vec::with_capacity(jobs.len());
    for jobs in rounds(jobs) {
        outcomes.extend(Round { upsert, jobs, packet, present: BTreeSet::new() }.run(db).await?);
    }
    Ok(outcomes)
}

/// Cuts the jobs where one is about a row that an earlier one is about.
fn rounds(jobs: Vec<Job<'_>>) -> Vec<Vec<Job<'_>>> {
    let mut rounds = vec![Vec::new()];
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for job in jobs {
        if job.keys().any(|key| seen.contains(&key.id)) {
            seen.clear();
            rounds.push(Vec::new());
        }
        seen.extend(job.keys().map(|key| key.id.clone()));
        if let Some(round) = rounds.last_mut() {
            round.push(job);
        }
    }
    rounds
}

impl Round<'_> {
    async fn run(mut self, db: &mut MySqlConnection) -> Result<Outcomes> {
        let object = self.upsert.table.name.clone();
        let ids: BTreeSet<&str> = self.ids().collect();
        let known = guard::lock(db, &object, &ids).await?;
        let mut outcomes = self.take_superseded(&known);
        let fresh = |id: &str| !known.contains_key(id);
        guard::add(db, &object, &self.marks(|_, id| fresh(id))).await?;
        self.present = self.lock_rows(db).await?;
        let steps = self.steps();
        let mut refused = Refused::new();
        for (step, places) in &steps {
            self.take(db, step, places, &mut refused).await?;
        }
        self.take_again(db, &steps, &mut refused).await?;
        guard::change(db, &object, &self.marks(|place, id| !refused.contains_key(&place) && !fresh(id)))
            .await?;
        let back = self.marks(|place, id| refused.contains_key(&place) && fresh(id));
        guard::forget(db, &object, &back.into_keys().collect()).await?;
        for (place, job) in self.jobs.iter().enumerate() {
            let outcome = match refused.get(&place) {
                Some(error) => Outcome::NotApplied(error::of_row(error, &self.upsert.table)),
                None => applied(&job.key.id, self.change(job)),
            };
            outcomes.push((job.write.id.clone(), outcome));
        }
        Ok(outcomes)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.jobs.iter().flat_map(Job::keys).map(|key| key.id.as_str())
    }

    /// Takes the jobs out whose objects have newer revisions already.
    fn take_superseded(&mut self, known: &BTreeMap<String, i64>) -> Outcomes {
        let newer = |job: &Job<'_>| {
            let is_newer = |id: &&str| known.get(*id).is_some_and(|applied| *applied > job.write.revision);
            let newer = job.keys().map(|key| key.id.as_str()).find(is_newer);
            newer.map(str::to_owned)
        };
        let mut outcomes = Outcomes::new();
        self.jobs.retain(|job| match newer(job) {
            Some(id) => {
                outcomes.push((job.write.id.clone(), applied(&id, Change::Superseded)));
                false
            }
            None => true,
        });
        outcomes
    }

    /// What the guard is to know of those objects that are asked for.
    fn marks(&self, wanted: impl Fn(usize, &str) -> bool) -> BTreeMap<&str, Mark> {
        let jobs = self.jobs.iter().enumerate();
        let marks = jobs.flat_map(|(place, job)| job.marks().map(move |(id, mark)| (place, id, mark)));
        marks.filter(|(place, id, _)| wanted(*place, id)).map(|(_, id, mark)| (id, mark)).collect()
    }

    /// Locks the rows that are there already, and tells their ids.
    async fn lock_rows(&self, db: &mut MySqlConnection) -> Result<BTreeSet<String>> {
        let failed = |error: &sqlx::Error| error::of_database(error, "looking for rows");
        let Upsert { table, natural } = self.upsert;
        let columns = Columns::some(natural.columns.iter().collect());
        let keys: Vec<_> = self.jobs.iter().flat_map(Job::keys).collect();
        let mut present = BTreeSet::new();
        for keys in keys.chunks(KEYS) {
            let sql = format!(
                "SELECT {} FROM {} FORCE INDEX ({}) WHERE {} FOR UPDATE",
                columns.list(),
                quote(&table.name),
                quote(natural.required_index()?),
                natural.any_of(keys.len())
            );
            let params = keys.iter().flat_map(|key| &key.params);
            for row in rows_once(db, sql, params).await.map_err(|error| failed(&error))? {
                let row = columns.read(&row, 0).map_err(|error| failed(&error))?;
                present.extend(natural.of_row(&row).map(|key| key.id));
            }
        }
        Ok(present)
    }

    /// What is to be done, and with which jobs.
    fn steps(&self) -> BTreeMap<Step, Vec<usize>> {
        let mut steps: BTreeMap<Step, Vec<usize>> = BTreeMap::new();
        for (place, job) in self.jobs.iter().enumerate() {
            let step = match self.row_of(job) {
                // Gone already.
                None if job.retires() => continue,
                Some(_) if job.is_delete() => Step::Delete,
                Some(_) => Step::Update,
                None => Step::Insert(job.set.iter().map(|(column, _)| *column).collect()),
            };
            steps.entry(step).or_default().push(place);
        }
        steps
    }

    /// The key under which the row of a job is there: the old one, where the natural key changes, comes first.
    fn row_of<'j>(&self, job: &'j Job<'_>) -> Option<&'j Key> {
        job.keys().find(|key| self.present.contains(&key.id))
    }

    /// What an applied job changed.
    fn change(&self, job: &Job<'_>) -> Change {
        match (job.retires(), self.row_of(job)) {
            (true, _) => Change::Deleted,
            (false, Some(_)) => Change::Updated,
            (false, None) => Change::Created,
        }
    }

    /// Does one thing with many rows, in as few statements as they fit.
    async fn take(
        &self,
        db: &mut MySqlConnection,
        step: &Step,
        places: &[usize],
        refused: &mut Refused,
    ) -> Result<()> {
        let mut left: Vec<Vec<usize>> = self.statements(step, places);
        left.reverse();
        while let Some(places) = left.pop() {
            match (self.execute(db, step, &places).await, places.as_slice()) {
                (Ok(()), _) => {}
                (Err(error), [place]) if error::is_about_the_row(&error) => {
                    refused.insert(*place, error);
                }
                (Err(error), several) if error::is_about_the_row(&error) => {
                    let (first, second) = several.split_at(several.len() / 2);
                    left.push(second.to_vec());
                    left.push(first.to_vec());
                }
                (Err(error), _) => {
                    let error = error::of_database(&error, "writing");
                    return Err(error.with_context("table", self.upsert.table.name.clone()));
                }
            }
        }
        Ok(())
    }

    /// Tries what was refused once more, in the order of the call, now that all other rows are as they will be.
    async fn take_again(
        &self,
        db: &mut MySqlConnection,
        steps: &BTreeMap<Step, Vec<usize>>,
        refused: &mut Refused,
    ) -> Result<()> {
        if self.jobs.len() < 2 {
            return Ok(());
        }
        let again: Vec<usize> = refused
            .iter()
            .filter(|(_, error)| error::is_about_order(error))
            .map(|(place, _)| *place)
            .collect();
        for place in again {
            let step = steps.iter().find(|(_, places)| places.contains(&place)).map(|(step, _)| step.clone());
            if let Some(step) = step {
                refused.remove(&place);
                self.take(db, &step, &[place], refused).await?;
            }
        }
        Ok(())
    }

    /// Cuts jobs into statements, by the limits of the protocol and of the server.
    fn statements(&self, step: &Step, places: &[usize]) -> Vec<Vec<usize>> {
        let most = match step {
            Step::Delete => KEYS,
            Step::Update => 1,
            Step::Insert(columns) => (PARAMS / columns.len().max(1)).max(1),
        };
        let mut statements: Vec<Vec<usize>> = Vec::new();
        let mut size = 0;
        for place in places {
            let own = self.jobs.get(*place).map_or(0, |job| job.size);
            match statements.last_mut() {
                Some(last) if last.len() < most && size + own <= self.packet => {
                    last.push(*place);
                    size += own;
                }
                _ => {
                    statements.push(vec![*place]);
                    size = own;
                }
            }
        }
        statements
    }

    async fn execute(&self, db: &mut MySqlConnection, step: &Step, places: &[usize]) -> sqlx::Result<()> {
        let Upsert { table, natural } = self.upsert;
        let jobs: Vec<&Job<'_>> = places.iter().filter_map(|place| self.jobs.get(*place)).collect();
        let name = |column: &usize| table.columns.get(*column).map_or("", |column| column.name.as_str());
        match step {
            Step::Delete => {
                let sql = format!("DELETE FROM {} WHERE {}", quote(&table.name), natural.any_of(jobs.len()));
                run_once(db, sql, jobs.iter().flat_map(|job| &job.key.params)).await.map(drop)
            }
            Step::Insert(columns) => {
                let sql = format!(
                    "INSERT INTO {} ({}) VALUES {}",
                    quote(&table.name),
                    quote_all(columns.iter().map(name)),
                    tuples(jobs.len(), columns.len())
                );
                let params = jobs.iter().flat_map(|job| job.set.iter().map(|(_, param)| param));
                run_once(db, sql, params).await.map(drop)
            }
            Step::Update => {
                for job in jobs {
                    self.update(db, job).await?;
                }
                Ok(())
            }
        }
    }

    /// Changes one row, and its natural key when it is there under the old one.
    async fn update(&self, db: &mut MySqlConnection, job: &Job<'_>) -> sqlx::Result<()> {
        let Upsert { table, natural } = self.upsert;
        let key = self.row_of(job).unwrap_or(&job.key);
        let moves = key.id != job.key.id;
        let named = job.set.iter().filter_map(|(column, param)| Some((table.columns.get(*column)?, param)));
        let changed: Vec<_> = named.filter(|(column, _)| moves || !natural.has(&column.name)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let assignments = changed.iter().map(|(column, _)| format!("{} = ?", quote(&column.name)));
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quote(&table.name),
            assignments.collect::<Vec<_>>().join(", "),
            natural.condition()
        );
        let params = changed.iter().map(|(_, param)| *param).chain(&key.params);
        statement(sql, params)?.execute(db).await.map(drop)
    }
}

fn applied(target_id: &str, change: Change) -> Outcome {
    Outcome::Applied(Applied { target_id: target_id.to_owned(), token: None, change })
}
