//! Tells, field by field, which rule gave which value: what a person wants to know of one record.
//!
//! The way is that of [`super::map`], with the links at hand. Where a rule fails the others are told all the same.

use super::{
    EntityProgram, Item, Links, MapError, Resolved,
    coerce::{Origin, coerce},
    map::{self, Found},
    pending::{Settled, settle},
    rule::Sight,
    tree::{Block, Field, Mapping, Node, Rule, Source},
};
use engine_contract::{Op, Value};
use engine_project::Place;
use std::sync::Arc;

/// A field of the target object, and where its value comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// The dotted path, list positions from 0.
    pub path: String,
    /// The value; nothing where there is none yet, or none at all.
    pub value: Option<Value>,
    /// What the rule says: `$.total | decimal`.
    pub rule: String,
    /// Where the rule stands.
    pub place: Place,
    /// Why there is no value.
    pub trouble: Option<String>,
}

impl EntityProgram {
    /// The fields of what an item becomes, each with the rule that made it. What is not in `links` is told as missing.
    ///
    /// # Errors
    /// [`MapError`] when a condition fails, or no route takes the item.
    pub fn trace(
        &self,
        item: &Item,
        kept_route: Option<&str>,
        (links, op): (&dyn Links, Op),
    ) -> Result<Vec<Traced>, MapError> {
        let sight = self.sight(item);
        let Ok(route) = map::choose(self, sight, kept_route, links)? else { return Ok(Vec::new()) };
        let mut tracer = Tracer { links, op, at: Vec::new(), out: Vec::new() };
        tracer.mapping(&route.map, sight)?;
        Ok(tracer.out)
    }
}

struct Tracer<'a> {
    links: &'a dyn Links,
    op: Op,
    at: Vec<String>,
    out: Vec<Traced>,
}

impl Tracer<'_> {
    fn mapping(&mut self, mapping: &Mapping, sight: Sight<'_>) -> Result<(), MapError> {
        for field in &mapping.fields {
            self.at.push(field.name.clone());
            match &field.node {
                Node::Object(object) => self.mapping(object, sight)?,
                Node::Blocks(blocks) => self.blocks(blocks, sight)?,
                Node::Rules(rules) => self.rules(field, rules, sight),
            }
            self.at.pop();
        }
        Ok(())
    }

    fn blocks(&mut self, blocks: &[Block], sight: Sight<'_>) -> Result<(), MapError> {
        let mut index = 0;
        for block in blocks {
            let elements = match &block.each {
                Some(each) => each.all(sight.record, sight.item).into_iter().map(Some).collect(),
                None => vec![None],
            };
            for element in &elements {
                let sight = Sight { item: element.as_ref().or(sight.item), ..sight };
                if block.when.as_ref().map_or(Ok(true), |when| sight.holds(when))? {
                    self.at.push(index.to_string());
                    self.mapping(&block.map, sight)?;
                    self.at.pop();
                    index += 1;
                }
            }
        }
        Ok(())
    }

    fn rules(&mut self, field: &Field, rules: &[Arc<Rule>], sight: Sight<'_>) {
        let (value, rule) = match map::evaluate(rules, sight) {
            Err(error) => return self.told(&error.place, rules, Err(error.message)),
            Ok(Found::Value(value, rule)) => (value, rule.cloned()),
            Ok(Found::Open(alternatives)) => match settle(alternatives, self.links, self.op) {
                Settled::Null => (Value::Null, None),
                Settled::Value(value, rule) => (value, Some(rule)),
                // Only the other operation sends it.
                Settled::Left => return,
                Settled::Stop(stop) => {
                    let (place, why) = stopped(*stop, field);
                    return self.told(&place, rules, Err(why));
                }
            },
        };
        let origin = rule.as_deref().map_or(Origin::Field(&field.place), Origin::Rule);
        let place = rule.as_deref().map_or(&field.place, |rule| &rule.place);
        match coerce(value, &field.name, field.target.as_ref(), origin) {
            Ok(value) => match &rule {
                Some(made) => self.told(place, std::slice::from_ref(made), Ok(value)),
                None => self.told(place, rules, Ok(value)),
            },
            Err(error) => self.told(&error.place, rules, Err(error.message)),
        }
    }

    fn told(&mut self, place: &Place, rules: &[Arc<Rule>], value: Result<Value, String>) {
        let texts: Vec<String> = rules.iter().map(|rule| text(rule)).collect();
        let (value, trouble) = match value {
            Ok(Value::Null) => (None, None),
            Ok(value) => (Some(value), None),
            Err(why) => (None, Some(why)),
        };
        let (path, place, rule) = (self.at.join("."), place.clone(), texts.join(", else "));
        self.out.push(Traced { path, value, rule, place, trouble });
    }
}

/// Why a field cannot be settled.
fn stopped(stop: Resolved, field: &Field) -> (Place, String) {
    match stop {
        Resolved::Missing { reference, place, .. } => {
            (place, format!("its `{}` is not linked", reference.entity))
        }
        Resolved::Blocked(error) | Resolved::Failed(error) => (error.place, error.message),
        Resolved::Awaits | Resolved::Ready(_) => (field.place.clone(), "its parent is on its way".to_owned()),
    }
}

/// A rule as a person would say it: the source, what is done to it, and what stands for it.
fn text(rule: &Rule) -> String {
    let mut text = match &rule.source {
        Source::Path(paths) => {
            let texts: Vec<&str> = paths.iter().map(|path| path.text.as_str()).collect();
            texts.join(" or ")
        }
        Source::Const(_) => "a constant".to_owned(),
        Source::Script(_) => "a script".to_owned(),
        Source::Ref(reference) => format!("the {} it refers to", reference.entity),
        Source::Find(find) => format!("the {} found by {}", find.object, find.by),
    };
    for step in &rule.transform {
        text.push_str(" | ");
        text.push_str(step.transform.name());
    }
    if let Some((lookup, _)) = &rule.lookup {
        text.push_str(" | lookup ");
        text.push_str(lookup);
    }
    if rule.default.is_some() {
        text.push_str(", with a default");
    }
    text
}
