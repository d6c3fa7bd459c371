//! Every rule, script and path of an entity, with what it can see.

pub(crate) use super::compared::{compared_rules, compared_source, compared_target};
use super::{Shape, Sight, compared};
use engine_project::{
    PipelineFile, Text,
    project::Entity,
    rule::{Block, Members, Node, Reference, Rule, Source},
};

/// A rule where it stands.
#[derive(Clone, Copy)]
pub(crate) struct RuleSite<'a> {
    pub(crate) rule: &'a Rule,
    /// Whether it is part of a key.
    pub(crate) in_key: bool,
    pub(crate) sight: Sight<'a>,
}

/// A script or a path where it stands.
#[derive(Clone, Copy)]
pub(crate) struct TextSite<'a> {
    pub(crate) text: &'a Text,
    pub(crate) sight: Sight<'a>,
    /// Whether it is a script that sees the target object.
    pub(crate) has_target: bool,
}

impl<'a> TextSite<'a> {
    fn new(text: &'a Text, sight: Sight<'a>) -> Self {
        Self { text, sight, has_target: false }
    }
}

/// What an entity is made of.
#[derive(Default)]
pub(crate) struct Sites<'a> {
    pub(crate) rules: Vec<RuleSite<'a>>,
    /// Scripts that make values.
    pub(crate) scripts: Vec<TextSite<'a>>,
    /// Scripts that answer yes or no.
    pub(crate) conditions: Vec<TextSite<'a>>,
    pub(crate) paths: Vec<TextSite<'a>>,
    /// The paths of every `each`.
    pub(crate) eaches: Vec<TextSite<'a>>,
    /// References of `when_ref`.
    pub(crate) when_refs: Vec<&'a Reference>,
}

/// All rules of an entity, those in the keys of references included.
pub(crate) fn rules(entity: &Entity) -> Vec<RuleSite<'_>> {
    sites(entity, Shape::Unknown).rules
}

/// The target objects of an entity, each with the pointer to what names it.
pub(crate) fn objects(entity: &Entity) -> Vec<(&str, &str)> {
    let own = entity.to.iter().map(|object| (object.as_str(), entity.pointer.as_str()));
    let routes = entity.routes.iter().map(|route| (route.to.as_str(), route.pointer.as_str()));
    // A target object that was refused is no name.
    own.chain(routes).filter(|(object, _)| !object.is_empty()).collect()
}

/// The texts of all scripts of a pipeline, without its libraries.
pub(crate) fn all_scripts(file: &PipelineFile) -> Vec<&str> {
    let of_entity = |entity| {
        let Sites { scripts, conditions, .. } = sites(entity, Shape::Unknown);
        scripts.into_iter().chain(conditions).map(|site| site.text.text.as_str())
    };
    file.entities.values().flat_map(of_entity).chain(compared::compared_scripts(file)).collect()
}

/// Everything that an entity with such records is made of, in the order of the file.
pub(crate) fn sites<'a>(entity: &'a Entity, record: Shape<'a>) -> Sites<'a> {
    let mut sites = Sites::default();
    let (outer, inner) = (Sight::of(record), of_map(entity, record));
    sites.rules(&entity.key, outer, true);
    sites.eaches.extend(entity.each.iter().map(|text| TextSite::new(text, outer)));
    sites.rules(&entity.each_key, inner, true);
    sites.admission(entity.when.as_ref(), entity.when_ref.as_ref(), inner);
    sites.members(&entity.map, inner);
    for route in &entity.routes {
        sites.admission(route.when.as_ref(), route.when_ref.as_ref(), inner);
        sites.members(&route.map, inner);
    }
    let asserts = entity.asserts.iter().map(|assert| &assert.that);
    sites.conditions.extend(asserts.map(|text| TextSite { has_target: true, ..TextSite::new(text, inner) }));
    sites
}

impl<'a> Sites<'a> {
    /// What all of it sees as the record.
    pub(crate) fn record(&self) -> Shape<'a> {
        let mut scripts = self.scripts.iter().chain(&self.conditions);
        scripts.next().map_or(Shape::Unknown, |site| site.sight.record)
    }

    fn admission(&mut self, when: Option<&'a Text>, when_ref: Option<&'a Reference>, sight: Sight<'a>) {
        self.conditions.extend(when.map(|text| TextSite::new(text, sight)));
        if let Some(of) = when_ref {
            self.when_refs.push(of);
            self.rules(&of.key, sight, true);
        }
    }

    /// A condition that stands alone.
    pub(super) fn condition(&mut self, when: Option<&'a Text>, sight: Sight<'a>) {
        self.conditions.extend(when.map(|text| TextSite::new(text, sight)));
    }

    fn members(&mut self, members: &'a Members, sight: Sight<'a>) {
        for member in members.values() {
            match &member.node {
                Node::Object(object) => self.members(object, sight),
                Node::Rules(rules) => self.rules(rules, sight, false),
                Node::Blocks(blocks) => blocks.iter().for_each(|block| self.block(block, sight)),
            }
        }
    }

    fn block(&mut self, block: &'a Block, sight: Sight<'a>) {
        self.eaches.extend(block.each.iter().map(|text| TextSite::new(text, sight)));
        let sight = within(block, sight);
        self.conditions.extend(block.when.iter().map(|text| TextSite::new(text, sight)));
        self.members(&block.map, sight);
    }

    pub(super) fn rules(&mut self, rules: &'a [Rule], sight: Sight<'a>, in_key: bool) {
        for rule in rules {
            self.rules.push(RuleSite { rule, in_key, sight });
            self.conditions.extend(rule.when.iter().map(|text| TextSite::new(text, sight)));
            match &rule.source {
                Source::Path(paths) => {
                    self.paths.extend(paths.iter().map(|text| TextSite::new(text, sight)));
                }
                Source::Script(text) => self.scripts.push(TextSite::new(text, sight)),
                Source::Ref(of) => self.rules(&of.key, sight, true),
                Source::Find(find) => self.rules(&find.value, sight, in_key),
                Source::Const(_) | Source::Var(_) => {}
            }
        }
    }
}

/// What the rules of an entity's map see.
pub(crate) fn of_map<'a>(entity: &'a Entity, record: Shape<'a>) -> Sight<'a> {
    let outer = Sight::of(record);
    if entity.has_elements { outer.inside(entity.each.as_ref()) } else { outer }
}

/// What the rules of a block see.
pub(crate) fn within<'a>(block: &'a Block, around: Sight<'a>) -> Sight<'a> {
    if block.has_each { around.inside(block.each.as_ref()) } else { around }
}
