//! What is broken is named at its place, and hides nothing else.

use super::*;
use engine_contract::ErrorKind;

#[tokio::test]
async fn broken_lines_rows_and_keys_are_reported_and_reading_goes_on() {
    let project = Project::new(&[
        (
            "a.ndjson",
            b"{\"id\":1}\n{\"id\":tru}\n[]\n{\"id\":\"\"}\n{\"x\":1}\n{\"id\":2}\n{\"id\":\"\xff\"}",
        ),
        ("b.csv", b"id,n\n3,x,y\n\n4\n5,z\n\xff,1\n6,\xff\n"),
        ("c.json", b"[{\"id\":7},\n 8,\n  {\"id\":\"\\ud800\"}, {\"id\":9}]"),
    ]);
    let batch = project.read(stream(&["*"])).await.unwrap();
    let keys: Vec<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["1", "2", "5", "7", "9"]);
    assert_eq!(
        show_broken(&batch),
        [
            "a.ndjson:2: expected ident (file a.ndjson, line 2, column 10)",
            "a.ndjson:3: the line is not an object (file a.ndjson, line 3, column 1)",
            "a.ndjson:4: the record has no key (member id, place a.ndjson:4)",
            "a.ndjson:5: the record has no key (member id, place a.ndjson:5)",
            "a.ndjson:7: not UTF-8 (file a.ndjson, line 7, column 1)",
            "b.csv:2: the row has 3 cells, the header has 2 (file b.csv, line 2, column 1)",
            "b.csv:4: the row has 1 cells, the header has 2 (file b.csv, line 4, column 1)",
            "b.csv:6: the cell of column `id` is not UTF-8 (file b.csv, line 6, column 1)",
            "b.csv:7: the cell of column `n` is not UTF-8 (file b.csv, line 7, column 1)",
            "c.json:2: the element is not an object (file c.json, line 2, column 2)",
            "c.json:3: unexpected end of hex escape (file c.json, line 3, column 16)",
        ]
    );
}

#[tokio::test]
async fn csv_lines_are_counted_right_with_any_line_ends_and_blanks() {
    let text = b"\r\nid,n\r\n1,\"a\r\n\r\nb\"\r\n\r\n2\r\n3,x\r\n\n4,y";
    let batch = Project::new(&[("a.csv", text)]).read(stream(&["*"])).await.unwrap();
    let origins: Vec<&str> = batch.records.iter().map(|record| record.origin.as_str()).collect();
    assert_eq!(origins, ["a.csv:3", "a.csv:8", "a.csv:10"]);
    assert_eq!(batch.broken[0].0, "a.csv:7");
}

#[tokio::test]
async fn a_broken_array_yields_what_lies_before_and_then_fails_at_its_place() {
    let project =
        Project::new(&[("a.json", b"[{\"id\":1},\n {\"id\":2},\n {\"id\":3,\n  \"x\":tru}, {\"id\":4}]")]);
    let source = project.open(stream(&["*"])).await.unwrap();
    let first = source.read(&project.context(), &request()).await.unwrap();
    assert_eq!(first.records.len(), 2);
    let next = ReadRequest { resume: first.checkpoint.resume.clone(), ..request() };
    for _ in 0..2 {
        let error = source.read(&project.context(), &next).await.unwrap_err();
        assert_eq!(error.to_string(), "expected ident (file a.json, line 4, column 10)");
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    }
}

#[tokio::test]
async fn a_truncated_or_corrupt_gzip_names_the_file_and_never_ends_quietly() {
    let lines: String = (0..5000)
        .map(|id| format!("{{\"id\":{id},\"noise\":{}}}\n", id * 7919 % 104_729))
        .collect::<Vec<_>>()
        .concat();
    let whole = gzip(lines.as_bytes());
    let mut corrupt = whole.clone();
    let last = corrupt.len() - 6;
    corrupt[last] ^= 0xff;
    for broken in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], &whole[..0], &corrupt, b"plain text"]
    {
        let project = Project::new(&[("a.ndjson.gz", broken)]);
        let source = project.open(stream(&["*"])).await.unwrap();
        let mut next = request();
        let error = loop {
            match source.read(&project.context(), &next).await {
                Ok(batch) => {
                    next.resume = Some(batch.checkpoint.resume.expect("a read of broken gzip ended"));
                }
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains("a.ndjson.gz"), "{error}");
    }
}

#[tokio::test]
async fn a_quote_left_open_in_csv_cannot_fill_the_memory() {
    let text = format!("id,n\n1,\"{}", "x\n".repeat(9 * 1024 * 1024));
    let project = Project::new(&[("a.csv", text.as_bytes())]);
    let error = project.read(stream(&["*"])).await.unwrap_err();
    assert!(error.message().contains("larger than 16 MiB"), "{error}");
}

#[tokio::test]
async fn a_csv_without_header_or_with_twin_columns_is_an_error() {
    for text in [&b""[..], b"id,id\n1,2\n"] {
        let project = Project::new(&[("a.csv", text)]);
        let error = project.read(stream(&["*"])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    }
}

#[tokio::test]
async fn a_record_without_a_readable_cursor_is_broken_not_skipped() {
    let project = Project::new(&[(
        "a.ndjson",
        b"{\"id\":1,\"m\":\"2026-01-01\"}\n{\"id\":2}\n{\"id\":3,\"m\":\"soon\"}",
    )]);
    let source = project.open(stream(&["*"])).await.unwrap();
    let request = ReadRequest { cursor: Some("m".to_owned()), ..request() };
    let batch = source.read(&project.context(), &request).await.unwrap();
    assert_eq!(batch.records.len(), 1);
    let names: Vec<&str> = batch.broken.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["2", "3"]);
    assert!(!show_broken(&batch).concat().contains("soon"));
}
