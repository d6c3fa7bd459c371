//! The Data API over tables in memory.

#[cfg(feature = "postgres")]
mod compare;
mod recorded;

use super::*;
use crate::Emulator;
use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

const SECRET: &str = "sb_secret_emulated";

fn tables() -> String {
    json!({"objects": [
        {
            "name": "customers",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "email", "kind": "text", "required": true},
                {"name": "name", "kind": "text", "nullable": true, "max_length": 10},
                {"name": "created_at", "format": "timestamptz", "default": "now()"},
            ],
            "key": ["id"],
            "unique": [["email"]],
            "grants": {"service_role": ["select", "insert", "update", "delete"], "anon": ["select", "insert"]},
            "row_security": true,
        },
        {
            "name": "orders",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "customer_id", "kind": "integer", "nullable": true, "refers_to": "customers"},
                {"name": "total", "format": "numeric(10,2)", "nullable": true},
                {"name": "status", "kind": "text", "nullable": true, "default": "'new'::text"},
                {"name": "raw", "kind": "json", "nullable": true},
            ],
            "key": ["id"],
        },
    ]})
    .to_string()
}

fn project() -> Supabase<Memory> {
    let memory = Memory::new(Tables::read(&tables(), "public").unwrap()).unwrap();
    Supabase::new(Settings { max_rows: 3, ..Settings::default() }, memory)
}

struct Answer {
    status: u16,
    body: Value,
    response: Response<Bytes>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

fn ask(project: &mut Supabase<Memory>, line: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let (method, uri) = line.split_once(' ').unwrap();
    let mut request =
        Request::builder().method(method).uri(format!("/rest/v1/{uri}")).header("apikey", SECRET);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let now: Timestamp = "2026-11-28T02:00:00Z".parse().unwrap();
    let response = project.handle(&request.body(body).unwrap(), now);
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    Answer { status: response.status().as_u16(), body, response }
}

const NONE: &[(&str, &str)] = &[];
const UPSERT: &[(&str, &str)] = &[("prefer", "resolution=merge-duplicates,return=representation")];

fn add(project: &mut Supabase<Memory>, numbers: std::ops::RangeInclusive<i64>) {
    let rows: Vec<Value> = numbers.map(|id| json!({"id": id, "email": format!("{id}@x")})).collect();
    assert_eq!(ask(project, "POST customers", NONE, &json!(rows)).status, 201);
}

#[test]
fn what_was_written_is_read_with_filters_and_order() {
    let mut project = project();
    add(&mut project, 1..=3);
    let answer =
        ask(&mut project, "GET customers?id=gte.2&select=id,mail:email&order=id.desc", NONE, &Value::Null);
    assert_eq!((answer.status, answer.header("content-range")), (200, "0-1/*"));
    assert_eq!(answer.body, json!([{"id": 3, "mail": "3@x"}, {"id": 2, "mail": "2@x"}]));
}

#[test]
fn rows_beyond_the_maximum_are_cut_off_without_a_word() {
    let mut project = project();
    add(&mut project, 1..=5);
    let answer = ask(&mut project, "GET customers?limit=5", NONE, &Value::Null);
    assert_eq!((answer.status, answer.header("content-range")), (200, "0-2/*"));
    let counted = ask(&mut project, "GET customers", &[("prefer", "count=exact")], &Value::Null);
    assert_eq!((counted.status, counted.header("content-range")), (206, "0-2/5"));
    assert_eq!(counted.header("preference-applied"), "count=exact");
}

#[test]
fn an_upsert_says_whether_anything_is_new() {
    let mut project = project();
    let orders = json!([{"id": 1, "total": "12.5"}, {"id": 2, "total": 3}]);
    let first = ask(&mut project, "POST orders?on_conflict=id", UPSERT, &orders);
    assert_eq!((first.status, first.body[0]["total"].to_string()), (201, "12.50".to_owned()));
    assert_eq!(first.header("preference-applied"), "resolution=merge-duplicates, return=representation");
    assert_eq!(ask(&mut project, "POST orders?on_conflict=id", UPSERT, &orders).status, 200);
    let ignore = &[("prefer", "resolution=ignore-duplicates,return=representation")];
    let ignored = ask(&mut project, "POST orders", ignore, &json!([{"id": 1, "total": 9}]));
    assert_eq!((ignored.status, ignored.body), (201, json!([])));
    assert_eq!(ask(&mut project, "POST orders", UPSERT, &json!([])).status, 200);
}

#[test]
fn ragged_rows_with_columns_write_nulls_over_what_was_there() {
    let mut project = project();
    ask(&mut project, "POST orders", NONE, &json!([{"id": 1, "total": 5, "status": "paid"}]));
    let ragged = json!([{"id": 1}, {"id": 2, "total": 7}]);
    assert_eq!(ask(&mut project, "POST orders", UPSERT, &ragged).body["code"], "PGRST102");
    let answer = ask(&mut project, "POST orders?columns=id,total", UPSERT, &ragged);
    assert_eq!(answer.body[0]["total"], Value::Null);
    assert_eq!(answer.body[0]["status"], "paid");
    assert_eq!(answer.body[1]["status"], "new");
}

#[test]
fn a_request_that_fails_leaves_nothing() {
    let mut project = project();
    let rows = json!([{"id": 1, "email": "a@x"}, {"id": 2, "email": "a@x"}]);
    let answer = ask(&mut project, "POST customers", NONE, &rows);
    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("23505")));
    assert_eq!(answer.body["details"], "Key (email)=(a@x) already exists.");
    assert_eq!(project.database().rows("public", "customers").len(), 0);
    let twice = ask(&mut project, "POST orders", UPSERT, &json!([{"id": 1}, {"id": 1}]));
    assert_eq!((twice.status, twice.body["code"].as_str()), (500, Some("21000")));
    assert_eq!(project.database().rows("public", "orders").len(), 0);
}

#[test]
fn a_parent_must_be_there_and_stays_while_it_is_referred_to() {
    let mut project = project();
    let orphan = ask(&mut project, "POST orders", NONE, &json!({"id": 1, "customer_id": 9}));
    assert_eq!((orphan.status, orphan.body["code"].as_str()), (409, Some("23503")));
    add(&mut project, 9..=9);
    assert_eq!(ask(&mut project, "POST orders", NONE, &json!({"id": 1, "customer_id": 9})).status, 201);
    let held = ask(&mut project, "DELETE customers?id=eq.9", NONE, &Value::Null);
    assert_eq!(held.body["details"], "Key (id)=(9) is still referenced from table \"orders\".");
}

#[test]
fn values_are_checked_as_postgresql_checks_them() {
    let mut project = project();
    let refused = [
        (json!({"id": "abc", "email": "x"}), "22P02", "invalid input syntax for type bigint: \"abc\""),
        (
            json!({"id": 1, "email": "x", "name": "12345678901"}),
            "22001",
            "value too long for type character varying(10)",
        ),
        (
            json!({"id": 1}),
            "23502",
            "null value in column \"email\" of relation \"customers\" violates not-null constraint",
        ),
        (
            json!({"id": 1, "email": "x", "created_at": ""}),
            "22007",
            "invalid input syntax for type timestamp with time zone: \"\"",
        ),
        (
            json!({"id": 1, "email": "x", "created_at": "2026-13-45"}),
            "22008",
            "date/time field value out of range: \"2026-13-45\"",
        ),
        (json!({"id": 1, "email": "a\u{0}"}), "22P05", "unsupported Unicode escape sequence"),
    ];
    for (row, code, message) in refused {
        let answer = ask(&mut project, "POST customers", NONE, &row);
        assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some(code)), "{}", answer.body);
        assert_eq!(answer.body["message"], message);
    }
    let big = ask(&mut project, "POST orders", NONE, &json!({"id": 13, "total": 123_456_789.99}));
    assert_eq!(
        (big.body["code"].as_str(), &big.body["message"]),
        (Some("22003"), &json!("numeric field overflow"))
    );
}

#[test]
fn unknown_names_are_told_with_what_is_near() {
    let mut project = project();
    let table = ask(&mut project, "GET customer", NONE, &Value::Null);
    assert_eq!(
        (table.status, &table.body["hint"]),
        (404, &json!("Perhaps you meant the table 'public.customers'"))
    );
    let written = ask(&mut project, "POST orders", NONE, &json!({"id": 1, "totl": 1}));
    assert_eq!((written.status, written.body["code"].as_str()), (400, Some("PGRST204")));
    let read = ask(&mut project, "GET orders?totl=eq.1", NONE, &Value::Null);
    assert_eq!((read.status, &read.body["message"]), (400, &json!("column orders.totl does not exist")));
    assert_eq!(read.body["hint"], "Perhaps you meant to reference the column \"orders.total\".");
}

#[test]
fn a_key_says_who_asks() {
    let mut project = project();
    let settings = Settings::default();
    let mut status = |apikey: &str, authorization: &str, line: &str| {
        let mut request = Request::builder().method("GET").uri(format!("/rest/v1/{line}"));
        for (name, value) in [("apikey", apikey), ("authorization", authorization)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        project
            .handle(
                &request.body(Bytes::new()).unwrap(),
                Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 365 * 56),
            )
            .status()
            .as_u16()
    };
    assert_eq!(status("", "", "orders"), 401);
    assert_eq!(status("sb_secret_wrong", "", "orders"), 401);
    assert_eq!(status(SECRET, &format!("Bearer {SECRET}"), "orders"), 200);
    assert_eq!(status(&settings.service_role_key(), "", "orders"), 200);
    assert_eq!(status(&settings.publishable_key, "", "orders"), 401);
    let token = settings.token(&json!({"role": "authenticated"}));
    assert_eq!(status(&settings.publishable_key, &format!("Bearer {token}"), "orders"), 403);
    let expired = settings.token(&json!({"role": "service_role", "exp": 1}));
    assert_eq!(status(SECRET, &format!("Bearer {expired}"), "orders"), 401);
    assert_eq!(status(&settings.publishable_key, "", ""), 401);
    assert_eq!(status(SECRET, "", ""), 200);
}
