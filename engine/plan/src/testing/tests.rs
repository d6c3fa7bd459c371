use super::{Coverage, TestOutcome, mapping_place, run_test};
use crate::{Blueprint, Program, compile, sample};
use engine_project::project::Test;

const PIPELINE: &str = "[entity.customer]\nfrom = \"customers\"\nto = \"customer\"\nmap.id = \"$.id\"\n\
    [entity.order]\nfrom = \"orders\"\nwhen = \"record.status != `draft`\"\n\
    map.total = { path = \"$.total\", transform = [\"decimal\"] }\n\
    map.customer.value = { ref = \"customer\", key = [\"$.email\", \"$.currency\"] }\n\
    map.kind = { const = \"new\", on = \"create\" }\n\
    [[entity.order.map.Line]]\neach = \"$.lines[*]\"\nmap.n = \"@.n\"\n\
    [entity.order.route.paid]\nto = \"receipt\"\nwhen = \"record.paid == true\"\n\
    [entity.order.route.unpaid]\nto = \"invoice\"\notherwise = true\n\
    [entity.line]\nfrom = \"orders\"\nto = \"line\"\neach = \"$.lines[*]\"\neach_key = \"@.n\"\n\
    map.n = \"@.n\"\nmap.order = { ref = \"order.paid\", key = \"$.id\" }\n";

const ORDER: &str = r#"{"id":7,"status":"done","total":"21.00","email":"a@b","currency":"CAD","paid":true,"lines":[{"n":1},{"n":2}]}"#;

/// Runs a test of these lines on an order.
fn run(lines: &str, json: &str) -> TestOutcome {
    let (blueprint, test) = compiled(lines, json);
    run_test(&Program::build(&blueprint).unwrap(), &test)
}

/// The pipeline with a test of these lines.
fn compiled(lines: &str, json: &str) -> (Blueprint, Test) {
    let tables = format!("{PIPELINE}\n[[test]]\nname = \"t\"\ninput.json = '{json}'\n{lines}\n");
    let (project, found) = sample::project(&tables);
    assert!(!found.has_errors(), "{:?}", found.iter().map(ToString::to_string).collect::<Vec<_>>());
    let (blueprint, found) =
        compile(&project, "p", &project.tenants[0], &sample::registry(), &crate::Catalogs::default());
    let blueprint = blueprint
        .unwrap_or_else(|| panic!("{:?}", found.iter().map(ToString::to_string).collect::<Vec<_>>()));
    (blueprint, project.pipelines[0].tests[0].clone())
}

/// The differences as lines.
fn said(outcome: &TestOutcome) -> Vec<String> {
    outcome.differences.iter().map(ToString::to_string).collect()
}

fn order(lines: &str) -> Vec<String> {
    let lines = format!("entity = \"order\"\nrefs = {{ customer = {{ \"a@b|CAD\" = \"58\" }} }}\n{lines}");
    said(&run(&lines, ORDER))
}

#[test]
fn what_is_expected_passes_and_what_is_not_is_named_by_path() {
    let right = "expect.route = \"paid\"\nexpect.status = \"created\"\nexpect.count = 1\n\
        expect.fields = { total = \"21.0\", \"customer.value\" = \"58\", \"Line[1].n\" = 2, kind = \"new\" }";
    assert_eq!(order(right), Vec::<String>::new());
    let whole = "expect.object = { total = 21, customer = { value = \"58\" }, kind = \"new\", Line = [{ n = 1 }, { n = 2 }] }";
    assert_eq!(order(whole), Vec::<String>::new());
    assert_eq!(
        order(
            "expect.route = \"unpaid\"\nexpect.count = 2\nexpect.fields = { total = \"20.00\", \"Line[2].n\" = 3 }"
        ),
        [
            "count: expected 2, got 1",
            "route: expected unpaid, got paid",
            "total: expected \"20.00\", got 21.00",
            "Line[2].n: expected 3, got nothing",
        ]
    );
    assert_eq!(
        order("expect.object = { total = 21, customer = { value = \"59\" }, Line = [{ n = 1 }, { n = 2 }] }"),
        ["object.customer.value: expected \"59\", got \"58\"", "object.kind: expected nothing, got \"new\""]
    );
}

#[test]
fn a_test_can_expect_every_end_that_a_mapping_has() {
    let status = |status: &str, json: &str| {
        said(&run(&format!("entity = \"order\"\nexpect.status = \"{status}\""), json))
    };
    assert_eq!(status("held", ORDER), Vec::<String>::new());
    assert_eq!(status("filtered", &ORDER.replace("done", "draft")), Vec::<String>::new());
    assert_eq!(status("failed", &ORDER.replace("21.00", "x")), Vec::<String>::new());
    assert_eq!(status("created", ORDER), ["status: expected created, got held"]);
    let with_fields =
        "created\"\nexpect.fields = { total = \"21.00\", kind = \"new\" }\nexpect.route = \"paid";
    assert_eq!(status(with_fields, ORDER), ["status: expected created, got held"], "the cause is told, once");
    assert_eq!(
        status("held\"\nexpect.fields = { total = \"21.00\" }\nexpect.route = \"paid", ORDER),
        ["fields: expected those of a mapped item, got held"]
    );
    assert_eq!(
        order("expect.status = \"updated\"\nexpect.fields = { kind = \"new\" }"),
        ["kind: expected \"new\", got nothing"]
    );
    let failing = ORDER.replace("21.00", "x");
    let error =
        |words: &str| said(&run(&format!("entity = \"order\"\nexpect.error = \"{words}\""), &failing));
    assert_eq!(error("transform `decimal`"), Vec::<String>::new());
    assert_eq!(error("mapping/transform-failed"), Vec::<String>::new());
    assert_eq!(error("lookup").len(), 1);
    assert!(
        said(&run("entity = \"order\"", &failing))[0].starts_with("failed: "),
        "an error never passes unseen"
    );
}

#[test]
fn a_fan_out_counts_its_items() {
    let links = "entity = \"line\"\nrefs = { \"order.paid\" = { 7 = \"91\" } }\n";
    let expect = "expect.status = \"created\"\nexpect.count = 2\nexpect.fields = { n = 1, order = \"91\" }";
    assert_eq!(said(&run(&format!("{links}{expect}"), ORDER)), Vec::<String>::new());
    assert_eq!(said(&run(&format!("{links}{expect}"), &format!("[{ORDER}]"))), Vec::<String>::new());
}

#[test]
fn coverage_counts_the_fields_that_tests_make_and_names_the_others() {
    let covered = |json: &str, lines: &str| {
        let (blueprint, test) = compiled(lines, json);
        let mut coverage = Coverage::new(&blueprint).unwrap();
        coverage.add(&test);
        let (covered, total, uncovered) = coverage.report();
        let names: Vec<String> =
            uncovered.into_iter().map(|one| format!("{}.{}", one.entity, one.field)).collect();
        (covered, total, names)
    };
    let others = ["customer.id", "line.n", "line.order"].map(str::to_owned);
    assert_eq!(covered(ORDER, "entity = \"order\""), (4, 7, others.to_vec()), "held is mapped");
    let without_lines = ORDER.replace(r#"[{"n":1},{"n":2}]"#, "[]");
    let (ran, _, left) = covered(&without_lines, "entity = \"order\"");
    assert_eq!(ran, 3);
    assert!(left.contains(&"order.Line.n".to_owned()), "a block that makes no element runs nothing");
    let all = ["customer.id", "order.total", "order.customer.value", "order.kind", "order.Line.n"];
    let (ran, _, left) = covered(&ORDER.replace("done", "draft"), "entity = \"order\"");
    assert_eq!((ran, &left[..5]), (0, &all.map(str::to_owned)[..]), "what is filtered is not mapped");
}

#[test]
fn a_field_is_found_where_it_is_mapped() {
    let (blueprint, _) = compiled("entity = \"order\"", ORDER);
    let line = |path: &str| mapping_place(&blueprint, "order", Some("paid"), path).map(|place| place.line);
    let total = line("total").unwrap();
    assert_eq!(line("customer.value").unwrap(), total + 1);
    assert_eq!(line("Line[1].n").unwrap(), total + 5);
    assert_eq!(line("object.kind").unwrap(), total + 2);
    assert_eq!(line("none"), None);
}
