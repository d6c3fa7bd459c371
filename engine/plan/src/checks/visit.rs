//! Every rule, script and path of an entity, with what it can see.

use engine_project::{
    Text,
    project::Entity,
    rule::{Block, Members, Node, Rule, Source},
};

/// A rule where it stands.
#[derive(Clone, Copy)]
pub(crate) struct RuleSite<'a> {
    pub(crate) rule: &'a Rule,
    /// Whether it is part of a key.
    pub(crate) in_key: bool,
}

/// A script or a path where it stands.
#[derive(Clone, Copy)]
pub(crate) struct TextSite<'a> {
    pub(crate) text: &'a Text,
    pub(crate) has_item: bool,
}

/// What an entity is made of.
#[derive(Default)]
pub(crate) struct Sites<'a> {
    pub(crate) rules: Vec<RuleSite<'a>>,
    pub(crate) scripts: Vec<TextSite<'a>>,
    pub(crate) paths: Vec<TextSite<'a>>,
    /// The paths of every `each`.
    pub(crate) eaches: Vec<TextSite<'a>>,
}

/// All rules of an entity, those in the keys of references included.
pub(crate) fn rules(entity: &Entity) -> Vec<RuleSite<'_>> {
    sites(entity).rules
}

/// Everything an entity is made of, in the order of the file.
pub(crate) fn sites(entity: &Entity) -> Sites<'_> {
    let mut sites = Sites::default();
    let fans_out = entity.has_elements;
    sites.rules(&entity.key, false, true);
    sites.eaches.extend(entity.each.iter().map(|text| TextSite { text, has_item: false }));
    sites.rules(&entity.each_key, fans_out, true);
    sites.scripts.extend(entity.when.iter().map(|text| TextSite { text, has_item: fans_out }));
    sites.members(&entity.map, fans_out);
    for route in &entity.routes {
        sites.scripts.extend(route.when.iter().map(|text| TextSite { text, has_item: fans_out }));
        sites.members(&route.map, fans_out);
    }
    sites
}

impl<'a> Sites<'a> {
    fn members(&mut self, members: &'a Members, has_item: bool) {
        for member in members.values() {
            match &member.node {
                Node::Object(object) => self.members(object, has_item),
                Node::Rules(rules) => self.rules(rules, has_item, false),
                Node::Blocks(blocks) => blocks.iter().for_each(|block| self.block(block, has_item)),
            }
        }
    }

    fn block(&mut self, block: &'a Block, has_item: bool) {
        self.eaches.extend(block.each.iter().map(|text| TextSite { text, has_item }));
        let has_item = has_item || block.has_each;
        self.scripts.extend(block.when.iter().map(|text| TextSite { text, has_item }));
        self.members(&block.map, has_item);
    }

    fn rules(&mut self, rules: &'a [Rule], has_item: bool, in_key: bool) {
        for rule in rules {
            self.rules.push(RuleSite { rule, in_key });
            match &rule.source {
                Source::Path(paths) => {
                    self.paths.extend(paths.iter().map(|text| TextSite { text, has_item }));
                }
                Source::Script(text) => self.scripts.push(TextSite { text, has_item }),
                Source::Ref(of) => self.rules(&of.key, has_item, true),
                Source::Find(find) => self.rules(&find.value, has_item, in_key),
                Source::Const(_) | Source::Var(_) => {}
            }
        }
    }
}
