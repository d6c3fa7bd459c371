use super::*;
use crate::{Inputs, Names, Script};
use engine_contract::Record;

/// The library of the reference project, as its author wrote it.
const WOO: &str = include_str!("../../tests/woo.rhai");

fn eval(script: &str, libraries: &Libraries, json: &str) -> Result<String, ScriptError> {
    let record = Record::parse(json.to_owned()).unwrap();
    let inputs = Inputs { record: &record, item: None, vars: None, target: None };
    Script::compile(script, Names::default(), libraries)?.eval(inputs).map(|value| value.to_json())
}

fn woo(script: &str, json: &str) -> String {
    eval(script, &Libraries::compile(&[("woo", WOO)]).unwrap(), json).unwrap()
}

#[test]
fn the_library_of_the_reference_project_works_unchanged() {
    let order = r#"{"currency":"EUR","billing":{"first_name":" Ada","last_name":"King: x","company":"","email":"Ada@X.com "}}"#;
    assert_eq!(woo("woo::display_name(record)", order), "\"Ada King- x\"");
    let guest = r#"{"billing":{"first_name":"","last_name":"","company":"","email":"a@x.com"}}"#;
    assert_eq!(woo("woo::display_name(record)", guest), "\"a@x.com\"");
    assert_eq!(woo("woo::customer_key(record)", order), r#"["ada@x.com","EUR"]"#);
    assert_eq!(woo("woo::variation_name(record)", r#"{"name":"a:b"}"#), "\"a-b\"");
    let line = r#"{"total":"10.00","quantity":3,"taxes":[{"id":1,"total":"0.5"},{"id":2,"total":""},{"id":3,"total":"1"}]}"#;
    assert_eq!(woo("woo::unit_price(record.total, record.quantity)", line), "3.3333333");
    assert_eq!(woo("woo::rates(record.taxes)", line), "\"1+3\"");
    let refund = r#"{"id":8,"parent":{"number":"1001","refunds":[{"id":7},{"id":8}]}}"#;
    assert_eq!(woo("woo::refund_number(record, \"S\")", refund), "\"S1001-R2\"");
    assert_eq!(woo("woo::order_of(record).number", refund), "\"1001\"");
}

#[test]
fn functions_of_a_library_call_each_other_and_other_libraries() {
    let libraries = Libraries::compile(&[
        ("a", "fn twice(n) { plus(n, n) } fn plus(x, y) { x + y } private fn own() { 1 }"),
        ("b", "fn four(n) { a::twice(a::twice(n)) }"),
    ])
    .unwrap();
    assert_eq!(eval("b::four(record.n)", &libraries, r#"{"n":3}"#).unwrap(), "12");
    assert!(eval("a::own()", &libraries, "{}").unwrap_err().message.contains("private"));
    assert!(eval("twice(1)", &libraries, "{}").is_err(), "a library's functions have its name before them");
}

#[test]
fn a_library_sees_no_record_and_runs_nothing_by_itself() {
    let mistake = |text: &str| Libraries::compile(&[("ok", "fn f() { 1 }"), ("a", text)]).unwrap_err();
    let (index, error) = mistake("fn f() {\n  record.id }");
    assert_eq!((index, error.line, error.column), (1, 2, 3), "{error}");
    let (_, error) = mistake("fn f() { 1 }\n\n  f();");
    assert!(error.message.contains("functions only") && error.line == 3, "{error}");
    let (_, error) = mistake("fn f() { \"a\".trimed() }");
    assert_eq!(error.help.as_deref(), Some("did you mean `trimmed`?"));
    assert_eq!((error.line, error.column), (1, 14));
    let (_, error) = mistake("fn f() { ok::g() }");
    assert!(error.message.contains("library `ok` has no function `g`"), "{error}");
    let (_, error) = mistake("fn f( { }");
    assert_eq!(error.line, 1);
}

#[test]
fn a_library_has_a_name_of_its_own() {
    let mistake = |names: &[(&str, &str)]| Libraries::compile(names).unwrap_err();
    assert!(mistake(&[("a", ""), ("a", "")]).1.message.contains("two libraries"));
    assert!(mistake(&[("my-lib", "")]).1.message.contains("cannot name"));
}

#[test]
fn an_error_in_a_library_names_both_places() {
    let libraries = Libraries::compile(&[("a", "fn f(r) {\n  g(r) }\nfn g(r) {\n  r.x.y }")]).unwrap();
    let error = eval("1 +\n  a::f(record)", &libraries, "{}").unwrap_err();
    assert_eq!(error.line, 2, "{error}");
    assert!(error.message.ends_with("(library `a`, line 4 column 7)"), "{error}");
}
