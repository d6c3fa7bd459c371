//! Looks for target objects.

use crate::{
    Find, Program,
    sample::{blueprint, links, mapped},
};
use crate::{Routed, sample::Known};
use engine_contract::Op;

const HEAD: &str =
    "[lookup.gate]\nvalues = { stripe = \"Clearing\" }\n[entity.e]\nfrom = \"orders\"\nto = \"order\"\n";

fn run(rule: &str, json: &str, known: &[(&str, &str)]) -> Result<String, String> {
    mapped(&blueprint(&format!("{HEAD}map.a = {rule}\n")), json, &links(known), Op::Create)
}

#[test]
fn a_look_gives_the_id_of_the_only_object_that_has_the_value() {
    let rule = "{ find = \"Account\", by = \"Name\", value = \"$.n\" }";
    assert_eq!(run(rule, r#"{"n":"Sales"}"#, &[("Account Name=Sales", "91")]).unwrap(), r#"{"a":"91"}"#);
    let integer = "{ find = \"Account\", by = \"No\", value = \"$.n\", transform = [\"integer\"] }";
    assert_eq!(run(integer, r#"{"n":7}"#, &[("Account No=7", "91")]).unwrap(), r#"{"a":91}"#);
    assert_eq!(run(rule, r#"{"n":""}"#, &[]).unwrap(), r#"{"a":null}"#, "nothing is looked for");
    assert!(run(rule, r#"{"n":[1]}"#, &[]).unwrap_err().starts_with("mapping/wrong-type: `$.n` is a list"));
}

#[test]
fn a_miss_blocks_and_names_what_the_files_say_but_nothing_of_the_record() {
    let written = "{ find = \"Account\", by = \"Name\", value = { const = \"Sales\" } }";
    assert_eq!(
        run(written, "{}", &[]).unwrap_err(),
        "blocked: mapping/find-missing: the target has no `Account` whose `Name` is `Sales`"
    );
    let looked_up = "{ find = \"Account\", by = \"Name\", value = { path = \"$.g\", lookup = \"gate\" } }";
    assert_eq!(
        run(looked_up, r#"{"g":"stripe"}"#, &[]).unwrap_err(),
        "blocked: mapping/find-missing: the target has no `Account` whose `Name` is `Clearing`"
    );
    assert_eq!(
        run(looked_up, r#"{"g":"SECRET"}"#, &[]).unwrap_err(),
        "blocked: mapping/lookup-miss: lookup `gate` does not have the value of `$.g`"
    );
    let read = "{ find = \"Customer\", by = \"Name\", value = \"$.n\" }";
    assert_eq!(
        run(read, r#"{"n":"SECRET"}"#, &[]).unwrap_err(),
        "blocked: mapping/find-missing: the target has no `Customer` whose `Name` is the value of `$.n`"
    );
    assert_eq!(
        run(read, r#"{"n":"x"}"#, &[("Customer Name=x", "1,2")]).unwrap_err(),
        "blocked: mapping/find-ambiguous: the target has several `Customer` whose `Name` is the value of `$.n`"
    );
}

#[test]
fn a_default_counts_for_a_miss_and_later_rules_count_where_there_is_nothing_to_look_for() {
    let rule = "{ find = \"Account\", by = \"Name\", value = \"$.n\", default = \"0\" }";
    assert_eq!(run(rule, r#"{"n":"x"}"#, &[]).unwrap(), r#"{"a":"0"}"#);
    assert!(run(rule, r#"{"n":"x"}"#, &[("Account Name=x", "1,2")]).unwrap_err().contains("find-ambiguous"));
    let list = "[{ find = \"Item\", by = \"Sku\", value = \"$.n\" }, { find = \"Item\", by = \"Name\", value = { const = \"Web\" } }]";
    assert_eq!(run(list, "{}", &[("Item Name=Web", "7")]).unwrap(), r#"{"a":"7"}"#);
    assert!(run(list, r#"{"n":"x"}"#, &[("Item Name=Web", "7")]).unwrap_err().contains("`Sku`"));
}

#[test]
fn what_must_be_looked_up_is_told_before_the_record_is_settled() {
    let plan = blueprint(&format!(
        "{HEAD}map.a = {{ find = \"Account\", by = \"Name\", value = \"$.n\" }}\n\
         [[entity.e.map.L]]\neach = \"$.l[*]\"\nmap.t = {{ find = \"Tax\", by = \"Name\", value = \"@.t\" }}\n"
    ));
    let program = Program::build(&plan).unwrap();
    let entity = program.entity_named("e").unwrap();
    let item = entity.items(&crate::sample::source(r#"{"n":"x","l":[{"t":"a"},{"t":"b"}]}"#)).remove(0);
    let Routed::Mapped(mapped) = entity.map(&item, None, &Known::default()).unwrap() else { panic!() };
    let finds: Vec<Find> = mapped.pending.iter().flat_map(|pending| pending.finds().cloned()).collect();
    let told: Vec<String> =
        finds.iter().map(|find| format!("{} {}={}", find.object, find.by, find.value)).collect();
    assert_eq!(told, ["Account Name=x", "Tax Name=a", "Tax Name=b"]);
}
