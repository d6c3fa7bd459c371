//! Recording and judging: what is written down tells of nobody, and what is judged is what was recorded.

use super::world::context;
use crate::{
    Described,
    conformance::{Check, Recording, Verdict, Wanted},
};
use bytes::Bytes;
use engine_contract::{HttpTransport, Result, async_trait};
use http::{Request, Response};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const MANIFEST: &str = r#"[connector]
name = "crm"
description = "Customers"
docs = "https://crm.example.com"

[settings.url]
type = "url"
required = true
description = "The address"

[settings.key]
type = "secret"
required = true
description = "The key"

[base]
url = "{url}/api"
account = "{url}"

[auth]
kind = "query"
pairs = { api_key = "key" }

[errors]
code = ["code"]

[[errors.rule]]
status = [422]
code = ["taken"]
kind = "duplicate"
say = "it is taken"

[page.all]
kind = "token"
token = "from"
next = "next"

[stream.customers]
description = "Customers"
schema = "streams/customers.json"
key = ["number"]

[stream.customers.read]
path = "customers"
list = "data"
sweep = "all"

[stream.customers.read.fetch]
path = "customers/{key}"
"#;

const FIELDS: &str = r#"{"name": "customers", "fields": [
  {"name": "number", "kind": "text", "is_personal": true},
  {"name": "who", "kind": "object", "is_personal": true, "is_open": true, "fields": [{"name": "title", "kind": "text"}]},
  {"name": "born", "kind": "date", "is_personal": true},
  {"name": "comment", "kind": "text", "nullable": true},
  {"name": "state", "kind": "text", "one_of": ["active", "gone"]},
  {"name": "limit", "kind": "decimal"}
]}"#;

fn described() -> Described {
    let files = [("connector.toml", MANIFEST), ("streams/customers.json", FIELDS)];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
    Described::read(&files.collect::<BTreeMap<_, _>>()).unwrap()
}

/// A service with two pages.
struct Crm;

fn customer(number: usize) -> Value {
    json!({ "number": format!("K-{number:03}-AT"), "who": { "title": "Countess", "anything": format!("Muster{number}") },
        "born": "1815-12-10", "comment": format!("Muster{number} (K-{number:03}-AT) wrote from m{number}@mail.example, secret-crm_key"),
        "state": "active", "limit": 12.50, "LastName": "Muster", "access_token": "abcdefghijk",
        "self": format!("https://crm.acme.example/api/customers/K-{number:03}-AT") })
}

#[async_trait]
impl HttpTransport for Crm {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        assert!(query.contains("api_key=secret-crm_key"), "it is signed: {query}");
        let (status, body) = match request.uri().path().strip_prefix("/api/customers").unwrap() {
            "" if query.contains("from=2") => (200, json!({ "data": [customer(3), customer(4)] })),
            "" => (200, json!({ "data": [customer(1), customer(2)], "next": "2" })),
            key => match key.strip_prefix("/K-").and_then(|rest| rest.get(..3)?.parse().ok()) {
                Some(number) => (200, customer(number)),
                None => (404, json!({ "code": "gone" })),
            },
        };
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .header("set-cookie", "canary")
            .header("x-user-email", "me@acme.example")
            .header("x-total", "4");
        Ok(response.body(Bytes::from(body.to_string())).unwrap())
    }
}

async fn recorded() -> Recording {
    let config = json!({ "url": "https://crm.acme.example", "key": { "secret": "crm_key" } });
    let wanted = Wanted { streams: Vec::new(), limit: 20 };
    let clean = |text: &str| text.replace("secret-crm_key", "[secret]");
    let made = described().record(&context(Arc::new(Crm)), &config, &wanted, &clean).await.unwrap();
    assert_eq!(made.len(), 1);
    Recording::parse(&made[0].to_text()).unwrap()
}

fn broken(checks: &[Check]) -> Vec<String> {
    let reasons = |check: &Check| match &check.verdict {
        Verdict::Broken(why) => why.iter().map(|why| format!("{}: {why}", check.promise)).collect(),
        _ => Vec::new(),
    };
    checks.iter().flat_map(reasons).collect()
}

#[tokio::test]
async fn a_recording_tells_of_nobody_and_answers_what_was_asked() {
    let recording = recorded().await;
    let text = recording.to_text();
    for canary in [
        "crm_key\"",
        "secret-crm",
        "api_key",
        "canary",
        "acme",
        "Muster",
        "Countess",
        "K-00",
        "1815",
        "mail.example",
        "abcdefghijk",
    ] {
        let is_name = canary == "crm_key\"";
        assert!(is_name || !text.contains(canary), "{canary} stands in {text}");
    }
    let checks = described().judge(&[recording]).await.unwrap();
    assert_eq!(broken(&checks), Vec::<String>::new());
    let kept = checks.iter().filter(|check| matches!(check.verdict, Verdict::Kept(_))).count();
    assert!(kept >= 9, "{checks:#?}");
}

#[tokio::test]
async fn the_same_person_has_the_same_stand_in_and_numbers_stay_exact() {
    let recording = recorded().await;
    let whole = &recording.exchanges[0].response.body;
    let json = serde_json::to_value(whole).unwrap();
    let first = &json["json"]["data"][0];
    let stand_in = first["number"].as_str().unwrap();
    assert!(first["comment"].as_str().unwrap().contains(stand_in), "{first:#}");
    assert_eq!(first["limit"].to_string(), "12.5");
    assert_eq!((&first["state"], &first["born"]), (&json!("active"), &json!("1990-01-01")));
    assert_eq!(recorded().await, recording, "recorded twice, it is the same");
}

#[tokio::test]
async fn what_the_files_do_not_say_breaks_a_promise() {
    let recording = recorded().await;
    let text = recording.to_text();
    let judged = async |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let changed = Recording::parse(&text.replacen(from, to, 1)).unwrap();
        broken(&described().judge(&[changed]).await.unwrap()).join("\n")
    };
    let wrong = judged("\"active\"", "\"asleep\"").await;
    assert!(
        wrong.contains("records match the field schemas: `state` is none of the allowed texts"),
        "{wrong}"
    );
    let unrecorded = judged("\"next\": \"2\"", "\"next\": \"3\"").await;
    assert!(unrecorded.contains("`GET /api/customers?from=3` was not recorded"), "{unrecorded}");
}

#[tokio::test]
async fn the_connectors_of_the_engine_keep_what_can_be_told_without_a_service() {
    for name in ["quickbooks", "woocommerce"] {
        let checks = super::bundled(name).judge(&[]).await.unwrap();
        assert_eq!(broken(&checks), Vec::<String>::new(), "{name}");
        let writes = checks.iter().filter(|check| check.promise == "a create has its shape").count();
        assert!(writes > 5, "{name}");
    }
    // Its tables are each project's own: only what answers mean can be told.
    let checks = super::bundled("supabase").judge(&[]).await.unwrap();
    assert_eq!(broken(&checks), Vec::<String>::new());
    assert!(checks.iter().any(|check| check.promise == "each rule is reached" && !check.is_broken()));
}

#[tokio::test]
async fn errors_that_would_double_records_are_found() {
    let files = |rule: &str| {
        let manifest = MANIFEST.replace("[page.all]", &format!("{rule}\n\n[page.all]"));
        let files = [("connector.toml", manifest), ("streams/customers.json", FIELDS.to_owned())];
        files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect::<BTreeMap<_, _>>()
    };
    let judged = async |rule: &str| {
        let described = Described::read(&files(rule)).unwrap();
        broken(&described.judge(&[recorded().await]).await.unwrap()).join("\n")
    };
    let refused = judged("[[errors.rule]]\nstatus = [500]\nkind = \"invalid\"\nsay = \"no\"").await;
    assert!(refused.contains("a 500 without a code counts as a refusal"), "{refused}");
    let goes_on = judged("[[errors.rule]]\nstatus = [401]\nkind = \"invalid\"\nsay = \"no\"").await;
    assert!(goes_on.contains("a 401 does not stop the run"), "{goes_on}");
    let hidden =
        judged("[[errors.rule]]\nstatus = [422]\ncode = [\"taken\"]\nkind = \"invalid\"\nsay = \"never\"")
            .await;
    assert!(hidden.contains("an answer for rule 2 is judged otherwise: it is taken"), "{hidden}");
}
