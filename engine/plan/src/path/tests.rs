use super::*;
use crate::mapping::{PathRule, Root, Way};
use engine_contract::Record;
use engine_project::Place;
use proptest::prelude::*;

fn rule(text: &str) -> PathRule {
    let (root, way) = parse(text).unwrap();
    PathRule { text: text.to_owned(), root, way, place: Place::default() }
}

fn read(text: &str, json: &str) -> Option<String> {
    let rule = rule(text);
    let record = Record::parse(json.to_owned()).unwrap();
    Walk::new(&rule).unwrap().value(&record, Some(&record)).map(|value| value.to_json())
}

const ORDER: &str = r#"{"id":7,"a b":1,"l":[{"n":1,"t":"1.10"},{"n":2,"t":"2"}],"none":null,
    "meta":[{"key":"x","value":"1"},{"key":"po","value":2.50}]}"#;

#[test]
fn singular_paths_hit_one_value() {
    assert_eq!(read("$.id", ORDER).as_deref(), Some("7"));
    assert_eq!(read("$['a b']", ORDER).as_deref(), Some("1"));
    assert_eq!(read("$[\"l\"][1].t", ORDER).as_deref(), Some("\"2\""));
    assert_eq!(read("@.l[-1].n", ORDER).as_deref(), Some("2"));
    assert_eq!(read("$.none", ORDER).as_deref(), Some("null"));
    assert_eq!(read("$.l.n", ORDER), None);
    assert!(matches!(rule("$.l[0].n").way, Way::One(_)));
    assert_eq!(rule("@.n").root, Root::Element);
}

#[test]
fn wildcards_give_lists_and_filters_their_first_hit() {
    assert_eq!(read("$.l[*].t", ORDER).as_deref(), Some(r#"["1.10","2"]"#));
    assert_eq!(read("$.l[*].missing", ORDER), None);
    assert_eq!(read("$.meta[?@.key == 'po'].value", ORDER).as_deref(), Some("2.50"));
    assert_eq!(read("$.meta[?@.key == 'zz'].value", ORDER), None);
    assert_eq!(read("$.l[?@.n > 1].t", ORDER).as_deref(), Some("\"2\""));
    assert_eq!(read("$.meta[?@.value == 2.5].key", ORDER).as_deref(), Some("\"po\""));
    assert_eq!(read("$.l[0:2].n", ORDER).as_deref(), Some("[1,2]"));
    assert_eq!(read("$..n", ORDER).as_deref(), Some("[1,2]"));
}

#[test]
fn a_broken_path_names_the_byte() {
    for (text, bytes) in [("$.billing..", 10..11), ("$.l[", 3..4), ("@.é$", 4..5), ("x", 0..1)] {
        assert_eq!(parse(text).unwrap_err().bytes, bytes, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "[$@.\\[\\]*?'\"a-c0-9é(): =&|-]{0,24}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.bytes.end <= text.len() && text.is_char_boundary(error.bytes.start));
        }
    }

    /// Filters, slices and functions of every shape end with hits or without, on any record.
    #[test]
    fn no_path_makes_the_walk_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            ".a", ".b", "[-1]", "[0]", "[*]", "..a", "..*", "[?@.a]", "[?@.a > 1]", "[?@.b == 'x']", "[?@ != null]",
            "[0:2]", "[::-1]", "[5:1:2]", "['a','b']", "[?length(@.a) > 1]", "[?count(@.*) == 1]", "[?!@.a]",
            "[?match(@.b, '[x')]", "[?search(@.b, 'x')]", "[?value(@..a) == 1]", "[?in(@.a, $.b)]", "[?@.a < 1.5 || @.b]",
            "[-9223372036854775808]", "[9007199254740991]", "[?@.a == 12345678901234567890]",
        ]), 0..4),
        json in prop::sample::select(vec![
            r#"{"a":[{"a":1,"b":"x"},{"a":1.50,"b":null},[1,2],"x",99999999999999999999999999999999.5],"b":{"a":{}}}"#,
            "[[[1]],{\"a\":[]}]", "null", "7", "\"x\"", "{}", "[]",
        ]),
    ) {
        let text = format!("${}", parts.concat());
        if parse(&text).is_ok() {
            drop(read(&text, json));
        }
    }

    /// The compiled walk and the library's evaluator agree on paths that both can read.
    #[test]
    fn compiled_paths_agree_with_the_evaluator(
        steps in prop::collection::vec(prop::sample::select(vec![".a", ".b", "[0]", "[1]", "[*]", "['a']"]), 0..4),
    ) {
        let json = r#"{"a":[{"a":1,"b":[2,{"a":3}]},[4,5]],"b":{"a":{"b":6},"b":null}}"#;
        let text = format!("${}", steps.concat());
        let record = Record::parse(json).unwrap();
        let ours: Vec<_> = Walk::new(&rule(&text)).unwrap().all(&record, None);
        let query = PathRule { way: Way::Query { text: text.clone(), first: false }, ..rule(&text) };
        let theirs = Walk::new(&query).unwrap().all(&record, None);
        prop_assert_eq!(
            ours.iter().map(|part| part.to_value().to_json()).collect::<Vec<_>>(),
            theirs.iter().map(|part| part.to_value().to_json()).collect::<Vec<_>>()
        );
    }
}
