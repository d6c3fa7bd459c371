//! The rules of `[[reconcile]]`, with what they can see.

use super::{
    Shape, Sight,
    visit::{RuleSite, Sites, of_map},
};
use engine_project::{
    PipelineFile, Text,
    project::{Entity, Figures, Reconcile},
    rule::Rule,
};

/// All rules of one `[[reconcile]]`.
pub(crate) fn compared_rules(reconcile: &Reconcile) -> Vec<RuleSite<'_>> {
    let mut sites = Sites::default();
    let figures = [&reconcile.source, &reconcile.target].into_iter().chain(reconcile.objects.values());
    figures.for_each(|figures| sites.figures(figures, Sight::of(Shape::Unknown)));
    sites.rules
}

/// What the side of the source is made of.
pub(crate) fn compared_source<'a>(
    reconcile: &'a Reconcile,
    entity: &'a Entity,
    record: Shape<'a>,
) -> Sites<'a> {
    let mut sites = Sites::default();
    sites.figures(&reconcile.source, of_map(entity, record));
    sites
}

/// What the side of the target is made of, for one kind of object: its own rules stand in for the general ones.
pub(crate) fn compared_target<'a>(reconcile: &'a Reconcile, object: &str, record: Shape<'a>) -> Sites<'a> {
    let mut sites = Sites::default();
    let sight = Sight::of(record);
    let own = reconcile.objects.get(object);
    let groups = |figures: &'a Figures| figures.by.iter().map(|(name, rules)| (true, name, rules));
    let sums = |figures: &'a Figures| figures.sum.iter().map(|(name, rules)| (false, name, rules));
    let is_replaced = |is_group: bool, name: &String| {
        own.is_some_and(|own| if is_group { &own.by } else { &own.sum }.contains_key(name))
    };
    let general = groups(&reconcile.target).chain(sums(&reconcile.target));
    let general = general.filter(|(is_group, name, _)| !is_replaced(*is_group, name));
    let own = own.into_iter().flat_map(|own| groups(own).chain(sums(own)));
    general.chain(own).for_each(|(_, _, rules)| sites.rules(rules, sight, false));
    sites.condition(reconcile.when.as_ref(), sight);
    sites
}

/// The texts of the scripts of all `[[reconcile]]`.
pub(super) fn compared_scripts(file: &PipelineFile) -> Vec<&str> {
    let mut texts = Vec::new();
    for reconcile in &file.reconcile {
        let mut sites = Sites::default();
        let figures = [&reconcile.source, &reconcile.target].into_iter().chain(reconcile.objects.values());
        figures.for_each(|figures| sites.figures(figures, Sight::of(Shape::Unknown)));
        let scripts = sites.scripts.into_iter().chain(sites.conditions).map(|site| site.text);
        texts.extend(scripts.chain(&reconcile.when).map(|text: &Text| text.text.as_str()));
    }
    texts
}

impl<'a> Sites<'a> {
    fn figures(&mut self, figures: &'a Figures, sight: Sight<'a>) {
        let all = figures.by.values().chain(figures.sum.values());
        all.for_each(|rules: &'a Vec<Rule>| self.rules(rules, sight, false));
    }
}
