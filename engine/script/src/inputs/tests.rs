use crate::{Inputs, Libraries, Names, Script};
use engine_contract::{Map, Record, Value};

fn eval(script: &str) -> String {
    let record = Record::parse(r#"{"id":7}"#).unwrap();
    let item = Record::parse(r#"{"n":1}"#).unwrap();
    let vars = Map::from_iter([
        ("prefix".to_owned(), Value::from("WC-")),
        (
            "deep".to_owned(),
            Value::Map(Map::from_iter([("a".to_owned(), Value::List(vec![Value::from(4)]))])),
        ),
        ("long".to_owned(), Value::Text("x".repeat(70_000))),
    ]);
    let target = Map::from_iter([("Id".to_owned(), Value::from("9"))]);
    let names = Names { has_item: true, has_vars: true, has_target: true };
    let inputs = Inputs { record: &record, item: Some(&item), vars: Some(&vars), target: Some(&target) };
    let script = Script::compile(script, names, &Libraries::default()).unwrap();
    script.eval(inputs).map_or_else(|error| error.to_string(), |value| value.to_json())
}

#[test]
fn each_input_is_seen_by_its_name() {
    assert_eq!(eval("`${vars.prefix}${record.id}-${item.n}-${target.Id}`"), "\"WC-7-1-9\"");
    assert_eq!(eval("vars.deep.a[0]"), "4");
    assert_eq!(eval("vars[\"prefix\"]"), "\"WC-\"");
    assert_eq!(eval("vars?.nope ?? \"none\""), "\"none\"");
    assert_eq!(eval("[1, 2].map(|n| `${vars.prefix}${n}`)"), "[\"WC-1\",\"WC-2\"]");
    // Passed on whole, all of it is read, what is too long too.
    assert!(eval("fn f(v) { v.prefix } f(vars)").contains("65536"));
}

#[test]
fn only_what_a_script_names_is_read() {
    // The long text is harmless while nobody names it.
    assert_eq!(eval("vars.prefix"), "\"WC-\"");
    assert!(eval("vars.long").contains("65536"));
    assert_eq!(eval("1"), "1");
}
