//! What a source promises.

use super::fixture::{Fixture, SourceCase};
use engine_contract::{Batch, Connection, Context, Cursor, Map, ReadRequest, Source};
use std::collections::BTreeSet;

/// Tries every promise, each with a fixture of its own.
pub(super) fn keep(connector: &str) {
    if super::fixture(connector).source().is_none() {
        return;
    }
    every_record_comes_once_in_pages_of_any_size(&*super::fixture(connector));
    a_read_goes_on_from_any_checkpoint(&*super::fixture(connector));
    what_changed_since_is_read(&*super::fixture(connector));
    records_are_fetched_by_key_and_missing_ones_left_out(&*super::fixture(connector));
    an_unknown_stream_is_an_error(&*super::fixture(connector));
}

fn every_record_comes_once_in_pages_of_any_size(fixture: &dyn Fixture) {
    let case = fixture.source().unwrap();
    fixture.with(Box::new(|context, connection| {
        Box::pin(async move {
            for size in [1, 3, 1_000] {
                let batches = read(&context, source(&connection), &request(&case, size)).await;
                let mut keys = keys(&batches);
                keys.sort();
                let mut all = case.keys.clone();
                all.sort();
                assert_eq!(keys, all, "in pages of {size}");
                assert!(batches.iter().all(|batch| batch.records.len() <= size), "in pages of {size}");
            }
        })
    }));
}

fn a_read_goes_on_from_any_checkpoint(fixture: &dyn Fixture) {
    let case = fixture.source().unwrap();
    fixture.with(Box::new(|context, connection| {
        Box::pin(async move {
            let batches = read(&context, source(&connection), &request(&case, 4)).await;
            for (index, batch) in batches.iter().enumerate() {
                let Some(resume) = batch.checkpoint.resume.clone() else { continue };
                let request = ReadRequest { resume: Some(resume), ..request(&case, 4) };
                let rest = read(&context, source(&connection), &request).await;
                assert_eq!(keys(&rest), keys(&batches[index + 1..]), "after batch {index}");
            }
        })
    }));
}

fn what_changed_since_is_read(fixture: &dyn Fixture) {
    let case = fixture.source().unwrap();
    if case.cursor.is_none() {
        return;
    }
    fixture.with(Box::new(|context, connection| {
        Box::pin(async move {
            let source = source(&connection);
            let all = read(&context, source, &request(&case, 1_000)).await;
            let changed: Vec<(String, Cursor)> = all
                .iter()
                .flat_map(|batch| &batch.records)
                .map(|record| (record.key.clone(), record.modified.unwrap()))
                .collect();
            assert!(source.clock(&context, case.stream, case.cursor).await.unwrap().is_some());
            for (_, since) in &changed {
                let request = ReadRequest { since: Some(*since), ..request(&case, 5) };
                let batches = read(&context, source, &request).await;
                let read: BTreeSet<String> = keys(&batches).into_iter().collect();
                let wanted = changed.iter().filter(|(_, modified)| modified >= since);
                let missed: Vec<&String> =
                    wanted.map(|(key, _)| key).filter(|key| !read.contains(*key)).collect();
                assert!(missed.is_empty(), "since {since} misses {missed:?}");
            }
        })
    }));
}

fn records_are_fetched_by_key_and_missing_ones_left_out(fixture: &dyn Fixture) {
    let case = fixture.source().unwrap();
    fixture.with(Box::new(|context, connection| {
        Box::pin(async move {
            if !connection.capabilities.can_fetch {
                return;
            }
            let mut asked: Vec<String> = case.keys.iter().take(3).cloned().collect();
            asked.push("987654321".to_owned());
            let found = source(&connection).fetch(&context, &request(&case, 10), &asked).await.unwrap();
            let mut found: Vec<String> = found.into_iter().map(|record| record.key).collect();
            found.sort();
            asked.pop();
            asked.sort();
            assert_eq!(found, asked);
        })
    }));
}

fn an_unknown_stream_is_an_error(fixture: &dyn Fixture) {
    let case = fixture.source().unwrap();
    fixture.with(Box::new(|context, connection| {
        Box::pin(async move {
            let request = ReadRequest { stream: "no_such_stream".to_owned(), ..request(&case, 10) };
            assert!(source(&connection).read(&context, &request).await.is_err());
        })
    }));
}

fn source(connection: &Connection) -> &dyn Source {
    connection.source.as_deref().unwrap()
}

fn request(case: &SourceCase, max_records: usize) -> ReadRequest {
    ReadRequest {
        stream: case.stream.to_owned(),
        options: Map::new(),
        cursor: case.cursor.map(str::to_owned),
        since: None,
        resume: None,
        max_records,
        max_bytes: 1 << 20,
    }
}

/// All batches from a request on.
async fn read(context: &Context, source: &dyn Source, request: &ReadRequest) -> Vec<Batch> {
    let mut request = request.clone();
    let mut batches = Vec::new();
    loop {
        let batch = source.read(context, &request).await.unwrap();
        assert!(batch.broken.is_empty(), "{:?}", batch.broken);
        request.resume.clone_from(&batch.checkpoint.resume);
        batches.push(batch);
        if request.resume.is_none() {
            return batches;
        }
        assert!(batches.len() < 1_000, "a read without an end");
    }
}

fn keys(batches: &[Batch]) -> Vec<String> {
    batches.iter().flat_map(|batch| &batch.records).map(|record| record.key.clone()).collect()
}
