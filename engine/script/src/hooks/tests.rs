use super::*;

fn value(json: &str) -> Value {
    Record::parse(json.to_owned()).unwrap().to_value()
}

fn fails(text: &str, argument: &str) -> (String, usize, usize) {
    let error = Hooks::compile(text).unwrap().call("run", &[Argument::Value(&value(argument))]).unwrap_err();
    (error.message, error.line, error.column)
}

#[test]
fn a_hook_changes_what_it_owns_and_reads_the_rest() {
    let hooks = Hooks::compile(
        "private fn next(page) { page + 1 }\n\
         fn run(request, body) {\n  request.query.page = next(body.page);\n  request.ids = body.rows.map(|row| row.id);\n  request\n}",
    )
    .unwrap();
    let body = Record::parse(r#"{"page": 4, "rows": [{"id": 7}, {"id": 9}]}"#).unwrap();
    let request = value(r#"{"path": "x", "query": {}}"#);
    let result = hooks.call("run", &[Argument::Value(&request), Argument::Record(&body)]).unwrap();
    assert_eq!(result, value(r#"{"ids": [7, 9], "path": "x", "query": {"page": 5}}"#));
    let names: Vec<_> =
        hooks.functions().into_iter().map(|one| (one.name, one.arguments, one.is_private)).collect();
    assert_eq!(names, [("next".to_owned(), 1, true), ("run".to_owned(), 2, false)]);
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let refused = |text: &str| {
        let error = Hooks::compile(text).unwrap_err();
        (error.message, error.line)
    };
    assert_eq!(refused("fn a(x) {\n  x.nosuch()\n}"), ("there is no function `nosuch`".to_owned(), 2));
    assert_eq!(refused("let x = 1;"), ("this file holds functions only".to_owned(), 1));
    assert_eq!(refused("fn a(x) {\n  y\n}").1, 2, "a variable that is not there");
    assert_eq!(refused("fn a() { eval(\"1\") }").1, 1);
    assert_eq!(fails("fn run(x) {\n  x.a.b\n}", "{}").1, 2);
}

#[test]
fn a_hook_ends_whatever_it_does() {
    let (message, ..) = fails("fn run(x) {\n  loop { }\n}", "{}");
    assert_eq!(message, "the script does too much: over 100000 operations");
    let (message, ..) = fails("fn run(x) { let t = \"ab\"; loop { t += t; } }", "{}");
    assert!(message.contains("too large"), "{message}");
    let (message, ..) = fails("fn run(x) { run(x) }", "{}");
    assert_eq!(message, "the script calls functions more than 16 deep");
}

#[test]
fn one_call_leaves_nothing_to_the_next() {
    let hooks = Hooks::compile("fn run(x) { x.seen = \"seen\" in x; x }").unwrap();
    let none = value("{}");
    for _ in 0..2 {
        assert_eq!(hooks.call("run", &[Argument::Value(&none)]).unwrap(), value(r#"{"seen": false}"#));
    }
}
