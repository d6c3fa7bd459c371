//! What each format yields.

use super::*;

const BOM: &[u8] = b"\xef\xbb\xbf";

#[tokio::test]
async fn every_format_yields_its_records_in_the_order_of_paths() {
    let project = Project::new(&[
        ("b.json", b"[\n {\"id\": 1, \"total\": 1.10},\n {\"id\":2}\n]"),
        ("a.ndjson", b"{\"id\":3}\n\n  {\"id\":4}\r\n{\"id\":5}"),
        ("c.json", b" {\"id\":6} "),
        ("d.csv", b"id,name\n7,\"a, \"\"b\"\"\nc\"\n8,\n"),
        ("e/f.jsonl.gz", &gzip(b"{\"id\":9}\n")),
        ("empty.json", b"[]"),
        ("empty.ndjson", b""),
        ("empty.csv", b"id,name\n"),
    ]);
    let batch = project.read(stream(&["*.*", "e/*"])).await.unwrap();
    assert_eq!(
        show(&batch),
        [
            r#"3 a.ndjson:1 {"id":3}"#,
            r#"4 a.ndjson:3 {"id":4}"#,
            r#"5 a.ndjson:4 {"id":5}"#,
            r#"1 b.json:2 {"id":1,"total":1.10}"#,
            r#"2 b.json:3 {"id":2}"#,
            r#"6 c.json:1 {"id":6}"#,
            r#"7 d.csv:2 {"id":"7","name":"a, \"b\"\nc"}"#,
            r#"8 d.csv:4 {"id":"8","name":""}"#,
            r#"9 e/f.jsonl.gz:1 {"id":9}"#,
        ]
    );
    assert!(batch.broken.is_empty());
    assert!(batch.is_last());
}

#[tokio::test]
async fn a_byte_order_mark_is_no_content() {
    let with_bom = |text: &[u8]| [BOM, text].concat();
    let project = Project::new(&[
        ("a.csv", &with_bom(b"id;n\n1;x\n")),
        ("b.json", &with_bom(b"[{\"id\":2}]")),
        ("c.ndjson", &with_bom(b"{\"id\":3}")),
        ("d.json.gz", &gzip(&with_bom(b"{\"id\":4}"))),
    ]);
    let mut settings = stream(&["*"]);
    settings["delimiter"] = ";".into();
    let batch = project.read(settings).await.unwrap();
    let keys: Vec<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["1", "2", "3", "4"]);
}

#[tokio::test]
async fn gzip_in_several_members_is_read_to_its_end() {
    let project = Project::new(&[("a.ndjson.gz", &[gzip(b"{\"id\":1}\n"), gzip(b"{\"id\":2}\n")].concat())]);
    assert_eq!(project.read(stream(&["*"])).await.unwrap().records.len(), 2);
}

#[tokio::test]
async fn composite_and_nested_keys_join_their_parts() {
    let project = Project::new(&[("a.ndjson", br#"{"shop":"a|b","o":{"id":7}}"#)]);
    let batch = project.read(serde_json::json!({ "files": ["*"], "key": ["shop", "o.id"] })).await.unwrap();
    assert_eq!(batch.records[0].key, "a\\|b|7");
}

#[tokio::test]
async fn fetch_returns_the_wanted_records_only_and_the_newest_of_equal_keys() {
    let project = Project::new(&[
        ("a.ndjson", b"{\"id\":1,\"m\":\"2026-01-02\"}\n{\"id\":2}\nnonsense\n"),
        ("b.json", br#"[{"id":1,"m":"2026-01-01"},{"id":3}]"#),
    ]);
    let source = project.open(stream(&["*"])).await.unwrap();
    let keys = ["3", "1", "404"].map(str::to_owned);
    let request = ReadRequest { cursor: Some("m".to_owned()), ..request() };
    let found = source.fetch(&project.context(), &request, &keys).await.unwrap();
    let found: Vec<_> = found.iter().map(|record| (record.key.as_str(), record.origin.as_str())).collect();
    assert_eq!(found, [("3", "b.json:1"), ("1", "a.ndjson:1")]);
}

#[tokio::test]
async fn discovery_lists_streams_and_the_columns_of_csv() {
    let project = Project::new(&[("a.csv", b"id,n\n"), ("b.csv", b"n,id,x\n"), ("c.json", b"[]")]);
    let config = serde_json::json!({ "root": "data", "stream": {
        "tables": { "files": ["*.csv"], "key": ["id"], "cursor": "n" },
        "documents": { "files": ["*.json"], "key": ["id"] },
    }});
    let found = DynConnector::discover(&FileConnector, &project.context(), &config).await.unwrap();
    let streams: Vec<_> =
        found.streams.iter().map(|stream| (stream.name.as_str(), &*stream.cursors)).collect();
    assert_eq!(streams, [("documents", &[][..]), ("tables", &["n".to_owned()][..])]);
    let schema = &found.stream_schemas[0];
    let fields: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!((schema.name.as_str(), fields), ("tables", vec!["id", "n", "x"]));
}

#[tokio::test]
async fn a_stream_without_files_is_discovered_beside_the_others() {
    let project = Project::new(&[("a.csv", b"id,n\n"), ("broken.csv", b"id,\xff\n")]);
    let config = serde_json::json!({ "root": "data", "stream": {
        "tables": { "files": ["a.csv"], "key": ["id"] },
        "missing": { "files": ["none/*.csv"], "key": ["id"], "cursor": "n" },
        "broken": { "files": ["broken.csv"], "key": ["id"] },
    }});
    let found = DynConnector::discover(&FileConnector, &project.context(), &config).await.unwrap();
    let streams: Vec<_> = found.streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(streams, ["broken", "missing", "tables"]);
    let schemas: Vec<_> = found.stream_schemas.iter().map(|schema| schema.name.as_str()).collect();
    assert_eq!(schemas, ["tables"]);
}
