//! Hooks: what they change, what they may not, and what becomes of a write whose answer they cannot read.

use super::world::{Says, Script, answer, context, fields, ok, read};
use crate::Described;
use engine_contract::{
    Access, Batch, ConnectorError, DynConnector, Encode, ErrorKind, Op, Outcome, Result, Retry, Write,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

const MANIFEST: &str = r#"[connector]
name = "desk"
description = "Bookings"
docs = "https://desk.example.com"

[settings.token]
type = "secret"
required = true
description = "The token"

[base]
url = "https://desk.example.com/v1"
account = "desk"

[auth]
kind = "header"
value = "Bearer {token}"

[page.all]
kind = "PAGE"
size = "limit"
size_max = 2

[stream.bookings]
description = "Bookings"
schema = "streams/bookings.json"
key = ["id"]

[stream.bookings.read]
path = "bookings"
sweep = "all"

[object.bookings]
description = "Bookings"
schema = "streams/bookings.json"
key = ["id"]
effect = "none"

[object.bookings.write]
create = { method = "POST", path = "bookings" }
"#;

const FIELDS: &str = r#"{"name": "bookings", "fields": [{"name": "id", "kind": "integer"}, {"name": "room", "kind": "text"}]}"#;

fn described(page: &str, hooks: &str) -> Described {
    with(page, hooks, MANIFEST)
}

fn with(page: &str, hooks: &str, manifest: &str) -> Described {
    let files = [
        ("connector.toml", manifest.replace("PAGE", page)),
        ("streams/bookings.json", FIELDS.to_owned()),
        ("hooks.rhai", hooks.to_owned()),
    ];
    let files: BTreeMap<String, String> =
        files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    Described::read(&files).unwrap()
}

async fn sweep(described: &Described, http: &Arc<Script>) -> Result<Batch> {
    let context = context(http.clone());
    let config = json!({ "token": { "secret": "token" } });
    let connection = described.open(&context, &config, Access::Read).await?;
    connection.source.unwrap().read(&context, &read("bookings", None, None)).await
}

async fn create(described: &Described, http: &Arc<Script>) -> Result<Outcome> {
    Ok(creates(described, http, &["1"]).await?.remove(0).1)
}

/// Creates the same booking under several names.
async fn creates(described: &Described, http: &Arc<Script>, ids: &[&str]) -> Result<Vec<(String, Outcome)>> {
    let context = context(http.clone());
    let config = json!({ "token": { "secret": "token" } });
    let target = described.open(&context, &config, Access::Write).await?.target.unwrap();
    let fields = fields(json!({ "room": "Lake" }));
    let encode = Encode {
        op: Op::Create,
        object: "bookings",
        fields: &fields,
        match_on: &[],
        marker: "m",
        marker_field: None,
    };
    let payload = target.encode(&encode)?;
    let write = |id: &&str| Write {
        id: (*id).to_owned(),
        op: Op::Create,
        object: "bookings".into(),
        payload: payload.clone(),
        match_on: Vec::new(),
        target_id: None,
        token: None,
        request_key: "k".into(),
        marker: "m".into(),
        revision: 1,
    };
    target.write(&context, &ids.iter().map(write).collect::<Vec<_>>()).await
}

fn keys(batch: &Batch) -> Vec<&str> {
    batch.records.iter().map(|record| record.key.as_str()).collect()
}

fn refused(error: &ConnectorError) -> (ErrorKind, String) {
    (error.kind(), error.message().to_owned())
}

#[tokio::test]
async fn requests_answers_and_pages_are_what_the_hooks_make_of_them() {
    let hooks = r#"
        fn request(request) {
            request.method = "POST";
            request.path += "/search";
            request.query.remove("limit");
            request.body = #{page: request.query.page, size: 2};
            request
        }
        fn response(body, status, headers) { if "items" in body { body.items.map(|item| item.booking) } else { body } }
        fn next_page(body, headers, request) { if body.next != () { #{query: #{page: body.next}} } }
    "#;
    let item = |id: u32| json!({ "booking": { "id": id, "room": "Lake" } });
    let http = Script::new(vec![
        (
            r#"POST /v1/bookings/search {"page":null,"size":2}"#,
            ok(json!({ "items": [item(1), item(2)], "next": "b" }).to_string()),
        ),
        (
            r#"POST /v1/bookings/search?page=b {"page":"b","size":2}"#,
            ok(json!({ "items": [item(3)], "next": null }).to_string()),
        ),
    ]);
    let batch = sweep(&described("hook", hooks), &http).await.unwrap();
    assert_eq!(keys(&batch), ["1", "2", "3"]);
    assert_eq!(&batch.records[0].record.as_bytes()[..], br#"{"id":1,"room":"Lake"}"#);
    http.done();
}

#[tokio::test]
async fn a_place_among_hooked_pages_survives_being_stored() {
    let hooks = "fn next_page(body, headers, request) { if body.len() == 2 { #{path: \"bookings/more\", query: #{after: 2}} } }";
    let described = described("hook", hooks);
    let http = Script::new(vec![
        ("GET /v1/bookings?limit=2", ok(r#"[{"id":1},{"id":2}]"#)),
        ("GET /v1/bookings/more?after=2&limit=2", ok(r#"[{"id":3}]"#)),
    ]);
    let context = context(http.clone());
    let config = json!({ "token": { "secret": "token" } });
    let source = described.open(&context, &config, Access::Read).await.unwrap().source.unwrap();
    let mut request = engine_contract::ReadRequest { max_records: 2, ..read("bookings", None, None) };
    let first = source.read(&context, &request).await.unwrap();
    request.resume = first.checkpoint.resume.clone();
    let second = source.read(&context, &request).await.unwrap();
    assert_eq!((keys(&first), keys(&second), second.is_last()), (vec!["1", "2"], vec!["3"], true));
}

#[tokio::test]
async fn a_hook_sees_no_secret_and_stays_with_the_service() {
    let unsent: [(&str, &str); 8] = [
        ("request.path = \"https://evil.example/x\"", "none below the service's address"),
        ("request.path = \"//evil.example/x\"", "none below the service's address"),
        ("request.path = \"../../admin\"", "none below the service's address"),
        ("request.path = \"x?token=1\"", "none below the service's address"),
        ("request.headers.host = \"evil.example\"", "`host`, which is not for hooks"),
        ("request.headers.authorization = \"Bearer mine\"", "`authorization`, which is not for hooks"),
        ("request.method = \"DELETE\"", "a GET cannot become"),
        ("request.port = 80", "`port`, which no request has"),
    ];
    for (change, said) in unsent {
        let hooks = format!("fn request(request) {{ {change}; request }}");
        let error = sweep(&described("whole", &hooks), &Script::new(Vec::new())).await.unwrap_err();
        let (kind, message) = refused(&error);
        assert_eq!(kind, ErrorKind::Hook, "{change}");
        assert!(message.contains(said), "{change}: {message}");
    }
    let hooks = "fn request(request) { if \"authorization\" in request.headers { throw 1 } request.headers.seen = request.headers.keys().len(); request }";
    let http = Script::new(vec![("GET /v1/bookings?limit=2", ok("[]"))]);
    assert_eq!(keys(&sweep(&described("whole", hooks), &http).await.unwrap()), Vec::<&str>::new());
}

#[tokio::test]
async fn a_hook_that_fails_says_where() {
    let hooks = "fn response(body, status, headers) {\n    body.data.items\n}";
    let http = Script::new(vec![("GET /v1/bookings?limit=2", ok("{}"))]);
    let (kind, message) = refused(&sweep(&described("whole", hooks), &http).await.unwrap_err());
    assert_eq!(kind, ErrorKind::Hook);
    assert!(
        message.starts_with("the hook `response` failed: ") && message.ends_with("(hooks.rhai:2:15)"),
        "{message}"
    );
}

#[tokio::test]
async fn classify_says_what_an_answer_means_and_leaves_the_rest_to_the_rules() {
    let hooks = "fn classify(status, body) { if status == 200 && body?.busy == true { \"rate-limited\" } }";
    let busy = Script::new(vec![("GET /v1/bookings?limit=2", ok(r#"{"busy": true}"#))]);
    let error = sweep(&described("whole", hooks), &busy).await.unwrap_err();
    assert_eq!((error.kind(), matches!(error.retry(), Retry::After(_))), (ErrorKind::RateLimited, true));
    let gone = Script::new(vec![("GET /v1/bookings?limit=2", answer(404, "{}"))]);
    assert_eq!(sweep(&described("whole", hooks), &gone).await.unwrap_err().kind(), ErrorKind::NotFound);
    let odd = "fn classify(status, body) { \"strange\" }";
    let http = Script::new(vec![("GET /v1/bookings?limit=2", ok("[]"))]);
    assert_eq!(sweep(&described("whole", odd), &http).await.unwrap_err().kind(), ErrorKind::Hook);
}

#[tokio::test]
async fn a_write_whose_answer_a_hook_cannot_read_is_unknown_and_one_that_was_not_sent_is_not() {
    let posted = |says: Says| Script::new(vec![(r#"POST /v1/bookings {"room":"Lake"}"#, says)]);
    for hooks in [
        "fn response(body, status, headers) { body.data.id }",
        "fn classify(status, body) { body.error.code }",
        "fn response(body, status, headers) { loop { } }",
    ] {
        let outcome = create(&described("whole", hooks), &posted(ok(r#"{"id": 7}"#))).await.unwrap();
        assert!(matches!(outcome, Outcome::Unknown(error) if error.kind() == ErrorKind::Hook), "{hooks}");
    }
    let hooks = "fn request(request) { request.body.nosuch.x }";
    let error = create(&described("whole", hooks), &Script::new(Vec::new())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Hook, "nothing was sent");
    let hooks = "fn classify(status, body) { if status == 400 { \"duplicate\" } }";
    let outcome = create(&described("whole", hooks), &posted(answer(400, "{}"))).await.unwrap();
    assert!(matches!(outcome, Outcome::NotApplied(error) if error.kind() == ErrorKind::Duplicate));
}

/// What a hook cannot read of one object says nothing of it, and the others keep what was said of them.
#[tokio::test]
async fn an_object_of_a_batch_that_a_hook_cannot_read_is_unknown() {
    let batch = "batch = { method = \"POST\", path = \"bookings/batch\", max = 5, lists = { create = \"make\" }, refused = \"error\", status = \"status\" }\n";
    let hooks = "fn classify(status, body) { if status == 409 { body.reason.code } }";
    let answered =
        json!({ "make": [{ "id": 7 }, { "error": { "status": 409 } }, { "error": { "status": 422 } }] });
    let asked = r#"POST /v1/bookings/batch {"make":[{"room":"Lake"},{"room":"Lake"},{"room":"Lake"}]}"#;
    let http = Script::new(vec![(asked, ok(answered.to_string()))]);
    let outcomes =
        creates(&with("whole", hooks, &format!("{MANIFEST}{batch}")), &http, &["1", "2", "3"]).await.unwrap();
    let told: Vec<(&str, &str)> = outcomes
        .iter()
        .map(|(id, outcome)| match outcome {
            Outcome::Applied(_) => (id.as_str(), "applied"),
            Outcome::NotApplied(_) => (id.as_str(), "refused"),
            Outcome::Unknown(_) => (id.as_str(), "unknown"),
        })
        .collect();
    assert_eq!(told, [("1", "applied"), ("2", "unknown"), ("3", "refused")]);
}

#[tokio::test]
async fn committed_bytes_stay_what_they_are_where_a_hook_leaves_the_body_alone() {
    let hooks = "fn request(request) { request.query.v = 2; request }";
    let http = Script::new(vec![(r#"POST /v1/bookings?v=2 {"room":"Lake"}"#, ok(r#"{"id": 7}"#))]);
    let outcome = create(&described("whole", hooks), &http).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(applied) if applied.target_id == "7"));
}
