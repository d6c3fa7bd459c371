//! Entities and why one comes before another.

use engine_plan::Blueprint;
use engine_project::{
    PipelineFile,
    project::Entity,
    rule::{Members, Node as Made, Reference, Rule, Source},
};
use serde::Serialize;

/// A pipeline as a graph.
#[derive(Debug, Serialize)]
pub(crate) struct Graph {
    pub(crate) pipeline: String,
    pub(crate) source: String,
    pub(crate) target: String,
    /// Parents before children.
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// In the order in which they run.
    pub(crate) groups: Vec<Group>,
}

/// An entity.
#[derive(Debug, Serialize)]
pub(crate) struct Node {
    pub(crate) entity: String,
    pub(crate) stream: String,
    pub(crate) routes: Vec<Route>,
}

/// What an entity writes.
#[derive(Debug, Serialize)]
pub(crate) struct Route {
    /// Nothing for an entity without routes.
    pub(crate) name: Option<String>,
    pub(crate) object: String,
}

/// Entities that share one read.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) stream: String,
    pub(crate) cursor: Option<String>,
    pub(crate) entities: Vec<String>,
}

/// An entity that comes before another, or refers to itself.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Edge {
    pub(crate) from: String,
    pub(crate) to: String,
    /// `ref`, `needs`, `when_ref`: each once, in this order.
    pub(crate) by: Vec<&'static str>,
    /// The routes that references name.
    pub(crate) routes: Vec<String>,
}

impl Graph {
    pub(crate) fn of(file: &PipelineFile, blueprint: &Blueprint) -> Self {
        let name = |index: &usize| blueprint.entities.get(*index).map(|entity| entity.name.clone());
        let group = |group: &engine_plan::Group| Group {
            stream: group.stream.clone(),
            cursor: group.cursor.clone(),
            entities: group.entities.iter().filter_map(name).collect(),
        };
        let node = |entity: &engine_plan::Entity| Node {
            entity: entity.name.clone(),
            stream: file.entities.get(&entity.name).map(|entity| entity.from.clone()).unwrap_or_default(),
            routes: entity
                .routes
                .iter()
                .map(|route| Route { name: route.name.clone(), object: route.object.clone() })
                .collect(),
        };
        let entities = blueprint.entities.iter().filter_map(|entity| file.entities.get(&entity.name));
        Self {
            pipeline: file.name.clone(),
            source: blueprint.source.connection.clone(),
            target: blueprint.target.connection.clone(),
            nodes: blueprint.entities.iter().map(node).collect(),
            edges: entities.flat_map(|entity| edges(file, entity)).collect(),
            groups: blueprint.groups.iter().map(group).collect(),
        }
    }
}

/// What an entity comes after, in the order in which its table says so.
fn edges(file: &PipelineFile, entity: &Entity) -> Vec<Edge> {
    let mut edges = Edges { to: &entity.name, found: Vec::new() };
    edges.members(&entity.map);
    entity.routes.iter().for_each(|route| edges.members(&route.map));
    entity.needs.iter().for_each(|parent| edges.add(parent, "needs", None));
    let conditions =
        entity.when_ref.iter().chain(entity.routes.iter().filter_map(|route| route.when_ref.as_ref()));
    conditions.for_each(|of| edges.add(&of.entity, "when_ref", of.route.as_ref()));
    edges.found.retain(|edge| file.entities.contains_key(&edge.from));
    edges.found
}

struct Edges<'a> {
    to: &'a str,
    found: Vec<Edge>,
}

impl Edges<'_> {
    fn add(&mut self, parent: &str, by: &'static str, route: Option<&String>) {
        let at = self.found.iter().position(|edge| edge.from == parent).unwrap_or_else(|| {
            let (from, to) = (parent.to_owned(), self.to.to_owned());
            self.found.push(Edge { from, to, by: Vec::new(), routes: Vec::new() });
            self.found.len() - 1
        });
        let Some(edge) = self.found.get_mut(at) else { return };
        if !edge.by.contains(&by) {
            edge.by.push(by);
        }
        if let Some(route) = route.filter(|route| !edge.routes.contains(route)) {
            edge.routes.push(route.clone());
        }
    }

    fn members(&mut self, members: &Members) {
        for member in members.values() {
            match &member.node {
                Made::Object(object) => self.members(object),
                Made::Rules(rules) => self.rules(rules),
                Made::Blocks(blocks) => blocks.iter().for_each(|block| self.members(&block.map)),
            }
        }
    }

    fn rules(&mut self, rules: &[Rule]) {
        for rule in rules {
            self.rule(rule);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        match &rule.source {
            Source::Ref(Reference { entity, route, key, .. }) => {
                self.add(entity, "ref", route.as_ref());
                self.rules(key);
            }
            Source::Find(find) => self.rules(&find.value),
            _ => {}
        }
    }
}

impl Node {
    /// The entity and what it becomes: `order (paid: receipt, unpaid: invoice)`.
    pub(crate) fn title(&self) -> String {
        let route = |route: &Route| match &route.name {
            Some(name) => format!("{name}: {}", route.object),
            None => route.object.clone(),
        };
        format!("{} ({})", self.entity, self.routes.iter().map(route).collect::<Vec<_>>().join(", "))
    }
}

impl Edge {
    /// Why: `ref .unpaid, needs`.
    pub(crate) fn label(&self) -> String {
        let word = |by: &&str| match *by {
            "ref" if !self.routes.is_empty() => {
                let routes: Vec<String> = self.routes.iter().map(|route| format!(".{route}")).collect();
                format!("ref {}", routes.join(" "))
            }
            by => by.to_owned(),
        };
        self.by.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}
