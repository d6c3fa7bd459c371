//! Streams of tables: nothing is lost between pages, whatever ties.

use super::*;
use engine_contract::Cursor;
use proptest::prelude::*;

pub(super) fn request(stream: &str) -> ReadRequest {
    ReadRequest {
        stream: stream.to_owned(),
        options: Map::new(),
        cursor: None,
        since: None,
        resume: None,
        max_records: 100_000,
        max_bytes: 1_000_000_000,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

async fn source(project: &Project, stream: serde_json::Value) -> Box<dyn Source> {
    let mut config = config();
    config["stream"] = stream;
    let opened = DynConnector::open(&SqliteConnector, &project.context(), &config, Access::Write).await;
    opened.unwrap().source.unwrap()
}

async fn read_all(
    project: &Project,
    source: &dyn Source,
    mut request: ReadRequest,
) -> (Vec<Batch>, Option<Cursor>) {
    let mut batches = Vec::new();
    loop {
        let batch = source.read(&project.context(), &request).await.unwrap();
        request.resume.clone_from(&batch.checkpoint.resume);
        let cursor = batch.checkpoint.cursor;
        batches.push(batch);
        if request.resume.is_none() {
            return (batches, cursor);
        }
        assert_eq!(cursor, None);
    }
}

fn keys(batches: &[Batch]) -> Vec<String> {
    batches.iter().flat_map(|batch| &batch.records).map(|record| record.key.clone()).collect()
}

#[tokio::test]
async fn rows_become_records_with_exact_values() {
    let project = Project::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, b BLOB, n TEXT, x);
         INSERT INTO t VALUES (1, 0.1, x'00FF', NULL, 1e300), (2, 12.0, 'text', '1.10', -1.5), (3, 0.1 + 0.2, '', '', 9e999);",
    );
    let source = source(&project, serde_json::json!({})).await;
    let (batches, _) = read_all(&project, &*source, request("t")).await;
    let rows: Vec<String> =
        batches[0].records.iter().map(|record| record.record.to_value().to_json()).collect();
    assert_eq!(
        rows,
        [
            r#"{"id":1,"r":0.1,"b":"00ff","n":null,"x":1.0e+300}"#,
            r#"{"id":2,"r":12.0,"b":"text","n":"1.10","x":-1.5}"#,
            r#"{"id":3,"r":0.30000000000000004,"b":"","n":"","x":"Inf"}"#,
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn paging_with_ties_loses_and_doubles_nothing(
        cursors in proptest::collection::vec(0i64..4, 0..14),
        max_records in 0usize..5,
        max_bytes in 0usize..90,
        since in proptest::option::of(0i64..5),
        as_instants in any::<bool>(),
    ) {
        let text = |second: i64| format!("2026-01-01T00:00:0{second}Z");
        let project = Project::new("CREATE TABLE t (a TEXT, b INTEGER, m, PRIMARY KEY (a, b))");
        let source = block_on(source(&project, serde_json::json!({ "s": { "table": "t", "cursor": "m" } })));
        let db = project.db();
        for (index, cursor) in cursors.iter().enumerate() {
            let (a, b) = (format!("k|{}", index % 3), i64::try_from(index).unwrap());
            if as_instants {
                db.execute("INSERT INTO t VALUES (?1, ?2, ?3)", (a, b, text(*cursor))).unwrap();
            } else {
                db.execute("INSERT INTO t VALUES (?1, ?2, ?3)", (a, b, cursor)).unwrap();
            }
        }
        let of = |second| if as_instants { Cursor::parse(&text(second)).unwrap() } else { Cursor::Number(second) };
        let mut expected: Vec<(i64, String)> = cursors
            .iter()
            .enumerate()
            .filter(|(_, cursor)| since.is_none_or(|since| **cursor >= since))
            .map(|(index, cursor)| (*cursor, format!("k\\|{}|{index}", index % 3)))
            .collect();
        let newest = expected.iter().map(|(cursor, _)| of(*cursor)).max();
        let request = ReadRequest {
            cursor: Some("m".to_owned()),
            since: since.map(of),
            max_records,
            max_bytes,
            ..request("s")
        };
        let (batches, cursor) = block_on(read_all(&project, &*source, request));
        let modified: Vec<_> = batches.iter().flat_map(|batch| &batch.records).map(|record| record.modified).collect();
        prop_assert!(modified.is_sorted());
        let mut seen = keys(&batches);
        seen.sort();
        expected.sort_by(|one, two| one.1.cmp(&two.1));
        prop_assert_eq!(seen, expected.into_iter().map(|(_, key)| key).collect::<Vec<_>>());
        prop_assert_eq!(cursor, newest);
        for batch in &batches {
            let bytes: usize = batch.records.iter().map(|record| record.record.size()).sum();
            prop_assert!(batch.records.len() <= max_records.max(1));
            prop_assert!(bytes <= max_bytes || batch.records.len() == 1);
        }
    }
}

#[tokio::test]
async fn instants_are_compared_as_instants_however_they_are_written() {
    let project = Project::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, m TEXT);
         INSERT INTO t VALUES (1, '2026-01-02 00:00:00'), (2, '2026-01-02T01:00:00+01:00'), (3, '2026-01-01T23:59:59Z'),
                              (4, '2026-01-02T00:00:00.000Z'), (5, 'soon'), (6, NULL);",
    );
    let source = source(&project, serde_json::json!({ "t": { "cursor": "m" } })).await;
    let since = Cursor::parse("2026-01-02T00:00:00Z").ok();
    let request = ReadRequest { cursor: Some("m".to_owned()), since, ..request("t") };
    let (batches, cursor) = read_all(&project, &*source, request).await;
    let mut seen = keys(&batches);
    seen.sort();
    assert_eq!(seen, ["1", "2", "4"]);
    assert_eq!(cursor, since);
    let broken: Vec<String> =
        batches[0].broken.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    assert_eq!(
        broken,
        [
            "5: the cursor is no instant or whole number (table t, column m)",
            "t: 1 rows have no whole number or text in the key or cursor columns (table t)",
        ]
    );
}

#[tokio::test]
async fn a_row_changed_during_a_read_comes_again() {
    let project = Project::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, m INTEGER); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
    );
    let source = source(&project, serde_json::json!({ "t": { "cursor": "m" } })).await;
    let small = ReadRequest { cursor: Some("m".to_owned()), max_records: 2, ..request("t") };
    let first = source.read(&project.context(), &small).await.unwrap();
    project.db().execute_batch("UPDATE t SET m = 4 WHERE id = 1").unwrap();
    let next = ReadRequest { resume: first.checkpoint.resume.clone(), ..small };
    assert_eq!(keys(&[source.read(&project.context(), &next).await.unwrap()]), ["3", "1"]);
}

#[tokio::test]
async fn a_key_that_is_not_unique_is_refused_before_a_page_can_lose_a_row() {
    let project = Project::new("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('x'), ('y')");
    let source = source(&project, serde_json::json!({ "t": { "key": ["a"] } })).await;
    for max_records in [1, 2, 3] {
        let error =
            source.read(&project.context(), &ReadRequest { max_records, ..request("t") }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn fetch_finds_rows_by_their_stream_keys() {
    let project = Project::new(
        "CREATE TABLE t (a TEXT, b INTEGER, m TEXT, PRIMARY KEY (a, b)); INSERT INTO t VALUES ('x|y', 1, '2026-01-01'), ('z', 2, 'z')",
    );
    let source = source(&project, serde_json::json!({})).await;
    let keys = ["z|2", "x\\|y|1", "x|y|1", "z|two", "z"].map(str::to_owned);
    let request = ReadRequest { cursor: Some("m".to_owned()), ..request("t") };
    let found = source.fetch(&project.context(), &request, &keys).await.unwrap();
    let found: Vec<_> = found.iter().map(|record| (record.key.as_str(), record.modified)).collect();
    assert_eq!(found, [("z|2", None), ("x\\|y|1", Cursor::parse("2026-01-01").ok())]);
}

#[tokio::test]
async fn the_clock_speaks_in_the_terms_of_the_cursor() {
    let project = Project::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, m TEXT, n INTEGER, k TEXT); INSERT INTO t VALUES (1, '2026-01-01', 9, '10'), (2, NULL, 4, '9')",
    );
    let source = source(&project, serde_json::json!({})).await;
    let context = project.context();
    let clock = async |cursor| source.clock(&context, "t", cursor).await.unwrap();
    assert!(matches!(clock(Some("m")).await, Some(Cursor::Instant(_))));
    assert_eq!(clock(Some("n")).await, Some(Cursor::Number(9)));
    assert_eq!(clock(Some("k")).await, Some(Cursor::Number(10)));
    assert_eq!(clock(None).await, None);
}

#[tokio::test]
async fn tables_without_key_views_and_the_guard_are_no_streams_by_themselves() {
    let project = Project::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE other (id INTEGER PRIMARY KEY); CREATE TABLE heap (x);
         CREATE VIEW v AS SELECT id FROM t; INSERT INTO t VALUES (1);",
    );
    let target = project.target().await;
    project.write(&*target, &[put(&*target, 1, &["id"], r#"{"id":2}"#)]).await;
    let source = source(
        &project,
        serde_json::json!({ "seen": { "table": "v", "key": ["id"] }, "mine": { "table": "t" } }),
    )
    .await;
    let names: Vec<String> = source.streams().into_iter().map(|stream| stream.name).collect();
    assert_eq!(names, ["mine", "other", "seen"]);
    assert_eq!(keys(&read_all(&project, &*source, request("seen")).await.0), ["1", "2"]);
}
