//! Which mappings the tests run.
//!
//! The Blueprint is mapped once more with a mark in every block of an array, so that each element tells which
//! block made it. Types and lengths of the target are left out: what they refuse was mapped all the same.

use super::input::{Stubs, input};
use crate::{
    Blueprint, BuildError, Program, Routed,
    mapping::{Block, Field, Mapping, Node, Rule, Source},
};
use engine_contract::{Map, Value};
use engine_project::{Place, project::Test};
use std::collections::{BTreeMap, BTreeSet};

/// A field that no test makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uncovered {
    /// The entity.
    pub entity: String,
    /// The route, where its map belongs to one.
    pub route: Option<String>,
    /// The field: `Line.Amount`.
    pub field: String,
    /// Its name in the file.
    pub place: Place,
}

/// Counts the mappings of a pipeline that tests run.
#[derive(Debug)]
pub struct Coverage {
    marked: Blueprint,
    program: Program,
    run: BTreeSet<Place>,
}

impl Coverage {
    /// Nothing has run yet.
    ///
    /// # Errors
    /// As [`Program::build`].
    pub fn new(blueprint: &Blueprint) -> Result<Self, BuildError> {
        let mut marked = blueprint.clone();
        for route in marked.entities.iter_mut().flat_map(|entity| &mut entity.routes) {
            mark(&mut route.map);
        }
        let program = Program::build(&marked)?;
        Ok(Self { marked, program, run: BTreeSet::new() })
    }

    /// Notes what a test runs. An item that fails runs nothing.
    pub fn add(&mut self, test: &Test) {
        let (Ok(source), Some(program)) = (input(test), self.program.entity_named(&test.entity)) else {
            return;
        };
        let Some(entity) = self.marked.entities.iter().find(|entity| entity.name == test.entity) else {
            return;
        };
        for item in program.items(&source) {
            if !matches!(item.admitted, Ok(true)) {
                continue;
            }
            let Ok(Routed::Mapped(mapped)) = program.map(&item, None, &Stubs(test)) else { continue };
            if let Some(route) = entity.routes.iter().find(|route| route.name == mapped.route) {
                note(&route.map, &mapped.fields, &mut self.run);
            }
        }
    }

    /// How many mappings ran, how many there are, and those that did not, in the order of the file.
    #[must_use]
    pub fn report(&self) -> (usize, usize, Vec<Uncovered>) {
        let mut all: BTreeMap<Place, Uncovered> = BTreeMap::new();
        for entity in &self.marked.entities {
            for route in &entity.routes {
                let mut fields = Vec::new();
                list(&route.map, "", &mut fields);
                for (field, place) in fields {
                    let (entity, route) = (entity.name.clone(), route.name.clone());
                    // What several routes share belongs to the entity.
                    all.entry(place.clone()).and_modify(|known| known.route = None).or_insert(Uncovered {
                        entity,
                        route,
                        field,
                        place,
                    });
                }
            }
        }
        let total = all.len();
        let uncovered: Vec<Uncovered> =
            all.into_iter().filter(|(place, _)| !self.run.contains(place)).map(|(_, one)| one).collect();
        (total - uncovered.len(), total, uncovered)
    }
}

/// The name of the mark in the elements of a block. No target object has a field of such a name.
fn mark_of(block: &Block) -> String {
    format!("\u{0}{}:{}", block.place.file, block.place.start)
}

fn mark(mapping: &mut Mapping) {
    for field in mapping.fields.values_mut() {
        field.target = None;
        match &mut field.node {
            Node::Object(object) => mark(object),
            Node::Rules(_) => {}
            Node::Blocks(blocks) => {
                for block in blocks {
                    mark(&mut block.map);
                    let name = mark_of(block);
                    block.map.fields.insert(name, marking(&block.place));
                }
            }
        }
    }
}

fn marking(place: &Place) -> Field {
    let rule = Rule {
        source: Source::Const(Value::Bool(true)),
        transform: Vec::new(),
        lookup: None,
        default: None,
        required: false,
        on: None,
        when: None,
        marker: false,
        place: place.clone(),
    };
    Field { node: Node::Rules(vec![rule]), target: None, place: place.clone() }
}

/// Notes the fields of a mapping that made these values.
fn note(mapping: &Mapping, values: &Map, run: &mut BTreeSet<Place>) {
    for (name, field) in &mapping.fields {
        match (&field.node, values.get(name)) {
            (Node::Rules(_), _) => drop(run.insert(field.place.clone())),
            (Node::Object(object), Some(Value::Map(values))) => note(object, values, run),
            (Node::Blocks(blocks), Some(Value::List(elements))) => {
                for element in elements {
                    let Value::Map(values) = element else { continue };
                    let made = blocks.iter().find(|block| values.contains_key(&mark_of(block)));
                    if let Some(block) = made {
                        note(&block.map, values, run);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The fields of a mapping that are made of rules, each with its path.
fn list(mapping: &Mapping, before: &str, out: &mut Vec<(String, Place)>) {
    for (name, field) in mapping.fields.iter().filter(|(name, _)| !name.starts_with('\u{0}')) {
        let path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match &field.node {
            Node::Rules(_) => out.push((path, field.place.clone())),
            Node::Object(object) => list(object, &path, out),
            Node::Blocks(blocks) => blocks.iter().for_each(|block| list(&block.map, &path, out)),
        }
    }
}
