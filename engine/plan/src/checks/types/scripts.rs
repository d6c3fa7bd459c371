//! Scripts of an entity: whether they compile, and what they may give.

use super::typer::Typer;
use crate::{
    scene::{
        Scene,
        visit::{Sites, TextSite},
    },
    types::{Base, Type},
};
use engine_project::{Place, project::Entity};
use engine_script::{Inference, Libraries, Names, Script, ScriptError, Sights};
use std::{collections::BTreeMap, ops::Range};

/// A script and what is known of it.
pub(crate) struct Judged<'a> {
    pub(crate) site: TextSite<'a>,
    /// Whether it must answer yes or no.
    pub(crate) is_condition: bool,
    pub(crate) outcome: Result<Inference, ScriptError>,
}

/// Judges every script of an entity. Without libraries, because one does not compile, what calls them is left out.
pub(crate) fn judge<'a>(
    (scene, entity): (&Scene<'_>, &Entity),
    sites: &Sites<'a>,
    libraries: Option<&Libraries>,
    typer: &Typer<'_>,
) -> Vec<Judged<'a>> {
    let mut known =
        Known { record: sites.record().to_type(), target: target(scene, entity), items: BTreeMap::new() };
    let values = sites.scripts.iter().map(|site| (*site, false));
    let all = values.chain(sites.conditions.iter().map(|site| (*site, true)));
    let none = Libraries::default();
    let one = |(site, is_condition): (TextSite<'a>, bool)| {
        if libraries.is_none() && site.text.text.contains("::") {
            return None;
        }
        let names = Names { has_item: site.sight.has_item(), has_vars: true, has_target: site.has_target };
        let compiled = Script::compile(&site.text.text, names, libraries.unwrap_or(&none));
        let outcome = compiled.map(|script| script.infer(&known.sights(site, typer)));
        Some(Judged { site, is_condition, outcome })
    };
    all.filter_map(one).collect()
}

/// The types of what scripts see, each computed once.
struct Known {
    record: Type,
    target: Type,
    /// Of elements, by their `each`.
    items: BTreeMap<Place, Type>,
}

impl Known {
    fn sights<'k>(&'k mut self, site: TextSite<'_>, typer: &'k Typer<'_>) -> Sights<'k> {
        let place = site.sight.element.map(|element| {
            let place = element.each.map(|each| each.place.clone()).unwrap_or_default();
            self.items.entry(place.clone()).or_insert_with(|| element.shape.to_type());
            place
        });
        Sights {
            record: &self.record,
            item: place.and_then(|place| self.items.get(&place)),
            vars: &typer.vars,
            target: site.has_target.then_some(&self.target),
        }
    }
}

/// The type of the target object, when there is but one and it is known.
fn target(scene: &Scene<'_>, entity: &Entity) -> Type {
    let schema =
        entity.to.as_ref().filter(|_| entity.routes.is_empty()).and_then(|object| scene.schema(object));
    // A field that is not mapped is not there.
    schema.map_or_else(Type::any, |schema| Type {
        fields: schema
            .fields
            .iter()
            .map(|field| engine_contract::Field { nullable: true, ..field.clone() })
            .collect(),
        ..Type::of(Base::Object)
    })
}

/// The bytes of some characters at a line and column, both from 1; the end of the text when they lie behind it.
pub(crate) fn bytes_at(text: &str, line: usize, column: usize, length: usize) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let after =
        |characters: usize| rest.char_indices().nth(characters).map_or(text.len(), |(at, _)| before + at);
    let start = column.saturating_sub(1);
    after(start)..after(start + length)
}
