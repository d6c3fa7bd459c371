//! `engine doctor`: what is wrong with an installation or a project, and what to do.

use crate::{ENGINE, quickstart, synced};
use kit::Project;
use serde_json::Value;

/// What was found of each thing: its verdict, and all that is said.
fn checks(project: &Project, code: i32) -> Vec<(String, String, String)> {
    let document = project.engine(&["doctor", "--format", "json"]).ended(code).json();
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let checks = document["checks"].as_array().unwrap().iter();
    checks
        .map(|check| {
            let said = format!("{} -> {}", text(check, "found"), text(check, "fix"));
            (text(check, "name"), text(check, "verdict"), said)
        })
        .collect()
}

#[track_caller]
fn verdict(checks: &[(String, String, String)], name: &str) -> (String, String) {
    let found = checks.iter().find(|(known, ..)| known == name);
    let (_, verdict, said) = found.unwrap();
    (verdict.clone(), said.clone())
}

#[test]
fn a_sound_project_has_no_problem() {
    let project = synced();
    let checks = checks(&project, 0);
    for name in
        ["version", "project", "state", "clock", "terminal", "connection store", "connection warehouse"]
    {
        assert_eq!(verdict(&checks, name).0, "ok", "{checks:?}");
    }
    assert!(verdict(&checks, "state").1.contains("schema 3"), "{checks:?}");
    let text = project.engine(&["doctor"]).ended(0);
    assert!(text.stdout.starts_with("ok    version"), "{}", text.stdout);
    assert!(text.stderr.contains("no problem found"), "{}", text.stderr);
}

#[test]
fn mistakes_a_lost_key_and_a_wrong_setting_are_problems_with_a_remedy() {
    let project = synced();
    project.remove(".engine/state.key");
    project.edit("connections.toml", "path = \"warehouse.db\"", "paht = \"warehouse.db\"");
    let checks = checks(&project, 6);
    for (name, remedy) in [
        ("project", "engine validate"),
        ("state", "put back the key file"),
        ("connection warehouse", "mend connections.toml:"),
    ] {
        let (verdict, said) = verdict(&checks, name);
        assert_eq!(verdict, "x", "{name}: {said}");
        assert!(said.contains(remedy), "{name}: {said}");
    }
}

#[test]
fn outside_a_project_the_installation_is_checked_all_the_same() {
    let checks = checks(&Project::empty(ENGINE), 6);
    assert_eq!(verdict(&checks, "version").0, "ok");
    assert!(verdict(&checks, "project").1.contains("engine init"), "{checks:?}");
}

#[test]
fn a_repository_is_told_with_its_changes() {
    let project = quickstart();
    let git = |arguments: &[&str]| {
        let status = std::process::Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments)
            .current_dir(project.path(""))
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let clean = verdict(&checks(&project, 0), "git").1;
    assert!(clean.starts_with("main@") && clean.contains(", clean"), "{clean}");
    project.write("notes.toml.txt", "");
    assert!(verdict(&checks(&project, 0), "git").1.contains("1 changed file"));
}
