//! The attack corpus: scripts that would hang, fill the memory or get out in an engine with rhai's defaults.
//!
//! Each ends with an error, or with a value under the limits. What is measured is operations and sizes, never
//! time: a test on a busy machine says the same.

use crate::{
    Inputs, Libraries, Names, Script, engine,
    functions::{self, Function, Origin},
    limits::{MAX_ARRAY, MAX_OPERATIONS, MAX_TEXT},
};
use engine_contract::{Record, Value};

/// A library that recurses by itself and with another one.
const LIBRARIES: [(&str, &str); 2] = [
    (
        "one",
        "fn down(n) { two::down(n + 1) } fn grow(t) { two::grow(t + t) } fn spin(n) { loop { n += 1; } }",
    ),
    ("two", "fn down(n) { one::down(n + 1) } fn grow(t) { one::grow(t + t) } fn wide(l) { l.map(|x| l) }"),
];

/// Begins most attacks: the longest text and the longest list that there may be.
const BIG: &str = "let t = \"x\"; t.pad(65536, \"x\"); let l = []; l.pad(10000, 7); ";

fn libraries() -> Libraries {
    Libraries::compile(&LIBRARIES).unwrap()
}

/// Runs an attack; what it gives is under the limits.
fn run(attack: &str, libraries: &Libraries) -> Result<(), String> {
    let record = Record::parse(r#"{"id":7,"total":"12.50","lines":[{"n":1},{"n":2}]}"#).unwrap();
    let inputs = Inputs { record: &record, item: None, vars: None, target: None };
    let script = Script::compile(attack, Names::default(), libraries).map_err(|error| error.to_string())?;
    let result = script.eval(inputs);
    // One call may be counted after the last that was allowed.
    assert!(engine::operations() <= MAX_OPERATIONS + 20_000, "{attack}: {}", engine::operations());
    let value = result.map_err(|error| error.to_string())?;
    let (elements, text) = weight(&value);
    assert!(
        elements <= 2 * MAX_ARRAY && text <= 2 * MAX_TEXT,
        "{attack} gives {elements} elements, {text} bytes"
    );
    Ok(())
}

fn weight(value: &Value) -> (usize, usize) {
    let of = |parts: &mut dyn Iterator<Item = &Value>| {
        parts.map(weight).fold((1, 0), |(n, bytes), (more, longer)| (n + more, bytes + longer))
    };
    match value {
        Value::Text(text) => (1, text.len()),
        Value::List(items) => of(&mut items.iter()),
        Value::Map(map) => of(&mut map.values()),
        _ => (1, 0),
    }
}

#[test]
fn endless_work_ends() {
    let attacks = [
        "loop { }",
        "while true { let x = 1; }",
        "do { } while true",
        "for i in 0..10000000000 { }",
        "for i in range(0, 9000000000, 1) { }",
        "let x = record; loop { x.id; }",
        "let n = 0; loop { n += record.lines.len(); }",
        "let a = []; for i in 0..9000 { a.push(i); } loop { a.sort(|x, y| y - x); }",
        "let l = []; l.pad(10000, 0); let a = l; a.map(|x| a.map(|y| a.map(|z| z)))",
        "let l = []; l.pad(10000, 0); let a = l; a.filter(|x| a.filter(|y| a.any(|z| z > 0)).len() > 0)",
        "let l = []; l.pad(10000, 1); let a = l; a.reduce(|s, x| s + a.reduce(|t, y| t + y, 0), 0)",
        "let l = []; l.pad(10000, 1); let a = l; a.sorted(|x| a.count(|y| y > x))",
        "let l = []; l.pad(10000, 1); let a = l; a.unique(|x| a.index_of(|y| y > x))",
        "let f = |g, n| g.call(g, n + 1); f.call(f, 0)",
        "one::spin(0)",
        "[1, 2, 3].map(|x| one::spin(x))",
        "try { loop { } } catch { loop { } }",
        "let t = \"x\"; t.pad(65536, \"x\"); loop { for letter in t.chars() { } }",
        "switch 1 { 1 => { loop { } }, _ => 2 }",
    ];
    let libraries = libraries();
    for attack in attacks {
        let error = run(attack, &libraries).unwrap_err();
        let is_limit =
            ["does too much", "deep", "longer than 10000"].iter().any(|limit| error.contains(limit));
        assert!(is_limit, "{attack}: {error}");
    }
}

#[test]
fn growth_ends() {
    let attacks = [
        "let s = \"x\"; loop { s += s; }",
        "let s = \"x\"; loop { s = `${s}${s}`; }",
        "let s = \"x\"; loop { s = `${`${s}${s}`}${`${s}${s}`}`; }",
        "let s = \"ab\"; loop { s = s.replaced(\"a\", \"aaaa\").replaced(\"b\", \"bbbb\"); }",
        "let s = \"x\"; s.pad(3000000000, \"y\")",
        "\"x\".padded_left(3000000000, \"y\")",
        "let s = \"ß\"; loop { s = s.uppered() + s; }",
        "let a = [1]; loop { a += a; }",
        "let a = [1]; loop { a = [a, a]; }",
        "let a = [1]; loop { a = a + a; }",
        "let a = [1]; loop { a.push(a); }",
        "let a = [1]; loop { a = a.map(|x| a); }",
        "let a = []; a.pad(3000000000, 0)",
        "let a = []; a.pad(10000, 0); let b = []; b.pad(10000, a); b",
        "let a = []; a.pad(10000, 0); a.map(|x| a)",
        "let a = []; a.pad(5000, 0); two::wide(a)",
        "let a = []; a.pad(10000, 0); a.reduce(|s, x| [s, s], [])",
        "let a = []; a.pad(1000, 0); a.zip(a, |x, y| a)",
        "let a = []; a.pad(10000, 0); a.sorted(|x| { let t = \"x\"; t.pad(65536, \"y\"); t })",
        "let a = []; a.pad(10000, 0); let t = \"x\"; t.pad(60000, \"y\"); a.map(|x| t)",
        "let a = [\"x\"]; loop { let s = a.joined(\"\"); a += [s, s]; }",
        "let a = []; a.pad(100, 0); let b = a.map(|x| a); let c = b.map(|x| b); c.flattened()",
        "let m = #{}; let i = 0; loop { m[`${i}`] = i; i += 1; }",
        "let m = #{}; loop { m = #{ a: m, b: m }; }",
        "let n = 2; loop { n *= n; }",
        "let d = \"1.5\".to_decimal(); loop { d *= d; }",
        "2 ** 4000000000",
        "one::grow(\"xxxxxxxxxxxxxxxx\")",
        "blob(3000000000)",
    ];
    let libraries = libraries();
    for attack in attacks {
        assert!(run(attack, &libraries).is_err(), "{attack}");
    }
}

#[test]
fn there_is_no_way_out() {
    let attacks = [
        "import \"leak\" as m; m::SECRET",
        "import \"one\" as m; m::down(1)",
        "export let x = 1;",
        "let x = 1; export x;",
        "eval(\"40 + 2\")",
        "sleep(5)",
        "timestamp()",
        "print(record.id)",
        "debug(record.id)",
        "Fn(\"sleep\").call(5)",
        "let f = Fn(\"timestamp\"); f.call()",
        "let n = \"ev\" + \"al\"; call(n, \"1\")",
        "rand()",
        "open(\"/etc/passwd\")",
        "one::down",
        "one::SECRET",
        "std::env::vars()",
        "global::SECRET",
        "is_shared(record)",
        "is_def_fn(\"sleep\", 1)",
        "this.x",
    ];
    let libraries = libraries();
    for attack in attacks {
        assert!(run(attack, &libraries).is_err(), "{attack}");
    }
    for library in [
        "import \"x\" as y; fn f() { 1 }",
        "let x = 1; fn f() { x }",
        "fn f() { sleep(5) }",
        "export fn f() { 1 }",
    ] {
        assert!(Libraries::compile(&[("evil", library)]).is_err(), "{library}");
    }
}

#[test]
fn depth_ends() {
    let parens = format!("{}1{}", "(".repeat(40), ")".repeat(40));
    let sums = vec!["1"; 5_000].join("+");
    let blocks = format!("{}1{}", "{".repeat(60), "}".repeat(60));
    let lists = format!("{}{}", "[".repeat(60), "]".repeat(60));
    let many = (0..200).map(|n| format!("let v{n} = {n};")).collect::<Vec<_>>().join(" ");
    let functions = (0..100).map(|n| format!("fn f{n}() {{ {n} }}")).collect::<Vec<_>>().join(" ");
    let attacks = [
        "fn f(n) { f(n + 1) } f(0)",
        "fn f(n) { g(n) } fn g(n) { f(n) } f(0)",
        "one::down(0)",
        "fn f(n) { [n].map(|x| f(x)) } f(0)",
        "fn f(n) { [n].sorted(|x| f(x)) } f(0)",
        parens.as_str(),
        sums.as_str(),
        blocks.as_str(),
        lists.as_str(),
        many.as_str(),
        functions.as_str(),
    ];
    let libraries = libraries();
    for attack in attacks {
        assert!(run(attack, &libraries).is_err(), "{}", attack.chars().take(60).collect::<String>());
    }
}

/// Calls of a function with arguments that are as big as can be.
fn calls(function: &Function) -> impl Iterator<Item = String> {
    const RECEIVERS: [&str; 3] = ["t", "l", "9223372036854775807"];
    const ARGUMENTS: [&str; 4] = ["t", "l", "9223372036854775807", "|x| t"];
    let counts: Vec<usize> = function.counts().collect();
    counts.into_iter().flat_map(move |count| {
        let name = function.name;
        RECEIVERS.into_iter().flat_map(move |receiver| {
            ARGUMENTS.into_iter().map(move |argument| {
                let rest = vec![argument; count.saturating_sub(1)].join(", ");
                if count == 0 { format!("{name}()") } else { format!("({receiver}).{name}({rest})") }
            })
        })
    })
}

#[test]
fn no_function_gives_more_than_the_limits() {
    let (libraries, mut given) = (Libraries::default(), 0);
    for function in functions::CHAPTERS.iter().flat_map(|chapter| chapter.functions) {
        for call in calls(function) {
            given += usize::from(run(&format!("{BIG}{call}"), &libraries).is_ok());
        }
    }
    assert!(given > 50, "{given} calls give something");
    for call in [
        "t.padded_left(65536, \"é\")",
        "t.padded_right(9223372036854775807, \"x\")",
        "t.replaced(\"x\", t)",
        "l.joined(t)",
        "l.pad(9223372036854775807, l)",
        "l.insert(0, l); l",
        "l.zip(l, |a, b| l)",
        "l.reduce(|a, b| a + l, l)",
    ] {
        let outcome = run(&format!("{BIG}{call}"), &libraries);
        assert!(outcome.is_err() || call.starts_with("t.padded"), "{call}");
    }
}

/// rhai waits for a variable that is locked; nothing may repeat that.
#[test]
fn a_variable_that_is_in_use_is_not_waited_for_again_and_again() {
    let libraries = libraries();
    let refused = "let a = [1]; a.push(2); loop { try { a.map(|x| a.len()) } catch { } }";
    assert!(run(refused, &libraries).unwrap_err().contains("`a` is captured"));
    let race = "let a = [1]; a.push(2); let f = |x| a.len(); a.map(f)";
    assert!(run(race, &libraries).unwrap_err().contains("give it a copy"));
    let constant = "let a = [1, 2]; a.map(|x| a.len())";
    assert_eq!(run(constant, &libraries), Ok(()));
}

#[test]
fn our_functions_pay_for_long_values() {
    let libraries = Libraries::default();
    let loops = [
        "t.trimmed()",
        "t.lowered()",
        "t.uppered()",
        "t.replaced(\"y\", \"z\")",
        "t.split_by(\"y\")",
        "t.words()",
        "t.sub_text(1)",
        "t.padded_left(65536, \"x\")",
        "l.sum()",
        "l.first()",
        "l.joined(\"\")",
        "l.index_of(8)",
        "l.contains(8)",
        "8 in l",
        "l.sub_list(1)",
        "l.sorted()",
        "l.reversed()",
        "l.unique()",
        "l.sub_list(0, 4000).chunked(4)",
        "l.flattened()",
        "l.smallest()",
        "l.largest()",
        "l.map(|x| x)",
    ];
    for call in loops {
        let error = run(&format!("{BIG}loop {{ {call}; }}"), &libraries).unwrap_err();
        assert!(error.contains("does too much"), "{call}: {error}");
    }
    let ours = functions::CHAPTERS.iter().flat_map(|chapter| chapter.functions);
    assert!(ours.filter(|function| matches!(function.origin, Origin::Ours(_))).count() > 40);
}
