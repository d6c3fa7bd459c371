//! Variables, libraries and lookups of tenants, compiled for one tenant.

use crate::{
    Blueprint, Catalogs,
    compile::blueprint,
    sample::{Known, mapped, registry},
    scene::Scene,
};
use engine_contract::Op;
use engine_project::{MemoryFiles, load};
use std::collections::BTreeMap;

const TABLES: &str = "[pipeline]\nname = \"p\"\nlibraries = [\"lib/woo.rhai\", \"lib/unused.rhai\"]\n\
    [source]\nconnection = { bind = \"store\" }\n[target]\nconnection = { bind = \"books\" }\n\
    [vars.prefix]\ntype = \"string\"\ndefault = \"\"\n[vars.rate]\ntype = \"decimal\"\ndefault = \"1.50\"\n\
    [vars.since]\ntype = \"date\"\n\
    [lookup.gate]\nvalues = { stripe = \"A\", bacs = \"B\" }\ndefault = \"C\"\n\
    [entity.e]\nfrom = \"orders\"\nto = \"order\"\n\
    map.a = { script = \"woo::number(record, vars.prefix)\" }\nmap.b = { var = \"prefix\" }\n\
    map.c = { path = \"$.g\", lookup = \"gate\" }\nmap.d = { path = \"$.n\", transform = [{ prefix = { var = \"prefix\" } }] }\n\
    [entity.e.source]\nfilter = { status = [\"x\"], since = { var = \"since\" } }\n\
    [entity.f]\nfrom = \"orders\"\nto = \"line\"\nmap.r = { var = \"rate\" }\n\
    [entity.f.source]\nfilter = { since = { var = \"since\" } }\n";

const ACME: &str = "[tenant]\nname = \"acme\"\n[bind]\nstore = \"shop\"\nbooks = \"books\"\n\
    [vars]\nprefix = \"W\"\nsince = \"2026-01-01\"\n[lookup.gate.values]\nbacs = \"Z\"\n";

fn plan(tables: &str, tenant: &str, library: &str) -> Blueprint {
    let connections = "[connection.shop]\nconnector = \"idle\"\npath = \"a\"\n\
                       [connection.books]\nconnector = \"idle\"\npath = \"b\"\n";
    let files = MemoryFiles::default()
        .with("engine.toml", "[project]\nname = \"sample\"\ntimezone = \"America/Edmonton\"\n")
        .with("connections.toml", connections)
        .with("tenants/acme.toml", tenant)
        .with("pipelines/lib/woo.rhai", library)
        .with("pipelines/lib/unused.rhai", "fn unused() { 1 }\n")
        .with("pipelines/p.toml", tables);
    let (project, found) = load(&files, &BTreeMap::new(), None);
    let loaded: Vec<String> = found.iter().map(ToString::to_string).collect();
    let tenant = project.tenant("acme").unwrap_or_else(|| panic!("{loaded:#?}"));
    let (registry, catalogs) = (registry(), Catalogs::default());
    let scene = Scene::new(&project, &project.pipelines[0], tenant, &registry, &catalogs);
    blueprint(&scene).unwrap_or_else(|| panic!("{loaded:#?}"))
}

const LIBRARY: &str = "fn number(order, prefix) { `${prefix}${order.n}` }\n";

#[test]
fn a_tenant_gives_variables_their_values_and_lays_its_lookups_over() {
    let blueprint = plan(TABLES, ACME, LIBRARY);
    assert_eq!((blueprint.tenant.as_str(), blueprint.timezone.as_str()), ("acme", "America/Edmonton"));
    let run = |json: &str| mapped(&blueprint, json, &Known::default(), Op::Create).unwrap();
    assert_eq!(run(r#"{"n":"7","g":"stripe"}"#), r#"{"a":"W7","b":"W","c":"A","d":"W7"}"#);
    assert_eq!(run(r#"{"n":"7","g":"bacs"}"#), r#"{"a":"W7","b":"W","c":"Z","d":"W7"}"#);
    assert_eq!(run(r#"{"n":"7","g":"other"}"#), r#"{"a":"W7","b":"W","c":"C","d":"W7"}"#);
    assert_eq!(blueprint.vars["rate"].to_json(), "1.50");
}

#[test]
fn filters_are_part_of_what_is_read_and_split_groups() {
    let blueprint = plan(TABLES, ACME, LIBRARY);
    let options: Vec<String> = blueprint
        .groups
        .iter()
        .map(|group| {
            format!("{} {}", group.name, engine_contract::Value::Map(group.read_options()).to_json())
        })
        .collect();
    assert_eq!(
        options,
        [r#"e {"filter":{"status":["x"],"since":"2026-01-01"}}"#, r#"f {"filter":{"since":"2026-01-01"}}"#]
    );
    let shared = TABLES.replace("status = [\"x\"], ", "");
    assert_eq!(plan(&shared, ACME, LIBRARY).groups.len(), 1);
}

#[test]
fn a_mapping_changes_with_the_variables_and_libraries_that_it_uses_and_no_others() {
    let hashes = |tables: &str, tenant: &str, library: &str| {
        let entities = plan(tables, tenant, library).entities;
        entities.into_iter().map(|entity| entity.mapping_hash).collect::<Vec<_>>()
    };
    let as_is = hashes(TABLES, ACME, LIBRARY);
    let differs = |other: Vec<String>| {
        as_is.iter().zip(&other).map(|(before, after)| before != after).collect::<Vec<_>>()
    };
    assert_eq!(differs(hashes(TABLES, &ACME.replace("\"W\"", "\"X\""), LIBRARY)), [true, false]);
    assert_eq!(differs(hashes(TABLES, ACME, &format!("{LIBRARY}// note\n"))), [true, false]);
    assert_eq!(differs(hashes(&TABLES.replace("1.50", "1.51"), ACME, LIBRARY)), [false, true]);
    let assert = format!("{TABLES}[[entity.f.assert]]\nthat = \"target.r == 1\"\n");
    assert_eq!(differs(hashes(&assert, ACME, LIBRARY)), [false, true]);
    assert_eq!(differs(hashes(&format!("\n\n{TABLES}"), ACME, LIBRARY)), [false, false]);
    let unused = TABLES.replace(", \"lib/unused.rhai\"", "");
    assert_eq!(differs(hashes(&unused, ACME, LIBRARY)), [false, false]);
}
