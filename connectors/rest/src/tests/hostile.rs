//! Services that answer anything: nothing panics, and nothing counts as done that was not said to be.

use super::world::{Open, fields, read};
use bytes::Bytes;
use engine_contract::{Encode, HttpTransport, Lookup, Op, Outcome, Result, Write, async_trait};
use http::{Request, Response};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// Answers every request alike.
struct Parrot(u16, String);

#[async_trait]
impl HttpTransport for Parrot {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>> {
        Ok(Response::builder().status(self.0).body(Bytes::from(self.1.clone())).unwrap())
    }
}

/// JSON that looks like answers and is none.
fn body() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "id",
        "Id",
        "code",
        "Fault",
        "fault",
        "Error",
        "QueryResponse",
        "Invoice",
        "SyncToken",
        "MetaData",
        "LastUpdatedTime",
        "date_modified_gmt",
        "meta_data",
        "key",
        "value",
        "message",
        "0",
    ]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("0".to_owned()),
        Just("-1e400".to_owned()),
        Just("\"2026-11-23T00:05:34\"".to_owned()),
        "\"[a-z0-9]{0,4}\"",
        Just("[]".to_owned()),
    ];
    let json = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((word.clone(), inner), 0..4).prop_map(|members| {
                let members: Vec<_> =
                    members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    prop_oneof![4 => json, 1 => "\\PC{0,20}", 1 => Just("[".repeat(300))]
}

proptest! {
    #[test]
    fn whatever_comes_is_an_answer_or_an_error(
        status in prop::sample::select(vec![200u16, 201, 302, 400, 401, 403, 404, 409, 429, 500, 503]),
        body in body(),
    ) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            for (name, object, stream, cursor) in [
                ("quickbooks", "Invoice", "Invoice", "MetaData.LastUpdatedTime"),
                ("woocommerce", "products", "refunds", "date_created_gmt"),
            ] {
                let open = Open::new(name, Arc::new(Parrot(status, body.clone()))).await;
                let mut request = read(stream, Some(cursor), None);
                request.max_records = 3;
                drop(open.source().read(&open.context, &request).await);
                drop(open.source().clock(&open.context, stream, Some(cursor)).await);
                drop(open.source().fetch(&open.context, &request, &["1".to_owned()]).await);
                drop(open.target().read_back(&open.context, object, &[], &["1".to_owned()]).await);
                let payload = Bytes::from_static(br#"{"DocNumber":"1","sku":"1"}"#);
                let lookup = Lookup { id: "1".into(), object: object.into(), marker: "m".into(), sent_after: None, payload: payload.clone() };
                drop(open.target().lookup(&open.context, &[lookup]).await);
                let write = Write {
                    id: "1".into(), op: Op::Create, object: object.into(), payload, match_on: Vec::new(), target_id: None,
                    token: None, request_key: "k".into(), marker: "m".into(), revision: 1,
                };
                if let Ok(outcomes) = open.target().write(&open.context, &[write]).await
                    && let Some((_, Outcome::Applied(applied))) = outcomes.first()
                {
                    prop_assert!(status < 300 && !applied.target_id.is_empty(), "{} {}", status, body);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn encoding_is_the_same_each_time_and_never_loses_a_digit(amount in -9_999_999_999i64..9_999_999_999, note in "\\PC{0,30}") {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let open = Open::new("quickbooks", Arc::new(Parrot(200, String::new()))).await;
            let amount = rust_decimal::Decimal::new(amount, 5);
            let number: serde_json::Value = serde_json::from_str(&amount.to_string()).unwrap();
            let map = fields(json!({ "TotalAmt": number, "PrivateNote": note, "Line": [] }));
            let encode = Encode { op: Op::Create, object: "Invoice", fields: &map, match_on: &[], marker: "m", marker_field: None };
            let first = open.target().encode(&encode).unwrap();
            prop_assert_eq!(&first, &open.target().encode(&encode).unwrap());
            let text = format!("\"TotalAmt\":{amount}}}");
            prop_assert!(std::str::from_utf8(&first).unwrap().ends_with(&text));
            Ok(())
        })?;
    }
}
