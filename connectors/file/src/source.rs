//! Reads a stream batch by batch.
//!
//! All that a read needs to go on is in its resume text. So that a large file is not opened and skipped again
//! for each batch, the walk is parked between batches; it is used only when it stands exactly where the
//! resume text says, in files that have not changed.
//!
//! Files are not ordered by the cursor, so only the batch that finishes a read tells the newest cursor.

use crate::{
    error,
    folder::{Files, Folder},
    key::FieldRule,
    resume::{self, Position, Resume},
    scan::Scan,
    stream::{StreamRule, modified},
};
use engine_contract::{
    Batch, Checkpoint, ConnectorError, Context, Cursor, ErrorKind, ReadRequest, Result, Source, SourceRecord,
    StreamInfo, async_trait,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// The streams below one root.
pub(crate) struct FileSource {
    folder: Arc<Folder>,
    streams: BTreeMap<String, Arc<StreamRule>>,
    parked: Mutex<BTreeMap<String, Parked>>,
}

/// A walk that waits for the next batch.
struct Parked {
    fingerprint: String,
    position: Position,
    scan: Scan,
}

/// How a batch ended.
enum End {
    /// Nothing is left.
    Finished,
    /// More can be read.
    More,
    /// The next record is where reading fails; the error comes with the next batch.
    Failing,
}

impl FileSource {
    pub(crate) fn new(folder: Arc<Folder>, streams: BTreeMap<String, Arc<StreamRule>>) -> Self {
        Self { folder, streams, parked: Mutex::default() }
    }

    fn stream(&self, name: &str) -> Result<&Arc<StreamRule>> {
        self.streams.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.streams.keys().map(String::as_str).collect();
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such stream")
                .with_context("stream", name)
                .with_context("streams", known.join(", "))
        })
    }

    fn scan(&self, stream: &Arc<StreamRule>, files: &Files, resume: &Resume) -> Result<Scan> {
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner).remove(&stream.name);
        match parked {
            Some(parked)
                if parked.fingerprint == resume.fingerprint && parked.position == resume.position =>
            {
                Ok(parked.scan)
            }
            _ => Scan::new(&self.folder, stream, files, resume.position),
        }
    }

    /// Whether the files are not those any more that the read began with.
    fn has_changed(&self, stream: &StreamRule, request: &ReadRequest, resume: &Resume) -> Result<bool> {
        let files = self.folder.find(&stream.globs)?;
        Ok(resume::fingerprint(&files, stream, request.cursor.as_deref()) != resume.fingerprint)
    }

    fn park(&self, stream: &StreamRule, fingerprint: String, scan: Scan) {
        let parked = Parked { fingerprint, position: scan.position(), scan };
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).insert(stream.name.clone(), parked);
    }
}

#[async_trait]
impl Source for FileSource {
    fn streams(&self) -> Vec<StreamInfo> {
        self.streams.values().map(|stream| stream.info()).collect()
    }

    /// A file says nothing newer than its own last change, so that is its clock. A cursor of numbers has no
    /// time: its clock is the greatest number in the files, found by reading them.
    async fn clock(&self, _: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        let Some(field) = cursor.map(FieldRule::new) else { return Ok(None) };
        let stream = self.stream(stream)?;
        let files = self.folder.find(&stream.globs)?;
        let mut scan = Scan::new(&self.folder, stream, &files, Position::default())?;
        let mut greatest = None;
        // Where the files are broken, the read says so.
        while let Ok(Some(piece)) = scan.take() {
            match piece.record.and_then(|record| modified(&field, &record)) {
                Ok(number @ Cursor::Number(_)) => greatest = greatest.max(Some(number)),
                Ok(Cursor::Instant(_)) => break,
                Err(_) => {}
            }
        }
        let changed = || files.values().map(|facts| Cursor::Instant(facts.modified)).max();
        Ok(greatest.or_else(changed))
    }

    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch> {
        let stream = self.stream(&request.stream)?;
        refuse_options(request)?;
        let files = self.folder.find(&stream.globs)?;
        let fingerprint = resume::fingerprint(&files, stream, request.cursor.as_deref());
        let mut resume = Resume::read(request.resume.as_deref(), fingerprint);
        let mut scan = self.scan(stream, &files, &resume)?;
        let mut batch = Batch::default();
        let end = fill(&mut batch, &mut scan, stream, request, context)?;
        let newest = batch.records.iter().filter_map(|record| record.modified).max();
        resume.newest = resume.newest.max(newest);
        resume.position = scan.position();
        resume.broken |= !batch.broken.is_empty();
        batch.checkpoint = match end {
            // What was broken, or was being written while it was read, must be met again once it is whole.
            End::Finished if resume.broken || self.has_changed(stream, request, &resume)? => {
                Checkpoint { resume: None, cursor: None }
            }
            End::Finished => Checkpoint { resume: None, cursor: resume.newest },
            End::More | End::Failing => Checkpoint { resume: Some(resume.to_string()), cursor: None },
        };
        if matches!(end, End::More) {
            self.park(stream, resume.fingerprint, scan);
        }
        Ok(batch)
    }

    async fn fetch(&self, _: &Context, request: &ReadRequest, keys: &[String]) -> Result<Vec<SourceRecord>> {
        let stream = self.stream(&request.stream)?;
        refuse_options(request)?;
        let files = self.folder.find(&stream.globs)?;
        let field = request.cursor.as_deref().map(FieldRule::new);
        let wanted: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        let mut found: BTreeMap<String, SourceRecord> = BTreeMap::new();
        let mut scan = Scan::new(&self.folder, stream, &files, Position::default())?;
        while scan.peek()?.is_some() {
            let file = scan.file().to_owned();
            let Some(piece) = scan.take()? else { break };
            let Ok(record) = piece.record else { continue };
            let Ok(key) = stream.key.key(&record) else { continue };
            if !wanted.contains(key.as_str()) {
                continue;
            }
            let modified = field.as_ref().and_then(|field| modified(field, &record).ok());
            // Of equal keys the newest counts, and of equally new ones the last.
            if found.get(&key).is_none_or(|known| known.modified <= modified) {
                let origin = format!("{file}:{}", piece.line);
                found.insert(key.clone(), SourceRecord { key, modified, record, origin, is_admitted: true });
            }
        }
        Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
    }
}

/// Adds records until the request's limits, the end, or a place where reading fails.
fn fill(
    batch: &mut Batch,
    scan: &mut Scan,
    stream: &StreamRule,
    request: &ReadRequest,
    context: &Context,
) -> Result<End> {
    let field = request.cursor.as_deref().map(FieldRule::new);
    let mut bytes = 0;
    loop {
        let count = batch.records.len() + batch.broken.len();
        let size = match scan.peek() {
            Ok(None) => return Ok(End::Finished),
            Ok(Some(piece)) => piece.record.as_ref().map_or(0, engine_contract::Record::size),
            Err(_) if count > 0 => return Ok(End::Failing),
            Err(error) => return Err(error),
        };
        let is_full = count >= request.max_records.max(1) || bytes + size > request.max_bytes;
        if count > 0 && (is_full || context.cancel.is_cancelled()) {
            return Ok(End::More);
        }
        let file = scan.file().to_owned();
        let Some(piece) = scan.take()? else { return Ok(End::Finished) };
        let origin = format!("{file}:{}", piece.line);
        let admitted = piece.record.map_err(|error| (origin.clone(), error));
        match admitted.and_then(|record| admit(record, origin, stream, field.as_ref())) {
            Ok(record) if request.since.is_some_and(|since| record.modified < Some(since)) => {}
            Ok(record) => {
                bytes += record.record.size();
                batch.records.push(record);
            }
            Err(broken) => batch.broken.push(broken),
        }
    }
}

/// A record with its key and cursor, or the name and error under which it is reported.
fn admit(
    record: engine_contract::Record,
    origin: String,
    stream: &StreamRule,
    field: Option<&FieldRule>,
) -> Result<SourceRecord, (String, ConnectorError)> {
    let key = match stream.key.key(&record) {
        Ok(key) => key,
        Err(member) => {
            let error = ConnectorError::new(ErrorKind::Invalid, "the record has no key")
                .with_context("member", member)
                .with_context("place", origin.clone());
            return Err((origin, error));
        }
    };
    let modified = match field.map(|field| modified(field, &record)).transpose() {
        Ok(modified) => modified,
        Err(error) => return Err((key, error.with_context("place", origin))),
    };
    Ok(SourceRecord { key, modified, record, origin, is_admitted: true })
}

fn refuse_options(request: &ReadRequest) -> Result<()> {
    match request.options.keys().next() {
        None => Ok(()),
        Some(option) => Err(error::config(format!("files take no option `{option}`"))
            .with_context("stream", request.stream.clone())),
    }
}
