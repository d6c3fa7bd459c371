//! Reading tables: by keys that only grow, whatever the service gives at once.

use super::world::{Open, Says, Script, answer, filtered, ok, read};
use engine_contract::{Batch, ConnectorError, ErrorKind, ReadRequest};
use serde_json::json;
use std::time::Duration;

const ROOT: &str = "GET";

/// The tables of a project, as PostgREST describes them.
pub(super) fn root() -> Says {
    let key = "Note:\nThis is a Primary Key.<pk/>";
    let bigint = json!({ "format": "bigint", "type": "integer", "description": key });
    let instant = json!({ "format": "timestamp with time zone", "type": "string" });
    let text = json!({ "format": "text", "type": "string" });
    ok(json!({ "definitions": {
        "orders": {
            "required": ["id", "status"],
            "properties": { "id": bigint, "status": text, "total": { "format": "numeric", "type": "number" },
                "changed": instant, "order": { "format": "integer", "type": "integer" } },
        },
        "lines": {
            "required": ["order_id", "no"],
            "properties": { "order_id": bigint, "no": bigint, "name": text, "changed": instant },
        },
        "totals": { "properties": { "sum": { "format": "numeric", "type": "number" } } },
    }})
    .to_string())
}

async fn reads(request: &ReadRequest, steps: Vec<(&str, Says)>) -> Result<Batch, ConnectorError> {
    let script = Script::new([(ROOT, root())].into_iter().chain(steps).collect());
    let open = Open::new("supabase", script.clone()).await;
    let batch = open.source().read(&open.context, request).await;
    script.done();
    batch
}

fn keys(batch: &Batch) -> Vec<&str> {
    batch.records.iter().map(|record| record.key.as_str()).collect()
}

#[tokio::test]
async fn a_page_that_is_not_full_ends_nothing_but_an_empty_one_does() {
    let steps = vec![
        ("GET orders?limit=500&order=id.asc&select=*", ok(r#"[{"id":1},{"id":2}]"#)),
        (r#"GET orders?limit=498&or=(id.gt."2")&order=id.asc&select=*"#, ok(r#"[{"id":9}]"#)),
        (r#"GET orders?limit=497&or=(id.gt."9")&order=id.asc&select=*"#, ok("[]")),
    ];
    let batch = reads(&read("orders", None, None), steps).await.unwrap();
    assert_eq!((keys(&batch), batch.is_last()), (vec!["1", "2", "9"], true));
}

#[tokio::test]
async fn a_cursor_is_followed_by_its_value_and_the_key_with_every_digit() {
    let request =
        ReadRequest { max_records: 2, ..read("lines", Some("changed"), Some("2026-11-01T00:00:00Z")) };
    let rows = r#"[{"order_id":1,"no":1,"changed":"2026-11-02T10:00:00.123456+00:00"},
                   {"order_id":1,"no":2,"changed":"2026-11-02T10:00:00.123456+00:00","name":"a|b"}]"#;
    let first =
        "GET lines?changed=gte.2026-11-01T00:00:00Z&limit=2&order=changed.asc,order_id.asc,no.asc&select=*";
    let batch = reads(&request, vec![(first, ok(rows))]).await.unwrap();
    assert_eq!(keys(&batch), ["1|1", "1|2"]);
    assert_eq!(batch.checkpoint.cursor.unwrap().to_string(), "2026-11-02T10:00:00.123456Z");
    let rest = concat!(
        "GET lines?changed=gte.2026-11-01T00:00:00Z&limit=2&",
        r#"or=(changed.gt."2026-11-02T10:00:00.123456+00:00","#,
        r#"and(changed.eq."2026-11-02T10:00:00.123456+00:00",order_id.gt."1"),"#,
        r#"and(changed.eq."2026-11-02T10:00:00.123456+00:00",order_id.eq."1",no.gt."2"))"#,
        "&order=changed.asc,order_id.asc,no.asc&select=*"
    );
    let request = ReadRequest { resume: batch.checkpoint.resume, ..request };
    let batch = reads(&request, vec![(rest, ok("[]"))]).await.unwrap();
    assert!(batch.is_last() && batch.records.is_empty());
}

#[tokio::test]
async fn rows_without_a_cursor_are_said_once_and_not_read() {
    let steps = vec![
        ("GET orders?changed=is.null&limit=1&select=changed", ok(r#"[{"changed":null}]"#)),
        ("GET orders?changed=not.is.null&limit=500&order=changed.asc,id.asc&select=*", ok("[]")),
    ];
    let batch = reads(&read("orders", Some("changed"), None), steps).await.unwrap();
    assert_eq!(
        batch.broken[0].1.message(),
        "rows without a `changed` are not read: give the column a value, or sweep the table"
    );
    let error = reads(&read("orders", Some("id"), None), vec![]).await.unwrap_err();
    assert_eq!(error.to_string(), "a cursor is a column with a date and time (table orders, column id)");
}

#[tokio::test]
async fn a_service_that_stands_still_is_noticed() {
    let steps = vec![
        ("GET orders?limit=500&order=id.asc&select=*", ok(r#"[{"id":1}]"#)),
        (r#"GET orders?limit=499&or=(id.gt."1")&order=id.asc&select=*"#, ok(r#"[{"id":1}]"#)),
    ];
    let error = reads(&read("orders", None, None), steps).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn a_filter_is_judged_on_the_row() {
    let rows = r#"[{"id":1,"status":"paid"},{"id":2,"status":"open"}]"#;
    let steps = vec![
        ("GET orders?limit=500&order=id.asc&select=*", ok(rows)),
        (r#"GET orders?limit=498&or=(id.gt."2")&order=id.asc&select=*"#, ok("[]")),
    ];
    let options = filtered(json!({ "status": ["paid", "sent"] }));
    let batch = reads(&ReadRequest { options, ..read("orders", None, None) }, steps).await.unwrap();
    let admitted: Vec<bool> = batch.records.iter().map(|record| record.is_admitted).collect();
    assert_eq!(admitted, [true, false]);
    let options = filtered(json!({ "stat": "paid" }));
    let error = reads(&ReadRequest { options, ..read("orders", None, None) }, vec![]).await.unwrap_err();
    assert_eq!(error.to_string(), "the table has no column `stat` to filter by (table orders)");
}

#[tokio::test]
async fn records_are_fetched_by_keys_that_may_hold_anything() {
    let both = r#"GET lines?limit=2&or=(and(order_id.eq."1",no.eq."2"),and(order_id.eq."a|,\"",no.eq."3"))&order=order_id.asc,no.asc&select=*"#;
    let more = both.replace("&order=", r#"&or=(order_id.gt."1",and(order_id.eq."1",no.gt."2"))&order="#);
    let steps = vec![(ROOT, root()), (both, ok(r#"[{"order_id":1,"no":2}]"#)), (&more, ok("[]"))];
    let script = Script::new(steps);
    let open = Open::new("supabase", script.clone()).await;
    let wanted = ["1|2".to_owned(), engine_contract::join_key(&["a|,\"", "3"])];
    let found = open.source().fetch(&open.context, &read("lines", None, None), &wanted).await.unwrap();
    script.done();
    assert_eq!(found.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["1|2"]);
    assert_eq!(open.source().visibility_lag("lines"), Duration::from_secs(300));
}

#[tokio::test]
async fn the_clock_is_the_time_of_an_answer() {
    let script = Script::new(vec![("GET orders?limit=1&select=changed", ok("[]"))]);
    let open = Open::new("supabase", script.clone()).await;
    let time = open.source().clock(&open.context, "orders", Some("changed")).await.unwrap();
    assert_eq!(time.unwrap().to_string(), "2026-11-23T11:59:58Z");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_with_what_helps() {
    let error = reads(&read("totals", None, None), vec![]).await.unwrap_err();
    assert_eq!(error.message(), "the table has no primary key, without which its rows cannot be told apart");
    let error = reads(&read("order", None, None), vec![]).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().ends_with("(table order)")), (ErrorKind::NotFound, true));
    let refused = answer(
        401,
        r#"{"message":"Access to schema is forbidden","hint":"Accessing the schema is only allowed using a secret API key."}"#,
    );
    let script = Script::new(vec![(ROOT, refused)]);
    let open = Open::new("supabase", script).await;
    let error = open.source().read(&open.context, &read("orders", None, None)).await.unwrap_err();
    assert!(error.message().contains("use a secret key"), "{error}");
}
