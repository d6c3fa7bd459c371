//! Fingerprints: equal pipelines have equal ones, on every machine.
//!
//! A Blueprint's fingerprint covers all of it. An entity's mapping hash covers what decides a target object
//! (keys, conditions, routes, mapping, asserts) and no places: moving lines in a file is no change of a mapping.
//! Of what entities share, a hash covers what the entity uses: lookups by name, variables and libraries by
//! their names in its scripts.

use crate::{
    Assert, Blueprint, Each, Entity, Library, Lookup, OnFail, Route,
    mapping::{Block, Field, Find, Mapping, Node, PathRule, Ref, Rule, Script, Source},
};
use engine_contract::Value;
use engine_project::Place;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the entities of a pipeline share.
pub(crate) struct Shared {
    pub(crate) lookups: BTreeMap<String, Lookup>,
    pub(crate) vars: BTreeMap<String, Value>,
    pub(crate) libraries: Vec<Library>,
}

/// 32 hexadecimal digits of everything in a Blueprint but its fingerprint.
pub(crate) fn fingerprint(blueprint: &Blueprint) -> String {
    let bare = Blueprint { fingerprint: String::new(), ..blueprint.clone() };
    digest(&bare)
}

/// 32 hexadecimal digits of what decides an entity's target objects.
pub(crate) fn mapping_hash(entity: &Entity, shared: &Shared) -> String {
    let mut forget = Forget::default();
    let admission = forget.admission(entity);
    let mut routes = entity.routes.clone();
    for Route { when, when_ref, map, .. } in &mut routes {
        forget.condition(when.as_mut(), when_ref.as_mut());
        forget.mapping(map);
    }
    let mut asserts = entity.asserts.clone();
    for assert in &mut asserts {
        forget.assert(assert);
    }
    digest(&(admission, routes, asserts, forget.used(shared)))
}

/// 32 hexadecimal digits of what decides which records an entity takes, and under which keys.
pub(crate) fn admission_hash(entity: &Entity, shared: &Shared) -> String {
    let mut forget = Forget::default();
    let admission = forget.admission(entity);
    digest(&(admission, forget.used(shared)))
}

fn digest(data: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(data).unwrap_or_default();
    blake3::hash(&bytes).to_hex().chars().take(32).collect()
}

/// Removes places, and notes what is used.
#[derive(Default)]
struct Forget {
    lookups: BTreeSet<String>,
    scripts: Vec<String>,
}

/// Keys, fan-out and conditions.
#[derive(Serialize)]
struct Admission {
    key: Vec<Rule>,
    each: Option<Each>,
    when: Option<Script>,
    when_ref: Option<Ref>,
}

/// What an entity uses of what all share.
#[derive(Serialize)]
struct Used<'a> {
    lookups: BTreeMap<&'a str, &'a Lookup>,
    vars: BTreeMap<&'a str, &'a Value>,
    libraries: BTreeMap<&'a str, &'a str>,
}

impl Forget {
    fn admission(&mut self, entity: &Entity) -> Admission {
        let mut admission = Admission {
            key: entity.key.clone(),
            each: entity.each.clone(),
            when: entity.when.clone(),
            when_ref: entity.when_ref.clone(),
        };
        self.rules(&mut admission.key);
        if let Some(Each { path, key }) = &mut admission.each {
            Self::path(path);
            self.rules(key);
        }
        self.condition(admission.when.as_mut(), admission.when_ref.as_mut());
        admission
    }

    fn condition(&mut self, when: Option<&mut Script>, when_ref: Option<&mut Ref>) {
        if let Some(script) = when {
            self.script(script);
        }
        if let Some(reference) = when_ref {
            self.reference(reference);
        }
    }

    fn mapping(&mut self, mapping: &mut Mapping) {
        for Field { node, place, .. } in mapping.fields.values_mut() {
            *place = Place::default();
            match node {
                Node::Object(object) => self.mapping(object),
                Node::Rules(rules) => self.rules(rules),
                Node::Blocks(blocks) => blocks.iter_mut().for_each(|block| self.block(block)),
            }
        }
    }

    fn block(&mut self, block: &mut Block) {
        block.place = Place::default();
        block.each.iter_mut().for_each(Self::path);
        block.when.iter_mut().for_each(|script| self.script(script));
        self.mapping(&mut block.map);
    }

    fn rules(&mut self, rules: &mut [Rule]) {
        for rule in rules {
            self.rule(rule);
        }
    }

    fn rule(&mut self, rule: &mut Rule) {
        rule.place = Place::default();
        rule.transform.iter_mut().for_each(|step| step.place = Place::default());
        rule.when.iter_mut().for_each(|script| self.script(script));
        self.lookups.extend(rule.lookup.clone());
        match &mut rule.source {
            Source::Path(paths) => paths.iter_mut().for_each(Self::path),
            Source::Script(script) => self.script(script),
            Source::Const(_) => {}
            Source::Ref(reference) => self.reference(reference),
            Source::Find(Find { value, place, .. }) => {
                *place = Place::default();
                self.rules(value);
            }
        }
    }

    fn reference(&mut self, reference: &mut Ref) {
        reference.place = Place::default();
        self.rules(&mut reference.key);
    }

    fn assert(&mut self, assert: &mut Assert) {
        assert.place = Place::default();
        self.script(&mut assert.that);
        if let OnFail::Line(adjustment) = &mut assert.on_fail {
            adjustment.difference.iter_mut().for_each(|script| self.script(script));
        }
    }

    fn path(path: &mut PathRule) {
        path.place = Place::default();
    }

    fn script(&mut self, script: &mut Script) {
        script.place = Place::default();
        script.lines.clear();
        self.scripts.push(script.text.clone());
    }

    /// What the scripts name. A name that only stands in a text counts too: then a hash changes without need,
    /// which makes records be looked at again and never lets a change pass.
    fn used<'s>(&self, shared: &'s Shared) -> Used<'s> {
        let mut texts: Vec<&str> = self.scripts.iter().map(String::as_str).collect();
        let mut libraries = BTreeMap::new();
        // Libraries may call each other: what is found is searched too.
        while let Some(library) = shared.libraries.iter().find(|library| {
            !libraries.contains_key(library.name.as_str())
                && texts.iter().any(|text| calls(text, &library.name))
        }) {
            libraries.insert(library.name.as_str(), library.text.as_str());
            texts.push(&library.text);
        }
        let named = |name: &String| self.lookups.contains(name);
        let vars = shared.vars.iter().filter(|(name, _)| texts.iter().any(|text| reads(text, name)));
        Used {
            lookups: shared.lookups.iter().filter(|(name, _)| named(name)).map(by_name).collect(),
            vars: vars.map(by_name).collect(),
            libraries,
        }
    }
}

fn by_name<'a, T>((name, value): (&'a String, &'a T)) -> (&'a str, &'a T) {
    (name, value)
}

/// Whether a script calls functions of a library.
fn calls(text: &str, library: &str) -> bool {
    text.match_indices(library).any(|(at, name)| {
        let rest = text.get(at + name.len()..).unwrap_or_default();
        rest.trim_start().starts_with("::")
    })
}

/// Whether a script may read a variable: by its name, or by one that it computes.
fn reads(text: &str, variable: &str) -> bool {
    text.match_indices("vars").any(|(at, name)| {
        let rest = text.get(at + name.len()..).unwrap_or_default().trim_start();
        let member = rest.strip_prefix('.').or_else(|| rest.strip_prefix("?.")).map(str::trim_start);
        member.is_none_or(|member| member.starts_with(variable))
    })
}
