//! `engine test`: outcomes, updates, reports, coverage, comparisons.

use crate::{assert_outcome, quickstart};
use kit::Project;
use std::process::Command;

const FILE: &str = "store-to-sqlite.toml";

/// A copy of the quickstart in which three tests expect something else.
fn failing() -> Project {
    let project = quickstart();
    project.edit(FILE, "total = \"21.00\", tax", "total = \"20.00\", tax");
    project.edit(FILE, "expect.count = 1", "expect.count = 2 # lines");
    project.edit(FILE, "expect.error = \"mapping/lookup-miss\"", "expect.error = \"mapping/required\"");
    project
}

#[test]
fn differences_stand_one_below_the_other_with_the_mapping_line() {
    assert_outcome!(failing().engine(&["test"]).ended(6));
}

#[test]
fn programs_get_differences_and_coverage() {
    assert_outcome!(failing().engine(&["test", "--format", "json"]).ended(6));
}

#[test]
fn an_update_writes_what_came_out_and_keeps_comments() {
    let project = failing();
    let before = project.read(FILE);
    assert_outcome!(project.engine(&["test", "--update"]).ended(0));
    let after = project.read(FILE);
    let changed: Vec<(&str, &str)> =
        before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(
        changed.iter().map(|(_, new)| *new).collect::<Vec<_>>(),
        [
            "expect.fields = { id = 1001, stage = \"paid\", total = \"21.00\", tax = \"1.00\", customer_id = \"50\" }",
            "expect.count = 1 # lines",
            "expect.error = \"mapping/lookup-miss\"",
        ]
    );
    assert_eq!(before.lines().count(), after.lines().count());
    drop(project.engine(&["test", "--update"]).ended(0));
    assert_eq!(project.read(FILE), after, "nothing is left to update");
}

#[test]
fn a_test_that_expects_nothing_yet_gets_all_fields() {
    let project = quickstart();
    let record =
        r#"{"id":9,"parent_id":8,"amount":"1.50","reason":"","date_created_gmt":"2026-01-10T09:00:00"}"#;
    let test = format!(
        "\n[[test]]\nname = \"new\"\nentity = \"refund\"\ninput.json = '{record}'\nexpect.status = \"held\"\n\
         refs = {{ order = {{ 8 = \"8\" }} }}\n"
    );
    project.write(FILE, project.read(FILE) + &test);
    drop(project.engine(&["test", "new", "--update"]).ended(0));
    assert!(project.read(FILE).contains("expect.status = \"created\""));
}

#[test]
fn a_report_of_junit_has_a_case_per_test() {
    let project = failing();
    drop(project.engine(&["test", "--junit", "out/tests.xml"]).ended(6));
    let report = project.read("out/tests.xml");
    assert!(report.contains("tests=\"5\" skipped=\"0\" failures=\"3\""), "{report}");
    assert!(report.contains("classname=\"store-to-sqlite.order\""), "{report}");
    assert!(report.contains("total: expected &quot;20.00&quot;, got &quot;21.00&quot;"), "{report}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let outcome = quickstart().engine(&["test", "--junit", "engine.toml/tests.xml"]).ended(1);
    assert!(outcome.stderr.starts_with("error[command/not-writable]"), "{}", outcome.stderr);
}

#[test]
fn mappings_without_a_test_are_listed_with_their_places() {
    assert_outcome!(quickstart().engine(&["test", "--coverage"]).ended(0));
}

fn git(project: &Project, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(project.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_comparison_with_a_revision_shows_what_changes_field_by_field() {
    let project = quickstart();
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    project.edit(FILE, "paid_at = { path = \"$.date_paid_gmt\", transform = [\"timestamp_utc\"] }\n", "");
    project.edit(
        FILE,
        "tax = { path = \"$.total_tax\", transform = [\"decimal\"], required = true }",
        "tax = 0",
    );
    project.edit(FILE, "stripe = \"Card\"", "stripe = \"Credit card\"");
    assert_outcome!("changed", project.engine(&["test", "--diff", "main"]).ended(0));
    let document = project.engine(&["test", "--diff", "HEAD", "--format", "json"]).ended(0).json();
    let changes = document["inputs"][0]["changes"].as_array().unwrap();
    assert!(
        changes.contains(&serde_json::json!({ "path": "tax", "before": "\"1.00\"", "after": "\"0\"" })),
        "{changes:?}"
    );
    assert_outcome!("unknown", project.engine(&["test", "--diff", "mian"]).ended(9));
}

#[test]
fn a_comparison_outside_of_git_says_what_is_missing() {
    let project = quickstart();
    assert_outcome!("no-repository", project.engine(&["test", "--diff", "main"]).ended(1));
    let outcome = project.end(project.command(&["test", "--diff", "main"]).env("PATH", "/nowhere")).ended(1);
    assert!(outcome.stderr.contains("git cannot be used: it is not installed"), "{}", outcome.stderr);
}
