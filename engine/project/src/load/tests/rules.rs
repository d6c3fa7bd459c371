//! Where a table is a rule, where it is an object, and what is said when it is neither.

use super::*;
use crate::rule::{IfMissing, Node, Source};

/// The diagnostics of a mapping whose first line is line 6, and its nodes.
fn map(lines: &str) -> (Project, Vec<Diagnostic>) {
    load_pipeline(&format!("{HEAD}[entity.x]\nfrom = \"s\"\nto = \"t\"\n[entity.x.map]\n{lines}"))
}

fn only(lines: &str) -> Diagnostic {
    let (_, mut out) = map(lines);
    assert_eq!(out.len(), 1, "{out:#?}");
    out.remove(0)
}

#[test]
fn a_bare_text_that_is_no_path_gets_both_remedies() {
    let diagnostic = only("City = \"billing.city\"\n");
    assert_eq!(diagnostic.code.as_str(), "mapping/not-a-path");
    assert_eq!(diagnostic.message, "`billing.city` is not a JSONPath");
    assert_eq!(
        diagnostic.help.as_deref(),
        Some(
            "write \"$.billing.city\" for the source field, or { const = \"billing.city\" } for the text itself"
        )
    );
    let place = diagnostic.place().unwrap();
    assert_eq!((place.line, place.column), (7, 8));
    let quoted = only("City = \"New \\\"York\\\"\"\n").help.unwrap();
    assert_eq!(quoted, "write { const = \"New \\\"York\\\"\" } for the text itself");
}

#[test]
fn a_misspelled_keyword_is_named_with_the_one_that_was_meant() {
    let diagnostic = only("A = { path = \"$.a\", transfrom = [\"trim\"] }\n");
    assert_eq!(diagnostic.code.as_str(), "mapping/unknown-keyword");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `transform`?"));
    assert_eq!(diagnostic.fix.unwrap().replacement, "transform");
}

#[test]
fn every_source_is_read_with_what_belongs_to_it() {
    let (project, out) = map(
        "A = { find = \"Account\", by = \"Name\", value = [\"$.a\", { var = \"x\", on = \"create\" }] }\n\
         B = { var = \"y\", transform = [{ prefix = { var = \"z\" } }] }\n\
         C = { marker = true, path = \"$.c\", when = \"record.c != 1\" }\n\
         D = { ref = \"x\", key = \"$.id\", if_missing = \"fetch\" }\n",
    );
    assert_eq!(out, []);
    let map = &project.pipelines[0].entities["x"].map;
    let rule = |name: &str| match &map[name].node {
        Node::Rules(rules) => rules[0].clone(),
        other => panic!("{other:?}"),
    };
    let Source::Find(find) = rule("A").source else { panic!() };
    assert_eq!((find.object.as_str(), find.by.as_str(), find.value.len()), ("Account", "Name", 2));
    assert_eq!((find.place.line, find.place.column, find.by_place.column), (7, 14, 30));
    assert!(matches!(&find.value[1].source, Source::Var(var) if var.name == "x" && var.place.column == 62));
    assert_eq!(rule("B").transform[0].args, serde_json::json!({ "var": "z" }));
    let marked = rule("C");
    assert!(marked.marker && marked.when.unwrap().text == "record.c != 1");
    let Source::Ref(reference) = rule("D").source else { panic!() };
    assert_eq!(reference.if_missing, IfMissing::Fetch);
}

#[test]
fn a_script_file_is_the_script_with_places_of_its_own() {
    let text = format!(
        "{HEAD}[entity.x]\nfrom = \"s\"\nto = \"t\"\nmap.a = {{ script_file = \"lib/a.rhai\" }}\nmap.b = {{ script_file = \"lib/b.rhai\" }}\n"
    );
    let files = connections().with("p.toml", text).with("lib/a.rhai", "let a = \"\\n\";\noops\n");
    let (project, out) = load_all(&files);
    let out = out.sorted();
    assert_eq!(lines(&out), ["7 file/not-found"]);
    let Node::Rules(rules) = &project.pipelines[0].entities["x"].map["a"].node else { panic!() };
    let Source::Script(script) = &rules[0].source else { panic!() };
    let at = script.text.find("oops").unwrap();
    let place = script.place_of(at..at + 4);
    assert_eq!((place.to_string(), place.column), ("lib/a.rhai:2".to_owned(), 1));
}

#[test]
fn an_object_whose_members_are_not_all_keywords_stays_an_object() {
    let (project, out) = map("A = { path = \"$.a\", note = \"$.b\" }\nB.value = \"$.c\"\nC.default = 0\n");
    assert_eq!(out, []);
    let map = &project.pipelines[0].entities["x"].map;
    assert!(map.values().all(|member| matches!(member.node, Node::Object(_))), "{map:#?}");
}

#[test]
fn every_wrong_shape_of_a_rule_is_refused_where_it_stands() {
    let cases = [
        ("A = []", "mapping/not-a-rule"),
        ("A = [[\"$.a\"]]", "mapping/not-a-rule"),
        ("A = [{ b = \"$.b\" }]", "mapping/not-a-rule"),
        ("A = [{ map.b = \"$.b\" }, \"$.c\"]", "mapping/not-a-rule"),
        ("A = { path = \"$.a\", const = 1 }", "mapping/several-sources"),
        ("A = { path = \"$.a\", key = \"$.b\" }", "mapping/without-ref"),
        ("A = { path = \"$.a\", by = \"Name\" }", "mapping/without-find"),
        ("A = { var = \"x\", value = \"$.b\" }", "mapping/without-find"),
        ("A = { find = \"X\", value = \"$.b\" }", "format/missing-key"),
        ("A = { find = \"X\", by = \"Name\" }", "format/missing-key"),
        ("A = { find = \"X\", by = \"Name\", value = [] }", "mapping/not-a-rule"),
        ("A = { find = \"X\", by = \"Name\", value = { a = 1 } }", "mapping/not-a-rule"),
        ("A = { find = \"X\", by = \"Name\", value = \"b\" }", "mapping/not-a-path"),
        ("A = { find = 7, by = \"Name\", value = \"$.b\" }", "format/wrong-type"),
        ("A = { var = 7 }", "format/wrong-type"),
        ("A = { var = \"x\", script_file = \"x.rhai\" }", "mapping/several-sources"),
        ("A = { script_file = \"x.rhai\" }", "file/not-found"),
        ("A = { script_file = \"../x.rhai\" }", "file/outside-project"),
        ("A = { path = \"$.a\", when = true }", "format/wrong-type"),
        ("A = { path = \"$.a\", marker = \"yes\" }", "format/wrong-type"),
        ("A = { ref = \"x\" }", "format/missing-key"),
        ("A = { ref = \"x\", key = [] }", "mapping/not-a-rule"),
        ("A = { ref = \"x\", key = \"id\" }", "mapping/not-a-path"),
        ("A = { ref = \"x\", key = \"$.id\", if_missing = \"hodl\" }", "format/unknown-value"),
        ("A = { ref = \"x\", key = \"$.id\", hold_for = \"1 day\" }", "format/unknown-value"),
        ("A = { path = 7 }", "format/wrong-type"),
        ("A = { path = [\"$.a\", \"b\"] }", "mapping/not-a-path"),
        ("A = { script = 7 }", "format/wrong-type"),
        ("A = { path = \"$.a\", required = \"yes\" }", "format/wrong-type"),
        ("A = { path = \"$.a\", transform = \"trim\" }", "format/wrong-type"),
        ("A = { path = \"$.a\", transform = [{ fit = 1, trim = 2 }] }", "mapping/transform-shape"),
        ("A = { path = \"$.a\", on = \"delete\" }", "format/unknown-value"),
        ("A = { const = nan }", "toml/inexact-number"),
        ("A = -inf", "toml/inexact-number"),
        ("A = 0x1ffffffffffffffff", "toml/inexact-number"),
        ("A = [{ each = \"lines\", map.b = \"@.b\" }]", "mapping/not-a-path"),
        ("A = [{ each = \"$.lines\" }]", "format/missing-key"),
        ("A = [{ wehn = \"true\", map.b = \"@.b\" }]", "format/unknown-key"),
        ("A = [{ when = true, map.b = \"@.b\" }]", "format/wrong-type"),
        ("A = [{ map = \"@.b\" }]", "format/wrong-type"),
    ];
    for (line, code) in cases {
        let diagnostic = only(&format!("{line}\n"));
        assert_eq!((diagnostic.code.as_str(), diagnostic.place().unwrap().line), (code, 7), "{line}");
    }
}

#[test]
fn a_refused_rule_leaves_its_field_behind() {
    let (project, _) = map("A = \"a\"\nB = [\"b\", \"$.b\"]\n");
    let map = &project.pipelines[0].entities["x"].map;
    assert!(matches!(&map["A"].node, Node::Rules(rules) if rules.is_empty()));
    assert!(matches!(&map["B"].node, Node::Rules(rules) if matches!(rules[0].source, Source::Path(_))));
}

#[test]
fn a_rule_whose_source_is_refused_keeps_what_stands_beside_it() {
    let (project, out) = map(
        "A = { path = \"a\", transform = [\"trim\"] }\nB = { path = \"$.b\", const = 1, transform = [7] }\n",
    );
    assert_eq!(
        lines(&out),
        ["7 mapping/not-a-path", "8 mapping/several-sources", "8 mapping/transform-shape"]
    );
    let Node::Rules(rules) = &project.pipelines[0].entities["x"].map["A"].node else { panic!() };
    assert_eq!((&rules[0].source, rules[0].transform.len()), (&Source::Path(Vec::new()), 1));
}

#[test]
fn a_table_that_nearly_is_a_rule_says_why_it_is_an_object() {
    let help = only("A = { path = \"$.a\", type = \"boolean\" }\n").help.unwrap();
    assert_eq!(
        help,
        "this table is an object, because `type` is no keyword of a rule: take it out, or write \
         { const = \"boolean\" } for the text itself"
    );
}

#[test]
fn a_large_number_keeps_every_digit() {
    let (project, out) = map(
        "A = 0.1234567890123456789012345678901\nB = 1_000.50\nC = 0xff\nD = +7\nE = 12345678901234567890123\n",
    );
    assert_eq!(out, []);
    let map = &project.pipelines[0].entities["x"].map;
    let text = |name: &str| match &map[name].node {
        Node::Rules(rules) => match &rules[0].source {
            Source::Const(value) => value.to_json(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let all = ["A", "B", "C", "D", "E"].map(text);
    assert_eq!(all, ["0.1234567890123456789012345678901", "1000.50", "255", "7", "12345678901234567890123"]);
}
