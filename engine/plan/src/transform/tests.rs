use super::*;
use engine_contract::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn parse(call: &Json) -> Transform {
    let (name, argument) = match call {
        Json::String(name) => (name.clone(), Json::Null),
        Json::Object(table) => table.iter().next().map(|(name, arg)| (name.clone(), arg.clone())).unwrap(),
        other => panic!("{other}"),
    };
    Transform::parse(&name, &argument).unwrap()
}

/// The lines ``- `transform`: `input` -> `output` `` of the comments.
fn examples() -> Vec<(Json, Value, Option<String>)> {
    let lines = include_str!("kind.rs").lines().filter_map(|line| line.trim().strip_prefix("/// - `"));
    let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    lines
        .map(|line| {
            let (call, rest) = line.split_once("`: `").unwrap();
            let (input, output) = rest.split_once("` -> ").unwrap();
            let output = output.strip_prefix('`').and_then(|output| output.strip_suffix('`'));
            (json(call), Value::from(json(input)), output.map(str::to_owned))
        })
        .collect()
}

#[test]
fn every_example_in_the_comments_holds() {
    let examples = examples();
    for (call, input, output) in &examples {
        let result = parse(call).apply(input.clone()).ok().map(|value| value.to_json());
        assert_eq!(&result, output, "{call} of {}", input.to_json());
    }
    for name in Transform::NAMES {
        let named = |call: &Json| parse(call).name() == name;
        assert!(examples.iter().any(|(call, ..)| named(call)), "{name} has no example");
    }
}

#[test]
fn arguments_are_checked_when_a_mapping_is_compiled() {
    let bad = [
        ("trim", json!(1)),
        ("prefix", json!(null)),
        ("replace", json!({"from": "", "to": "x"})),
        ("replace", json!({"from": "a", "to": "b", "all": true})),
        ("fit", json!(0)),
        ("fit", json!(-1)),
        ("fit", json!({"length": 5, "overflow": "wrap"})),
        ("fit", json!({"length": 9, "overflow": "hash_suffix"})),
        ("fit", json!({"overflow": "fail"})),
        ("null_if", json!([])),
        ("null_if", json!({})),
    ];
    for (name, argument) in bad {
        let error = Transform::parse(name, &argument).unwrap_err();
        assert!(matches!(error, BadArgument::Needs(_)), "{name} {argument}");
    }
    assert_eq!(Transform::parse("trimm", &Json::Null), Err(BadArgument::Unknown));
}

#[test]
fn null_passes_through_and_different_texts_stay_different() {
    for (call, ..) in examples() {
        assert_eq!(parse(&call).apply(Value::Null), Ok(Value::Null), "{call}");
    }
    let fit = parse(&json!({"fit": {"length": 21, "overflow": "hash_suffix"}}));
    let name = |text: &str| fit.apply(Value::from(text)).unwrap();
    assert_ne!(name("a-very-long-order-number-1"), name("a-very-long-order-number-2"));
}

proptest! {
    #[test]
    fn no_value_makes_a_transform_panic(text in "\\PC{0,40}", html in "[<>&;/a#x0-9!]{0,30}", number: i64) {
        for (call, ..) in examples() {
            for value in [Value::from(text.as_str()), Value::from(html.as_str()), Value::Int(number)] {
                drop(parse(&call).apply(value));
            }
        }
    }

    #[test]
    fn a_decimal_keeps_every_digit(units in 0i64..1_000_000_000, cents in 0u32..100) {
        let text = format!("{units}.{cents:02}");
        prop_assert_eq!(Transform::Decimal.apply(Value::from(text.as_str())).unwrap().to_json(), text);
    }
}
