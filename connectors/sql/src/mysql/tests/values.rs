//! Values survive the way to the server and back, or are refused: none comes back changed.

use super::*;
use proptest::prelude::*;

const TABLE: &str = "CREATE TABLE t (
    id INT PRIMARY KEY, tiny TINYINT, small SMALLINT UNSIGNED, medium MEDIUMINT, whole INT UNSIGNED, big BIGINT,
    huge BIGINT UNSIGNED, flag BOOLEAN, bit1 BIT, bits BIT(40), exact DECIMAL(20,6), wide DECIMAL(65,30), real4 FLOAT, real8 DOUBLE,
    fixed CHAR(12), short VARCHAR(12), narrow VARCHAR(12) CHARACTER SET latin1, long_text MEDIUMTEXT, padded BINARY(3), raw VARBINARY(20), blob_ LONGBLOB, day DATE,
    clock TIME(2), at DATETIME(6), at0 DATETIME, seen TIMESTAMP(3) NULL, born YEAR,
    size ENUM('s','m','2'), tags SET('a','b','c'), doc JSON, ident UUID)";

/// A value that each column keeps, in the order of the columns.
const KEPT: [&str; 30] = [
    "-128",
    "65535",
    "-8388608",
    "4294967295",
    "-9223372036854775808",
    "18446744073709551615",
    "true",
    "true",
    "1099511627775",
    "-12345678901234.567890",
    "0.123456789012345678901234567890",
    "0.1",
    "0.30000000000000004",
    "\"é\"",
    "\"a \"",
    "\"é\"",
    "\"日本\"",
    "\"00ff10\"",
    "\"ff\"",
    "\"\"",
    "\"2026-02-28\"",
    "\"-838:59:59\"",
    "\"9999-12-31T23:59:59.999999\"",
    "\"2026-01-02\"",
    "\"2026-01-02T03:04:05.678+02:00\"",
    "2155",
    "\"2\"",
    "[\"c\",\"a\"]",
    "{\"b\":1.10,\"a\":[]}",
    "\"00000000-0000-4000-8000-0123456789ab\"",
];

/// Values of all kinds, also those that do not fit: then the row must be refused.
fn value() -> impl Strategy<Value = String> {
    let quoted = |text: String| serde_json::Value::from(text).to_string();
    prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        (-300i64..300).prop_map(|n| n.to_string()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        "-?[1-9][0-9]{0,14}\\.[0-9]{1,8}",
        "0\\.[0-9]{1,30}",
        any::<f64>().prop_filter("a number", |n| n.is_finite()).prop_map(|n| format!("{n:e}")),
        "\\PC{0,13}".prop_map(quoted),
        "[ a-zé]{0,12}".prop_map(quoted),
        "([0-9a-f]{2}){0,4}".prop_map(quoted),
        "20[0-9]{2}-0[1-9]-[0-2][0-9]".prop_map(quoted),
        "20[0-3][0-9]-0[1-9]-1[0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,7})?(Z|\\+02:00)?"
            .prop_map(quoted),
        "-?[0-9]{2,3}:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?".prop_map(quoted),
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".prop_map(quoted),
        proptest::sample::select(vec![
            "null",
            "\"s\"",
            "\"S\"",
            "\"2\"",
            "[]",
            "[\"b\",\"a\"]",
            "\"a,c\"",
            "1999",
            "0",
            "70",
            "{\"a\":[1.10,null,{\"b\":\"é\"}]}",
            "[1,2.5]",
            "\"\\\"text\\\"\"",
            "\"null\"",
            "[0.12345678901234567890]",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Whether what came back is what was sent, as the README says it.
fn is_same(sent: &Value, back: &Value, column: &str) -> bool {
    let instant = |value: &Value| value.as_str().and_then(|text| Cursor::parse(text).ok());
    let number = |value: &Value| {
        let text =
            if let Value::Bool(flag) = value { u8::from(*flag).to_string() } else { value.scalar_text()? };
        super::super::number::fixed(&text, 400, 60)
    };
    let text = |value: &Value| match value {
        Value::List(_) | Value::Map(_) => value.to_json(),
        Value::Bool(flag) => u8::from(*flag).to_string(),
        other => other.scalar_text().unwrap_or_default(),
    };
    match column {
        _ if sent == back => true,
        "at" | "at0" | "seen" => instant(sent).is_some() && instant(sent) == instant(back),
        "fixed" | "short" | "narrow" | "long_text" | "size" => text(sent) == text(back),
        "clock" => {
            let full = |value: &Value| super::super::temporal::parse_time(value.as_str()?, 2);
            full(sent).is_some() && full(sent) == full(back)
        }
        "tags" => {
            let chosen = |value: &Value| -> std::collections::BTreeSet<String> {
                match value {
                    Value::List(items) => items.iter().map(text).collect(),
                    other => {
                        text(other).split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect()
                    }
                }
            };
            chosen(sent) == chosen(back)
        }
        "doc" => serde_json::from_str::<Value>(&text(sent)).is_ok_and(|sent| sent == *back),
        "padded" | "raw" | "blob_" | "ident" => {
            text(sent).eq_ignore_ascii_case(&text(back)) || text(sent) == text(back).replace('-', "")
        }
        _ => number(sent).is_some() && number(sent) == number(back),
    }
}

#[test]
fn a_value_comes_back_as_it_was_sent_or_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (shop, target) = runtime.block_on(async {
        let shop = Shop::new(TABLE).await;
        let target = shop.target().await;
        shop.write(&*target, &[put(&*target, 1, &["id"], r#"{"id":1}"#)]).await;
        (shop, target)
    });
    let columns = runtime.block_on(target.schema(&shop.context(), "t")).unwrap();
    let columns: Vec<String> = columns.fields.into_iter().map(|field| field.name).skip(1).collect();
    let strategy = proptest::collection::vec((0..columns.len(), value()), 200);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    let kept = std::cell::RefCell::new(std::collections::BTreeMap::<String, usize>::new());
    let known: Vec<(usize, String)> = KEPT.iter().map(|value| (*value).to_owned()).enumerate().collect();
    assert_eq!(known.len(), columns.len());
    let done = runner.run(&strategy, |cells| {
        let cells = [known.clone(), cells].concat();
        runtime.block_on(async {
            shop.run("DELETE FROM t; DELETE FROM _engine_guard").await;
            let fields: Vec<String> = cells
                .iter()
                .enumerate()
                .map(|(id, (column, value))| format!(r#"{{"id":{id},"{}":{value}}}"#, columns[*column]))
                .collect();
            let writes: Vec<Write> = fields.iter().map(|fields| put(&*target, 1, &["id"], fields)).collect();
            let outcomes = target.write(&shop.context(), &writes).await.unwrap();
            let applied: Vec<String> = outcomes
                .iter()
                .filter_map(|(_, outcome)| match outcome {
                    Outcome::Applied(applied) => Some(applied.target_id.clone()),
                    Outcome::NotApplied(_) | Outcome::Unknown(_) => None,
                })
                .collect();
            let back = target.read_back(&shop.context(), "t", &[], &applied).await.unwrap();
            prop_assert_eq!(back.len(), applied.len());
            for row in back {
                let id: usize = row.target_id.parse().unwrap();
                let column = &columns[cells[id].0];
                let sent = map(&fields[id]).get(column).cloned().unwrap();
                let back = row.fields.as_map().unwrap().get(column).cloned().unwrap();
                prop_assert!(is_same(&sent, &back, column), "{column}: {sent:?} came back as {back:?}");
                *kept.borrow_mut().entry(column.clone()).or_default() += usize::from(!sent.is_null());
            }
            Ok(())
        })
    });
    done.unwrap();
    let kept = kept.into_inner();
    for column in &columns {
        assert!(
            kept.get(column).is_some_and(|count| *count > 0),
            "no value was kept in `{column}`: {kept:?}"
        );
    }
}

#[tokio::test]
async fn rows_become_records_with_exact_values() {
    let shop = Shop::new(
        "SET sql_mode = ''; SET time_zone = '+00:00';
         CREATE TABLE t (id INT PRIMARY KEY, huge BIGINT UNSIGNED, r FLOAT, d DOUBLE, m DECIMAL(5,2), f TINYINT(1), b BIT(1), n BIT(12),
             day DATE, at DATETIME(3), clock TIME(1), seen TIMESTAMP NULL, y YEAR, raw VARBINARY(3), tags SET('x','y'), doc JSON);
         INSERT INTO t VALUES (1, 18446744073709551615, 0.1, 0.1 + 0.2e0, 1.1, 1, b'1', b'101010101010', '2026-01-02', '2026-01-02 03:04:05.006',
             '-838:59:59', '2026-01-02 03:04:05', 1999, x'00FF10', 'y,x', '{\"a\":[1.10]}'),
             (2, 0, 1e30, 1e300, -1, 7, b'0', 0, '0000-00-00', '2026-00-01', '00:00:00', NULL, 0, '', '', '\"s\"')",
    )
    .await;
    let source = shop.source(serde_json::json!({})).await;
    let batch = source.read(&shop.context(), &reading::request("t")).await.unwrap();
    let rows: Vec<String> = batch.records.iter().map(|record| record.record.to_value().to_json()).collect();
    assert_eq!(
        rows,
        [
            r#"{"id":1,"huge":18446744073709551615,"r":0.1,"d":0.30000000000000004,"m":1.10,"f":true,"b":true,"n":2730,"day":"2026-01-02","at":"2026-01-02T03:04:05.006","clock":"-838:59:59.0","seen":"2026-01-02T03:04:05Z","y":1999,"raw":"00ff10","tags":["x","y"],"doc":{"a":[1.10]}}"#,
            r#"{"id":2,"huge":0,"r":1e30,"d":1e300,"m":-1.00,"f":7,"b":false,"n":0,"day":null,"at":null,"clock":"00:00:00.0","seen":null,"y":0,"raw":"","tags":[],"doc":"\"s\""}"#,
        ]
    );
}
