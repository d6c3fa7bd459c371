//! `engine validate`, and what every command says about files with mistakes.

use crate::{assert_outcome, quickstart};
use kit::Project;

pub(crate) fn three_mistakes() -> Project {
    let project = quickstart();
    let file = "store-to-sqlite.toml";
    project.edit(file, "reason = { path", "raeson = { path");
    project.edit(file, "lookup = \"payment\"", "lookup = \"paymnt\"");
    project.edit(file, "name = { path = \"@.name\", transform = [\"strip_html\"] }", "name = \"@.name[\"");
    project
}

#[test]
fn a_sound_project_is_valid() {
    let project = quickstart();
    let before = project.files();
    assert_outcome!(project.engine(&["validate"]).ended(0));
    assert_eq!(project.files(), before, "validating writes nothing");
}

#[test]
fn all_mistakes_are_shown_at_once_with_their_places() {
    assert_outcome!(three_mistakes().engine(&["validate"]).ended(3));
}

#[test]
fn programs_get_every_mistake_as_data() {
    let outcome = three_mistakes().engine(&["validate", "--format", "json"]).ended(3);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    assert_outcome!(outcome);
}

#[test]
fn nothing_runs_while_a_file_has_a_mistake() {
    let project = three_mistakes();
    let before = project.files();
    assert_outcome!(project.engine(&["run", "."]).ended(3));
    assert_eq!(project.files(), before, "no state file, no warehouse");
    let document = project.engine(&["run", ".", "--format", "json"]).ended(3);
    assert!(document.stderr.is_empty(), "{}", document.stderr);
    assert_outcome!("json", document);
}

#[test]
fn a_file_that_is_no_toml_names_the_place() {
    let project = quickstart();
    project.edit("store-to-sqlite.toml", "[entity.refund]", "[entity.refund");
    assert_outcome!(project.engine(&["validate"]).ended(3));
    let named = project.engine(&["run", "store-to-sqlite"]).ended(3);
    assert!(
        named.stderr.contains("toml/syntax") && !named.stderr.contains("unknown-pipeline"),
        "{}",
        named.stderr
    );
}

#[test]
fn a_test_that_fails_is_a_mistake_and_a_sample_that_fails_a_warning() {
    let project = quickstart();
    project.edit("store-to-sqlite.toml", "total = \"21.00\", tax", "total = \"20.00\", tax");
    let sample = project.read("samples/order.json");
    project.write("samples/order.json", format!("[{sample}, {}]", sample.replace("\"21.00\"", "\"free\"")));
    assert_outcome!(project.engine(&["validate"]).ended(3));
}

#[test]
fn a_literal_secret_is_refused_and_never_shown() {
    let project = quickstart();
    let store = "[connection.shop]\nconnector = \"woocommerce\"\nurl = \"https://shop.example.test\"\n\
                 consumer_key = \"ck_CANARY\"\nconsumer_secret = { secret = \"shop_secret\" }\n";
    project.write("connections.toml", format!("{}\n{store}", project.read("connections.toml")));
    let pipeline = "[source]\nconnection = \"shop\"\n\n[target]\nconnection = \"warehouse\"\n\n\
                    [entity.order]\nfrom = \"orders\"\nto = \"orders\"\nmap.id = \"$.id\"\n";
    project.write("shop.toml", pipeline);
    for format in ["text", "json", "github", "sarif"] {
        let outcome = project.engine(&["validate", "shop.toml", "--format", format]).ended(3);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains("name of a secret"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }
}
