//! Asserts, libraries and variables.

use crate::sample::{Known, blueprint, links, mapped};
use engine_contract::Op;
use proptest::prelude::*;
use rust_decimal::Decimal;

const THAT: &str = "sum(target.Line.map(|l| l.Amount)) == record.total.to_decimal()";

fn order(on_fail: &str) -> String {
    format!(
        "[entity.e]\nfrom = \"orders\"\nto = \"order\"\nmap.id = \"$.id\"\n\
         [[entity.e.map.Line]]\neach = \"$.lines[*]\"\nmap.Amount = {{ path = \"@\", transform = [\"decimal\"] }}\n\
         [[entity.e.assert]]\nthat = '{THAT}'\non_fail = {on_fail}\n"
    )
}

fn run(on_fail: &str, json: &str) -> Result<String, String> {
    mapped(&blueprint(&order(on_fail)), json, &Known::default(), Op::Create)
}

#[test]
fn an_assert_that_is_false_fails_the_record_at_its_place() {
    let right = r#"{"id":1,"lines":["1.10","2.20"],"total":"3.30"}"#;
    assert!(run("\"fail\"", right).is_ok());
    let wrong = r#"{"id":1,"lines":["1.10","2.20"],"total":"3.31"}"#;
    assert_eq!(
        run("\"fail\"", wrong).unwrap_err(),
        "mapping/assert-failed: the target object does not fulfil the assert"
    );
    let plan = blueprint(&order("\"fail\""));
    let program = crate::Program::build(&plan).unwrap();
    let entity = program.entity_named("e").unwrap();
    let item = entity.items(&crate::sample::source(wrong)).remove(0);
    let crate::Routed::Mapped(mapped) = entity.map(&item, None, &links(&[])).unwrap() else { panic!() };
    let crate::Resolved::Failed(error) = mapped.resolve(&links(&[]), Op::Update) else { panic!() };
    assert_eq!(error.place, plan.entities[0].asserts[0].place);
    assert!(
        run("\"fail\"", r#"{"id":1,"lines":[],"total":"x"}"#)
            .unwrap_err()
            .starts_with("mapping/script-failed")
    );
}

#[test]
fn a_small_difference_becomes_a_line_and_a_large_one_fails() {
    let line = "{ line = \"Rounding\", up_to = \"0.05\" }";
    assert_eq!(
        run(line, r#"{"id":1,"lines":["1.10","2.20"],"total":"3.33"}"#).unwrap(),
        r#"{"id":1,"Line":[{"Amount":1.10},{"Amount":2.20},{"Description":"Rounding","Amount":0.03}]}"#
    );
    assert_eq!(
        run(line, r#"{"id":1,"lines":["1.10"],"total":"1.05"}"#).unwrap(),
        r#"{"id":1,"Line":[{"Amount":1.10},{"Description":"Rounding","Amount":-0.05}]}"#
    );
    assert_eq!(
        run(line, r#"{"id":1,"lines":["1.10"],"total":"1.16"}"#).unwrap_err(),
        "mapping/assert-failed: the target object does not fulfil the assert, and a line `Rounding` of at most 0.05 \
         does not make up for it"
    );
    let two = order(line) + "[[entity.e.map.Other]]\nmap.x = 1\n";
    let json = r#"{"id":1,"lines":["1.10"],"total":"1.11"}"#;
    let both = mapped(&blueprint(&two), json, &Known::default(), Op::Create);
    assert!(both.unwrap_err().starts_with("mapping/assert-failed"), "it is not clear where a line would go");
    let unclear = order(line).replace(THAT, "record.total == \"1\" && target.id == 1");
    let unclear = mapped(&blueprint(&unclear), json, &Known::default(), Op::Create);
    assert!(unclear.unwrap_err().starts_with("mapping/assert-failed"), "there is no difference to tell");
}

proptest! {
    /// Whatever the amounts: what is ready fulfils the assert, and only by a line of at most `up_to`.
    #[test]
    fn what_is_ready_is_in_balance(cents in prop::collection::vec(-500i64..500, 0..5), off in -10i64..10) {
        let amount = |cents: i64| format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
        let lines: Vec<String> = cents.iter().map(|cents| format!("\"{}\"", amount(*cents))).collect();
        let total = cents.iter().sum::<i64>() + off;
        let json = format!("{{\"id\":1,\"lines\":[{}],\"total\":\"{}\"}}", lines.join(","), amount(total));
        let result = run("{ line = \"Rounding\", up_to = \"0.05\" }", &json);
        prop_assert_eq!(result.is_ok(), off.abs() <= 5);
        if let Ok(fields) = result {
            let fields: serde_json::Value = serde_json::from_str(&fields).unwrap();
            let amount = |line: &serde_json::Value| Decimal::from_str_exact(&line["Amount"].to_string()).unwrap();
            let sum: Decimal = fields["Line"].as_array().unwrap().iter().map(amount).sum();
            prop_assert_eq!(sum * Decimal::from(100), Decimal::from(total));
            prop_assert_eq!(fields["Line"].as_array().unwrap().len(), cents.len() + usize::from(off != 0));
        }
    }
}
