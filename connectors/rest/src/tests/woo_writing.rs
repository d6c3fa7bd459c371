//! Writing to a WooCommerce store: the store remembers no request, so everything hangs on the marker.

use super::world::{Open, Says, Script, answer, fields, ok, page};
use bytes::Bytes;
use engine_contract::{Applied, Change, ConnectorError, Encode, ErrorKind, Lookup, Op, Outcome, Write};
use serde_json::json;

fn write(op: Op, object: &str, payload: &str) -> Write {
    Write {
        id: "7".into(),
        op,
        object: object.into(),
        payload: Bytes::from(payload.to_owned()),
        match_on: Vec::new(),
        target_id: (op != Op::Create).then(|| "83".into()),
        token: None,
        request_key: "key".into(),
        marker: "mark".into(),
        revision: 1,
    }
}

async fn sent(write: Write, steps: Vec<(&str, Says)>) -> Result<Outcome, ConnectorError> {
    let script = Script::new(steps);
    let open = Open::new("woocommerce", script.clone()).await;
    let mut outcomes = open.target().write(&open.context, &[write]).await?;
    script.done();
    Ok(outcomes.remove(0).1)
}

async fn encoded(op: Op, object: &str, content: serde_json::Value) -> Result<String, ConnectorError> {
    let open = Open::new("woocommerce", Script::new(Vec::new())).await;
    let fields = fields(content);
    let encode = Encode { op, object, fields: &fields, match_on: &[], marker: "mark", marker_field: None };
    open.target().encode(&encode).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

/// The number 12.5 would be refused, and `12,50` would become 1250: prices are the engine's own decimals as texts.
#[tokio::test]
async fn prices_are_texts_and_a_create_carries_the_marker() {
    let product = json!({ "sku": 7, "regular_price": 12.5, "meta_data": [{ "key": "a", "value": 1 }] });
    assert_eq!(
        encoded(Op::Create, "products", product).await.unwrap(),
        r#"{"meta_data":[{"key":"a","value":1},{"key":"_uds","value":"mark"}],"regular_price":"12.5","sku":"7"}"#
    );
    assert_eq!(
        encoded(Op::Update, "products", json!({ "sku": null, "stock_quantity": null })).await.unwrap(),
        r#"{"sku":""}"#
    );
    assert_eq!(
        encoded(Op::Create, "refunds", json!({ "amount": "5.00" })).await.unwrap(),
        r#"{"amount":"5.00","api_refund":false,"meta_data":[{"key":"_uds","value":"mark"}]}"#,
        "the gateway pays nothing back by itself"
    );
}

/// Lines without ids would be appended: a second update would double them.
#[tokio::test]
async fn lines_of_an_order_are_sent_once() {
    let error = encoded(Op::Update, "orders", json!({ "line_items": [] })).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`line_items` cannot be changed: the service would add to what is there. Map it with `on = \"create\"` (object orders)"
    );
    assert!(encoded(Op::Create, "orders", json!({ "line_items": [] })).await.is_ok());
}

#[tokio::test]
async fn each_object_has_its_own_way() {
    let there = || ok(r#"[{"id":83,"parent_id":51}]"#);
    let look = "GET variations?dates_are_gmt=true&include=83&per_page=100";
    let done = || ok(r#"{"id":83}"#);
    let table = [
        (
            Op::Create,
            "customers",
            r#"{"email":"a@b.c"}"#,
            vec![("POST customers {\"email\":\"a@b.c\"}", answer(201, r#"{"id":83}"#))],
        ),
        (Op::Update, "customers", "{}", vec![("PUT customers/83 {}", done())]),
        (Op::Delete, "customers", "", vec![("DELETE customers/83?force=true", done())]),
        (Op::Delete, "products", "", vec![("DELETE products/83", done())]),
        (
            Op::Create,
            "variations",
            r#"{"parent_id":51}"#,
            vec![("POST products/51/variations {\"parent_id\":51}", done())],
        ),
        (
            Op::Update,
            "variations",
            r#"{"sku":"x"}"#,
            vec![(look, there()), ("PUT products/51/variations/83 {\"sku\":\"x\"}", done())],
        ),
        (
            Op::Delete,
            "variations",
            "",
            vec![(look, there()), ("DELETE products/51/variations/83?force=true", done())],
        ),
        (
            Op::Create,
            "refunds",
            r#"{"parent_id":5}"#,
            vec![("POST orders/5/refunds {\"parent_id\":5}", done())],
        ),
    ];
    for (op, object, payload, steps) in table {
        let outcome = sent(write(op, object, payload), steps).await.unwrap();
        assert!(
            matches!(&outcome, Outcome::Applied(Applied { target_id, .. }) if target_id == "83"),
            "{outcome:?}"
        );
    }
    let outcome = sent(write(Op::Update, "refunds", "{}"), Vec::new()).await.unwrap();
    assert!(
        matches!(&outcome, Outcome::NotApplied(error) if error.kind() == ErrorKind::Unsupported),
        "{outcome:?}"
    );
    let outcome = sent(write(Op::Create, "variations", "{}"), Vec::new()).await.unwrap();
    assert!(
        matches!(&outcome, Outcome::NotApplied(error) if error.message().starts_with("`parent_id` has no value")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn refusals_are_final_and_everything_else_is_unknown() {
    let fault = |code: &str| format!(r#"{{"code":"{code}","message":"Invalid refund amount.","data":500}}"#);
    let table = [
        (answer(500, fault("woocommerce_rest_invalid_order_refund")), "refused Invalid"),
        (answer(500, fault("internal_server_error")), "unknown Unavailable"),
        (answer(400, fault("woocommerce_rest_shop_order_invalid_id")), "refused NotFound"),
        (answer(413, fault("woocommerce_rest_request_entity_too_large")), "refused Invalid"),
        (answer(400, fault("woocommerce_rest_invalid_coupon")), "refused Invalid"),
        (answer(401, fault("woocommerce_rest_authentication_error")), "halts Unauthorized"),
        (answer(429, ""), "refused RateLimited"),
        (page(502), "unknown Unavailable"),
        (page(200), "unknown Protocol"),
    ];
    for (says, expected) in table {
        let said = match sent(write(Op::Create, "orders", "{}"), vec![("POST orders {}", says)]).await {
            Ok(Outcome::Applied(applied)) => format!("{applied:?}"),
            Ok(Outcome::NotApplied(error)) => format!("refused {:?}", error.kind()),
            Ok(Outcome::Unknown(error)) => format!("unknown {:?}", error.kind()),
            Err(error) => format!("halts {:?}", error.kind()),
        };
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn what_is_in_the_trash_or_gone_counts_as_removed() {
    let trashed =
        answer(410, r#"{"code":"woocommerce_rest_already_trashed","message":"x","data":{"status":410}}"#);
    let gone =
        answer(404, r#"{"code":"woocommerce_rest_product_invalid_id","message":"x","data":{"status":404}}"#);
    for says in [trashed, gone] {
        let outcome =
            sent(write(Op::Delete, "products", ""), vec![("DELETE products/83", says)]).await.unwrap();
        assert!(matches!(outcome, Outcome::Applied(Applied { change: Change::Deleted, .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_product_number_that_an_earlier_attempt_took_is_ours() {
    let taken = || {
        answer(400, r#"{"code":"product_invalid_sku","message":"x","data":{"status":400,"resource_id":83}}"#)
    };
    for (marker, is_ours) in [("mark", true), ("other", false)] {
        let there =
            json!([{ "id": 83, "sku": "S1", "meta_data": [{ "id": 1, "key": "_uds", "value": marker }] }]);
        let steps = vec![
            ("POST products {\"sku\":\"S1\"}", taken()),
            ("GET products?dates_are_gmt=true&sku=S1", ok(there.to_string())),
        ];
        let outcome = sent(write(Op::Create, "products", r#"{"sku":"S1"}"#), steps).await.unwrap();
        match outcome {
            Outcome::Applied(Applied { target_id, change: Change::Created, .. }) if is_ours => {
                assert_eq!(target_id, "83");
            }
            Outcome::NotApplied(error) if !is_ours => assert_eq!(error.kind(), ErrorKind::Duplicate),
            other => panic!("{other:?}"),
        }
    }
}

/// No list can be searched by `meta_data`: by a unique value, else among what was made since, else among all.
#[tokio::test]
async fn lost_creates_are_found_by_their_marker() {
    let ours = |id: u32, marker: &str| json!({ "id": id, "date_created_gmt": "2026-11-23T11:30:00", "meta_data": [{ "id": 1, "key": "_uds", "value": marker }] });
    let script = Script::new(vec![
        ("GET products?dates_are_gmt=true&sku=S1", ok(json!([ours(1, "mark")]).to_string())),
        (
            "GET orders?after=2026-11-23T11:14:59&dates_are_gmt=true&order=asc&orderby=date&per_page=100",
            ok(json!([ours(2, "other"), ours(3, "mark")]).to_string()),
        ),
        ("GET customers?email=a@b.c&role=all", ok("[]")),
        ("GET customers?order=asc&orderby=id&per_page=100", ok(json!([ours(4, "mark")]).to_string())),
    ]);
    let open = Open::new("woocommerce", script.clone()).await;
    let lookup = |object: &str, payload: &str| Lookup {
        id: object.to_owned(),
        object: object.to_owned(),
        marker: "mark".into(),
        sent_after: Some("2026-11-23T11:30:00Z".parse().unwrap()),
        payload: Bytes::from(payload.to_owned()),
    };
    let lookups = [
        lookup("products", r#"{"sku":"S1"}"#),
        lookup("orders", "{}"),
        lookup("customers", r#"{"email":"a@b.c"}"#),
    ];
    let found = open.target().lookup(&open.context, &lookups).await.unwrap();
    let ids: Vec<Vec<_>> =
        found.iter().map(|(_, hits)| hits.iter().map(|hit| hit.target_id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["1"], vec!["3"], vec!["4"]]);
    script.done();
}
