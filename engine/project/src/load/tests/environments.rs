//! Values that an environment lays over the connections.

use super::*;

const BASE: &str =
    "[connection.a]\nconnector = \"csv\"\npaths = [1, 2]\n[connection.a.limit]\nper = \"day\"\nmost = 5\n";

fn load_demo(base: &str, over: &str) -> (Project, Vec<Diagnostic>) {
    let files = MemoryFiles::default().with("connections.toml", base).with("connections.demo.toml", over);
    let (project, out) = load(&files, &environment(), Some("demo"));
    (project, out.sorted())
}

#[test]
fn tables_are_merged_and_everything_else_is_replaced_with_its_places() {
    let over = "[connection.a]\npaths = [3]\nlimit.most = 7\nlimit.extra = true\n";
    let (project, out) = load_demo(BASE, over);
    assert_eq!(out, []);
    let a = &project.connections["a"];
    let settings = serde_json::Value::Object(a.settings.clone()).to_string();
    assert_eq!(settings, r#"{"paths":[3],"limit":{"per":"day","most":7,"extra":true}}"#);
    let places =
        ["/paths/0", "/limit/per", "/limit/most", "/limit/extra", "/limit"].map(|at| a.place(at).to_string());
    assert_eq!(
        places,
        [
            "connections.demo.toml:2",
            "connections.toml:5",
            "connections.demo.toml:3",
            "connections.demo.toml:4",
            "connections.toml:4"
        ]
    );
    assert_eq!(
        a.place("/paths/1").to_string(),
        "connections.demo.toml:2",
        "what is gone is shown where it was"
    );
}

#[test]
fn an_environment_adds_no_connection() {
    let (project, out) =
        load_demo(BASE, "[connection.stor]\nconnector = \"csv\"\n[connection.warehouse]\npath = \"x\"\n");
    let messages: Vec<_> = out.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(
        messages,
        ["connections.toml has no connection `stor`", "connections.toml has no connection `warehouse`"]
    );
    assert_eq!(out[0].fix.as_ref().unwrap().replacement, "store");
    assert_eq!(project.connections.len(), 1);
}

#[test]
fn mistakes_of_an_environment_are_told_once_and_in_its_file() {
    let over =
        "conection = {}\n[connection]\nb = 7\n[connection.a]\nproduction = \"yes\"\nurl = \"${env:NONE}\"\n";
    let (project, out) =
        load_demo("[connection.a]\nconnector = \"csv\"\n[connection.b]\nconnector = \"csv\"\n", over);
    let expected = [
        "1 format/unknown-key",
        "3 format/wrong-type",
        "5 format/wrong-type",
        "6 project/variable-not-listed",
    ];
    assert_eq!(lines(&out), expected, "{out:#?}");
    assert!(out.iter().all(|diagnostic| diagnostic.place().unwrap().file == "connections.demo.toml"));
    assert_eq!(project.connections.len(), 2);
}

#[test]
fn an_environment_without_a_file_is_refused_with_those_there_are() {
    let files = connections().with("connections.demo.toml", "").with("connections.sandbox.toml", "");
    let help = |name: &str| {
        let (project, out) = load(&files, &environment(), Some(name));
        assert_eq!(project.environment, name);
        let out = out.sorted();
        assert_eq!(lines(&out), ["0 project/unknown-environment"]);
        out[0].help.clone().unwrap()
    };
    assert_eq!(help("demmo"), "did you mean `demo`?");
    assert_eq!(help("../x"), "there is `demo` and `sandbox`");
    let (project, out) = load(&files, &environment(), Some("default"));
    assert!(out.is_empty() && project.connections.len() == 2, "connections.toml alone is an environment too");
}
