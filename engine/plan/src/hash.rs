//! Fingerprints: equal pipelines have equal ones, on every machine.
//!
//! A Blueprint's fingerprint covers all of it. An entity's mapping hash covers what decides a target object
//! (keys, conditions, routes, mapping) and no places: moving lines in a file is no change of a mapping.

use crate::{
    Blueprint, Each, Entity, Lookup, Route,
    mapping::{Block, Field, Mapping, Node, PathRule, Rule, Script, Source},
};
use engine_project::Place;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// 32 hexadecimal digits of everything in a Blueprint but its fingerprint.
pub(crate) fn fingerprint(blueprint: &Blueprint) -> String {
    let bare = Blueprint { fingerprint: String::new(), ..blueprint.clone() };
    digest(&bare)
}

/// 32 hexadecimal digits of what decides an entity's target objects, the lookups it uses included.
pub(crate) fn mapping_hash(entity: &Entity, lookups: &BTreeMap<String, Lookup>) -> String {
    let mut routes = entity.routes.clone();
    let mut used = BTreeSet::new();
    let mut forget = Forget { used: &mut used };
    let admission = forget.admission(entity);
    for Route { when, map, .. } in &mut routes {
        if let Some(script) = when {
            forget.script(script);
        }
        forget.mapping(map);
    }
    let tables: BTreeMap<_, _> = lookups.iter().filter(|(name, _)| used.contains(*name)).collect();
    digest(&(admission, routes, tables))
}

/// 32 hexadecimal digits of what decides which records an entity takes, and under which keys.
pub(crate) fn admission_hash(entity: &Entity) -> String {
    digest(&Forget { used: &mut BTreeSet::new() }.admission(entity))
}

fn digest(data: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(data).unwrap_or_default();
    blake3::hash(&bytes).to_hex().chars().take(32).collect()
}

/// Removes places, and notes which lookups are used.
struct Forget<'a> {
    used: &'a mut BTreeSet<String>,
}

impl Forget<'_> {
    /// Keys, fan-out and condition.
    fn admission(&mut self, entity: &Entity) -> (Vec<Rule>, Option<Each>, Option<Script>) {
        let (mut key, mut each, mut when) = (entity.key.clone(), entity.each.clone(), entity.when.clone());
        for rule in &mut key {
            self.rule(rule);
        }
        if let Some(Each { path, key }) = &mut each {
            self.path(path);
            for rule in key {
                self.rule(rule);
            }
        }
        if let Some(script) = &mut when {
            self.script(script);
        }
        (key, each, when)
    }

    fn mapping(&mut self, mapping: &mut Mapping) {
        for Field { node, place, .. } in mapping.fields.values_mut() {
            *place = Place::default();
            match node {
                Node::Object(object) => self.mapping(object),
                Node::Rules(rules) => rules.iter_mut().for_each(|rule| self.rule(rule)),
                Node::Blocks(blocks) => blocks.iter_mut().for_each(|block| self.block(block)),
            }
        }
    }

    fn block(&mut self, block: &mut Block) {
        block.place = Place::default();
        block.each.iter_mut().for_each(|path| self.path(path));
        block.when.iter_mut().for_each(|script| self.script(script));
        self.mapping(&mut block.map);
    }

    fn rule(&mut self, rule: &mut Rule) {
        rule.place = Place::default();
        rule.transform.iter_mut().for_each(|step| step.place = Place::default());
        self.used.extend(rule.lookup.clone());
        match &mut rule.source {
            Source::Path(paths) => paths.iter_mut().for_each(|path| self.path(path)),
            Source::Script(script) => self.script(script),
            Source::Const(_) => {}
            Source::Ref(reference) => {
                reference.place = Place::default();
                reference.key.iter_mut().for_each(|rule| self.rule(rule));
            }
        }
    }

    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    fn path(&mut self, path: &mut PathRule) {
        path.place = Place::default();
    }

    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    fn script(&mut self, script: &mut Script) {
        script.place = Place::default();
        script.lines.clear();
    }
}
