//! The reads that are recorded and judged: each stream whole and in small batches, along each of its cursors, and
//! some records by their keys. What is asked follows from what was answered alone, so that a recording of these
//! reads answers them again.

use engine_contract::{Batch, Context, Cursor, Map, ReadRequest, Result, Source, SourceRecord, StreamInfo};

/// The size of small batches.
const FEW: usize = 3;
/// How many records are read in small batches.
const SOME: usize = 10;
/// How many records are asked for by key.
const FETCHED: usize = 3;
/// After so many batches a read is given up: it has no end.
const MOST_BATCHES: usize = 10_000;

/// One read of a stream.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// The records in their order.
    pub(super) records: Vec<SourceRecord>,
    /// What could not be read as a record.
    pub(super) broken: Vec<String>,
    /// Whether it came to the end of the stream.
    pub(super) ended: bool,
    /// Whether it was stopped at the limit.
    pub(super) stopped: bool,
    /// The checkpoints' cursors.
    pub(super) checkpoints: Vec<Cursor>,
}

/// The reads along one cursor, or the sweeps.
#[derive(Debug)]
pub(super) struct Way {
    /// The cursor; nothing for sweeps.
    pub(super) cursor: Option<String>,
    /// The source's time.
    pub(super) clock: Option<Cursor>,
    /// In one batch.
    pub(super) whole: Pass,
    /// In small batches.
    pub(super) small: Pass,
    /// From the place of a record in the middle on: that place, and what came.
    pub(super) since: Option<(Cursor, Pass)>,
}

/// What was seen of a stream.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) ways: Vec<Way>,
    /// The keys that were asked for, and those that came.
    pub(super) fetched: (Vec<String>, Vec<String>),
    /// What came of a key that nothing has.
    pub(super) missing: Vec<String>,
}

/// Reads a stream in every way.
pub(super) async fn drive(
    source: &dyn Source,
    context: &Context,
    stream: &StreamInfo,
    (limit, nothing): (usize, &str),
) -> Result<Seen> {
    let mut ways = Vec::new();
    let cursors = stream.cursors.iter().map(|cursor| Some(cursor.as_str()));
    for cursor in std::iter::once(None).chain(cursors) {
        ways.push(way(source, context, (&stream.name, cursor), limit).await?);
    }
    let all = ways.iter().flat_map(|way| &way.whole.records);
    let keys: Vec<String> = all.take(FETCHED).map(|record| record.key.clone()).collect();
    let fetch = async |keys: &[String]| -> Result<Vec<String>> {
        let request = request((&stream.name, None), limit);
        let found = source.fetch(context, &request, keys).await?;
        Ok(found.into_iter().map(|record| record.key).collect())
    };
    let found = if keys.is_empty() { Vec::new() } else { fetch(&keys).await? };
    let missing = fetch(&[nothing.to_owned()]).await?;
    Ok(Seen { ways, fetched: (keys, found), missing })
}

async fn way(
    source: &dyn Source,
    context: &Context,
    place: (&str, Option<&str>),
    limit: usize,
) -> Result<Way> {
    let (stream, cursor) = place;
    let clock = source.clock(context, stream, cursor).await?;
    let whole = pass(source, context, request(place, limit), limit).await?;
    let small = pass(source, context, request(place, FEW), limit.min(SOME)).await?;
    let middle = whole.records.get(whole.records.len() / 2).and_then(|record| record.modified);
    let since = match middle.filter(|_| cursor.is_some()) {
        None => None,
        Some(since) => {
            let request = ReadRequest { since: Some(since), ..request(place, limit) };
            Some((since, pass(source, context, request, limit).await?))
        }
    };
    Ok(Way { cursor: cursor.map(str::to_owned), clock, whole, small, since })
}

/// Reads on to the end, or until there are enough.
async fn pass(
    source: &dyn Source,
    context: &Context,
    mut request: ReadRequest,
    limit: usize,
) -> Result<Pass> {
    let mut pass = Pass::default();
    for _ in 0..MOST_BATCHES {
        let Batch { records, broken, checkpoint } = source.read(context, &request).await?;
        pass.records.extend(records);
        pass.broken.extend(broken.into_iter().map(|(origin, error)| format!("{origin}: {error}")));
        pass.checkpoints.extend(checkpoint.cursor);
        request.resume = checkpoint.resume;
        pass.ended = request.resume.is_none();
        pass.stopped = !pass.ended && pass.records.len() + pass.broken.len() >= limit;
        if pass.ended || pass.stopped {
            break;
        }
    }
    Ok(pass)
}

fn request((stream, cursor): (&str, Option<&str>), max_records: usize) -> ReadRequest {
    ReadRequest {
        stream: stream.to_owned(),
        options: Map::new(),
        cursor: cursor.map(str::to_owned),
        since: None,
        resume: None,
        max_records,
        max_bytes: 64 << 20,
    }
}
