//! Reads a stream group: batch by batch, and single records by key.
//!
//! Promises that the cursor it proposes never passes the source's clock at the start of the read, and that a
//! read begins at the cursor minus the stream's visibility lag.

use crate::{error::RunError, event::Event, options::Mechanism, state::CursorRow, work::Work};
use engine_contract::{Batch, ConnectorError, Cursor, ReadRequest, Retry, SourceRecord};
use engine_plan::Group;
use std::time::Duration;

/// A batch, and where the cursor may go once it is settled.
pub(crate) struct Read {
    pub(crate) batch: Batch,
    pub(crate) cursor: CursorRow,
    /// The whole stream, from its beginning to its end, was read in this run.
    pub(crate) completes: bool,
}

/// Reads one stream group in one run.
pub(crate) struct Reader<'a> {
    work: &'a Work,
    request: ReadRequest,
    /// The source's clock when the read began.
    cap: Option<Cursor>,
    read_hash: String,
    began_here: bool,
    left: Option<usize>,
    ended: bool,
}

impl<'a> Reader<'a> {
    /// Starts where the last read stopped; at the beginning when something else is read now.
    pub(crate) async fn start(work: &'a Work, group: &'a Group, row: CursorRow) -> Result<Self, RunError> {
        let read_hash = read_hash(work, group);
        let row = if row.read_hash == read_hash { row } else { CursorRow::default() };
        let clock = work.source.clock(&work.context, &group.stream, group.cursor.as_deref());
        let clock = clock.await.map_err(|error| RunError::source(&work.blueprint, error))?;
        let mut entities = group.entities.iter().filter_map(|index| work.blueprint.entities.get(*index));
        let is_behind = work.window.is_none() && entities.any(|entity| work.is_behind(entity));
        let is_full = work.full || is_behind;
        let resumes = row.resume.is_some() && !is_full;
        let since = match (resumes, is_full, work.window) {
            (true, ..) => row.resume_since,
            (false, true, _) => None,
            (false, false, Some(window)) => group.cursor.as_ref().and_then(|_| row.value.or(window.from)),
            (false, false, None) => row.value.map(|value| value.minus(lag(work, &group.stream))),
        };
        let request = ReadRequest {
            stream: group.stream.clone(),
            options: group.read_options(),
            cursor: group.cursor.clone(),
            since,
            resume: if resumes { row.resume } else { None },
            max_records: work.batch_records(),
            max_bytes: work.options.batch_bytes,
        };
        let cap = if resumes { row.resume_cap } else { clock };
        let cap = cap.filter(|_| work.options.keeps(Mechanism::SourceCap));
        Ok(Self { work, request, cap, read_hash, began_here: !resumes, left: work.limit, ended: false })
    }

    /// Whether this read goes from the beginning of the stream to its end.
    pub(crate) fn reads_everything(&self) -> bool {
        self.began_here && self.request.since.is_none() && self.left.is_none() && self.reads_all()
    }

    /// Whether nothing of the stream is left out on purpose.
    fn reads_all(&self) -> bool {
        self.work.window.is_none() && self.work.narrow.is_empty()
    }

    /// The next batch, or nothing at the end of the stream or of `--limit`.
    pub(crate) async fn next(&mut self) -> Result<Option<Read>, RunError> {
        if self.ended || self.left == Some(0) {
            return Ok(None);
        }
        if let Some(left) = self.left {
            self.request.max_records = self.work.batch_records().min(left);
        }
        let mut batch = self.read().await?;
        let is_behind = self.work.window.is_some_and(|window| window.cut(&mut batch));
        self.work.narrow.cut(self.work, &self.request.stream, &mut batch);
        self.left = self.left.map(|left| left.saturating_sub(batch.records.len()));
        self.ended = batch.is_last() || is_behind;
        let ordered = batch.checkpoint.cursor.is_some();
        self.request.resume.clone_from(&batch.checkpoint.resume);
        let cursor = CursorRow {
            value: batch.checkpoint.cursor.map(|seen| self.cap.map_or(seen, |cap| seen.min(cap))),
            // A read that moves the cursor as it goes needs no other place to go on from.
            resume: if ordered { None } else { batch.checkpoint.resume.clone() },
            resume_since: self.request.since,
            resume_cap: self.cap,
            read_hash: self.read_hash.clone(),
        };
        // A backfill that has come to its end has nowhere to go on from: asked for again, it begins anew.
        let is_done = self.ended && self.work.window.is_some_and(|window| window.is_backfill);
        let cursor = if is_done { CursorRow::default() } else { cursor };
        let completes = self.ended && self.began_here && self.request.since.is_none() && self.reads_all();
        Ok(Some(Read { batch, cursor, completes }))
    }

    async fn read(&self) -> Result<Batch, RunError> {
        let mut attempt = 1;
        loop {
            match self.work.source.read(&self.work.context, &self.request).await {
                Ok(batch) => return Ok(batch),
                Err(error) => wait_or_stop(self.work, error, &mut attempt).await?,
            }
        }
    }
}

/// Changes when other records are read than before, or when an entity takes others of them: then those that
/// were passed over must be read again.
pub(crate) fn read_hash(work: &Work, group: &Group) -> String {
    let entities = group.entities.iter().filter_map(|index| work.blueprint.entities.get(*index));
    let entities: Vec<_> = entities.map(|entity| (&entity.name, &entity.admission_hash)).collect();
    let read =
        (&work.blueprint.source.connection, &group.stream, &group.cursor, group.read_options(), entities);
    let start_date = work.start_date.as_ref().and_then(|start_date| start_date.day(&group.stream));
    // What is not set is not written: projects without it keep their cursors.
    let bytes = match (work.window, start_date) {
        (None, None) => serde_json::to_vec(&read),
        (None, Some(day)) => serde_json::to_vec(&(read, day)),
        (Some(window), None) => serde_json::to_vec(&(read, window.from, window.until)),
        (Some(window), Some(day)) => serde_json::to_vec(&(read, window.from, window.until, day)),
    };
    let bytes = bytes.unwrap_or_default();
    blake3::hash(&bytes).to_hex().chars().take(32).collect()
}

/// Records by their stream keys, for those that wait to be looked at again.
pub(crate) async fn fetch(
    work: &Work,
    group: &Group,
    keys: &[String],
) -> Result<Vec<SourceRecord>, RunError> {
    let request = ReadRequest {
        stream: group.stream.clone(),
        options: group.read_options(),
        cursor: group.cursor.clone(),
        since: None,
        resume: None,
        max_records: keys.len(),
        max_bytes: usize::MAX,
    };
    let mut attempt = 1;
    loop {
        match work.source.fetch(&work.context, &request, keys).await {
            Ok(records) => return Ok(records),
            Err(error) => wait_or_stop(work, error, &mut attempt).await?,
        }
    }
}

fn lag(work: &Work, stream: &str) -> Duration {
    if !work.options.keeps(Mechanism::Overlap) {
        return Duration::ZERO;
    }
    work.source.visibility_lag(stream)
}

/// Waits before another try of a read, or says why there is none.
async fn wait_or_stop(work: &Work, error: ConnectorError, attempt: &mut u32) -> Result<(), RunError> {
    if !error.is_transient() || *attempt >= work.options.tries {
        return Err(RunError::source(&work.blueprint, error));
    }
    if work.context.cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    *attempt += 1;
    pause(work, &work.blueprint.source.connection, &error, *attempt).await;
    Ok(())
}

/// Waits as long as the service asks, and at least as long as the engine's own patience says.
pub(crate) async fn pause(work: &Work, connection: &str, error: &ConnectorError, attempt: u32) {
    let own = work.options.delay(attempt);
    let wait = match error.retry() {
        Retry::After(asked) => asked.max(own),
        Retry::Soon | Retry::Never => own,
    };
    work.observer.notice(Event::Waiting {
        connection: connection.to_owned(),
        code: crate::error::connector_code(error.kind()),
        wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
    });
    work.context.clock.sleep(wait).await;
}
