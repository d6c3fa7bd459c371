//! What PostgREST's own specification expects (v16.2, the file and line beside each), of tables like its own.

use super::*;

fn tables() -> String {
    let number = |name: &str| json!({"name": name, "format": "integer", "nullable": true});
    json!({"objects": [
        {"name": "items", "fields": [{"name": "id", "kind": "integer", "identity": "by_default"}], "key": ["id"]},
        {"name": "only_pk", "fields": [{"name": "id", "kind": "integer", "required": true}], "key": ["id"]},
        {
            "name": "tiobe_pls",
            "fields": [
                {"name": "name", "kind": "text", "required": true},
                {"name": "rank", "format": "smallint", "nullable": true},
            ],
            "key": ["name"],
        },
        {
            "name": "compound_unique",
            "fields": [number("key1"), number("key2"), {"name": "value", "kind": "text", "nullable": true}],
            "key": [],
            "unique": [["key1", "key2"]],
        },
        {
            "name": "articles",
            "fields": [
                {"name": "id", "format": "integer", "required": true},
                {"name": "body", "kind": "text", "nullable": true},
            ],
            "key": ["id"],
        },
    ]})
    .to_string()
}

fn filled() -> Supabase<Memory> {
    let mut memory = Memory::new(Tables::read(&tables(), "public").unwrap()).unwrap();
    let now = Timestamp::UNIX_EPOCH;
    let items: Vec<Value> = (1..=15).map(|id| json!({"id": id})).collect();
    let rows = [
        ("items", json!(items)),
        ("only_pk", json!([{"id": 1}, {"id": 2}])),
        (
            "tiobe_pls",
            json!([{"name": "Java", "rank": 1}, {"name": "C", "rank": 2}, {"name": "Python", "rank": 4}]),
        ),
        ("compound_unique", json!([{"key1": 1, "key2": 1, "value": "A"}])),
    ];
    for (table, rows) in rows {
        memory.fill("public", table, &rows.to_string(), now).unwrap();
    }
    Supabase::new(Settings::default(), memory)
}

/// A request with its header Prefer or Range and its body; the status and what else is expected of the answer.
type Recorded = (&'static str, &'static str, &'static str, u16, &'static str);

/// Each on its own, over the same rows. What is expected is a body, or a header as `name: value`.
const RECORDED: &[Recorded] = &[
    ("GET items?select=id&order=id.asc&limit=3", "range: 0-1", "", 200, "content-range: 0-1/*"), // RangeSpec 197
    ("GET items?select=id&order=id.asc&limit=3&offset=2", "", "", 200, r#"[{"id":3},{"id":4},{"id":5}]"#), // 212
    ("GET items?offset=0&id=eq.0", "prefer: count=exact", "", 200, "content-range: */0"), // 243
    ("GET items?select=id&offset=-4&order=id", "", "", 200, "content-range: 0-14/*"),     // 255
    (
        "GET items?select=id&limit=-1",
        "",
        "",
        416,
        r#"{"message":"Requested range not satisfiable","code":"PGRST103","details":"Limit should be greater than or equal to zero.","hint":null}"#,
    ), // 268
    ("GET items?offset=100", "prefer: count=exact", "", 416, "content-range: */15"),      // 298
    ("GET items?limit=0", "", "", 200, "content-range: */*"), // QueryLimitedSpec 121
    ("GET items", "prefer: handling=lenient, anything", "", 200, "preference-applied: handling=lenient"), // HandlingSpec 50
    (
        "GET items",
        "prefer: handling=strict, something, else",
        "",
        400,
        r#"{"details":"Invalid preferences: something, else","message":"Invalid preferences given with handling=strict","code":"PGRST122","hint":null}"#,
    ), // HandlingSpec 23
    (
        "DELETE items?id=lt.10",
        "prefer: handling=strict, max-affected=10",
        "",
        204,
        "preference-applied: handling=strict, max-affected=10",
    ), // MaxAffectedSpec 26
    (
        "DELETE items?id=lt.10",
        "prefer: handling=lenient, max-affected=10",
        "",
        204,
        "preference-applied: handling=lenient",
    ), // 62
    (
        "POST tiobe_pls",
        "prefer: return=representation,resolution=merge-duplicates",
        r#"[{"name":"Javascript","rank":6},{"name":"Java","rank":2},{"name":"C","rank":1}]"#,
        201,
        r#"[{"name":"Javascript","rank":6},{"name":"Java","rank":2},{"name":"C","rank":1}]"#,
    ), // UpsertSpec 25
    ("POST articles", "prefer: return=representation,resolution=merge-duplicates", "[]", 200, "[]"), // 77
    (
        "POST compound_unique?on_conflict=key1,key2",
        "prefer: return=representation,resolution=ignore-duplicates",
        r#"[{"key1":1,"key2":1,"value":"B"},{"key1":1,"key2":2,"value":"C"},{"key1":1,"key2":3,"value":"D"}]"#,
        201,
        r#"[{"key1":1,"key2":2,"value":"C"},{"key1":1,"key2":3,"value":"D"}]"#,
    ), // 226
    (
        "POST only_pk",
        "prefer: return=representation,resolution=merge-duplicates",
        r#"[{"id":1},{"id":2},{"id":4}]"#,
        201,
        r#"[{"id":1},{"id":2},{"id":4}]"#,
    ), // 149
    (
        "POST tiobe_pls",
        "prefer: return=representation,resolution=ignore-duplicates",
        r#"[{"name":"Java","rank":1},{"name":"C","rank":2}]"#,
        201,
        "[]",
    ), // 288
    (
        "PUT tiobe_pls?and=(id.eq.Go)",
        "",
        r#"[{"name":"Go","rank":19}]"#,
        405,
        "proxy-status: PostgREST; error=PGRST105",
    ), // 328
    (
        "PUT tiobe_pls?name=eq.Ruby",
        "prefer: return=representation",
        r#"[{"name":"Ruby","rank":11}]"#,
        201,
        r#"[{"name":"Ruby","rank":11}]"#,
    ), // 494
    (
        "POST articles",
        "",
        r#"[{"id":100,"body":"x"},123,"xxxx",{"id":111,"body":"x"}]"#,
        400,
        "proxy-status: PostgREST; error=PGRST102",
    ), // InsertSpec
    ("GET invalid/nested/paths", "", "", 404, "proxy-status: PostgREST; error=PGRST125"), // ErrorSpec
];

#[test]
fn answers_as_the_specification_of_postgrest_expects() {
    for (line, header, body, status, expected) in RECORDED {
        let headers: Vec<(&str, &str)> = header.split_once(": ").into_iter().collect();
        let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() };
        let answer = ask(&mut filled(), line, &headers, &body);
        assert_eq!(answer.status, *status, "{line}: {}", answer.body);
        if let Ok(expected) = serde_json::from_str::<Value>(expected) {
            assert_eq!(answer.body, expected, "{line}");
        } else {
            let (name, value) = expected.split_once(": ").unwrap();
            assert_eq!(answer.header(name), value, "{line}");
        }
    }
}
