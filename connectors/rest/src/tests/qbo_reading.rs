//! Reading a QuickBooks Online company: the statements that are sent, and what comes of the answers.

use super::world::{Open, Script, answer, filtered, ok, read};
use engine_contract::{Cursor, ErrorKind};
use serde_json::json;
use std::time::Duration;

const CURSOR: &str = "MetaData.LastUpdatedTime";

fn list(entity: &str, objects: &str) -> super::world::Says {
    ok(format!(
        r#"{{"QueryResponse":{{"{entity}":{objects},"startPosition":1}},"time":"2026-11-23T03:59:57.123-08:00"}}"#
    ))
}

#[tokio::test]
async fn changes_are_selected_from_an_instant_on_inactive_ones_too() {
    let script = Script::new(vec![(
        "GET query?query=SELECT * FROM Customer WHERE Active IN (true, false) AND MetaData.LastUpdatedTime >= '2026-11-23T08:00:00+00:00' ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 MAXRESULTS 500",
        list(
            "Customer",
            r#"[{"Id":"7","Active":false,"Balance":1.10,"MetaData":{"LastUpdatedTime":"2026-11-23T00:00:01-08:00"}}]"#,
        ),
    )]);
    let open = Open::new("quickbooks", script.clone()).await;
    let mut request = read("Customer", Some(CURSOR), Some("2026-11-23T08:00:00Z"));
    request.options = filtered(json!({ "active": true }));
    let batch = open.source().read(&open.context, &request).await.unwrap();
    let [customer] = batch.records.as_slice() else { panic!("one customer") };
    assert_eq!((customer.key.as_str(), customer.is_admitted), ("7", false), "it left the filter");
    assert_eq!(batch.checkpoint.cursor, Some(Cursor::parse("2026-11-23T08:00:01Z").unwrap()));
    script.done();
}

/// An empty answer has no list at all.
#[tokio::test]
async fn an_empty_answer_is_an_empty_list() {
    let script = Script::new(vec![(
        "GET query?query=SELECT * FROM Invoice WHERE TxnDate >= '2026-01-01' ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 MAXRESULTS 500",
        ok(r#"{"QueryResponse":{},"time":"2026-11-23T03:59:57.123-08:00"}"#),
    )]);
    let open = Open::new("quickbooks", script.clone()).await;
    let mut request = read("Invoice", None, None);
    request.options = filtered(json!({ "dated_from": "2026-01-01" }));
    let batch = open.source().read(&open.context, &request).await.unwrap();
    assert!(batch.records.is_empty() && batch.is_last());
    script.done();
}

#[tokio::test]
async fn the_clock_is_the_time_in_an_answer() {
    let asked =
        "GET query?query=SELECT * FROM Invoice ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 MAXRESULTS 1";
    let script = Script::new(vec![
        (asked, ok(r#"{"QueryResponse":{},"time":"2026-11-23T03:59:57.123-08:00"}"#)),
        (asked, ok(r#"{"QueryResponse":{}}"#)),
    ]);
    let open = Open::new("quickbooks", script.clone()).await;
    let clock = open.source().clock(&open.context, "Invoice", Some(CURSOR)).await.unwrap();
    assert_eq!(clock, Some(Cursor::parse("2026-11-23T11:59:57.123Z").unwrap()));
    open.context.clock.sleep(Duration::from_secs(30)).await;
    let clock = open.source().clock(&open.context, "Invoice", Some(CURSOR)).await.unwrap();
    assert_eq!(
        clock,
        Some(Cursor::parse("2026-11-23T11:59:58Z").unwrap()),
        "the header, where the answer lacks it"
    );
    script.done();
}

/// More objects than a page in one second: positions lead on within it, each page beginning with a known object.
#[tokio::test]
async fn objects_of_one_second_are_read_by_position() {
    let object =
        |id: u32| format!(r#"{{"Id":"{id}","MetaData":{{"LastUpdatedTime":"2026-11-23T08:00:00Z"}}}}"#);
    let objects = |ids: &[u32]| {
        list("Class", &format!("[{}]", ids.iter().map(|id| object(*id)).collect::<Vec<_>>().join(",")))
    };
    let select = |from: &str, start: u32, most: u32| {
        format!(
            "GET query?query=SELECT * FROM Class WHERE Active IN (true, false){from} ORDERBY MetaData.LastUpdatedTime STARTPOSITION {start} MAXRESULTS {most}"
        )
    };
    let from = " AND MetaData.LastUpdatedTime >= '2026-11-23T08:00:00+00:00'";
    let script = Script::new(vec![
        (&select("", 1, 2), objects(&[1, 2])),
        (&select(from, 1, 4), objects(&[1, 2, 3, 4])),
    ]);
    let open = Open::new("quickbooks", script).await;
    let mut request = read("Class", Some(CURSOR), None);
    request.max_records = 2;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let batch = open.source().read(&open.context, &request).await.unwrap();
        seen.extend(batch.records.into_iter().map(|record| record.key));
        request.resume = batch.checkpoint.resume;
    }
    assert_eq!(seen, ["1", "2", "3", "4"]);
}

#[tokio::test]
async fn objects_are_fetched_by_id_and_deleted_ones_are_left_out() {
    let script = Script::new(vec![(
        "GET query?query=SELECT * FROM Customer WHERE Active IN (true, false) AND Id IN ('1','2\\'') STARTPOSITION 1 MAXRESULTS 2",
        list("Customer", r#"[{"Id":"1","Active":true}]"#),
    )]);
    let open = Open::new("quickbooks", script).await;
    let keys = ["1".to_owned(), "2'".to_owned()];
    let found = open.source().fetch(&open.context, &read("Customer", None, None), &keys).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn faults_of_the_gateway_never_show_the_token() {
    let body = r#"{"warnings":null,"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; statusCode=401","detail":"Token expired: eyJhbGciOi","code":"3200","element":null}],"type":"AUTHENTICATION"},"time":1730024394085}"#;
    let asked = "GET query?query=SELECT * FROM Invoice ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 MAXRESULTS 500";
    for (status, kind) in [(403, ErrorKind::Unauthorized), (200, ErrorKind::Unauthorized)] {
        let open = Open::new("quickbooks", Script::new(vec![(asked, answer(status, body))])).await;
        let error = open.source().read(&open.context, &read("Invoice", None, None)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error:?}").contains("eyJ"), "{error:?}");
    }
}
