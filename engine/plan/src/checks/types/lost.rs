//! Paths that lead nowhere, and where they got lost.

use crate::{
    mapping::Root,
    path::{Part, Segment, paths_of_condition},
    scene::{
        Misstep, Scene, Sight, Walk, steps,
        visit::{Sites, TextSite},
    },
};
use engine_project::{Place, diag::Diagnostic, project::Entity};

/// A path that leads nowhere.
pub(crate) struct Lost<'a> {
    pub(crate) site: TextSite<'a>,
    /// The step that fails.
    pub(crate) segment: Segment,
    /// Why.
    pub(crate) misstep: Misstep<'a>,
    /// The path before that step; relative to an element inside a condition.
    before: String,
    start: Start,
}

/// What a path starts from.
enum Start {
    Record,
    Element,
    /// An element of the list before the condition of a filter.
    Condition(String),
}

/// Every path of an entity that leads nowhere, with those inside conditions of filters.
pub(crate) fn lost<'a>(sites: &Sites<'a>) -> Vec<Lost<'a>> {
    sites.paths.iter().chain(&sites.eaches).flat_map(|site| of_path(*site)).collect()
}

fn of_path(site: TextSite<'_>) -> Vec<Lost<'_>> {
    if site.sight.is_blind() {
        return Vec::new();
    }
    let Some((root, segments)) = steps(site.text) else { return Vec::new() };
    let Some(start) = site.sight.start(root) else { return Vec::new() };
    let mut out = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let Part::Filter(condition) = &segment.part else { continue };
        let list = segments.get(..=index).and_then(|before| start.along(before).ok());
        let Some(list) = list else { break };
        let before = site.text.text.get(..segment.whole.start).unwrap_or_default();
        for (from, steps) in paths_of_condition(&site.text.text, condition.clone()) {
            let start = Start::Condition(before.to_owned());
            out.extend(Lost::find(site, (from, start), Walk::start(list.shape), &steps));
        }
    }
    let from = if root == Root::Record { Start::Record } else { Start::Element };
    out.extend(Lost::find(site, (0, from), start, &segments));
    out
}

impl<'a> Lost<'a> {
    fn find(site: TextSite<'a>, from: (usize, Start), walk: Walk<'a>, steps: &[Segment]) -> Option<Self> {
        let (index, misstep) = walk.along(steps).err()?;
        let segment = steps.get(index)?.clone();
        let before = site.text.text.get(from.0..segment.whole.start)?.trim_end().to_owned();
        Some(Self { site, segment, misstep, before, start: from.1 })
    }

    /// What lacks the step, in words.
    pub(crate) fn holder(&self, entity: &Entity) -> String {
        match (self.before.as_str(), &self.start, each(self.site.sight)) {
            ("$", ..) => format!("a record of stream `{}`", entity.from),
            ("@", Start::Condition(list), _) => format!("an element of `{list}`"),
            ("@", _, Some((each, _))) => format!("an element of `{each}`"),
            (path, ..) => format!("`{path}`"),
        }
    }

    /// The path up to the step that fails.
    pub(crate) fn before(&self) -> &str {
        &self.before
    }

    /// Where the step stands in the file.
    pub(crate) fn place(&self) -> Place {
        self.site.text.place_of(self.segment.bytes.clone())
    }

    /// Points at what declares the start of the path.
    pub(crate) fn declared(&self, found: Diagnostic, scene: &Scene<'_>, entity: &Entity) -> Diagnostic {
        match (&self.start, each(self.site.sight)) {
            (Start::Record, _) => {
                let from = scene.file.place(&format!("{}/from", entity.pointer));
                found.and(from, "`$` is a record of this stream")
            }
            (Start::Element, Some((_, place))) => found.and(place.clone(), "`@` is an element of this"),
            (Start::Element | Start::Condition(_), _) => found,
        }
    }
}

fn each(sight: Sight<'_>) -> Option<(&str, &Place)> {
    sight.element?.each.map(|each| (each.text.as_str(), &each.place))
}
