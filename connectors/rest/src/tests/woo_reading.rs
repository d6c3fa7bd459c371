//! Reading a WooCommerce store: what is asked, and what comes of the answers.

use super::world::{Open, Script, answer, filtered, ok, page, read};
use engine_contract::{Batch, Cursor, ErrorKind, Retry, Value};
use serde_json::json;
use std::time::Duration;

const ORDERS: &str = "GET orders?dates_are_gmt=true&modified_after=2026-11-23T00:05:33&order=asc&orderby=modified&per_page=100";
const REST: &str = "GET orders?dates_are_gmt=true&exclude=5&modified_after=2026-11-23T00:05:34&order=asc&orderby=modified&per_page=100";

fn order(id: u64, modified: &str) -> String {
    format!(r#"{{"id":{id},"status":"processing","total":"1.10","date_modified_gmt":"{modified}"}}"#)
}

fn keys(batch: &Batch) -> Vec<&str> {
    batch.records.iter().map(|record| record.key.as_str()).collect()
}

#[tokio::test]
async fn changes_are_asked_for_in_utc_from_one_second_before() {
    let script = Script::new(vec![(
        ORDERS,
        ok(format!("[{},{}]", order(3, "2026-11-23T00:05:34"), order(2, "2026-11-23T00:05:35"))),
    )]);
    let open = Open::new("woocommerce", script.clone()).await;
    let request = read("orders", Some("date_modified_gmt"), Some("2026-11-23T00:05:34.5Z"));
    let batch = open.source().read(&open.context, &request).await.unwrap();
    assert_eq!(keys(&batch), ["3", "2"]);
    assert!(batch.is_last());
    assert_eq!(batch.checkpoint.cursor, Some(Cursor::parse("2026-11-23T00:05:35Z").unwrap()));
    assert_eq!(batch.records[0].record.as_bytes(), order(3, "2026-11-23T00:05:34").into_bytes());
    script.done();
}

/// The bound moves instead of the page, and what was seen in its second is left out.
#[tokio::test]
async fn a_read_goes_on_from_its_resume_text_alone() {
    let first: Vec<String> =
        (1..=5).map(|id| order(id, &format!("2026-11-23T00:05:3{}", id.min(5)))).collect();
    let script = Script::new(vec![
        (
            ORDERS.replace("per_page=100", "per_page=5").replace("00:05:33", "00:05:30").as_str(),
            ok(format!("[{}]", first.join(","))),
        ),
        (
            REST.replace("per_page=100", "per_page=5").as_str(),
            ok(format!("[{}]", order(6, "2026-11-23T00:05:35"))),
        ),
    ]);
    let mut request = read("orders", Some("date_modified_gmt"), Some("2026-11-23T00:05:31Z"));
    request.max_records = 5;
    let open = Open::new("woocommerce", script.clone()).await;
    let batch = open.source().read(&open.context, &request).await.unwrap();
    assert_eq!(keys(&batch), ["1", "2", "3", "4", "5"]);
    request.resume = batch.checkpoint.resume;
    let later = Open::new("woocommerce", script.clone()).await;
    let batch = later.source().read(&later.context, &request).await.unwrap();
    assert_eq!((keys(&batch), batch.is_last()), (vec!["6"], true));
    script.done();
}

#[tokio::test]
async fn a_batch_ends_at_its_bytes_and_loses_nothing() {
    let all: Vec<String> = (1..=3).map(|id| order(id, &format!("2026-11-23T00:05:3{id}"))).collect();
    let rest = format!("[{},{}]", all[1], all[2]);
    let script = Script::new(vec![
        (
            "GET orders?dates_are_gmt=true&order=asc&orderby=modified&per_page=100",
            ok(format!("[{}]", all.join(","))),
        ),
        (
            "GET orders?dates_are_gmt=true&exclude=1&modified_after=2026-11-23T00:05:30&order=asc&orderby=modified&per_page=100",
            ok(rest),
        ),
        (
            "GET orders?dates_are_gmt=true&exclude=2&modified_after=2026-11-23T00:05:31&order=asc&orderby=modified&per_page=100",
            ok(format!("[{}]", all[2])),
        ),
    ]);
    let open = Open::new("woocommerce", script.clone()).await;
    let mut request = read("orders", Some("date_modified_gmt"), None);
    request.max_bytes = 10;
    let mut seen = Vec::new();
    loop {
        let batch = open.source().read(&open.context, &request).await.unwrap();
        assert!(batch.records.len() <= 1, "one large record still comes alone");
        seen.extend(keys(&batch).into_iter().map(str::to_owned));
        request.resume.clone_from(&batch.checkpoint.resume);
        if batch.is_last() {
            break;
        }
    }
    assert_eq!(seen, ["1", "2", "3"]);
    script.done();
}

#[tokio::test]
async fn the_clock_is_the_date_of_an_answer() {
    let script =
        Script::new(vec![("GET orders?dates_are_gmt=true&order=asc&orderby=modified&per_page=1", ok("[]"))]);
    let open = Open::new("woocommerce", script.clone()).await;
    let clock = open.source().clock(&open.context, "orders", Some("date_modified_gmt")).await.unwrap();
    assert_eq!(clock, Some(Cursor::parse("2026-11-23T11:59:58Z").unwrap()));
    assert_eq!(open.source().clock(&open.context, "customers", None).await.unwrap(), None);
    script.done();
}

#[tokio::test]
async fn the_clock_is_not_asked_again_a_moment_after_an_answer() {
    let asked = "GET orders?dates_are_gmt=true&order=asc&orderby=modified&per_page=1";
    let script = Script::new(vec![(asked, ok("[]")), (asked, ok("[]"))]);
    let open = Open::new("woocommerce", script.clone()).await;
    let first = open.source().clock(&open.context, "orders", Some("date_modified_gmt")).await.unwrap();
    open.context.clock.sleep(Duration::from_secs(29)).await;
    let again = open.source().clock(&open.context, "products", Some("date_modified_gmt")).await.unwrap();
    assert_eq!(again, first);
    open.context.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(open.source().clock(&open.context, "orders", Some("date_modified_gmt")).await.unwrap(), first);
    script.done();
}

/// Refunds have no date of change, and each needs its order. An order is asked for once, however many refunds it
/// has; one that is gone is null.
#[tokio::test]
async fn refunds_come_by_their_creation_with_their_orders() {
    let refunds = r#"[{"id":11,"parent_id":5,"date_created_gmt":"2026-11-23T00:05:34"},
        {"id":12,"parent_id":5,"date_created_gmt":"2026-11-23T00:05:35"},
        {"id":13,"parent_id":6,"date_created_gmt":"2026-11-23T00:05:36"}]"#;
    let script = Script::new(vec![
        (
            "GET refunds?after=2026-11-23T00:05:33&dates_are_gmt=true&order=asc&orderby=date&per_page=100",
            ok(refunds),
        ),
        (
            "GET orders?dates_are_gmt=true&include=5,6&per_page=100",
            ok(r#"[{"id":5,"number":"A5","total":"9.90"}]"#),
        ),
    ]);
    let open = Open::new("woocommerce", script.clone()).await;
    let request = read("refunds", Some("date_created_gmt"), Some("2026-11-23T00:05:34Z"));
    let batch = open.source().read(&open.context, &request).await.unwrap();
    let parents: Vec<_> =
        batch.records.iter().map(|record| record.record.member("parent").unwrap().to_value()).collect();
    let parent = Value::from(json!({ "id": 5, "number": "A5", "total": "9.90" }));
    assert_eq!(parents, [parent.clone(), parent, Value::Null]);
    script.done();
}

/// Customers cannot be asked for by change (`modified_after` is ignored), and are read whole by id. A customer
/// who vanished meanwhile shifts the list: the next page begins with the last one that was seen, or steps back.
#[tokio::test]
async fn customers_are_swept_and_a_shorter_list_is_noticed() {
    let list = |ids: &[u64]| {
        let all: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
        ok(format!("[{}]", all.join(",")))
    };
    let asked = |offset: usize, size: usize| match offset {
        0 => format!("GET customers?order=asc&orderby=id&per_page={size}"),
        offset => format!("GET customers?offset={offset}&order=asc&orderby=id&per_page={size}"),
    };
    let script = Script::new(vec![
        (&asked(0, 5), list(&[1, 2, 3, 4, 5])),
        // 1 and 2 are gone: 4 would have stood here.
        (&asked(3, 5), list(&[6, 7, 8])),
        (&asked(1, 5), list(&[4, 5, 6, 7, 8])),
    ]);
    let open = Open::new("woocommerce", script.clone()).await;
    let mut request = read("customers", None, None);
    request.max_records = 4;
    let mut seen = Vec::new();
    loop {
        let batch = open.source().read(&open.context, &request).await.unwrap();
        assert_eq!(batch.checkpoint.cursor, None);
        seen.extend(keys(&batch).into_iter().map(str::to_owned));
        request.resume.clone_from(&batch.checkpoint.resume);
        if batch.is_last() || seen.len() == 8 {
            break;
        }
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[tokio::test]
async fn records_are_fetched_by_id_and_the_trash_only_when_it_is_read() {
    let asked = "GET orders?dates_are_gmt=true&include=5,6&per_page=100";
    let script = Script::new(vec![
        (asked, ok(r#"[{"id":5,"status":"cancelled"}]"#)),
        (asked, ok(r#"[{"id":5,"status":"cancelled"}]"#)),
        (
            "GET orders?dates_are_gmt=true&include=6&per_page=100&status=trash",
            ok(r#"[{"id":6,"status":"trash"}]"#),
        ),
    ]);
    let open = Open::new("woocommerce", script.clone()).await;
    let mut request = read("orders", None, None);
    let ids = ["5".to_owned(), "6".to_owned()];
    let found = open.source().fetch(&open.context, &request, &ids).await.unwrap();
    assert_eq!(found.len(), 1, "what is in the trash is gone");
    request.options = filtered(json!({ "status": ["cancelled", "trash"] }));
    let found = open.source().fetch(&open.context, &request, &ids).await.unwrap();
    assert_eq!(
        found.iter().map(|record| (record.key.as_str(), record.is_admitted)).collect::<Vec<_>>(),
        [("5", true), ("6", true)]
    );
    script.done();
}

/// A status can be left: it is judged on the record, so that a cancelled order is seen. A day of creation cannot.
#[tokio::test]
async fn orders_that_left_the_filter_are_told_apart() {
    let orders = r#"[{"id":1,"status":"processing","date_modified_gmt":"2026-11-23T00:05:34","date_created_gmt":"2026-01-01T00:00:00"},
        {"id":2,"status":"cancelled","date_modified_gmt":"2026-11-23T00:05:35","date_created_gmt":"2026-01-01T00:00:00"},
        {"id":3,"status":"processing","date_modified_gmt":"2026-11-23T00:05:36","date_created_gmt":"2025-12-31T23:59:59"}]"#;
    let script = Script::new(vec![(
        "GET orders?after=2025-12-31T23:59:59&dates_are_gmt=true&order=asc&orderby=modified&per_page=100",
        ok(orders),
    )]);
    let open = Open::new("woocommerce", script.clone()).await;
    let mut request = read("orders", Some("date_modified_gmt"), None);
    request.options =
        filtered(json!({ "status": ["processing", "completed"], "created_from": "2026-01-01" }));
    let batch = open.source().read(&open.context, &request).await.unwrap();
    let admitted: Vec<bool> = batch.records.iter().map(|record| record.is_admitted).collect();
    assert_eq!(admitted, [true, false, false]);
    script.done();
}

#[tokio::test]
async fn records_without_a_key_or_a_date_are_reported_and_the_rest_is_read() {
    let orders = r#"[{"status":"x","date_modified_gmt":"2026-11-23T00:05:34"},{"id":2,"date_modified_gmt":null},{"id":3,"date_modified_gmt":"2026-11-23T00:05:36"}]"#;
    let script = Script::new(vec![(
        "GET orders?dates_are_gmt=true&order=asc&orderby=modified&per_page=100",
        ok(orders),
    )]);
    let open = Open::new("woocommerce", script).await;
    let batch =
        open.source().read(&open.context, &read("orders", Some("date_modified_gmt"), None)).await.unwrap();
    let broken: Vec<_> = batch.broken.iter().map(|(origin, error)| format!("{origin}: {error}")).collect();
    assert_eq!(keys(&batch), ["3"]);
    assert_eq!(
        broken,
        [
            "orders: a record has no `id` (stream orders)",
            "2: `date_modified_gmt` is neither an instant nor a whole number (stream orders)",
        ]
    );
}

#[tokio::test]
async fn unknown_streams_options_and_filters_are_refused_before_anything_is_asked() {
    let open = Open::new("woocommerce", Script::new(Vec::new())).await;
    let said = |stream: &str, options: serde_json::Value| {
        let mut request = read(stream, None, None);
        request.options = Value::from(options).as_map().unwrap().clone();
        let open = &open;
        async move { open.source().read(&open.context, &request).await.unwrap_err().to_string() }
    };
    assert!(
        said("order", json!({}))
            .await
            .starts_with("the connection has no such stream (stream order, streams coupons,")
    );
    assert_eq!(
        said("orders", json!({ "colour": 1 })).await,
        "the stream takes no option `colour` (stream orders)"
    );
    assert_eq!(
        said("orders", json!({ "filter": { "colour": 1 } })).await,
        "the stream takes no filter `colour` (stream orders)"
    );
    assert_eq!(
        said("orders", json!({ "filter": { "created_from": "soon" } })).await,
        "filter `created_from` does not take this value (stream orders)"
    );
}

/// Each answer that is no list, by what the engine makes of it.
#[tokio::test]
async fn answers_that_are_no_success_say_what_to_do() {
    let fault =
        |code: &str| format!(r#"{{"code":"{code}","message":"No &quot;Ada&quot; 7 here.","data":500}}"#);
    let table = [
        (answer(401, fault("woocommerce_rest_cannot_view")), ErrorKind::Unauthorized, false),
        (answer(403, fault("woocommerce_rest_cannot_view")), ErrorKind::Forbidden, false),
        (answer(404, fault("rest_no_route")), ErrorKind::Config, false),
        (answer(400, fault("rest_invalid_param")), ErrorKind::Invalid, false),
        (answer(429, ""), ErrorKind::RateLimited, true),
        (answer(500, fault("internal_server_error")), ErrorKind::Unavailable, true),
        (page(503), ErrorKind::Unavailable, true),
        (page(403), ErrorKind::Forbidden, false),
        (page(301), ErrorKind::Config, false),
        (page(200), ErrorKind::Protocol, true),
        (answer(200, r#"[{"id":1"#), ErrorKind::Protocol, true),
        (answer(200, r#"{"code":"x"}"#), ErrorKind::Protocol, false),
    ];
    for (says, kind, is_transient) in table {
        let script = Script::new(vec![(
            "GET orders?dates_are_gmt=true&order=asc&orderby=modified&per_page=100",
            says,
        )]);
        let open = Open::new("woocommerce", script).await;
        let error = open
            .source()
            .read(&open.context, &read("orders", Some("date_modified_gmt"), None))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (kind, is_transient), "{error}");
        assert!(!error.to_string().contains("Ada"), "{error}");
    }
}

#[tokio::test]
async fn a_store_that_asks_for_a_pause_is_obeyed() {
    let says = super::world::Says::Answer(429, vec![("retry-after", "7".to_owned())], String::new());
    let script =
        Script::new(vec![("GET orders?dates_are_gmt=true&order=asc&orderby=modified&per_page=100", says)]);
    let open = Open::new("woocommerce", script).await;
    let error = open
        .source()
        .read(&open.context, &read("orders", Some("date_modified_gmt"), None))
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(7)));
}
