use super::*;
use engine_contract::Record;

fn record(json: &str) -> Record {
    Record::parse(json.to_owned()).unwrap()
}

fn run(script: &str, json: &str) -> Result<String, String> {
    let script = compile(script).map_err(|error| error.to_string())?;
    script.eval(inputs(&record(json))).map(|value| value.to_json()).map_err(|error| error.to_string())
}

fn compile(script: &str) -> Result<Script, ScriptError> {
    Script::compile(script, Names::default(), &Libraries::default())
}

fn inputs(record: &Record) -> Inputs<'_> {
    Inputs { record, item: None, vars: None, target: None }
}

fn ok(script: &str, json: &str) -> String {
    run(script, json).unwrap()
}

fn fails(script: &str, json: &str) -> String {
    run(script, json).unwrap_err()
}

const ORDER: &str = r#"{"id":7,"total":"12.50","tax":1.10,"paid":null,"flag":true,
    "billing":{"email":" Ada@X.com "},"lines":[{"n":1},{"n":2}],"empty":[]}"#;

#[test]
fn the_record_reads_as_exact_values() {
    assert_eq!(ok("record.id", ORDER), "7");
    assert_eq!(ok("record.tax + 1", ORDER), "2.10");
    assert_eq!(ok("record.total.to_decimal() * 2", ORDER), "25.00");
    assert_eq!(ok("record.flag && record.paid == () && record.nothing == ()", ORDER), "true");
    assert_eq!(ok("record.billing != ()", ORDER), "true");
    assert_eq!(ok("record.billing.email.trimmed().lowered()", ORDER), r#""ada@x.com""#);
    assert_eq!(ok("record.billing", ORDER), r#"{"email":" Ada@X.com "}"#);
    assert_eq!(ok("record.lines.map(|l| l.n)", ORDER), "[1,2]");
    assert_eq!(ok("let t = 0; for l in record.lines { t += l.n; } t", ORDER), "3");
    assert_eq!(ok("record.empty.is_empty() && record.nothing.is_empty()", ORDER), "true");
    assert_eq!(ok("record.nothing?.deeper", ORDER), "null");
    assert_eq!(ok("record[\"id\"]", ORDER), "7");
    assert_eq!(ok("\"id\" in record", ORDER), "true");
    assert_eq!(ok("`${record.id}-${record.total}`", ORDER), r#""7-12.50""#);
    assert_eq!(ok("[\"a:b\".replaced(\":\", \"-\"), 1].joined(\"+\")", ORDER), r#""a-b+1""#);
    assert_eq!(ok("#{ b: 1, a: record.total }", ORDER), r#"{"a":"12.50","b":1}"#);
}

#[test]
fn an_item_is_seen_only_where_there_is_one() {
    let script = Script::compile(
        "item.n + record.id",
        Names { has_item: true, ..Names::default() },
        &Libraries::default(),
    )
    .unwrap();
    let order = record(ORDER);
    let line = order.member("lines").unwrap().element(1).unwrap();
    assert_eq!(script.eval(Inputs { item: Some(&line), ..inputs(&order) }), Ok(Value::Int(9)));
    let error = compile("1 +\n  item.n").unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
    assert!(error.message.contains("item"), "{error}");
}

#[test]
fn division_rounds_only_where_the_script_says_so() {
    assert_eq!(ok("\"10.00\".to_decimal() / 4", ORDER), "2.50");
    assert_eq!(ok("6 / 3", ORDER), "2");
    for inexact in ["7 / 2", "\"1\".to_decimal() / 3", "\"8\".to_decimal() / 3", "8 / \"3\".to_decimal()"] {
        assert!(fails(inexact, ORDER).contains("divided"), "{inexact}");
    }
    assert_eq!(ok("divided(7, 2, 0)", ORDER), "4");
    assert_eq!(ok("divided(\"-0.125\".to_decimal(), 1, 2)", ORDER), "-0.13");
    for by_zero in ["1 / 0", "\"1\".to_decimal() / 0", "divided(1, 0, 2)", "1 % 0"] {
        assert!(fails(by_zero, ORDER).contains("zero"), "{by_zero}");
    }
}

#[test]
fn a_text_is_never_taken_for_a_number() {
    for script in ["record.total > 0", "100 <= record.total", "record.tax < record.total"] {
        assert!(fails(script, ORDER).contains("to_decimal"), "{script}");
    }
    assert_eq!(ok("record.total.to_decimal() > 12 && record.total > \"1\" && record.id >= 7", ORDER), "true");
    assert_eq!(ok("record.total == 12", ORDER), "false");
}

#[test]
fn the_record_cannot_be_changed() {
    for script in [
        "record.id = 1",
        "record = 1",
        "record.billing.email = \"x\"; record",
        "record.id += 1",
        "let r = record; r.id = 1",
        "record[\"id\"] = 3",
    ] {
        assert!(run(script, ORDER).is_err(), "{script}");
    }
    assert_eq!(ok("let l = record.lines; l.push(1); record.lines.len()", ORDER), "2");
}

#[test]
fn messages_hold_no_values_and_name_the_place() {
    let secret = r#"{"name":"SECRET-123","n":9223372036854775807}"#;
    for script in [
        "record.name.to_decimal()",
        "throw record.name",
        "record.n + 1",
        "record.name[99]",
        "record.name.foo",
        "record.name - 1",
        "parse_int(record.name)",
        "parse_decimal(record.name)",
        "let m = #{}; m[record.name].x",
        "fn f(x) { x.to_decimal() } f(record.name)",
        "record.name.pad(-1, record.name); throw `${record.name}`",
        "switch record.name { 1 => 2 }.foo",
    ] {
        let Err(error) = compile(script).and_then(|s| s.eval(inputs(&record(secret)))) else {
            panic!("{script}");
        };
        assert!(!error.message.contains("SECRET") && !error.message.contains("922337"), "{error}");
        assert_eq!(error.line, 1, "{script}: {error}");
    }
    assert_eq!(
        fails("record.nothing.email", ORDER),
        "`email` of nothing: the value before it is missing; `?.` reads on safely at script line 1 column 16"
    );
}

#[test]
fn a_call_that_cannot_be_made_says_on_what() {
    let cases = [
        ("record.nothing.to_decimal()", "nothing (a missing value) has no `to_decimal`"),
        ("record.id + record.nothing", "`+` does not work on integer and nothing (a missing value)"),
        ("-record.billing", "`-` does not work on record"),
        ("record.flag.trimmed()", "there is no function `trimmed(boolean)`"),
        ("record.id.fit(3)", "there is no function `fit`"),
        ("if record.total { 1 }", "expected boolean, got text"),
    ];
    for (script, said) in cases {
        let error = fails(script, ORDER);
        assert!(error.starts_with(said), "{script}: {error}");
    }
}

#[test]
fn only_true_and_false_are_conditions() {
    let eval = |text| compile(text).unwrap().eval_bool(inputs(&record(ORDER)));
    assert_eq!(eval("record.id > 3"), Ok(true));
    assert!(eval("record.id").unwrap_err().message.contains("neither true nor false"));
}

/// Each of these would hang, fill the memory or read a file in an engine with rhai's defaults.
#[test]
fn attacks_stop_with_an_error() {
    let parens = format!("{}1{}", "(".repeat(40), ")".repeat(40));
    let sums = vec!["1"; 5_000].join("+");
    let attacks = [
        "loop { }",
        "while true { let x = 1; }",
        "let s = \"x\"; loop { s += s; }",
        "let a = [1]; loop { a += a; }",
        "let a = [1]; loop { a = [a, a]; }",
        "let m = #{}; let i = 0; loop { m[`${i}`] = i; i += 1; }",
        "fn f(n) { f(n + 1) } f(0)",
        "let s = \"x\"; s.pad(3000000000, \"y\")",
        "let a = []; a.pad(3000000000, 0)",
        "blob(3000000000)",
        "for i in 0..10000000000 { }",
        "import \"leak\" as m; m::SECRET",
        "eval(\"40 + 2\")",
        "let a = []; for i in 0..9000 { a.push(i); } loop { a.sort(|x, y| y - x); }",
        "let a = []; a.pad(10000, 0); a.map(|x| a.map(|y| a.map(|z| z)))",
        "let s = \"ab\"; loop { s = s.replaced(\"a\", \"aaaa\").replaced(\"b\", \"bbbb\"); }",
        "let a = [\"x\"]; loop { let s = a.joined(\"\"); a += [s, s]; }",
        "let s = \"x\"; loop { s = `${s}${s}`; }",
        "sleep(5)",
        "timestamp()",
        "let x = record; loop { x.id; }",
        parens.as_str(),
        sums.as_str(),
    ];
    for attack in attacks {
        assert!(run(attack, ORDER).is_err(), "{}", attack.chars().take(60).collect::<String>());
    }
}

#[test]
fn a_loop_over_a_big_record_ends_by_bytes_read() {
    let big = format!(r#"{{"pad":"{}","last":1}}"#, "x".repeat(4 << 20));
    let error = fails("let n = 0; loop { n += record.last; }", &big);
    assert!(error.contains("reads too much"), "{error}");
}

#[test]
fn a_view_parses_nothing_but_what_is_named() {
    // A text too long for scripts, and a list too long, do no harm while nobody reads them.
    let long = format!(r#"{{"text":"{}","list":[{}0],"id":1}}"#, "x".repeat(70_000), "0,".repeat(10_000));
    assert_eq!(ok("record.id", &long), "1");
    assert!(fails("record.text", &long).contains("65536"));
    assert!(fails("record.list", &long).contains("10000"));
}

#[test]
fn a_failed_evaluation_leaves_nothing_for_the_next() {
    let script = compile("let x = record.id; if x == 7 { throw 1; } x").unwrap();
    assert!(script.eval(inputs(&record(ORDER))).is_err());
    assert_eq!(script.eval(inputs(&record(r#"{"id":8}"#))), Ok(Value::Int(8)));
}
