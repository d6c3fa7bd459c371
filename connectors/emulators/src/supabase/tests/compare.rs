//! The same requests to tables in memory and to a real PostgreSQL: the answers must be equal.

use super::super::{Memory, Postgres, Scratch, Settings, Supabase, Tables};
use crate::Emulator;
use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

const SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// Who asks: by the name of a key, and what else stands in the headers.
const SECRET: &str = "sb_secret_emulated";
const PUBLIC: &str = "sb_publishable_emulated";

fn tables() -> String {
    json!({"objects": [
        {
            "name": "customers",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "email", "kind": "text", "required": true},
                {"name": "name", "kind": "text", "nullable": true, "max_length": 10},
                {"name": "is_active", "kind": "boolean", "nullable": true},
            ],
            "key": ["id"],
            "unique": [["email"]],
        },
        {
            "name": "orders",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "customer_id", "kind": "integer", "nullable": true, "refers_to": "customers"},
                {"name": "total", "format": "numeric(10,2)", "nullable": true},
                {"name": "status", "kind": "text", "nullable": true, "default": "'new'::text"},
                {"name": "placed_at", "kind": "timestamp", "nullable": true},
                {"name": "day", "kind": "date", "nullable": true},
                {"name": "raw", "kind": "json", "nullable": true},
                {"name": "tags", "format": "text[]", "nullable": true},
            ],
            "key": ["id"],
        },
        {
            "name": "lines",
            "fields": [
                {"name": "order_id", "kind": "integer", "required": true, "refers_to": "orders"},
                {"name": "number", "format": "integer", "required": true},
                {"name": "sku", "kind": "text", "nullable": true},
            ],
            "key": ["order_id", "number"],
        },
        {
            "name": "counted",
            "fields": [
                {"name": "id", "kind": "integer", "identity": "always"},
                {"name": "word", "kind": "text", "required": true},
            ],
            "key": ["id"],
        },
        {"name": "keyless", "fields": [{"name": "word", "kind": "text", "nullable": true}], "key": []},
        {
            "name": "guarded",
            "fields": [{"name": "id", "kind": "integer", "required": true}],
            "key": ["id"],
            "row_security": true,
            "grants": {
                "service_role": ["select", "insert", "update", "delete"],
                "anon": ["select", "insert"],
            },
        },
    ]})
    .to_string()
}

/// What is asked: key, request line, the header Prefer (or another as `name: value`), the body.
type Asked = (&'static str, &'static str, &'static str, &'static str);

const REQUESTS: &[Asked] = &[
    // Inserts.
    (
        SECRET,
        "POST customers",
        "return=representation",
        r#"{"id":1,"email":"a@x","name":"A","is_active":true}"#,
    ),
    (SECRET, "POST customers", "return=minimal", r#"[{"id":2,"email":"b@x"},{"id":3,"email":"c@x"}]"#),
    (SECRET, "POST customers", "return=headers-only", r#"{"id":4,"email":"d@x"}"#),
    (
        SECRET,
        "POST customers",
        "return=headers-only,count=exact",
        r#"[{"id":5,"email":"e@x"},{"id":6,"email":"f@x"}]"#,
    ),
    (SECRET, "POST customers", "", r#"{"id":1,"email":"z@x"}"#),
    (SECRET, "POST customers", "", r#"{"id":9,"email":"a@x"}"#),
    (SECRET, "POST customers", "", r#"{"id":9}"#),
    (SECRET, "POST customers", "", r#"{"id":9,"email":null}"#),
    (SECRET, "POST customers", "", r#"[{"id":10,"email":"k@x"},{"id":"abc","email":"l@x"}]"#),
    (SECRET, "POST customers", "", r#"{"id":9,"email":"k@x","name":"12345678901"}"#),
    (SECRET, "POST customers", "return=representation", r#"{"id":11,"email":"k@x","name":"1234567890   "}"#),
    (SECRET, "POST customers", "", r#"{"id":12.5,"email":"k@x"}"#),
    (SECRET, "POST customers", "", r#"{"id":99999999999999999999,"email":"k@x"}"#),
    (SECRET, "POST customers", "", r#"{"id":12,"email":"m@x","is_active":"maybe"}"#),
    (SECRET, "POST customers", "return=representation", r#"{"id":12,"email":"m@x","is_active":"yes"}"#),
    (SECRET, "POST customers", "", r#"[{"id":13,"email":"n@x"},{"id":14}]"#),
    (SECRET, "POST customers", "", r#"{"id":13,"email":"n@x","nope":1}"#),
    (SECRET, "POST customers", "", "not json"),
    (SECRET, "POST customers", "", r#"{"id":13,"email":"n\u0000@x"}"#),
    (
        SECRET,
        "POST customers?columns=id,email",
        "return=representation",
        r#"{"id":15,"email":"o@x","nope":1}"#,
    ),
    (SECRET, "POST customers?columns=id,nope", "", r#"{"id":16}"#),
    (SECRET, "POST customers?columns=", "", r#"{"id":16}"#),
    (
        SECRET,
        "POST orders",
        "return=representation",
        r#"{"id":1,"customer_id":1,"total":"12.345","placed_at":"2026-01-02T03:04:05.678+02:00","day":"2026-01-31","raw":{"b":1,"aa":[1,2.50,"x"],"a":null},"tags":["a","b c"]}"#,
    ),
    (
        SECRET,
        "POST orders?columns=id,status",
        "missing=default,return=representation",
        r#"[{"id":2},{"id":3,"status":"paid"}]"#,
    ),
    (
        SECRET,
        "POST orders?columns=id,status",
        "return=representation",
        r#"[{"id":4},{"id":5,"status":"paid"}]"#,
    ),
    (
        SECRET,
        "POST orders?select=id,amount:total,total::text,raw->aa->1,raw->>b",
        "return=representation",
        r#"{"id":6,"total":7,"raw":{"aa":[1,{"c":2}],"b":"t"}}"#,
    ),
    (SECRET, "POST orders", "", r#"{"id":20,"customer_id":99}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"total":123456789.99}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"total":"12,50"}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"placed_at":""}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"placed_at":"yesterdayish"}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"placed_at":"2026-13-45"}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"day":"2026-02-30"}"#),
    (SECRET, "POST orders", "", r#"{"id":20,"tags":5}"#),
    (SECRET, "POST orders", "return=representation", r#"{"id":7,"tags":"{x,NULL,\"y z\"}"}"#),
    (SECRET, "POST counted", "return=representation", r#"[{"word":"a"},{"word":"b"}]"#),
    (SECRET, "POST counted", "", r#"{"id":7,"word":"c"}"#),
    (SECRET, "POST lines", "return=headers-only", r#"{"order_id":1,"number":1,"sku":"A"}"#),
    (SECRET, "POST lines", "", r#"{"order_id":1,"number":3000000000}"#),
    (SECRET, "POST keyless", "return=representation", r#"[{"word":"x"},{"word":"y"}]"#),
    (SECRET, "POST keyless", "resolution=merge-duplicates,return=representation", r#"{"word":"x"}"#),
    (SECRET, "POST customers", "", "[]"),
    (SECRET, "POST counted", "", "{}"),
    // Upserts.
    (
        SECRET,
        "POST customers?on_conflict=email",
        "resolution=merge-duplicates,return=representation",
        r#"[{"id":1,"email":"a@x","name":"Ada"},{"id":30,"email":"q@x","name":null}]"#,
    ),
    (SECRET, "POST customers", "resolution=merge-duplicates", r#"[{"id":1,"email":"a@x"}]"#),
    (SECRET, "POST customers", "resolution=merge-duplicates", "[]"),
    (SECRET, "POST customers", "resolution=merge-duplicates", r#"[{"id":1,"name":"B"}]"#),
    (SECRET, "POST customers", "resolution=merge-duplicates", r#"[{"id":1,"email":"b@x"}]"#),
    (
        SECRET,
        "POST customers",
        "resolution=ignore-duplicates,return=representation",
        r#"[{"id":1,"email":"a@x"},{"id":31,"email":"r@x"}]"#,
    ),
    (
        SECRET,
        "POST customers",
        "resolution=ignore-duplicates,return=representation",
        r#"[{"id":1,"email":"a@x"}]"#,
    ),
    (SECRET, "POST customers", "resolution=ignore-duplicates", r#"[{"id":32,"email":"a@x"}]"#),
    (
        SECRET,
        "POST customers",
        "resolution=merge-duplicates",
        r#"[{"id":33,"email":"s@x"},{"id":33,"email":"t@x"}]"#,
    ),
    (SECRET, "POST customers?on_conflict=name", "resolution=merge-duplicates", r#"{"id":33,"email":"s@x"}"#),
    (SECRET, "POST customers?on_conflict=nope", "resolution=merge-duplicates", r#"{"id":33,"email":"s@x"}"#),
    (
        SECRET,
        "POST lines",
        "resolution=merge-duplicates,return=representation",
        r#"[{"order_id":1,"number":1,"sku":"B"},{"order_id":1,"number":2,"sku":"C"}]"#,
    ),
    (
        SECRET,
        "POST lines?columns=order_id,number,sku",
        "resolution=merge-duplicates,return=representation",
        r#"[{"order_id":1,"number":1},{"order_id":1,"number":3,"sku":"D"}]"#,
    ),
    // Reads.
    (SECRET, "GET customers?order=id", "", ""),
    (SECRET, "GET customers?select=id&order=id", "count=exact", ""),
    (SECRET, "GET customers?select=id&order=id&limit=2&offset=1", "count=exact", ""),
    (SECRET, "GET customers?select=id&order=id&offset=100", "count=exact", ""),
    (SECRET, "GET customers?select=id&order=id&offset=100", "", ""),
    (SECRET, "GET customers?limit=0", "", ""),
    (SECRET, "GET customers?limit=-1", "", ""),
    (SECRET, "GET customers?select=id&order=id", "range: 1-2", ""),
    (SECRET, "GET customers?select=id&order=id", "range: 5-2", ""),
    (SECRET, "GET customers?id=eq.1", "accept: application/vnd.pgrst.object+json", ""),
    (SECRET, "GET customers?id=lt.3", "accept: application/vnd.pgrst.object+json", ""),
    (SECRET, "GET customers?id=lt.3&order=id", "accept: text/csv", ""),
    (SECRET, "GET orders?order=id", "accept: text/csv", ""),
    (SECRET, "GET orders?id=eq.1", "accept: application/vnd.pgrst.array+json;nulls=stripped", ""),
    (SECRET, "GET orders", "accept: text/xml", ""),
    (SECRET, "GET customers?name=is.null&order=id.desc&select=id", "", ""),
    (SECRET, "GET customers?name=not.is.null&select=id,name&order=name.desc.nullslast,id", "", ""),
    (SECRET, "GET customers?select=id,name&order=name.asc.nullsfirst,id.desc", "", ""),
    (SECRET, "GET customers?is_active=is.true&select=id&order=id", "", ""),
    (SECRET, "GET customers?is_active=not.is.true&select=id&order=id", "", ""),
    (SECRET, "GET customers?id=is.true", "", ""),
    (SECRET, "GET customers?email=like.*@x&id=in.(1,2,3)&select=id&order=id", "", ""),
    (SECRET, "GET customers?email=ilike.A*&select=id", "", ""),
    (SECRET, "GET customers?email=match.^[ab]@&select=id&order=id", "", ""),
    (SECRET, "GET customers?id=like.1*", "", ""),
    (SECRET, "GET customers?email=in.(\"a@x\",\"c@x\")&select=id&order=id", "", ""),
    (SECRET, "GET customers?id=in.()", "", ""),
    (SECRET, "GET customers?id=neq.1&id=lte.3&select=id&order=id", "", ""),
    (SECRET, "GET customers?or=(id.eq.1,and(id.gt.2,id.lt.5))&select=id&order=id", "", ""),
    (SECRET, "GET customers?not.or=(id.gt.3,name.eq.Ada)&select=id&order=id", "", ""),
    (SECRET, "GET customers?id=eq(any).{1,2}&select=id&order=id", "", ""),
    (SECRET, "GET customers?email=like(all).{*x,a*}&select=id&order=id", "", ""),
    (SECRET, "GET customers?name=isdistinct.Ada&select=id&order=id&limit=2", "", ""),
    (SECRET, "GET customers?id=eq.abc", "", ""),
    (SECRET, "GET customers?id=abc", "", ""),
    (SECRET, "GET customers?emial=eq.a", "", ""),
    (SECRET, "GET customers?select=id,emial", "", ""),
    (SECRET, "GET customers?order=emial", "", ""),
    (SECRET, "GET customers?order=id.sideways", "", ""),
    (SECRET, "GET custmers", "", ""),
    (SECRET, "GET orders?raw->>b=eq.1&select=id", "", ""),
    (SECRET, "GET orders?raw->b=eq.1&select=id,raw->aa->0", "", ""),
    (SECRET, "GET orders?raw=cs.{\"b\":1}&select=id", "", ""),
    (SECRET, "GET orders?raw=cs.{bad&select=id", "", ""),
    (SECRET, "GET orders?tags=cs.{a}&select=id,tags", "", ""),
    (SECRET, "GET orders?tags=ov.{x,q}&select=id,tags", "", ""),
    (SECRET, "GET orders?tags=cd.{a,\"b c\",z}&select=id", "", ""),
    (SECRET, "GET orders?status=cs.{a}", "", ""),
    (SECRET, "GET orders?placed_at=gte.2026-01-01&select=id,placed_at,placed_at::date,day::text", "", ""),
    (SECRET, "GET orders?total=gte.7&select=id,total::text,total::integer&order=total.desc", "", ""),
    (SECRET, "GET orders?raw->a->>b->c=eq.1", "", ""),
    (SECRET, "HEAD customers?select=id", "count=exact", ""),
    (SECRET, "GET customers", "accept-profile: secret", ""),
    (SECRET, "GET customers?id=eq.1&select=id", "accept-profile: public", ""),
    // Updates.
    (SECRET, "PATCH orders?id=eq.1", "return=representation", r#"{"status":"paid","total":1}"#),
    (SECRET, "PATCH orders?id=eq.2", "count=exact", r#"{"status":"paid"}"#),
    (SECRET, "PATCH orders?id=eq.999", "return=representation", r#"{"status":"paid"}"#),
    (SECRET, "PATCH orders?id=eq.1", "", r#"{"nope":1}"#),
    (SECRET, "PATCH orders?nope=eq.1", "", r#"{"status":"x"}"#),
    (SECRET, "PATCH orders?id=eq.1", "return=representation", "{}"),
    (SECRET, "PATCH orders?id=eq.1", "", r#"{"customer_id":99}"#),
    (SECRET, "PATCH customers?id=eq.1", "", r#"{"email":"b@x"}"#),
    (SECRET, "PATCH customers?id=eq.1", "", r#"{"email":null}"#),
    (SECRET, "PATCH customers?id=eq.1", "", r#"{"id":70}"#),
    (SECRET, "PATCH counted?word=eq.a", "", r#"{"id":70}"#),
    (SECRET, "PATCH orders?id=in.(1,2,3)", "handling=strict,max-affected=2", r#"{"status":"x"}"#),
    (
        SECRET,
        "PATCH orders?id=in.(1,2)",
        "handling=strict,max-affected=2,return=representation",
        r#"{"status":"y"}"#,
    ),
    (
        SECRET,
        "PATCH orders?id=eq.1&columns=status,total",
        "missing=default,return=representation",
        r#"{"total":5}"#,
    ),
    (SECRET, "PATCH orders?id=in.(1,2)", "accept: application/vnd.pgrst.object+json", r#"{"status":"z"}"#),
    (
        SECRET,
        "PUT customers?id=eq.40",
        "return=representation",
        r#"{"id":40,"email":"p@x","name":"P","is_active":false}"#,
    ),
    (
        SECRET,
        "PUT customers?id=eq.40",
        "return=representation",
        r#"{"id":40,"email":"p@x","name":"Q","is_active":false}"#,
    ),
    (SECRET, "PUT customers?id=eq.41", "", r#"{"id":40,"email":"p@x"}"#),
    (SECRET, "PUT customers?name=eq.Q", "", r#"{"id":40,"email":"p@x"}"#),
    (SECRET, "PUT customers?id=eq.40&limit=1", "", r#"{"id":40,"email":"p@x"}"#),
    (SECRET, "POST customers", "handling=strict,something=else", r#"{"id":50,"email":"u@x"}"#),
    // Row level security and grants.
    (SECRET, "POST guarded", "", r#"{"id":1}"#),
    (PUBLIC, "GET guarded", "", ""),
    (PUBLIC, "POST guarded", "", r#"{"id":2}"#),
    (PUBLIC, "PATCH guarded?id=eq.1", "", r#"{"id":2}"#),
    (PUBLIC, "GET orders", "", ""),
    (PUBLIC, "GET orders?nope=eq.1", "", ""),
    (PUBLIC, "GET ", "", ""),
    (SECRET, "GET ", "", ""),
    // Deletes.
    (SECRET, "DELETE customers?id=eq.1", "", ""),
    (SECRET, "DELETE customers?id=eq.999", "return=representation", ""),
    (SECRET, "DELETE customers?id=in.(4,5)", "count=exact", ""),
    (SECRET, "DELETE customers?id=eq.6&select=id,email", "return=representation", ""),
    (SECRET, "DELETE lines?order_id=eq.1", "handling=strict,max-affected=1", ""),
    (SECRET, "DELETE lines?order_id=eq.1", "", ""),
    (SECRET, "GET lines", "count=exact", ""),
    (SECRET, "DELETE nothing", "", ""),
    (SECRET, "GET a/b/c", "", ""),
];

/// What is compared of an answer.
fn answer(project: &mut dyn Emulator, asked: &Asked) -> Value {
    let (key, line, preference, body) = asked;
    let (method, rest) = line.split_once(' ').unwrap();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query: Vec<String> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap();
            let encoded =
                |text| url::form_urlencoded::byte_serialize(str::as_bytes(text)).collect::<String>();
            format!("{}={}", encoded(name), encoded(value))
        })
        .collect();
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/rest/v1/{path}?{}", query.join("&")))
        .header("apikey", *key)
        .header("content-type", "application/json");
    if let Some((name, value)) = preference.split_once(": ") {
        request = request.header(name, value);
        if method != "GET" {
            request = request.header("prefer", "return=representation");
        }
    } else if !preference.is_empty() {
        request = request.header("prefer", *preference);
    }
    let now: Timestamp = "2026-11-28T02:00:00Z".parse().unwrap();
    let request = request.body(Bytes::from(*body)).unwrap();
    let response = project.handle(&request, now);
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    let headers = ["content-range", "content-type", "preference-applied", "location", "content-profile"];
    let headers: Vec<Option<&str>> = headers
        .iter()
        .map(|name| response.headers().get(*name).map(|value| value.to_str().unwrap()))
        .collect();
    json!({"status": response.status().as_u16(), "headers": headers, "body": body})
}

#[test]
fn memory_answers_as_postgresql_does() {
    let scratch = Scratch::new(SERVER, &format!("emulated_{}", std::process::id())).unwrap();
    let tables = || Tables::read(&tables(), "public").unwrap();
    let mut real = Supabase::new(Settings::default(), Postgres::new(&scratch, tables()).unwrap());
    let mut memory = Supabase::new(Settings::default(), Memory::new(tables()).unwrap());
    let mut differences = Vec::new();
    for asked in REQUESTS {
        let (expected, found) = (answer(&mut real, asked), answer(&mut memory, asked));
        if expected != found {
            differences.push(format!(
                "{} [{}] {}\n  real   {expected}\n  memory {found}",
                asked.1, asked.2, asked.3
            ));
        }
    }
    assert!(REQUESTS.len() > 100);
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
