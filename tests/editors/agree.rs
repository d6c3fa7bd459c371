//! Schemas and types say the same.
//!
//! The command line judges a file by the types that it is read into; editors judge it by schemas made from the
//! same types. So what one refuses the other must refuse. Open tables (a map, a connector's settings) are
//! judged by neither: what the engine knows beyond the types is not for the base schema to know.

use crate::project;
use engine_project::{
    FileText, MemoryFiles,
    diag::Diagnostics,
    model::{
        ConnectionTable, ConnectionsFile, EngineFile, EntitySourceTable, PipelineToml, Table, TenantFile,
    },
    schema::{Kind, Profile, base, finished, specialise, specialise_connections, sync},
    toml::Document,
};
use jsonschema::Validator;
use rand::{RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

/// Where the base schemas are committed.
fn committed(kind: Kind) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schemas/{}.json", kind.name()))
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for kind in Kind::ALL {
        let (path, text) = (committed(kind), format!("{:#}\n", base(kind)));
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let is_fresh = std::fs::read_to_string(&path).is_ok_and(|old| old == text);
        assert!(
            is_fresh,
            "schemas/{}.json is stale: UPDATE_SCHEMAS=1 cargo test -p tests --test editors agree",
            kind.name()
        );
    }
}

/// The schema of connector.toml, as it is committed.
fn connector_schema() -> Value {
    finished(connector_rest::manifest_schema())
}

#[test]
fn the_committed_schema_of_connectors_is_that_of_their_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/connector.json");
    let text = format!("{:#}\n", connector_schema());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let is_fresh = std::fs::read_to_string(&path).is_ok_and(|old| old == text);
    assert!(
        is_fresh,
        "schemas/connector.json is stale: UPDATE_SCHEMAS=1 cargo test -p tests --test editors agree"
    );
}

/// The connectors of the repository: those that come with the engine, and the golden project's.
fn connector_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["connectors/catalog", "tests/cases/golden/connectors"];
    let inside = folders.into_iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let files = inside.map(|entry| entry.unwrap().path().join("connector.toml"));
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn connectors_fit_their_schema_and_what_the_engine_refuses_it_refuses_too() {
    let validator = validator(&connector_schema());
    let files = connector_files();
    assert!(files.len() >= 4);
    for (path, text) in &files {
        assert_eq!(first_error(&validator, &json(path, text)), None, "{path}");
    }
    let (path, text) = files.iter().find(|(path, _)| path.contains("woocommerce")).unwrap();
    for (from, to) in [
        ("size_max = 100", "sise_max = 100"),
        ("kind = \"window\"", "kind = \"windows\""),
        ("concurrency = 4", "concurrency = \"4\""),
        ("kind = \"unauthorized\"", "kind = \"unauthorised\""),
        ("schema = \"streams/orders.json\"\nkey", "key"),
        ("method = \"POST\"", "method = \"GET\""),
        ("[webhooks]", "[webhook]"),
    ] {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        assert!(first_error(&validator, &json(path, &changed)).is_some(), "the schema takes {to}");
    }
    let strategies = &connector_schema()["$defs"]["PageTable"]["properties"]["kind"]["enum"];
    assert_eq!(strategies, &json!(["window", "scan", "number", "offset", "token", "link", "whole", "hook"]));
}

#[test]
fn editors_find_the_schema_of_connectors() {
    let facts = engine_project::schema::Facts { manifest: Some(connector_schema()), ..project::facts() };
    let synced = sync(&MemoryFiles::default().with("engine.toml", ""), &facts);
    let text = |path: &str| synced.files.iter().find(|(file, _)| file == path).map(|(_, text)| text.as_str());
    assert!(text(".engine/schemas/connector.tombi.json").is_some_and(|text| text.contains("next_page")));
    assert!(
        text("tombi.toml").is_some_and(|text| text.contains("include = [\"connectors/*/connector.toml\"]"))
    );
    assert!(text(".taplo.toml").is_some_and(|text| text.contains("**/connectors/*/connector.toml")));
}

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).unwrap()
}

/// A file as JSON.
fn json(path: &str, text: &str) -> Value {
    let mut found = Diagnostics::default();
    let document = Document::parse(&Arc::new(FileText::new(path, text)), &mut found);
    document.unwrap_or_else(|| panic!("{path}: {found:?}")).json().clone()
}

fn kind_of(path: &str) -> Kind {
    match path.rsplit('/').next().unwrap_or_default() {
        "engine.toml" => Kind::Project,
        name if name.starts_with("connections.") => Kind::Connections,
        _ if path.contains("tenants/") => Kind::Tenant,
        _ => Kind::Pipeline,
    }
}

/// Every file of every project of the repository that is valid.
fn valid_files() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("tests/cases/golden"), project::folder()];
    let projects = std::fs::read_dir(root.join("pipelines")).unwrap();
    folders.extend(projects.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    let mut out = Vec::new();
    for folder in folders {
        for (path, text) in &project::files(&folder).0 {
            // Connectors are looked at by themselves.
            if path.starts_with("connectors/") {
                continue;
            }
            let shown = folder.join(path).to_string_lossy().into_owned();
            out.push((shown.clone(), json(&shown, text)));
        }
    }
    out
}

fn first_error(validator: &Validator, json: &Value) -> Option<String> {
    validator.iter_errors(json).next().map(|error| format!("{}: {error}", error.instance_path()))
}

#[test]
fn every_valid_file_of_the_repository_fits_its_base_schema() {
    let validators = Kind::ALL.map(|kind| (kind, validator(&base(kind))));
    let files = valid_files();
    assert!(files.len() >= 12, "{}", files.len());
    for (path, json) in files {
        let (_, validator) = validators.iter().find(|(kind, _)| *kind == kind_of(&path)).unwrap();
        assert_eq!(first_error(validator, &json), None, "{path}");
    }
}

#[test]
fn the_edited_project_fits_its_specialised_schemas() {
    let (files, facts) = (project::files(&project::folder()), project::facts());
    for profile in Profile::ALL {
        for (path, text) in &files.0 {
            let schema = match kind_of(path) {
                Kind::Pipeline => specialise(&[text], &facts, profile),
                Kind::Connections => specialise_connections(&facts, profile),
                kind => base(kind),
            };
            assert_eq!(first_error(&validator(&schema), &json(path, text)), None, "{profile:?} {path}");
        }
    }
}

#[test]
fn a_second_sync_has_nothing_to_write() {
    let mut files = project::files(&project::folder());
    let facts = project::facts();
    let first = sync(&files, &facts);
    assert!(first.files.iter().any(|(path, _)| path == ".engine/schemas/books.tombi.json"));
    files.0.extend(first.files);
    assert_eq!(sync(&files, &facts), engine_project::schema::Synced::default());
}

#[test]
fn settings_that_a_user_has_are_kept() {
    let own = [
        ("tombi.toml", "# mine\n[format]\nrules.indent-width = 4\n"),
        (".taplo.toml", "exclude = [\"old/**\"]\n"),
        (".vscode/settings.json", "{\n  // mine\n  \"a\": 1\n}\n"),
        (".vscode/extensions.json", "{\"recommendations\": [\"a.b\"]}\n"),
    ];
    let mut files = project::files(&project::folder());
    for (path, text) in own {
        files = files.with(path, text);
    }
    let synced = sync(&files, &project::facts());
    let written =
        |path: &str| synced.files.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str());
    assert!(written("tombi.toml").unwrap().starts_with(own[0].1));
    assert!(written(".taplo.toml").unwrap().starts_with(own[1].1));
    assert_eq!(written(".vscode/settings.json"), None, "what is no plain JSON is left alone");
    assert_eq!(synced.notes.len(), 1, "and a note says so: {:?}", synced.notes);
    let extensions: Value = serde_json::from_str(written(".vscode/extensions.json").unwrap()).unwrap();
    assert_eq!(extensions, json!({"recommendations": ["tombi-toml.tombi", "a.b"]}));
}

fn read<T: serde::de::DeserializeOwned>(json: &Value) -> Result<(), String> {
    serde_json::from_value::<Table<T>>(json.clone()).map(drop).map_err(|error| error.to_string())
}

/// Reads those of a table's keys that are not the connector's.
fn read_own<T: serde::de::DeserializeOwned>(table: &Value, own: &[&str]) -> Result<(), String> {
    let members = table.as_object().into_iter().flatten();
    read::<T>(
        &members
            .filter(|(key, _)| own.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

fn tables<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    json.get(name).and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values)
}

/// Whether the engine's types take a file. Tables to which connectors add keys are read in two steps.
fn is_read(kind: Kind, json: &Value) -> Result<(), String> {
    match kind {
        Kind::Pipeline => {
            read::<PipelineToml>(json)?;
            let mut sources = tables(json, "entity").filter_map(|entity| entity.get("source"));
            sources.try_for_each(|source| read_own::<EntitySourceTable>(source, &EntitySourceTable::KEYS))
        }
        Kind::Project => read::<EngineFile>(json),
        Kind::Connections => {
            read::<ConnectionsFile>(json)?;
            let mut all = tables(json, "connection");
            all.try_for_each(|connection| read_own::<ConnectionTable>(connection, &ConnectionTable::KEYS))
        }
        Kind::Tenant => read::<TenantFile>(json),
    }
}

/// Values of every type.
fn anything(rng: &mut ChaCha8Rng) -> Value {
    let all = [
        json!("text"),
        json!("$.id"),
        json!("keep"),
        json!(7),
        json!(-1),
        json!(true),
        json!([]),
        json!({}),
        json!(["text"]),
        json!([7]),
        json!({"text": "text"}),
        json!([{"text": 7}]),
    ];
    all.choose(rng).unwrap().clone()
}

/// Changes one value, name or member, anywhere.
fn mutate(json: &mut Value, rng: &mut ChaCha8Rng) {
    let goes_on = rng.random_range(0..6) > 0;
    match json {
        Value::Object(members) if goes_on && !members.is_empty() => {
            let index = rng.random_range(0..members.len());
            let name = members.keys().nth(index).cloned().unwrap_or_default();
            match rng.random_range(0..12) {
                0 => drop(members.shift_remove(&name)),
                1 => drop(members.insert(format!("{name}x"), anything(rng))),
                2 => {
                    let value = members.shift_remove(&name).unwrap_or_default();
                    members.insert(format!("{name}y"), value);
                }
                _ => members.get_mut(&name).into_iter().for_each(|member| mutate(member, rng)),
            }
        }
        Value::Array(items) if goes_on && !items.is_empty() => {
            let index = rng.random_range(0..items.len());
            mutate(&mut items[index], rng);
        }
        other => *other = anything(rng),
    }
}

/// What the base schema says of rules and conditions goes beyond the types of the tables, which take any value
/// there: the loader reads those by hand.
fn is_beyond_the_types(pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    let open = ["map", "map_back", "key", "each_key", "each", "connection", "on_fail"];
    let compared = ["by", "sum", "object", "when"];
    let is_of_a_comparison =
        parts.first() == Some(&"reconcile") && parts.iter().any(|part| compared.contains(part));
    is_of_a_comparison || parts.iter().any(|part| open.contains(part))
}

#[test]
fn schema_and_types_refuse_the_same_mutated_files() {
    let validators = Kind::ALL.map(|kind| (kind, validator(&base(kind))));
    let files = valid_files();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..20_000 {
        let (path, json) = files.choose(&mut rng).unwrap();
        let kind = kind_of(path);
        let (_, validator) = validators.iter().find(|(known, _)| *known == kind).unwrap();
        let mut json = json.clone();
        mutate(&mut json, &mut rng);
        let read = is_read(kind, &json);
        let errors: Vec<String> =
            validator.iter_errors(&json).map(|error| error.instance_path().to_string()).collect();
        match &read {
            Ok(()) => {
                accepted += 1;
                let plain = errors.iter().find(|pointer| !is_beyond_the_types(pointer));
                assert_eq!(plain, None, "{path}: the schema refuses what is read: {json:#}");
            }
            Err(error) => {
                refused += 1;
                assert!(!errors.is_empty(), "{path}: the schema takes what is not read ({error}): {json:#}");
            }
        }
    }
    assert!(refused > 2_000 && accepted > 2_000, "{refused} refused, {accepted} accepted");
}

#[test]
fn what_the_schema_refuses_of_a_mapping_the_loader_refuses_too() {
    let golden = project::files(&project::folder());
    let validator = validator(&base(Kind::Pipeline));
    for (find, put) in [
        ("Sku = \"$.sku\"", "Sku = \"sku\""),
        ("Sku = \"$.sku\"", "Sku = { path = 7 }"),
        ("Sku = \"$.sku\"", "Sku = { path = \"sku\" }"),
        ("Sku = \"$.sku\"", "Sku = { path = \"$.sku\", required = \"yes\" }"),
        ("Sku = \"$.sku\"", "Sku = { path = \"$.sku\", on = \"delete\" }"),
        ("if_missing = \"hold\"", "if_missing = \"wait\""),
        ("each = \"$.line_items[*]\"\nwhen", "each = \"line_items\"\nwhen"),
        (
            "key = [{ path = \"$.billing.email\", transform = [\"trim\", \"lowercase\"] }, \"$.currency\"]",
            "key = [\"currency\"]",
        ),
        ("connection = { bind = \"store\" }", "connection = { bond = \"store\" }"),
    ] {
        let text = &golden.0["pipelines/books.toml"];
        assert_eq!(text.matches(find).count(), 1, "{find}");
        let text = text.replace(find, put);
        let is_block = put.starts_with("each");
        let fits = first_error(&validator, &json("books", &text)).is_none();
        // What a block holds is known to specialised schemas only.
        assert_eq!(fits, is_block, "{put}");
        let files: MemoryFiles = golden.clone().with("pipelines/books.toml", text);
        let (_, found) = engine_project::load(&files, &std::collections::BTreeMap::new(), None);
        assert!(found.errors() > 0, "{put}");
    }
}
