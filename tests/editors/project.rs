//! The project that is edited, with everything that `sync` makes for it.

use engine_contract::Discovery;
use engine_project::{
    Files as _, MemoryFiles,
    schema::{ConnectorFacts, Facts, TransformFacts, sync},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Where it lies.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/project")
}

/// The TOML files below a folder, by path.
pub(crate) fn files(folder: &Path) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files = files.with(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

/// What the engine knows of it.
pub(crate) fn facts() -> Facts {
    let (mut project, _) = engine_project::load(&files(&folder()), &BTreeMap::new());
    project.name.clear();
    let mut facts = Facts::of(&project);
    for (name, connection) in &mut facts.connections {
        let path = folder().join(format!("catalogs/{name}.json"));
        let offers: Discovery = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        connection.offers = Some(offers);
    }
    let registry = connectors::registry();
    for name in registry.names() {
        let settings = registry.get(name).unwrap().settings_schema();
        facts.connectors.insert(name.to_owned(), ConnectorFacts { settings, offers: None });
    }
    facts.connectors.insert("books".to_owned(), books());
    facts.transforms = transforms();
    facts
}

/// A connector of which nothing but its settings is needed.
fn books() -> ConnectorFacts {
    let realm = json!({"type": "string", "description": "The number of the company."});
    let settings = json!({"type": "object", "properties": {"realm": realm}, "additionalProperties": false});
    ConnectorFacts { settings, offers: None }
}

/// A few transforms of each kind.
fn transforms() -> Vec<TransformFacts> {
    let bare = |name: &str, text: &str| TransformFacts {
        name: name.to_owned(),
        description: text.to_owned(),
        bare: true,
        argument: None,
    };
    let with = |name: &str, text: &str, argument: Value| TransformFacts {
        argument: Some(argument),
        bare: false,
        ..bare(name, text)
    };
    let overflow = json!({"type": "string", "enum": ["cut", "fail", "hash_suffix"], "description": "What happens to a longer text."});
    let length = json!({"type": "integer", "description": "The most characters."});
    vec![
        bare("trim", "Removes white space at both ends."),
        bare("lowercase", "Makes letters small."),
        bare("decimal", "An exact number."),
        bare("date", "The day of a date or time."),
        with(
            "prefix",
            "Puts a text before.",
            json!({"type": ["string", "object"], "additionalProperties": true}),
        ),
        with(
            "fit",
            "Makes a text at most so many characters long.",
            json!({
                "type": ["integer", "object"],
                "properties": {"length": length, "overflow": overflow},
                "additionalProperties": false,
            }),
        ),
    ]
}

/// Writes the project into a folder, with what `sync` makes.
pub(crate) fn write(to: &Path) -> MemoryFiles {
    let mut all = files(&folder());
    let synced = sync(&all, &facts());
    assert_eq!(synced.notes, Vec::<String>::new());
    all.0.extend(synced.files);
    for (path, text) in &all.0 {
        let path = to.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    assert!(all.read("tombi.toml").unwrap().is_some());
    all
}
