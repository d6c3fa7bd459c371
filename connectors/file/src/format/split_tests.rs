//! Splitting agrees with a whole parse, whatever the strings hold and wherever the buffers end.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::BufReader;

fn split(text: &str, buffer: usize) -> Result<Vec<Element>, Broken> {
    let mut splitter = Splitter::new(BufReader::with_capacity(buffer, text.as_bytes()));
    let mut elements = Vec::new();
    while let Some(element) = splitter.next()? {
        elements.push(element);
    }
    Ok(elements)
}

fn nasty() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("\"".to_owned()),
            Just("\\".to_owned()),
            Just("]},{[".to_owned()),
            Just("\\\"".to_owned()),
            Just("\n,".to_owned()),
            Just("é\u{1f600}\u{0}".to_owned()),
            "[a-z]{0,3}",
        ],
        0..6,
    )
    .prop_map(|parts| parts.concat())
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        nasty().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((nasty(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn splitting_agrees_with_a_whole_parse(
        items in proptest::collection::vec(document(), 0..6),
        pretty in any::<bool>(),
        buffer in 1usize..40,
    ) {
        let whole = Value::from(items.clone());
        let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) };
        let text = text.unwrap();
        let elements = split(&text, buffer).unwrap();
        let parsed: Vec<Value> =
            elements.iter().map(|element| serde_json::from_slice(&element.bytes).unwrap()).collect();
        prop_assert_eq!(parsed, items);
        for Element { bytes, place } in elements {
            let line = text.split('\n').nth(usize::try_from(place.line).unwrap() - 1).unwrap();
            let rest = &line.as_bytes()[usize::try_from(place.column).unwrap() - 1..];
            let first_line = bytes.split(|byte| *byte == b'\n').next().unwrap();
            prop_assert!(rest.starts_with(first_line));
        }
    }

    #[test]
    fn what_serde_refuses_never_splits_into_parsable_elements(text in "[\\[\\]{},:\"a1 \\\\\n]{0,14}", buffer in 1usize..6) {
        let wrapped = format!("[{text}]");
        let whole: Result<Vec<Value>, _> = serde_json::from_str(&wrapped);
        let pieces = split(&wrapped, buffer).ok().and_then(|elements| {
            elements.iter().map(|element| serde_json::from_slice(&element.bytes).ok()).collect::<Option<Vec<Value>>>()
        });
        prop_assert_eq!(pieces, whole.ok());
    }
}

#[test]
fn broken_arrays_name_the_place_in_the_file() {
    let place = |text: &str| match split(text, 3) {
        Err(Broken::Syntax(message, place)) => (message, place.line, place.column),
        other => panic!("{other:?}"),
    };
    assert_eq!(place("[1,\n 2 3]"), ("expected a comma or the end of the array", 2, 4));
    assert_eq!(place("[1,\n2,\n]"), ("an element is missing after the comma", 3, 1));
    assert_eq!(place("[\n{\"a\":"), ("the file ends inside a record", 2, 6));
    assert_eq!(place("[{}"), ("the file ends inside the array", 1, 4));
    assert_eq!(place("[{}] x"), ("text after the end of the document", 1, 6));
    assert_eq!(place(""), ("the file is empty", 1, 1));
    assert_eq!(place("7"), ("the document is neither an array nor an object", 1, 1));
}

#[test]
fn a_record_over_16_mib_is_refused_where_it_begins() {
    let text = format!("[{}, \"{}\"]", json!({"id": 1}), "x".repeat(MAX_RECORD));
    assert!(matches!(
        split(&text, 8192),
        Err(Broken::Syntax("the record is larger than 16 MiB", Place { line: 1, column: 12 }))
    ));
}
