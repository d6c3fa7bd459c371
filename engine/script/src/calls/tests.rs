use crate::{Libraries, Names, Script, ScriptError};

fn mistake(script: &str) -> ScriptError {
    let libraries =
        Libraries::compile(&[("woo", "fn display_name(order) { 1 } fn rates(a, b) { 1 }")]).unwrap();
    let names = Names { has_item: true, has_vars: true, has_target: true };
    Script::compile(script, names, &libraries).unwrap_err()
}

#[test]
fn a_call_that_cannot_be_made_is_found_at_its_place() {
    let cases = [
        ("record.name.trimed()", 1, 13, "there is no function `trimed`", Some("did you mean `trimmed`?")),
        ("é(1)", 1, 1, "there is no function `é`", None),
        ("let x = \"ü\";\n  nope(x)", 2, 3, "there is no function `nope`", None),
        ("woo::nope()", 1, 6, "library `woo` has no function `nope`", None),
        (
            "woo::display_nme(record)",
            1,
            6,
            "library `woo` has no function `display_nme`",
            Some("did you mean `display_name`?"),
        ),
        ("woo::rates(1)", 1, 6, "`rates` takes 2 arguments", None),
        ("fn f(a) { a } f()", 1, 15, "`f` takes 1 argument", None),
        (
            "record.name.replaced(\"a\")",
            1,
            13,
            "`replaced` does not take that many arguments",
            Some("call it as `text.replaced(from, to)`"),
        ),
        ("[1].map(|x| x.nope())", 1, 15, "there is no function `nope`", None),
        ("if true { 1 } else { fn_of(2) }", 1, 22, "there is no function `fn_of`", None),
        ("record.lines.sqrt()", 1, 14, "there is no function `sqrt`", None),
    ];
    for (script, line, column, message, help) in cases {
        let error = mistake(script);
        assert_eq!((error.message.as_str(), error.help.as_deref()), (message, help), "{script}");
        assert_eq!((error.line, error.column), (line, column), "{script}: {error}");
    }
}

#[test]
fn an_unknown_library_is_named_at_its_place() {
    let error = mistake("1 + wo::display_name(record)");
    assert_eq!((error.line, error.column), (1, 5), "{error}");
    assert!(error.message.contains("wo"), "{error}");
}

#[test]
fn the_first_mistake_of_the_text_is_told() {
    let error = mistake("fn f() { later() }\nsooner();");
    assert_eq!(error.line, 1);
}

#[test]
fn what_a_script_sees_is_read_only() {
    for script in
        ["vars.x = 1", "target.x = 1", "item.x = 1", "record.x.y = 1", "vars = 1", "vars.push(1); vars"]
    {
        let record = engine_contract::Record::parse("{\"x\":{}}").unwrap();
        let map = engine_contract::Map::from_iter([("x".to_owned(), engine_contract::Value::from(3))]);
        let names = Names { has_item: true, has_vars: true, has_target: true };
        let inputs =
            crate::Inputs { record: &record, item: Some(&record), vars: Some(&map), target: Some(&map) };
        let answer =
            Script::compile(script, names, &Libraries::default()).and_then(|script| script.eval(inputs));
        assert!(answer.is_err(), "{script}");
    }
}
