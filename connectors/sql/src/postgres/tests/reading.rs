//! Streams of tables: nothing is lost between pages, whatever ties.

use super::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn paging_with_ties_loses_and_doubles_nothing(
        cursors in proptest::collection::vec(0i64..4, 0..14),
        max_records in 0usize..5,
        max_bytes in 0usize..90,
        since in proptest::option::of(0i64..5),
        kind in 0usize..5,
    ) {
        let (declared, is_moment) =
            [("timestamptz", true), ("timestamp", true), ("date", true), ("bigint", false), ("numeric", false)][kind];
        let text = |day: i64| format!("2026-01-0{}T00:00:00Z", day + 1);
        let of = |day: i64| if is_moment { Cursor::parse(&text(day)).unwrap() } else { Cursor::Number(day) };
        block_on(async {
            let project = Project::new(&format!("CREATE TABLE t (a text, b bigint, m {declared}, PRIMARY KEY (a, b))")).await;
            for (index, cursor) in cursors.iter().enumerate() {
                let value = if is_moment { text(*cursor) } else { cursor.to_string() };
                project.sql(&format!("INSERT INTO t VALUES ('k|{}', {index}, '{value}')", index % 3)).await;
            }
            let source = project.source(json!({ "s": { "table": "t", "cursor": "m" } })).await;
            let mut expected: Vec<(i64, String)> = cursors
                .iter()
                .enumerate()
                .filter(|(_, cursor)| since.is_none_or(|since| **cursor >= since))
                .map(|(index, cursor)| (*cursor, format!("k\\|{}|{index}", index % 3)))
                .collect();
            let newest = expected.iter().map(|(cursor, _)| of(*cursor)).max();
            let request = ReadRequest {
                cursor: Some("m".to_owned()), since: since.map(of), max_records, max_bytes, ..request("s")
            };
            let (batches, cursor) = read_all(&project, &*source, request).await;
            let modified: Vec<_> = batches.iter().flat_map(|batch| &batch.records).map(|record| record.modified).collect();
            assert!(modified.is_sorted());
            let mut seen = keys(&batches);
            seen.sort();
            expected.sort_by(|one, two| one.1.cmp(&two.1));
            assert_eq!(seen, expected.into_iter().map(|(_, key)| key).collect::<Vec<_>>());
            assert_eq!(cursor, newest);
            for batch in &batches {
                let bytes: usize = batch.records.iter().map(|record| record.record.size()).sum();
                assert!(batch.records.len() <= max_records.max(1));
                assert!(bytes <= max_bytes || batch.records.len() == 1);
            }
            project.end().await;
        });
    }
}

#[tokio::test]
async fn a_row_changed_during_a_read_comes_again() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, m bigint); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
    )
    .await;
    let source = project.source(json!({ "t": { "cursor": "m" } })).await;
    let small = ReadRequest { cursor: Some("m".to_owned()), max_records: 2, ..request("t") };
    let first = source.read(&project.context(), &small).await.unwrap();
    project.sql("UPDATE t SET m = 4 WHERE id = 1").await;
    let next = ReadRequest { resume: first.checkpoint.resume.clone(), ..small };
    assert_eq!(keys(&[source.read(&project.context(), &next).await.unwrap()]), ["3", "1"]);
    project.end().await;
}

#[tokio::test]
async fn rows_without_a_cursor_are_counted_and_a_key_that_is_not_unique_is_refused() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, m timestamptz, k text);
         INSERT INTO t VALUES (1, '2026-01-01Z', 'x'), (2, NULL, 'x'), (3, 'infinity', 'y')",
    )
    .await;
    let source = project.source(json!({ "t": { "cursor": "m" }, "k": { "table": "t", "key": ["k"] } })).await;
    let request_m = ReadRequest { cursor: Some("m".to_owned()), ..request("t") };
    let (batches, cursor) = read_all(&project, &*source, request_m).await;
    assert_eq!(keys(&batches), ["1"]);
    assert_eq!(cursor, Cursor::parse("2026-01-01").ok());
    let broken: Vec<String> =
        batches[0].broken.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    assert_eq!(
        broken,
        [
            "3: the cursor is no instant or number of 64 bits (table t, column m)",
            "t: 1 rows have no value in the key or cursor columns (table t)",
        ]
    );
    for max_records in [1, 2, 3] {
        let request = ReadRequest { max_records, ..request("k") };
        assert_eq!(source.read(&project.context(), &request).await.unwrap_err().kind(), ErrorKind::Config);
    }
    project.end().await;
}

#[tokio::test]
async fn fetch_finds_rows_by_their_stream_keys() {
    let project = Project::new(
        "CREATE TABLE t (a text, b bigint, m date, PRIMARY KEY (a, b)); INSERT INTO t VALUES ('x|y', 1, '2026-01-01'), ('z', 2, NULL)",
    )
    .await;
    let source = project.source(json!({})).await;
    let keys = ["z|2", "x\\|y|1", "x|y|1", "z|two", "z", "gone|3"].map(str::to_owned);
    let request = ReadRequest { cursor: Some("m".to_owned()), ..request("t") };
    let found = source.fetch(&project.context(), &request, &keys).await.unwrap();
    let mut found: Vec<_> = found.iter().map(|record| (record.key.as_str(), record.modified)).collect();
    found.sort();
    assert_eq!(found, [("x\\|y|1", Cursor::parse("2026-01-01").ok()), ("z|2", None)]);
    project.end().await;
}

#[tokio::test]
async fn a_view_is_a_stream_when_its_key_is_named_and_unfit_columns_are_refused() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, d double precision, w text); INSERT INTO t VALUES (2, 1.5, 'b'), (1, 2, 'a');
         CREATE VIEW v AS SELECT id, w FROM t",
    )
    .await;
    let source = project
        .source(json!({
            "seen": { "table": "v", "key": ["id"] }, "v": {}, "d": { "table": "t", "key": ["d"] }, "t": { "cursor": "w" }
        }))
        .await;
    assert_eq!(keys(&read_all(&project, &*source, request("seen")).await.0), ["1", "2"]);
    let by_text = ReadRequest { cursor: Some("w".to_owned()), ..request("t") };
    let by_none = ReadRequest { cursor: Some("gone".to_owned()), ..request("t") };
    let mut shown = Vec::new();
    for request in [request("v"), request("d"), by_text, by_none, request("gone")] {
        shown.push(source.read(&project.context(), &request).await.unwrap_err().message().to_owned());
    }
    assert_eq!(
        shown,
        [
            "`v` has no primary key: name columns in `key`".to_owned(),
            "the key column `d` (double precision) has no exact texts".to_owned(),
            "the cursor column `w` (text) is no timestamp, date or number that grows".to_owned(),
            "`t` has no column `gone`".to_owned(),
            format!("no table `gone`; schema `{}` has: t, v", project.schema),
        ]
    );
    project.end().await;
}
