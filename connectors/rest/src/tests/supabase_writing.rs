//! Writing tables: what goes together, and what becomes of it when the service refuses.

use super::{
    supabase_reading::root,
    world::{Open, Says, Script, answer, fields, ok, page},
};
use bytes::Bytes;
use engine_contract::{ConnectorError, Encode, ErrorKind, Op, Outcome, Retry, Write};
use serde_json::{Value, json};

const PUT: &str = "POST orders?on_conflict=id&select=id";

fn write(op: Op, target_id: Option<&str>, content: &Value) -> Write {
    let number = content["id"].to_string();
    Write {
        id: target_id.unwrap_or(&number).to_owned(),
        op,
        object: "orders".into(),
        payload: if op.removes() { Bytes::new() } else { Bytes::from(content.to_string()) },
        match_on: vec!["id".into()],
        target_id: target_id.map(str::to_owned),
        token: None,
        request_key: "key".into(),
        marker: "mark".into(),
        revision: 1,
    }
}

fn create(id: u32, status: &str) -> Write {
    write(Op::Create, None, &json!({ "id": id, "status": status }))
}

fn body(ids: &[u32]) -> String {
    let rows: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":{id},"status":"x"}}"#)).collect();
    format!("{PUT} [{}]", rows.join(","))
}

fn shown(ids: &[u32]) -> Says {
    answer(201, json!(ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>()).to_string())
}

fn refused(status: u16, code: &str, message: &str) -> Says {
    let details = "Failing row contains (7, ada@example.com).";
    answer(
        status,
        json!({ "code": code, "message": message, "details": details, "hint": details }).to_string(),
    )
}

/// What becomes of writes, in their order: `1 applied 1`, `2 refused Invalid`, `3 unknown`.
async fn outcomes(writes: &[Write], steps: Vec<(&str, Says)>) -> Result<Vec<String>, ConnectorError> {
    let script = Script::new([("GET", root())].into_iter().chain(steps).collect());
    let open = Open::new("supabase", script.clone()).await;
    let answered = open.target().write(&open.context, writes).await;
    script.done();
    let answered = answered?;
    let told = writes.iter().map(|write| {
        let (id, outcome) = answered.iter().find(|(id, _)| *id == write.id).unwrap();
        match outcome {
            Outcome::Applied(applied) => format!("{id} applied {} {:?}", applied.target_id, applied.change),
            Outcome::NotApplied(error) => {
                assert!(!error.to_string().contains("ada"), "{error}");
                format!("{id} refused {:?}", error.kind())
            }
            Outcome::Unknown(_) => format!("{id} unknown"),
        }
    });
    Ok(told.collect())
}

#[tokio::test]
async fn rows_with_the_same_columns_share_a_request_and_no_column_is_made_null() {
    let writes = [
        create(1, "x"),
        write(Op::Create, None, &json!({ "id": 2, "status": "x", "total": 12.10 })),
        create(3, "x"),
    ];
    let total = format!(r#"{PUT} [{{"id":2,"status":"x","total":12.1}}]"#);
    let both = body(&[1, 3]);
    let steps = vec![(both.as_str(), shown(&[1, 3])), (&total, shown(&[2]))];
    let told = outcomes(&writes, steps).await.unwrap();
    assert_eq!(told, ["1 applied 1 Created", "2 applied 2 Created", "3 applied 3 Created"]);
}

#[tokio::test]
async fn a_second_write_of_a_row_waits_for_the_next_request() {
    let mut later = create(1, "x");
    later.id = "other".into();
    let writes = [create(1, "x"), create(2, "x"), later];
    let (both, again) = (body(&[1, 2]), body(&[1]));
    let steps = vec![(both.as_str(), shown(&[1, 2])), (&again, answer(200, r#"[{"id":1}]"#))];
    let told = outcomes(&writes, steps).await.unwrap();
    assert_eq!(told, ["1 applied 1 Created", "2 applied 2 Created", "other applied 1 Created"]);
}

#[tokio::test]
async fn a_refused_request_is_halved_until_the_row_at_fault_stands_alone() {
    let writes: Vec<Write> = [1, 2, 3, 4].map(|id| create(id, "x")).into();
    let (all, front, back, one, two) =
        (body(&[1, 2, 3, 4]), body(&[1, 2]), body(&[3, 4]), body(&[1]), body(&[2]));
    let bad = || refused(400, "22P02", "invalid input syntax for type bigint: \"ada@example.com\"");
    let steps = vec![
        (all.as_str(), bad()),
        (&front, bad()),
        (&one, shown(&[1])),
        (&two, bad()),
        (&back, shown(&[3, 4])),
    ];
    let told = outcomes(&writes, steps).await.unwrap();
    assert_eq!(
        told,
        ["1 applied 1 Created", "2 refused Invalid", "3 applied 3 Created", "4 applied 4 Created"]
    );
}

#[tokio::test]
async fn what_is_not_known_of_one_half_says_nothing_of_the_other() {
    let writes: Vec<Write> = [1, 2].map(|id| create(id, "x")).into();
    let (both, one, two) = (body(&[1, 2]), body(&[1]), body(&[2]));
    let lost = || Says::Error(ConnectorError::new(ErrorKind::Timeout, "no answer").with_retry(Retry::Soon));
    let steps = vec![
        (
            both.as_str(),
            refused(409, "23505", "duplicate key value violates unique constraint \"orders_number_key\""),
        ),
        (&one, lost()),
        (&two, page(200)),
    ];
    assert_eq!(outcomes(&writes, steps).await.unwrap(), ["1 unknown", "2 unknown"]);
}

/// Each refusal of PostgREST with what it means: kind, whether it is tried again, whether it is about the connection.
#[tokio::test]
async fn refusals_mean_what_the_database_means() {
    let cases = [
        (409, "23505", "violates unique constraint \"orders_number_key\"", "Duplicate Never row"),
        (
            409,
            "23503",
            "insert or update on table \"orders\" violates foreign key constraint \"orders_customer_id_fkey\"",
            "MissingParent Never row",
        ),
        (
            409,
            "23503",
            "update or delete on table \"orders\" violates foreign key constraint \"lines_order_id_fkey\"",
            "Invalid Soon row",
        ),
        (400, "23502", "null value in column \"status\" of relation \"orders\"", "Invalid Never row"),
        (500, "21000", "ON CONFLICT DO UPDATE command cannot affect row a second time", "Invalid Never row"),
        (500, "57014", "canceling statement due to statement timeout", "Timeout Soon row"),
        (500, "40001", "could not serialize access due to concurrent update", "Unavailable Soon row"),
        (500, "40P01", "deadlock detected", "Unavailable Soon row"),
        (
            503,
            "PGRST002",
            "Could not query the database for the schema cache. Retrying.",
            "Unavailable Soon row",
        ),
        (504, "PGRST003", "Timed out acquiring connection from connection pool.", "Unavailable Soon row"),
        (503, "PGRST001", "Database client error. Retrying the connection.", "unknown"),
        (500, "57P01", "terminating connection due to administrator command", "unknown"),
        (500, "P0002", "no data", "Invalid Never row"),
        (
            403,
            "42501",
            "new row violates row-level security policy for table \"orders\"",
            "Forbidden Never row",
        ),
        (403, "42501", "permission denied for table orders", "Forbidden Never connection"),
        (401, "PGRST303", "JWT expired", "Unauthorized Never connection"),
        (
            400,
            "PGRST204",
            "Could not find the 'x' column of 'orders' in the schema cache",
            "Config Soon connection",
        ),
        (
            404,
            "PGRST205",
            "Could not find the table 'store.orders' in the schema cache",
            "NotFound Soon connection",
        ),
        (
            400,
            "42P10",
            "there is no unique or exclusion constraint matching the ON CONFLICT specification",
            "Config Never connection",
        ),
        (406, "PGRST106", "Invalid schema: store", "Config Never connection"),
    ];
    for (status, code, message, means) in cases {
        let script = Script::new(vec![("GET", root()), (&*body(&[7]), refused(status, code, message))]);
        let open = Open::new("supabase", script).await;
        let told = match open.target().write(&open.context, &[create(7, "x")]).await {
            Err(error) => format!("{} connection", kind(&error)),
            Ok(outcomes) => match &outcomes[0].1 {
                Outcome::NotApplied(error) => format!("{} row", kind(error)),
                Outcome::Unknown(error) => {
                    kind(error);
                    "unknown".to_owned()
                }
                Outcome::Applied(_) => "applied".to_owned(),
            },
        };
        assert_eq!(told, means, "{code} {message}");
    }
}

/// The kind, and whether it is tried again; never a value of a row.
fn kind(error: &ConnectorError) -> String {
    assert!(!error.to_string().contains("ada") && error.to_string().contains("table orders"), "{error}");
    format!("{:?} {:?}", error.kind(), error.retry())
}

#[tokio::test]
async fn a_gateway_that_fails_may_have_passed_the_request_on() {
    for (says, means) in [
        (
            answer(502, r#"{"message":"An invalid response was received from the upstream server"}"#),
            "7 unknown",
        ),
        (page(520), "7 unknown"),
        (answer(429, r#"{"message":"Too many requests"}"#), "7 refused RateLimited"),
        (answer(413, ""), "7 refused Invalid"),
    ] {
        assert_eq!(outcomes(&[create(7, "x")], vec![(&*body(&[7]), says)]).await.unwrap(), [means]);
    }
    let (write, asked) = ([create(7, "x")], body(&[7]));
    let steps = vec![(asked.as_str(), answer(401, r#"{"message":"Invalid API key"}"#))];
    let error = outcomes(&write, steps).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_row_is_changed_where_it_is_when_its_key_has_changed_or_a_needed_column_is_left_out() {
    let moved = write(Op::Update, Some("5"), &json!({ "id": 6, "status": "x" }));
    let partial = write(Op::Update, Some("7"), &json!({ "id": 7, "total": 1 }));
    let steps = vec![
        (r#"PATCH orders?id=in.("5")&select=id {"id":6,"status":"x"}"#, ok("[]")),
        (r#"POST orders?on_conflict=id&select=id [{"id":6,"status":"x"}]"#, shown(&[6])),
        (r#"PATCH orders?id=in.("7")&select=id {"id":7,"total":1}"#, ok(r#"[{"id":7}]"#)),
    ];
    let told = outcomes(&[moved, partial], steps).await.unwrap();
    assert_eq!(told, ["5 applied 6 Updated", "7 applied 7 Updated"]);
}

#[tokio::test]
async fn deletes_go_first_together_and_one_that_is_held_stands_alone() {
    let delete = |id: &str| write(Op::Delete, Some(id), &json!({ "id": 0 }));
    let held = || {
        refused(
            409,
            "23503",
            "update or delete on table \"orders\" violates foreign key constraint \"lines_order_id_fkey\"",
        )
    };
    let new = body(&[3]);
    let steps = vec![
        (r#"DELETE orders?id=in.("1","2")&select=id"#, held()),
        (r#"DELETE orders?id=in.("1")&select=id"#, held()),
        (r#"DELETE orders?id=in.("2")&select=id"#, ok("[]")),
        (new.as_str(), shown(&[3])),
    ];
    let told = outcomes(&[create(3, "x"), delete("1"), delete("2")], steps).await.unwrap();
    assert_eq!(told, ["3 applied 3 Created", "1 refused Invalid", "2 applied 2 Deleted"]);
}

#[tokio::test]
async fn a_row_that_a_trigger_leaves_out_is_told() {
    let both = body(&[1, 2]);
    let told = outcomes(&[create(1, "x"), create(2, "x")], vec![(both.as_str(), shown(&[2]))]).await.unwrap();
    assert_eq!(told, ["1 refused Invalid", "2 applied 2 Created"]);
}

#[tokio::test]
async fn equal_content_gives_equal_bytes_with_every_digit_and_every_null() {
    let script = Script::new(vec![]);
    let open = Open::new("supabase", script).await;
    let content = fields(json!({ "total": 12, "status": null, "id": 7 }));
    let exact = engine_contract::Record::parse(
        r#"{"status":null,"id":7,"total":12345678901234567890.123456789012345}"#,
    )
    .unwrap()
    .to_value();
    let encode = |fields: &engine_contract::Map, match_on: &[String]| {
        let encode =
            Encode { op: Op::Create, object: "orders", fields, match_on, marker: "m", marker_field: None };
        open.target().encode(&encode).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    };
    let bytes = encode(exact.as_map().unwrap(), &["id".to_owned()]).unwrap();
    assert_eq!(bytes, r#"{"id":7,"status":null,"total":12345678901234567890.123456789012345}"#);
    let error = encode(&content, &["status".to_owned()]).unwrap_err();
    assert_eq!(error.to_string(), "the match column `status` has no single value (table orders)");
    assert_eq!(encode(&content, &[]).unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn rows_are_found_by_a_column_and_read_back_by_their_keys() {
    let script = Script::new(vec![
        ("GET", root()),
        (
            r#"GET orders?and=(order.in.("7","8"))&limit=1000&order=id.asc&select=id,order"#,
            ok(r#"[{"id":1,"order":7},{"id":2,"order":7}]"#),
        ),
        (
            r#"GET orders?and=(order.in.("7","8"))&limit=1000&or=(id.gt."2")&order=id.asc&select=id,order"#,
            ok("[]"),
        ),
        (r#"GET orders?id=in.("1","9")&limit=1000&order=id.asc&select=*"#, ok(r#"[{"id":1,"status":"x"}]"#)),
        (r#"GET orders?id=in.("1","9")&limit=1000&or=(id.gt."1")&order=id.asc&select=*"#, ok("[]")),
    ]);
    let open = Open::new("supabase", script.clone()).await;
    let (seven, eight) = ("7".to_owned(), "8".to_owned());
    let found = open.target().find(&open.context, "orders", "order", &[seven.clone(), eight]).await.unwrap();
    assert_eq!(found, [(seven, vec!["1".to_owned(), "2".to_owned()])]);
    let ids = ["1".to_owned(), "9".to_owned()];
    let back = open.target().read_back(&open.context, "orders", &["id".to_owned()], &ids).await.unwrap();
    script.done();
    assert_eq!(back.iter().map(|row| row.target_id.as_str()).collect::<Vec<_>>(), ["1"]);
}
