//! Compiles the data of a Blueprint into the form in which it runs.

use super::{
    BuildError, rule,
    script::{Script, Surroundings},
    tree::{
        Adjustment, Assert, Block, Each, Entity, Field, Find, Mapping, Needed, Node, Ref, Route, Rule, Source,
    },
};
use crate::{
    Blueprint, Lookup, OnFail,
    mapping::{self, PathRule},
    path::Walk,
};
use engine_contract::Map;
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::Arc};

type Built<T> = Result<T, BuildError>;

/// What rules are compiled with.
pub(super) struct Builder<'a> {
    around: Surroundings,
    lookups: BTreeMap<&'a str, Arc<Lookup>>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(blueprint: &'a Blueprint) -> Built<Self> {
        let lookups = blueprint.lookups.iter();
        let lookups = lookups.map(|(name, table)| (name.as_str(), Arc::new(table.clone()))).collect();
        Ok(Self { around: Surroundings::of(blueprint)?, lookups })
    }

    /// The pipeline's variables.
    pub(super) fn vars(&self) -> Arc<Map> {
        Arc::clone(&self.around.vars)
    }

    pub(super) fn entity(&self, entity: &crate::Entity) -> Built<Entity> {
        let asserts: Vec<Assert> =
            entity.asserts.iter().map(|assert| self.assert(assert)).collect::<Built<_>>()?;
        let asserts: Arc<[Assert]> = asserts.into();
        let routes = entity.routes.iter().map(|route| Ok(Arc::new(self.route(route, &asserts)?)));
        Ok(Entity {
            name: entity.name.clone(),
            place: entity.place.clone(),
            key: self.rules(&entity.key)?,
            each: match &entity.each {
                Some(each) => Some(Each { path: walk(&each.path)?, key: self.rules(&each.key)? }),
                None => None,
            },
            when: self.condition(entity.when.as_ref())?,
            when_ref: self.gate(entity.when_ref.as_ref())?,
            routes: routes.collect::<Built<_>>()?,
            vars: Arc::clone(&self.around.vars),
        })
    }

    fn route(&self, route: &crate::Route, asserts: &Arc<[Assert]>) -> Built<Route> {
        let map = self.mapping(&route.map)?;
        let mut arrays = map.fields.iter().filter(|field| matches!(field.node, Node::Blocks(_)));
        let lines = arrays.next().filter(|_| arrays.next().is_none()).map(|field| field.name.clone());
        Ok(Route {
            name: route.name.clone(),
            object: route.object.clone(),
            when: self.condition(route.when.as_ref())?,
            when_ref: self.gate(route.when_ref.as_ref())?,
            needed: map.fields.iter().filter_map(|field| needed(field)).collect(),
            map,
            asserts: Arc::clone(asserts),
            lines,
            vars: Arc::clone(&self.around.vars),
        })
    }

    fn assert(&self, assert: &crate::Assert) -> Built<Assert> {
        let adjustment = match &assert.on_fail {
            OnFail::Line(adjustment) => self.adjustment(adjustment)?,
            OnFail::Fail => None,
        };
        let that = Script::build(&assert.that, true, &self.around)?;
        Ok(Assert { that, adjustment, place: assert.place.clone() })
    }

    /// Nothing when there is no difference that a line could make up for.
    fn adjustment(&self, adjustment: &crate::Adjustment) -> Built<Option<Adjustment>> {
        let Some(difference) = &adjustment.difference else { return Ok(None) };
        let up_to = adjustment.up_to.scalar_text().and_then(|text| Decimal::from_str_exact(&text).ok());
        Ok(Some(Adjustment {
            line: adjustment.line.clone(),
            up_to: up_to.unwrap_or_default(),
            difference: Script::build(difference, true, &self.around)?,
        }))
    }

    fn mapping(&self, mapping: &mapping::Mapping) -> Built<Mapping> {
        let field = |(name, field): (&String, &mapping::Field)| {
            let node = match &field.node {
                mapping::Node::Object(object) => Node::Object(self.mapping(object)?),
                mapping::Node::Rules(rules) => Node::Rules(
                    rules.iter().map(|rule| Ok(Arc::new(self.rule(rule)?))).collect::<Built<_>>()?,
                ),
                mapping::Node::Blocks(blocks) => {
                    Node::Blocks(blocks.iter().map(|block| self.block(block)).collect::<Built<_>>()?)
                }
            };
            let (name, target, place) = (name.clone(), field.target.clone(), field.place.clone());
            Ok(Arc::new(Field { name, node, target, place }))
        };
        Ok(Mapping { fields: mapping.fields.iter().map(field).collect::<Built<_>>()? })
    }

    fn block(&self, block: &mapping::Block) -> Built<Block> {
        Ok(Block {
            each: block.each.as_ref().map(walk).transpose()?,
            when: self.condition(block.when.as_ref())?,
            map: self.mapping(&block.map)?,
        })
    }

    pub(super) fn rules(&self, rules: &[mapping::Rule]) -> Built<Vec<Rule>> {
        rules.iter().map(|rule| self.rule(rule)).collect()
    }

    fn rule(&self, rule: &mapping::Rule) -> Built<Rule> {
        let lookup = |name: &String| match self.lookups.get(name.as_str()) {
            Some(table) => Ok((name.clone(), Arc::clone(table))),
            None => Err(BuildError::Lookup { place: rule.place.clone(), name: name.clone() }),
        };
        Ok(Rule {
            source: match &rule.source {
                mapping::Source::Path(paths) => Source::Path(paths.iter().map(walk).collect::<Built<_>>()?),
                mapping::Source::Const(value) => Source::Const(value.clone()),
                mapping::Source::Script(script) => {
                    Source::Script(Script::build(script, false, &self.around)?)
                }
                mapping::Source::Ref(of) => Source::Ref(self.reference(of)?),
                mapping::Source::Find(find) => Source::Find(Find {
                    object: find.object.clone(),
                    by: find.by.clone(),
                    value: self.rules(&find.value)?,
                }),
            },
            transform: rule.transform.clone(),
            lookup: rule.lookup.as_ref().map(lookup).transpose()?,
            default: rule.default.clone(),
            required: rule.required,
            on: rule.on,
            when: self.condition(rule.when.as_ref())?,
            place: rule.place.clone(),
        })
    }

    fn gate(&self, of: Option<&mapping::Ref>) -> Built<Option<Ref>> {
        of.map(|of| self.reference(of)).transpose()
    }

    fn reference(&self, of: &mapping::Ref) -> Built<Ref> {
        Ok(Ref {
            entity: of.entity.clone(),
            route: of.route.clone(),
            key: self.rules(&of.key)?,
            if_missing: of.if_missing,
            hold_for: of.hold_for,
            place: of.place.clone(),
        })
    }

    pub(super) fn condition(&self, script: Option<&mapping::Script>) -> Built<Option<Script>> {
        script.map(|script| Script::build(script, false, &self.around)).transpose()
    }
}

fn walk(path: &PathRule) -> Built<Walk> {
    Walk::new(path).ok_or_else(|| BuildError::Path { place: path.place.clone() })
}

fn needed(field: &Field) -> Option<Needed> {
    field.target.as_ref().filter(|target| target.required)?;
    let paths = match &field.node {
        Node::Rules(rules) => rule::paths(rules),
        Node::Object(_) | Node::Blocks(_) => None,
    };
    Some(Needed { name: field.name.clone(), paths, place: field.place.clone() })
}
