//! A real store through the reference project: what the compiler accepts maps, or fails as it has announced.

use crate::shops;
use engine_contract::{Op, Record, SourceRecord, Value};
use engine_plan::{Code, EntityProgram, Find, Found, Links, MapError, Program, Reference, Resolved, Routed};
use engine_project::diag::{Diagnostic, code};
use std::{collections::BTreeMap, path::Path};

/// Every record is linked, every object is found.
struct Everything;

impl Links for Everything {
    fn target_id(&self, _: &Reference) -> Option<String> {
        Some("1".to_owned())
    }

    fn found(&self, _: &Find) -> Option<Found> {
        Some(Found::One("1".to_owned()))
    }
}

fn records(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/quickstart/data").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    if file.ends_with(".ndjson") {
        return text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    }
    serde_json::from_str(&text).unwrap()
}

/// The streams as the connector yields them: a refund brings its order, a variation its product.
fn streams() -> BTreeMap<&'static str, Vec<Value>> {
    let (orders, products) = (records("orders.json"), records("products.json"));
    let joined = |file: &str, parents: &[Value]| {
        let with_parent = |mut record: Value| {
            let Value::Map(members) = &mut record else { panic!("a record is an object") };
            let parent = parents.iter().find(|parent| parent.as_map().unwrap()["id"] == members["parent_id"]);
            members.insert("parent".to_owned(), parent.cloned().unwrap_or_default());
            record
        };
        records(file).into_iter().map(with_parent).collect::<Vec<_>>()
    };
    let (refunds, variations) = (joined("refunds.json", &orders), joined("variations.ndjson", &products));
    BTreeMap::from([
        ("customers", records("customers.json")),
        ("orders", orders),
        ("products", products),
        ("refunds", refunds),
        ("variations", variations),
    ])
}

/// What became of a record: how many target objects, or why there is none.
fn mapped(entity: &EntityProgram, record: &Value) -> Result<usize, MapError> {
    let source = SourceRecord {
        key: "1".to_owned(),
        modified: None,
        record: Record::from_value(record),
        origin: String::new(),
        is_admitted: true,
    };
    let mut made = 0;
    for item in entity.items(&source) {
        if !item.admitted.clone()? {
            continue;
        }
        match entity.map(&item, None, &Everything)? {
            Routed::Filtered => {}
            Routed::Missing { .. } => panic!("every parent is linked"),
            Routed::Mapped(mapped) => match mapped.resolve(&Everything, Op::Create) {
                Resolved::Ready(_) => made += 1,
                Resolved::Missing { .. } | Resolved::Awaits => panic!("every parent is linked"),
                Resolved::Blocked(error) | Resolved::Failed(error) => return Err(error),
            },
        }
    }
    Ok(made)
}

/// Whether the compiler said before that a record may fail so: of the same rule, or by what a pipeline asks for
/// itself, a lookup without default and an assert.
fn was_announced(error: &MapError, found: &[Diagnostic]) -> bool {
    let asked_for: [Code; 2] = [code::LOOKUP_MISS, code::ASSERT_FAILED];
    let says = |diagnostic: &Diagnostic| {
        let place = diagnostic.place();
        place.is_some_and(|place| place.file == error.place.file && place.line == error.place.line)
    };
    asked_for.contains(&error.code) || found.iter().any(says)
}

#[test]
fn every_recorded_record_maps_or_fails_as_announced() {
    let (_, blueprints, found) = shops::judged(shops::files(), None);
    let streams = streams();
    let (mut made, mut surprises, mut failed) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for blueprint in &blueprints {
        let program = Program::build(blueprint).unwrap();
        for group in &blueprint.groups {
            for (index, record) in group
                .entities
                .iter()
                .flat_map(|index| streams[&*group.stream].iter().map(move |record| (index, record)))
            {
                let entity = program.entity(*index).unwrap();
                let name = format!("{} {}", blueprint.pipeline, blueprint.entities[*index].name);
                match mapped(entity, record) {
                    Ok(count) => *made.entry(name).or_insert(0) += count,
                    Err(error) if was_announced(&error, &found) => {
                        *failed.entry(format!("{name}: {}", error.code)).or_insert(0) += 1;
                    }
                    Err(error) => {
                        surprises.push(format!("{name}: {} {} ({})", error.code, error, error.place));
                    }
                }
            }
        }
    }
    surprises.sort();
    surprises.dedup();
    assert_eq!(surprises, Vec::<String>::new(), "made {made:?}, failed as announced {failed:?}");
    insta::assert_debug_snapshot!("the_recorded_store", (made, failed));
}
