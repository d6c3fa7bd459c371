//! Imports run one way, versions and lints stand in one place.

use crate::{insist, printed, root, toml};
use serde_json::Value;

/// The main line: each may use those before it.
const LINE: [&str; 5] = ["engine-contract", "engine-project", "engine-plan", "engine-run", "engine-serve"];

/// Whether `crate_name` may use `other`, a crate of the workspace.
fn may_use(crate_name: &str, other: &str) -> bool {
    let place = |name: &str| LINE.iter().position(|room| *room == name);
    let is_connector = |name: &str| name.starts_with("connector-");
    match crate_name {
        "tests" => true,
        "engine" => other != "tests",
        "connectors" => is_connector(other) || other == "engine-contract",
        "engine-script" | "connector-kit" => other == "engine-contract",
        "engine-plan" | "connector-rest" if other == "engine-script" => true,
        "engine-serve" if other == "engine-console" => true,
        name if is_connector(name) => ["engine-contract", "connector-kit"].contains(&other),
        name => place(name).zip(place(other)).is_some_and(|(own, other)| other < own),
    }
}

/// The packages of the workspace.
fn packages() -> Vec<Value> {
    let arguments = ["metadata", "--offline", "--no-deps", "--format-version", "1"];
    let metadata: Value = serde_json::from_str(&printed(env!("CARGO"), &arguments)).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The Cargo.toml of each package, relative to the workspace, with its name.
fn manifests() -> Vec<(String, String)> {
    let path = |package: &Value| {
        let path = std::path::Path::new(package["manifest_path"].as_str().unwrap());
        path.strip_prefix(root().canonicalize().unwrap()).unwrap().to_string_lossy().into_owned()
    };
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    packages().iter().map(|package| (path(package), name(package))).collect()
}

#[test]
fn imports_run_one_way() {
    let mut broken = Vec::new();
    let mut edges = 0;
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let local = package["dependencies"].as_array().unwrap().iter().filter(|one| !one["path"].is_null());
        for other in local.map(|one| one["name"].as_str().unwrap()) {
            edges += 1;
            if !may_use(name, other) {
                broken.push(format!("{name} must not use {other}"));
            }
        }
    }
    assert!(edges > 10, "cargo lists the edges of the workspace");
    insist("imports run one way", &broken);
}

#[test]
fn the_rule_of_imports_knows_right_from_wrong() {
    for (own, other) in [
        ("engine-plan", "engine-project"),
        ("engine-plan", "engine-script"),
        ("engine-run", "engine-contract"),
        ("engine", "connectors"),
        ("connectors", "connector-sql"),
        ("connector-file", "connector-kit"),
        ("tests", "engine"),
    ] {
        assert!(may_use(own, other), "{own} -> {other}");
    }
    for (own, other) in [
        ("engine-contract", "engine-project"),
        ("engine-project", "engine-script"),
        ("engine-project", "engine-plan"),
        ("engine-run", "engine-script"),
        ("engine-run", "connectors"),
        ("connector-file", "engine-plan"),
        ("connector-file", "connector-sql"),
        ("engine", "tests"),
        ("a-new-crate", "engine-contract"),
    ] {
        assert!(!may_use(own, other), "{own} -> {other}");
    }
}

/// Every table of dependencies in a manifest.
fn dependencies(manifest: &Value) -> Vec<(&String, &Value)> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest["target"].as_object().into_iter().flat_map(|targets| targets.values());
    let tables = targets.chain([manifest]).flat_map(|part| KINDS.map(|kind| &part[kind]));
    tables.filter_map(Value::as_object).flatten().collect()
}

#[test]
fn versions_stand_in_the_workspace_only() {
    let mut broken = Vec::new();
    for (path, name) in manifests() {
        for (dependency, value) in dependencies(&toml(&path)) {
            let allowed = ["workspace", "features", "optional"];
            let is_plain = |table: &serde_json::Map<String, Value>| {
                table.get("workspace") == Some(&Value::Bool(true))
                    && table.keys().all(|key| allowed.contains(&key.as_str()))
            };
            if !value.as_object().is_some_and(is_plain) {
                broken.push(format!("{name}: {dependency}"));
            }
        }
    }
    insist("a dependency is written `{ workspace = true }`, at most with features", &broken);
}

#[test]
fn default_features_are_off() {
    let manifest = toml("Cargo.toml");
    let all = manifest["workspace"]["dependencies"].as_object().unwrap();
    assert!(!all.is_empty());
    let is_fine = |value: &Value| !value["path"].is_null() || value["default-features"] == Value::Bool(false);
    let broken: Vec<String> =
        all.iter().filter(|(_, value)| !is_fine(value)).map(|(name, _)| name.clone()).collect();
    insist("a dependency of the workspace says `default-features = false`", &broken);
}

#[test]
fn every_crate_obeys_the_lints_of_the_workspace() {
    let obeys = |path: &str| toml(path)["lints"]["workspace"] == Value::Bool(true);
    let broken: Vec<String> =
        manifests().into_iter().filter(|(path, _)| !obeys(path)).map(|(_, name)| name).collect();
    insist("a crate says `[lints] workspace = true`", &broken);
}
