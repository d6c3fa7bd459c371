//! Conditions: of rules, and on links.

use crate::sample::{blueprint, links, mapped};
use engine_contract::Op;

const PARENT: &str = "[entity.order]\nfrom = \"orders\"\nmap.id = \"$.id\"\n\
    [entity.order.route.paid]\nto = \"receipt\"\nwhen = \"record.paid\"\n\
    [entity.order.route.unpaid]\nto = \"invoice\"\notherwise = true\n";

fn run(lines: &str, json: &str, known: &[(&str, &str)]) -> Result<String, String> {
    let plan = blueprint(&format!("{PARENT}[entity.e]\nfrom = \"orders\"\n{lines}\n"));
    assert_eq!(plan.entities.last().unwrap().parents, ["order"], "a condition on links makes a parent");
    mapped(&plan, json, &links(known), Op::Create)
}

const UNPAID: [(&str, &str); 2] = [("order 7", "9"), ("order.unpaid 7", "9")];
const PAID: [(&str, &str); 2] = [("order 7", "9"), ("order.paid 7", "9")];

#[test]
fn a_record_passes_only_when_its_parent_is_linked_by_the_route_that_is_named() {
    let lines = |more: &str| {
        format!("to = \"payment\"\nmap.a = 1\nwhen_ref = {{ ref = \"order.unpaid\", key = \"$.id\"{more} }}")
    };
    let order = r#"{"id":7}"#;
    assert_eq!(run(&lines(""), order, &UNPAID).unwrap(), r#"{"a":1}"#);
    assert_eq!(run(&lines(""), order, &PAID).unwrap_err(), "filtered");
    assert_eq!(
        run(&lines(""), order, &[]).unwrap_err(),
        "held 86400s for order 7",
        "by whichever route the parent comes, the record is looked at again"
    );
    assert_eq!(run(&lines(", hold_for = \"2h\""), order, &[]).unwrap_err(), "held 7200s for order 7");
    assert_eq!(run(&lines(", if_missing = \"null\""), order, &[]).unwrap_err(), "filtered");
    assert!(
        run(&lines(", if_missing = \"fail\""), order, &[])
            .unwrap_err()
            .starts_with("mapping/reference-missing")
    );
    assert_eq!(run(&lines(""), r#"{"id":0}"#, &[]).unwrap_err(), "filtered", "it names no parent at all");
}

#[test]
fn routes_are_chosen_by_the_route_of_the_parent() {
    let lines = "map.x = 1\n\
        [entity.e.route.paid]\nto = \"refund\"\nwhen_ref = { ref = \"order.paid\", key = \"$.parent_id\" }\nmap.a = { const = \"paid\" }\n\
        [entity.e.route.unpaid]\nto = \"memo\"\nwhen_ref = { ref = \"order.unpaid\", key = \"$.parent_id\" }\nmap.a = { const = \"unpaid\" }\n";
    let refund = r#"{"parent_id":7}"#;
    assert_eq!(run(lines, refund, &PAID).unwrap(), r#"{"x":1,"a":"paid"}"#);
    assert_eq!(run(lines, refund, &UNPAID).unwrap(), r#"{"x":1,"a":"unpaid"}"#);
    assert_eq!(run(lines, refund, &[]).unwrap_err(), "held 86400s for order 7");
    assert!(run(lines, "{}", &[]).unwrap_err().starts_with("mapping/no-route"));
}

#[test]
fn a_record_keeps_its_route_whatever_its_parent_says_now() {
    let lines = "map.x = 1\n\
        [entity.e.route.paid]\nto = \"refund\"\nwhen_ref = { ref = \"order.paid\", key = \"$.parent_id\" }\n\
        [entity.e.route.rest]\nto = \"memo\"\notherwise = true\n";
    let plan = blueprint(&format!("{PARENT}[entity.e]\nfrom = \"orders\"\n{lines}\n"));
    let program = crate::Program::build(&plan).unwrap();
    let entity = program.entity_named("e").unwrap();
    let item = entity.items(&crate::sample::source(r#"{"parent_id":7}"#)).remove(0);
    assert!(entity.gates(&item, Some("rest")).is_empty(), "nothing is asked for it");
    let crate::Routed::Mapped(mapped) = entity.map(&item, Some("rest"), &links(&[])).unwrap() else {
        panic!()
    };
    assert_eq!(mapped.object, "memo");
    let asked: Vec<_> = entity.gates(&item, Some("gone")).into_iter().map(|of| of.route).collect();
    assert_eq!(asked, [None, Some("paid".to_owned())]);
}

#[test]
fn a_rule_whose_condition_is_false_yields_nothing() {
    let lines = "to = \"order\"\nneeds = [\"order\"]\nmap.r = { ref = \"order\", key = \"$.p\", if_missing = \"null\" }\n\
        map.a = [{ path = \"$.x\", when = \"record.use_x\", default = 0 }, { path = \"$.y\" }]\n\
        map.b = { const = 1, when = \"record.use_x\", required = true }";
    let run = |json: &str| run(lines, json, &[]).unwrap();
    assert_eq!(run(r#"{"use_x":true,"x":1,"y":2,"p":1}"#), r#"{"r":null,"a":1,"b":1}"#);
    assert_eq!(run(r#"{"use_x":true,"y":2,"p":1}"#), r#"{"r":null,"a":0,"b":1}"#);
    assert_eq!(run(r#"{"use_x":false,"x":1,"y":2,"p":1}"#), r#"{"r":null,"a":2,"b":null}"#);
}
