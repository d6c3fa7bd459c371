//! Several writes in one request: each keeps an outcome of its own.

use super::world::{Open, Says, Script, answer, ok, page};
use bytes::Bytes;
use engine_contract::{ConnectorError, ErrorKind, Op, Outcome, Retry, Write};
use serde_json::{Value, json};

const PRODUCTS: &str = "POST products/batch";

/// A write of a product; `number` is its id, and its number among those that are made.
fn write(op: Op, number: u32) -> Write {
    let marker = format!("mark{number}");
    let content = match op {
        Op::Create => {
            json!({ "meta_data": [{ "key": "_uds", "value": marker }], "sku": format!("S{number}") })
        }
        _ => json!({ "sku": format!("S{number}") }),
    };
    Write {
        id: number.to_string(),
        op,
        object: "products".into(),
        payload: Bytes::from(content.to_string()),
        match_on: Vec::new(),
        target_id: (op != Op::Create).then(|| number.to_string()),
        token: None,
        request_key: "key".into(),
        marker,
        revision: 1,
    }
}

/// A product as the store answers it, with the marker of a write.
fn made(id: u32, number: u32) -> Value {
    json!({ "id": id, "meta_data": [{ "id": 1, "key": "_uds", "value": format!("mark{number}") }] })
}

fn refused(id: u32, code: &str, status: u16) -> Value {
    json!({ "id": id, "error": { "code": code, "message": "No.", "data": { "status": status } } })
}

/// What becomes of writes, in the order of their names: `1 applied 81`, `2 refused Invalid`, `3 unknown`.
async fn outcomes(writes: &[Write], steps: Vec<(&str, Says)>) -> Result<Vec<String>, ConnectorError> {
    let script = Script::new(steps);
    let open = Open::new("woocommerce", script.clone()).await;
    let outcomes = open.target().write(&open.context, writes).await?;
    script.done();
    let mut told: Vec<String> = outcomes
        .into_iter()
        .map(|(id, outcome)| match outcome {
            Outcome::Applied(applied) => format!("{id} applied {}", applied.target_id),
            Outcome::NotApplied(error) => format!("{id} refused {:?}", error.kind()),
            Outcome::Unknown(_) => format!("{id} unknown"),
        })
        .collect();
    told.sort();
    Ok(told)
}

const MADE: &str = r#"{"create":[{"meta_data":[{"key":"_uds","value":"mark1"}],"sku":"S1"},{"meta_data":[{"key":"_uds","value":"mark2"}],"sku":"S2"}]}"#;

fn creates() -> [Write; 2] {
    [write(Op::Create, 1), write(Op::Create, 2)]
}

#[tokio::test]
async fn creates_and_updates_go_together_and_are_answered_one_by_one() {
    let writes = [write(Op::Create, 1), write(Op::Update, 62), write(Op::Create, 3), write(Op::Update, 64)];
    let asked = format!(
        r#"{PRODUCTS} {{"create":[{{"meta_data":[{{"key":"_uds","value":"mark1"}}],"sku":"S1"}},{{"meta_data":[{{"key":"_uds","value":"mark3"}}],"sku":"S3"}}],"update":[{{"id":62,"sku":"S62"}},{{"id":64,"sku":"S64"}}]}}"#
    );
    let answered = json!({
        "create": [made(81, 1), refused(0, "woocommerce_rest_invalid_product", 400)],
        "update": [{ "id": 62 }, refused(64, "woocommerce_rest_product_invalid_id", 400)],
    });
    let told = outcomes(&writes, vec![(&asked, ok(answered.to_string()))]).await.unwrap();
    assert_eq!(told, ["1 applied 81", "3 refused Invalid", "62 applied 62", "64 refused NotFound"]);
}

#[tokio::test]
async fn a_number_that_an_earlier_attempt_took_is_ours_within_a_batch_too() {
    let answered = json!({ "create": [made(81, 1), refused(0, "product_invalid_sku", 400)] });
    let there = json!([made(82, 2)]);
    let asked = format!("{PRODUCTS} {MADE}");
    let look = "GET products?dates_are_gmt=true&sku=S2";
    let steps = vec![(asked.as_str(), ok(answered.to_string())), (look, ok(there.to_string()))];
    assert_eq!(outcomes(&creates(), steps).await.unwrap(), ["1 applied 81", "2 applied 82"]);
}

/// An answer is read by what it says: a place counts only while all stand where they were sent.
#[tokio::test]
async fn what_an_answer_leaves_out_or_mixes_up_is_unknown() {
    let asked = format!("{PRODUCTS} {MADE}");
    let table = [
        (json!({ "create": [made(82, 2), made(81, 1)] }), ["1 applied 81", "2 applied 82"]),
        (json!({ "create": [made(81, 1)] }), ["1 applied 81", "2 unknown"]),
        (json!({ "create": [refused(0, "woocommerce_rest_no", 400)] }), ["1 unknown", "2 unknown"]),
        (
            json!({ "create": [made(82, 2), refused(0, "woocommerce_rest_no", 400)] }),
            ["1 unknown", "2 applied 82"],
        ),
        (json!({ "create": [{ "id": 81 }, { "id": 82 }] }), ["1 applied 81", "2 applied 82"]),
        (json!({ "create": [made(81, 1), refused(0, "internal", 500)] }), ["1 applied 81", "2 unknown"]),
        (json!([]), ["1 unknown", "2 unknown"]),
    ];
    for (answered, expected) in table {
        let told = outcomes(&creates(), vec![(&asked, ok(answered.to_string()))]).await.unwrap();
        assert_eq!(told, expected, "{answered}");
    }
}

#[tokio::test]
async fn without_an_answer_each_is_unknown_and_a_busy_store_has_done_none() {
    let asked = format!("{PRODUCTS} {MADE}");
    let lost = ConnectorError::new(ErrorKind::Timeout, "no answer").with_retry(Retry::Soon);
    let table = [
        (Says::Error(lost), ["1 unknown", "2 unknown"]),
        (page(502), ["1 unknown", "2 unknown"]),
        // A batch is no transaction: a failing server may have done some of it, whatever it says.
        (
            answer(500, r#"{"code":"woocommerce_rest_invalid_product","message":"x"}"#),
            ["1 unknown", "2 unknown"],
        ),
        (answer(429, ""), ["1 refused RateLimited", "2 refused RateLimited"]),
    ];
    for (says, expected) in table {
        assert_eq!(outcomes(&creates(), vec![(&asked, says)]).await.unwrap(), expected);
    }
    let error = outcomes(&creates(), vec![(&asked, answer(401, r#"{"code":"x"}"#))]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "it is about the connection");
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_goes_one_by_one() {
    let asked = format!("{PRODUCTS} {MADE}");
    let one = r#"POST products {"meta_data":[{"key":"_uds","value":"mark1"}],"sku":"S1"}"#;
    let two = r#"POST products {"meta_data":[{"key":"_uds","value":"mark2"}],"sku":"S2"}"#;
    let large = answer(413, r#"{"code":"woocommerce_rest_request_entity_too_large","message":"x"}"#);
    let steps = vec![
        (asked.as_str(), large),
        (one, answer(201, made(81, 1).to_string())),
        (two, answer(400, r#"{"code":"woocommerce_rest_no","message":"x"}"#)),
    ];
    assert_eq!(outcomes(&creates(), steps).await.unwrap(), ["1 applied 81", "2 refused Invalid"]);
}

/// A batch would delete for good, and variations of several products have several places.
#[tokio::test]
async fn what_cannot_share_a_request_goes_alone() {
    let variation = |number: u32, parent: u32| Write {
        object: "variations".into(),
        payload: Bytes::from(json!({ "parent_id": parent }).to_string()),
        ..write(Op::Create, number)
    };
    let together = r#"POST products/51/variations/batch {"create":[{"parent_id":51},{"parent_id":51}]}"#;
    let steps = vec![
        (together, ok(json!({ "create": [{ "id": 81 }, { "id": 83 }] }).to_string())),
        (r#"POST products/52/variations {"parent_id":52}"#, ok(r#"{"id":82}"#)),
    ];
    let writes = [variation(1, 51), variation(2, 52), variation(3, 51)];
    assert_eq!(outcomes(&writes, steps).await.unwrap(), ["1 applied 81", "2 applied 82", "3 applied 83"]);
    let steps = vec![("DELETE products/1", ok(r#"{"id":1}"#)), ("DELETE products/2", ok(r#"{"id":2}"#))];
    let writes = [write(Op::Delete, 1), write(Op::Delete, 2)];
    assert_eq!(outcomes(&writes, steps).await.unwrap(), ["1 applied 1", "2 applied 2"]);
}

#[tokio::test]
async fn the_engine_is_told_how_many_go_together() {
    let woocommerce = Open::new("woocommerce", Script::new(Vec::new())).await;
    let most = |object: &str| woocommerce.target().write_batch_max(object);
    assert_eq!((most("products"), most("orders"), most("refunds")), (Some(50), Some(20), None));
    let quickbooks = Open::new("quickbooks", Script::new(Vec::new())).await;
    assert_eq!(quickbooks.target().write_batch_max("Invoice"), None, "it remembers a batch only whole");
}
