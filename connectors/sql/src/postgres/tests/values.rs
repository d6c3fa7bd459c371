//! Values go to a real server and come back without loss.

use super::*;
use crate::postgres::{encode::kind, fit::fit, types::Shape};
use proptest::prelude::*;

const TABLE: &str = "
    BEGIN; SELECT pg_advisory_xact_lock(1); CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; COMMIT;
    CREATE TYPE mood AS ENUM ('sad', 'it''s \"ok\"');
    CREATE DOMAIN amount AS numeric(12,3) CHECK (VALUE > -100000000);
    CREATE TABLE t (
        id bigint PRIMARY KEY, small smallint, whole integer, big bigint, free numeric, money numeric(14,2),
        single real, double double precision, words text, few varchar(10), letters public.citext, flag boolean,
        day date, clock time, civil timestamp, moment timestamptz, ident uuid, doc json, tree jsonb,
        texts text[], numbers numeric[], trees jsonb[], bytes bytea, mood mood, span interval, net inet,
        amount amount, other \"char\"
    )";

/// Writes one row and reads it back, by the source and by the target.
async fn there_and_back(project: &Project, target: &dyn Target, revision: i64, fields: &Map) -> Map {
    let match_on = ["id".to_owned()];
    let encode =
        Encode { op: Op::Create, object: "t", fields, match_on: &match_on, marker: "", marker_field: None };
    let payload = target.encode(&encode).unwrap();
    let write = Write { payload, match_on: match_on.to_vec(), ..blank(Op::Create, revision) };
    let outcome = project.write(target, &[write]).await;
    assert!(outcome[0].starts_with("Created") || outcome[0].starts_with("Updated"), "{outcome:?}");
    let source = project.source(json!({})).await;
    let key = fields["id"].scalar_text().unwrap();
    let read = source.fetch(&project.context(), &request("t"), std::slice::from_ref(&key)).await.unwrap();
    let back = target.read_back(&project.context(), "t", &match_on, &[key]).await.unwrap();
    let Value::Map(row) = read[0].record.to_value() else { panic!("a row is an object") };
    assert_eq!(Value::Map(row.clone()), back[0].fields);
    row
}

#[tokio::test]
async fn every_type_keeps_its_values() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let fields = map(
        r#"{"id":-9223372036854775808,"small":-32768,"whole":2147483647,"big":9223372036854775807,
        "free":-0.00000000000000000000000000000000000000012345678901234567890123456789,"money":-12.50,
        "single":0.1,"double":0.30000000000000004,"words":"a\tb\\N\n\r\\.é\u0001","few":"1234567890","letters":"AbC",
        "flag":false,"day":"2026-02-28","clock":"23:59:59.999999","civil":"2026-01-02T03:04:05.000001",
        "moment":"2026-01-02T03:04:05.000001+00:00","ident":"0190a1b2-0000-7000-8000-00000000000f",
        "doc":{"b":1,"a":[1.10]},"tree":"text","texts":["a,b","\"q\\","NULL",null,"","{}"],"numbers":[1.10,null],
        "trees":[[1],{"a":null},"x"],"bytes":"00ff7f","mood":"it's \"ok\"","span":"1 mon 2 days 03:04:05.6",
        "net":"10.0.0.0/8","amount":12.345,"other":"x"}"#,
    );
    let mut expected = fields.clone();
    // JSON keeps the order in which it was written: sorted, so that equal content has equal bytes.
    expected.insert("doc".to_owned(), Value::Map(map(r#"{"a":[1.10],"b":1}"#)));
    let row = there_and_back(&project, &*target, 1, &fields).await;
    assert_eq!(Value::Map(row).to_json(), Value::Map(expected).to_json());

    let extremes = map(
        r#"{"id":1,"free":"NaN","single":"-Infinity","double":1e300,"civil":"infinity","moment":"-infinity",
        "money":"12.50","whole":true,"big":"7","texts":[["a","b"],["c","d"]],"clock":"09:30","bytes":"\\x00"}"#,
    );
    let row = there_and_back(&project, &*target, 2, &extremes).await;
    let shown: Vec<String> = extremes.keys().map(|name| row[name].to_json()).collect();
    assert_eq!(
        shown,
        [
            "1",
            "\"NaN\"",
            "\"-Infinity\"",
            "1e+300",
            "\"infinity\"",
            "\"-infinity\"",
            "12.50",
            "1",
            "7",
            r#"[["a","b"],["c","d"]]"#,
            "\"09:30:00\"",
            "\"00\"",
        ]
    );
    project.end().await;
}

#[tokio::test]
async fn an_offset_is_kept_as_the_same_moment() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let fields = map(r#"{"id":1,"civil":"2026-01-02T03:04:05+02:00","moment":"2026-01-02T03:04:05-03:30"}"#);
    let row = there_and_back(&project, &*target, 1, &fields).await;
    assert_eq!(row["civil"].to_json(), "\"2026-01-02T01:04:05\"");
    assert_eq!(row["moment"].to_json(), "\"2026-01-02T06:34:05+00:00\"");
    project.end().await;
}

fn decimal() -> impl Strategy<Value = Value> {
    (any::<i64>(), 0u32..28)
        .prop_map(|(digits, scale)| engine_contract::parse_number(&decimal_text(digits, scale)))
}

/// `digits / 10^scale` with all its places.
fn decimal_text(digits: i64, scale: u32) -> String {
    let all = format!("{:0>width$}", digits.unsigned_abs(), width = scale as usize + 1);
    let (whole, fraction) = all.split_at(all.len() - scale as usize);
    let sign = if digits < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn number(value: &Value) -> Option<crate::postgres::decimal::Decimal> {
    crate::postgres::decimal::Decimal::read(&value.scalar_text()?)
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof!["[^\\x00]{0,12}", "[\\\\\\t\\n\\r\"'{},NUL.x]{0,8}"].prop_map(Value::Text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_kept_comes_back_equal(
        rows in proptest::collection::vec(
            (any::<i64>(), decimal(), text(), any::<f64>(), any::<f32>(), proptest::collection::vec(proptest::option::of(text()), 0..4)), 1..20
        )
    ) {
        block_on(async {
            let project = Project::new(TABLE).await;
            let target = project.target().await;
            for (revision, (big, free, words, double, single, texts)) in rows.into_iter().enumerate() {
                let list = texts.into_iter().map(Option::unwrap_or_default).collect();
                let mut fields: Map = [("big", Value::Int(big)), ("free", free), ("words", words.clone()), ("tree", words)]
                    .into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                fields.insert("id".to_owned(), Value::Int(1));
                fields.insert("texts".to_owned(), Value::List(list));
                // The shortest decimals that name these fractions, where they are numbers.
                for (name, shape, text) in [
                    ("double", Shape::Double, format!("{double:e}")), ("single", Shape::Single, format!("{single:e}"))
                ] {
                    let is_kept = fit(&shape, kind::DECIMAL, &text).is_ok();
                    if is_kept && text.parse::<serde_json::Number>().is_ok() {
                        fields.insert(name.to_owned(), engine_contract::parse_number(&text));
                    }
                }
                let row = there_and_back(&project, &*target, i64::try_from(revision).unwrap(), &fields).await;
                for (name, value) in &fields {
                    let same = match name.as_str() {
                        "double" | "single" => number(&row[name]) == number(value),
                        _ => engine_contract::content_hash(&row[name]) == engine_contract::content_hash(value),
                    };
                    assert!(same, "{name}: {} came back as {}", value.to_json(), row[name].to_json());
                }
            }
            project.end().await;
        });
    }
}
