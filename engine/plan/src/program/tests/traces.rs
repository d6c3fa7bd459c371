use super::entity;
use crate::sample::{Known, blueprint, links, source};
use engine_contract::Op;

/// Path, value or trouble, and rule of each field that an entity with these lines makes of a record.
fn traced(lines: &str, json: &str, known: &Known) -> Vec<(String, String, String)> {
    let plan = blueprint(&entity(lines));
    let program = crate::Program::build(&plan).unwrap();
    let program = program.entity_named("e").unwrap();
    let item = program.items(&source(json)).remove(0);
    let traced = program.trace(&item, None, (known, Op::Create)).unwrap();
    let told = |traced: crate::Traced| {
        let value = traced.value.map(|value| value.to_json());
        (traced.path, value.or(traced.trouble).unwrap_or_default(), traced.rule)
    };
    traced.into_iter().map(told).collect()
}

fn line(path: &str, value: &str, rule: &str) -> (String, String, String) {
    (path.to_owned(), value.to_owned(), rule.to_owned())
}

#[test]
fn each_field_is_told_with_the_rule_that_made_it() {
    let lines = "map.a = [\"$.x\", { path = \"$.y\", transform = [\"trim\"] }]\nmap.b.c = { const = 1 }\n\
        map.d = \"$.nothing\"\nmap.who = { ref = \"parent\", key = \"$.p\" }\n[[entity.e.map.L]]\n\
        each = \"$.l[*]\"\nwhen = \"item.n > 1\"\nmap.n = \"@.n\"";
    let json = r#"{"y":" z ","p":7,"l":[{"n":1},{"n":2}]}"#;
    assert_eq!(
        traced(lines, json, &links(&[("parent 7", "58")])),
        [
            line("a", "\"z\"", "$.y | trim"),
            line("b.c", "1", "a constant"),
            line("d", "", "$.nothing"),
            line("who", "\"58\"", "the parent it refers to"),
            line("L.0.n", "2", "@.n"),
        ]
    );
    let without = traced(lines, json, &Known::default());
    assert_eq!(without[3], line("who", "its `parent` is not linked", "the parent it refers to"));
}

#[test]
fn a_rule_that_fails_hides_no_other() {
    let lines = "map.a = { path = \"$.t\", transform = [\"decimal\"] }\nmap.b = \"$.t\"";
    let told = traced(lines, r#"{"t":"x"}"#, &Known::default());
    assert!(told[0].1.contains("needs a decimal number"), "{told:?}");
    assert_eq!(told[1], line("b", "\"x\"", "$.t"));
}
