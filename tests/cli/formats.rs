//! Diagnostics for other programs: SARIF, annotations, JSON.

use crate::{ENGINE, assert_outcome, validate::three_mistakes};
use kit::Project;
use serde_json::Value;

#[test]
fn annotations_of_github_name_file_line_and_column() {
    let outcome = three_mistakes().engine(&["validate", "--format", "github"]).ended(3);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    assert_outcome!(outcome);
}

#[test]
fn a_project_in_a_folder_is_named_from_where_the_command_runs() {
    let project = Project::empty(ENGINE);
    drop(project.engine(&["init", "shops/one"]).ended(0));
    project.edit("shops/one/store-to-sqlite.toml", "lookup = \"payment\"", "lookup = \"paymnt\"");
    let github = project.engine(&["validate", "shops/one", "--format", "github"]).ended(3).stdout;
    assert!(github.starts_with("::error file=shops/one/store-to-sqlite.toml,line="), "{github}");
    let sarif = project.engine(&["validate", "shops/one", "--format", "sarif"]).ended(3).json();
    let result = &sarif["runs"][0]["results"][0];
    let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "shops/one/store-to-sqlite.toml");
}

#[test]
fn code_scanning_gets_sarif_with_fixes() {
    let project = three_mistakes();
    let outcome = project.engine(&["validate", "--format", "sarif"]).ended(3);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    let log = outcome.json();
    check(&log, &project.read("store-to-sqlite.toml"));
    let sound = crate::quickstart().engine(&["validate", "--format", "sarif"]).ended(0).json();
    assert_eq!(sound["runs"][0]["results"], serde_json::json!([]), "a log without results is a log");
    assert_outcome!(outcome);
}

/// What SARIF 2.1.0 asks for, as far as the engine uses it: only known members, all that are required, numbers
/// that fit the file.
fn check(log: &Value, text: &str) {
    members(log, &["$schema", "version", "runs"], &["version", "runs"]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    members(run, &["tool", "columnKind", "results"], &["tool"]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    members(driver, &["name", "semanticVersion", "rules"], &["name"]);
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        members(rule, &["id", "shortDescription", "help"], &["id"]);
        message(&rule["shortDescription"]);
        members(&rule["help"], &["text", "markdown"], &["text"]);
    }
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    let mut fixes = 0;
    for result in results {
        let known = ["ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "fixes"];
        members(result, &known, &["message"]);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        message(&result["message"]);
        let places = ["locations", "relatedLocations"].into_iter().filter_map(|key| result[key].as_array());
        for location in places.flatten() {
            members(location, &["physicalLocation", "message", "id"], &["physicalLocation"]);
            physical(&location["physicalLocation"], text);
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            members(fix, &["description", "artifactChanges"], &["artifactChanges"]);
            message(&fix["description"]);
            for change in fix["artifactChanges"].as_array().unwrap() {
                members(change, &["artifactLocation", "replacements"], &["artifactLocation", "replacements"]);
                for replacement in change["replacements"].as_array().unwrap() {
                    members(replacement, &["deletedRegion", "insertedContent"], &["deletedRegion"]);
                    region(&replacement["deletedRegion"], text);
                    message(&replacement["insertedContent"]);
                    fixes += 1;
                }
            }
        }
    }
    assert!(fixes > 0, "some mistakes have a sure fix");
}

/// Fails when an object has other members than `known`, or lacks one that is `required`.
#[track_caller]
fn members(object: &Value, known: &[&str], required: &[&str]) {
    let object = object.as_object().unwrap();
    let stray: Vec<&String> = object.keys().filter(|key| !known.contains(&key.as_str())).collect();
    assert!(stray.is_empty(), "{stray:?}");
    let missing: Vec<&&str> = required.iter().filter(|key| !object.contains_key(**key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[track_caller]
fn message(object: &Value) {
    members(object, &["text", "markdown"], &["text"]);
    assert!(!object["text"].as_str().unwrap().is_empty());
}

fn physical(location: &Value, text: &str) {
    members(location, &["artifactLocation", "region"], &["artifactLocation"]);
    members(&location["artifactLocation"], &["uri"], &["uri"]);
    region(&location["region"], text);
}

/// Lines and columns count from 1, and say the same as bytes.
fn region(region: &Value, text: &str) {
    let known = ["startLine", "startColumn", "endLine", "endColumn", "byteOffset", "byteLength"];
    members(region, &known, &["startLine"]);
    let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    let byte = |line: usize, column: usize| {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = text.split_at(start).1;
        start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
    };
    let start = byte(number("startLine"), number("startColumn"));
    assert_eq!(start, number("byteOffset"));
    assert_eq!(byte(number("endLine"), number("endColumn")), start + number("byteLength"));
}

#[test]
fn the_formats_of_diagnostics_are_no_formats_of_other_commands() {
    drop(crate::quickstart().engine(&["status", "--format", "sarif"]).ended(2));
}
