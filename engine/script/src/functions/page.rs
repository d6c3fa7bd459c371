//! The examples of the table are tests, and the page of the table is fresh.

use super::{CHAPTERS, Function, Origin};
use crate::{Inputs, Libraries, Names, Script};
use engine_contract::{Map, Record, Value};
use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

/// What the examples see.
const RECORD: &str = r#"{"id":7,"total":"30.50","line_items":[{"sku":"A1","quantity":1,"total":"10.00"},
    {"sku":"B2","quantity":2,"total":"20.50"}]}"#;

/// The page around the functions.
const FRAME: &str = include_str!("page.md");

fn functions() -> impl Iterator<Item = &'static Function> {
    CHAPTERS.iter().flat_map(|chapter| chapter.functions)
}

fn run(script: &str) -> String {
    let record = Record::parse(RECORD).unwrap();
    let names = Names { has_vars: true, ..Names::default() };
    let vars = Map::from_iter([("prefix".to_owned(), Value::from("WC-"))]);
    let libraries = Libraries::compile(&[("shop", "fn label(order) { `#${order.id}` }")]).unwrap();
    let script =
        Script::compile(script, names, &libraries).unwrap_or_else(|error| panic!("{script}: {error}"));
    let inputs = Inputs { record: &record, item: None, vars: Some(&vars), target: None };
    script.eval(inputs).map_or_else(|error| format!("error: {error}"), |value| value.to_json())
}

#[test]
fn each_example_gives_what_the_page_says() {
    let mut wrong = Vec::new();
    for function in functions() {
        assert!(!function.examples.is_empty(), "`{}` needs an example", function.name);
        for (script, json) in function.examples {
            assert!(script.contains(function.name) || function.name == "contains", "{script}");
            let given = run(script);
            if given != *json {
                wrong.push(format!("{script}  // -> {given}, not {json}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_example_gives_what_inference_allows() {
    let any = crate::types::Type::any();
    let vars = std::collections::BTreeMap::from([("prefix".to_owned(), any.clone())]);
    let sights = crate::Sights { record: &any, item: None, vars: &vars, target: None };
    let record = Record::parse(RECORD).unwrap();
    for (script, _) in functions().flat_map(|function| function.examples) {
        let compiled = Script::compile(script, Names::default(), &Libraries::default()).unwrap();
        let inference = compiled.infer(&sights);
        let value = compiled.eval(Inputs { record: &record, item: None, vars: None, target: None }).unwrap();
        assert!(inference.result.allows(&value), "{script}: {:?} of {}", inference.result, value.to_json());
        assert!(inference.findings.is_empty(), "{script}: {:?}", inference.findings);
    }
}

#[test]
fn the_examples_around_the_table_say_the_truth() {
    let mut count = 0;
    for block in FRAME.split("```rhai\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let (script, said) = block.rsplit_once("// -> ").unwrap();
        assert_eq!(run(script.trim()), said.trim(), "{script}");
        count += 1;
    }
    assert!(count >= 3, "the page shows scripts");
}

#[test]
fn each_function_is_in_the_table_once() {
    let mut seen = BTreeSet::new();
    for function in functions() {
        assert!(seen.insert(function.name), "`{}` is there twice", function.name);
        assert!(function.doc.ends_with('.') && !function.signatures.is_empty(), "{}", function.name);
    }
}

#[test]
fn the_page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/script.md");
    let page = page();
    if std::env::vars().any(|(name, _)| name == "UPDATE_DOCS") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let command = "UPDATE_DOCS=1 cargo test -p engine-script the_page_is_fresh";
    assert!(there == page, "docs/reference/script.md is stale: refresh it with `{command}`");
}

fn page() -> String {
    let mut table = String::new();
    for chapter in CHAPTERS {
        writeln!(table, "### {}\n", chapter.title).unwrap();
        for function in chapter.functions {
            describe(function, &mut table);
        }
    }
    FRAME.replace("{{functions}}\n", table.trim_start()).replace("{{record}}", RECORD)
}

fn describe(function: &Function, out: &mut String) {
    for signature in function.signatures {
        writeln!(out, "`{signature}`  ").unwrap();
    }
    let changes = if matches!(function.origin, Origin::RhaiChanging) && function.name != "call" {
        " Changes the variable it is called on."
    } else {
        ""
    };
    writeln!(out, "{}{changes}\n\n```rhai", function.doc).unwrap();
    for (script, json) in function.examples {
        writeln!(out, "{script}  // -> {json}").unwrap();
    }
    writeln!(out, "```\n").unwrap();
}
