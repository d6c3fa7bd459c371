//! Streams of tables: nothing is lost between pages, whatever ties.

use super::*;
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

pub(super) async fn read_all(
    shop: &Shop,
    source: &dyn Source,
    mut request: ReadRequest,
) -> (Vec<Batch>, Option<Cursor>) {
    let mut batches = Vec::new();
    loop {
        let batch = source.read(&shop.context(), &request).await.unwrap();
        request.resume.clone_from(&batch.checkpoint.resume);
        let cursor = batch.checkpoint.cursor;
        batches.push(batch);
        if request.resume.is_none() {
            return (batches, cursor);
        }
        assert_eq!(cursor, None);
    }
}

pub(super) fn keys(batches: &[Batch]) -> Vec<String> {
    batches.iter().flat_map(|batch| &batch.records).map(|record| record.key.clone()).collect()
}

/// Kinds of cursor columns, and the `n`th value of each as SQL and as a cursor.
const CURSORS: [(&str, &str, &str); 6] = [
    ("BIGINT", "{n}", "{n}"),
    ("DECIMAL(12,0)", "{n}", "{n}"),
    ("DATETIME(6)", "'2026-01-01 00:00:00.00000{n}'", "2026-01-01T00:00:00.00000{n}Z"),
    ("DATETIME", "'2026-01-01 00:00:0{n}'", "2026-01-01T00:00:0{n}Z"),
    ("TIMESTAMP(3) NULL", "'2026-01-01 00:00:00.00{n}'", "2026-01-01T00:00:00.00{n}Z"),
    ("DATE", "'2026-01-0{n}'", "2026-01-0{n}T00:00:00Z"),
];

#[test]
fn paging_with_ties_loses_and_doubles_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shop = runtime.block_on(Shop::new(""));
    let strategy = (
        proptest::collection::vec(1i64..5, 0..14),
        0usize..5,
        0usize..90,
        proptest::option::of(1i64..6),
        0..CURSORS.len(),
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    let done = runner.run(&strategy, |(cursors, max_records, max_bytes, since, kind)| {
        runtime.block_on(pages(&shop, &cursors, (max_records, max_bytes), since, kind))
    });
    done.unwrap();
}

async fn pages(
    shop: &Shop,
    cursors: &[i64],
    (max_records, max_bytes): (usize, usize),
    since: Option<i64>,
    kind: usize,
) -> Result<(), TestCaseError> {
    let (declared, sql, text) = CURSORS[kind];
    let of = |n: i64| Cursor::parse(&text.replace("{n}", &n.to_string())).unwrap();
    shop.run(&format!(
        "SET time_zone = '+00:00'; DROP TABLE IF EXISTS t; \
         CREATE TABLE t (a VARCHAR(9), b INT, m {declared}, PRIMARY KEY (a, b), KEY (m, a, b))"
    ))
    .await;
    let rows = cursors.iter().enumerate().map(|(index, cursor)| {
        format!(
            "('{}|{}', {index}, {})",
            ["k", "K"][index % 2],
            index % 3,
            sql.replace("{n}", &cursor.to_string())
        )
    });
    let rows: Vec<String> = rows.collect();
    if !rows.is_empty() {
        shop.run(&format!("SET time_zone = '+00:00'; INSERT INTO t VALUES {}", rows.join(", "))).await;
    }
    let source = shop.source(serde_json::json!({ "s": { "table": "t", "cursor": "m" } })).await;
    let wanted: Vec<(i64, String)> = cursors
        .iter()
        .enumerate()
        .filter(|(_, cursor)| since.is_none_or(|since| **cursor >= since))
        .map(|(index, cursor)| (*cursor, format!("{}\\|{}|{index}", ["k", "K"][index % 2], index % 3)))
        .collect();
    let newest = wanted.iter().map(|(cursor, _)| of(*cursor)).max();
    let request = ReadRequest {
        cursor: Some("m".to_owned()),
        since: since.map(of),
        max_records,
        max_bytes,
        ..request("s")
    };
    let (batches, cursor) = read_all(shop, &*source, request).await;
    let modified: Vec<_> =
        batches.iter().flat_map(|batch| &batch.records).map(|record| record.modified).collect();
    prop_assert!(modified.is_sorted());
    let mut seen = keys(&batches);
    seen.sort();
    let mut expected: Vec<String> = wanted.into_iter().map(|(_, key)| key).collect();
    expected.sort();
    prop_assert_eq!(seen, expected);
    prop_assert_eq!(cursor, newest);
    for batch in &batches {
        let bytes: usize = batch.records.iter().map(|record| record.record.size()).sum();
        prop_assert!(batch.records.len() <= max_records.max(1));
        prop_assert!(bytes <= max_bytes || batch.records.len() == 1);
    }
    Ok(())
}

#[tokio::test]
async fn pages_use_an_index_on_cursor_and_key() {
    let shop = Shop::new(
        "CREATE TABLE t (id INT PRIMARY KEY, m DATETIME(6) NOT NULL, v CHAR(200) DEFAULT '', KEY (m, id));
         INSERT INTO t (id, m) SELECT seq, '2026-01-01' + INTERVAL seq DIV 3 SECOND FROM seq_1_to_3000; ANALYZE TABLE t",
    )
    .await;
    let source = shop.source(serde_json::json!({ "t": { "cursor": "m" } })).await;
    let page = ReadRequest { cursor: Some("m".to_owned()), max_records: 100, ..request("t") };
    let mut db = shop.db().await;
    let first = source.read(&shop.context(), &page).await.unwrap();
    let read = async |db: &mut MySqlConnection| -> i64 {
        let rows = db.fetch_all("SELECT CAST(SUM(rows_read) AS CHAR) FROM information_schema.table_statistics WHERE table_schema = DATABASE() AND table_name = 't'").await.unwrap();
        sequel::text(&rows[0], 0).unwrap().unwrap_or_default().parse().unwrap_or_default()
    };
    db.execute("SET GLOBAL userstat = 1").await.unwrap();
    let before = read(&mut db).await;
    let next = ReadRequest { resume: first.checkpoint.resume, ..page };
    assert_eq!(source.read(&shop.context(), &next).await.unwrap().records.len(), 100);
    let read = read(&mut db).await - before;
    assert!((100..300).contains(&read), "{read} rows were read for a page of 100");
}

#[tokio::test]
async fn rows_without_a_place_are_reported() {
    let shop = Shop::new(
        "SET sql_mode = ''; CREATE TABLE t (id INT PRIMARY KEY, m DATETIME); \
         INSERT INTO t VALUES (1, '2026-01-02'), (2, NULL), (3, '0000-00-00'), (4, '2026-00-00'), (5, '2026-01-03')",
    )
    .await;
    let source = shop.source(serde_json::json!({ "t": { "cursor": "m" } })).await;
    let request = ReadRequest { cursor: Some("m".to_owned()), ..request("t") };
    let (batches, cursor) = read_all(&shop, &*source, request.clone()).await;
    assert_eq!(keys(&batches), ["1", "5"]);
    assert_eq!(cursor, Cursor::parse("2026-01-03T00:00:00").ok());
    let broken: Vec<String> =
        batches[0].broken.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    let words = "rows have no value, or a date without month or day, in the key or cursor columns (table t)";
    assert_eq!(broken, [format!("t: 3 {words}")]);
    let later = ReadRequest { since: cursor, ..request };
    let batch = source.read(&shop.context(), &later).await.unwrap();
    assert_eq!(batch.broken[0].1.to_string(), format!("2 {words}"));
}

#[tokio::test]
async fn keys_that_only_a_collation_calls_equal_are_all_read() {
    let shop = Shop::new(
        "CREATE TABLE base (n INT PRIMARY KEY, k VARCHAR(9)); INSERT INTO base VALUES (1, 'a'), (2, 'A'), (3, 'á'), (4, 'b');
         CREATE VIEW v AS SELECT k, n FROM base",
    )
    .await;
    let source = shop.source(serde_json::json!({ "v": { "key": ["k"] } })).await;
    let small = ReadRequest { max_records: 1, ..request("v") };
    let mut seen = keys(&read_all(&shop, &*source, small).await.0);
    seen.sort();
    assert_eq!(seen, ["A", "a", "b", "á"]);
    let wanted = ["A".to_owned(), "B".to_owned()];
    let found = source.fetch(&shop.context(), &request("v"), &wanted).await.unwrap();
    assert_eq!(found.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["A"]);
}

#[tokio::test]
async fn a_key_that_is_not_unique_is_refused_before_a_page_can_lose_a_row() {
    let shop = Shop::new("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('x'), ('y')").await;
    let source = shop.source(serde_json::json!({ "t": { "key": ["a"] } })).await;
    for max_records in [1, 2, 3] {
        let page = ReadRequest { max_records, ..request("t") };
        let error = source.read(&shop.context(), &page).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn fetch_finds_rows_by_their_stream_keys() {
    let shop = Shop::new(
        "CREATE TABLE t (a VARCHAR(9), b INT, m DATE, PRIMARY KEY (a, b)); INSERT INTO t VALUES ('x|y', 1, '2026-01-01'), ('z', 2, NULL)",
    )
    .await;
    let source = shop.source(serde_json::json!({})).await;
    let keys = ["z|2", "x\\|y|1", "x|y|1", "z|two", "z", "Z|2"].map(str::to_owned);
    let request = ReadRequest { cursor: Some("m".to_owned()), ..request("t") };
    let mut found: Vec<_> = source
        .fetch(&shop.context(), &request, &keys)
        .await
        .unwrap()
        .into_iter()
        .map(|record| (record.key, record.modified))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [("x\\|y|1".to_owned(), Cursor::parse("2026-01-01T00:00:00").ok()), ("z|2".to_owned(), None)]
    );
}

#[tokio::test]
async fn find_tells_at_most_two_ids_for_each_value() {
    let shop = Shop::new(
        "CREATE TABLE t (id INT PRIMARY KEY, sku VARCHAR(9), n INT);
         INSERT INTO t VALUES (1, 'a', 1), (2, 'a', 2), (3, 'a', 3), (4, 'b', 4)",
    )
    .await;
    let target = shop.target().await;
    let values = ["b", "c", "a"].map(str::to_owned);
    let found = target.find(&shop.context(), "t", "sku", &values).await.unwrap();
    let ids: Vec<usize> = found.iter().map(|(_, ids)| ids.len()).collect();
    assert_eq!((ids, &found[0].1), (vec![1, 0, 2], &vec!["4".to_owned()]));
    let found = target.find(&shop.context(), "t", "n", &["2".to_owned(), "x".to_owned()]).await.unwrap();
    assert_eq!(found, [("2".to_owned(), vec!["2".to_owned()]), ("x".to_owned(), Vec::new())]);
}
