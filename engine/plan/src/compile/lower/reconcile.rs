//! Sums by which both sides are compared.

use super::rules::{rules, script};
use crate::{Entity, Figures, Reconcile, scene::Scene};
use engine_project::{project, rule::Rule};
use indexmap::IndexMap;

/// All `[[reconcile]]` of a pipeline.
pub(in crate::compile) fn reconcile(scene: &Scene<'_>, entities: &[Entity]) -> Option<Vec<Reconcile>> {
    scene.file.reconcile.iter().map(|of| one(scene, of, entities)).collect()
}

fn one(scene: &Scene<'_>, of: &project::Reconcile, entities: &[Entity]) -> Option<Reconcile> {
    let entity = entities.iter().find(|entity| entity.name == of.entity.text)?;
    let objects = entity.routes.iter().map(|route| route.object.clone());
    let target = |object: String| {
        let own = of.objects.get(&object);
        let by = laid_over(&of.target.by, own.map(|own| &own.by));
        let sum = laid_over(&of.target.sum, own.map(|own| &own.sum));
        Some((object, Figures { by: lowered(scene, by, false)?, sum: lowered(scene, sum, false)? }))
    };
    let has_item = entity.each.is_some();
    Some(Reconcile {
        name: of.name.text.clone(),
        by: of.by.iter().map(|name| name.text.clone()).collect(),
        entity: of.entity.text.clone(),
        count: of.count,
        source: Figures {
            by: lowered(scene, of.source.by.iter().collect(), has_item)?,
            sum: lowered(scene, of.source.sum.iter().collect(), has_item)?,
        },
        targets: objects.map(target).collect::<Option<_>>()?,
        when: of.when.as_ref().map(|text| script(text, false)),
        place: of.place.clone(),
    })
}

/// The general rules, with those of one kind of object in their places.
fn laid_over<'a>(
    general: &'a IndexMap<String, Vec<Rule>>,
    own: Option<&'a IndexMap<String, Vec<Rule>>>,
) -> IndexMap<&'a String, &'a Vec<Rule>> {
    let mut all: IndexMap<&String, &Vec<Rule>> = general.iter().collect();
    all.extend(own.into_iter().flatten());
    all
}

fn lowered(
    scene: &Scene<'_>,
    figures: IndexMap<&String, &Vec<Rule>>,
    has_item: bool,
) -> Option<IndexMap<String, Vec<crate::mapping::Rule>>> {
    let one = |(name, list): (&String, &Vec<Rule>)| Some((name.clone(), rules(scene, list, has_item)?));
    figures.into_iter().map(one).collect()
}
