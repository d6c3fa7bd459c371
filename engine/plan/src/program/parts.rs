//! What the rules of a Blueprint need compiled: scripts and queries, each once, found by their text.

use super::BuildError;
use crate::{
    Blueprint, Lookup,
    mapping::{Block, Mapping, Node, PathRule, Rule, Script, Source},
    path::Queries,
};
use engine_script::{Libraries, Names};
use std::{collections::BTreeMap, fmt};

/// The compiled parts of a Program.
#[derive(Default)]
pub(crate) struct Parts {
    on_records: BTreeMap<String, engine_script::Script>,
    on_items: BTreeMap<String, engine_script::Script>,
    pub(crate) queries: Queries,
    pub(crate) lookups: BTreeMap<String, Lookup>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

impl Parts {
    pub(crate) fn of(blueprint: &Blueprint) -> Result<Self, BuildError> {
        let mut parts = Self { lookups: blueprint.lookups.clone(), ..Self::default() };
        for entity in &blueprint.entities {
            parts.rules(&entity.key)?;
            parts.script(entity.when.as_ref())?;
            if let Some(each) = &entity.each {
                parts.path(&each.path)?;
                parts.rules(&each.key)?;
            }
            for route in &entity.routes {
                parts.script(route.when.as_ref())?;
                parts.mapping(&route.map)?;
            }
        }
        Ok(parts)
    }

    pub(crate) fn compiled(&self, script: &Script) -> Option<&engine_script::Script> {
        if script.has_item { self.on_items.get(&script.text) } else { self.on_records.get(&script.text) }
    }

    fn mapping(&mut self, mapping: &Mapping) -> Result<(), BuildError> {
        mapping.fields.values().try_for_each(|field| match &field.node {
            Node::Object(object) => self.mapping(object),
            Node::Rules(rules) => self.rules(rules),
            Node::Blocks(blocks) => blocks.iter().try_for_each(|block| self.block(block)),
        })
    }

    fn block(&mut self, block: &Block) -> Result<(), BuildError> {
        block.each.iter().try_for_each(|path| self.path(path))?;
        self.script(block.when.as_ref())?;
        self.mapping(&block.map)
    }

    fn rules(&mut self, rules: &[Rule]) -> Result<(), BuildError> {
        rules.iter().try_for_each(|rule| self.rule(rule))
    }

    fn rule(&mut self, rule: &Rule) -> Result<(), BuildError> {
        if let Some(name) = rule.lookup.as_ref().filter(|name| !self.lookups.contains_key(*name)) {
            return Err(BuildError::Lookup { place: rule.place.clone(), name: name.clone() });
        }
        match &rule.source {
            Source::Path(paths) => paths.iter().try_for_each(|path| self.path(path)),
            Source::Const(_) => Ok(()),
            Source::Ref(reference) => self.rules(&reference.key),
            Source::Script(script) => self.script(Some(script)),
        }
    }

    fn path(&mut self, path: &PathRule) -> Result<(), BuildError> {
        if self.queries.add(path) { Ok(()) } else { Err(BuildError::Path { place: path.place.clone() }) }
    }

    fn script(&mut self, script: Option<&Script>) -> Result<(), BuildError> {
        let Some(script) = script else { return Ok(()) };
        let names = Names { has_item: script.has_item, ..Names::default() };
        let compiled =
            engine_script::Script::compile(&script.text, names, &Libraries::default()).map_err(|error| {
                BuildError::Script { place: script.place.clone(), message: error.to_string() }
            })?;
        let scripts = if script.has_item { &mut self.on_items } else { &mut self.on_records };
        scripts.insert(script.text.clone(), compiled);
        Ok(())
    }
}
