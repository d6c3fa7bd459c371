//! What rules can see where they stand.

use super::{
    shape::{Content, Shape},
    walk::Walk,
};
use crate::{
    mapping::Root,
    path::{self, Segment},
};
use engine_project::Text;

/// The record, and the element of the `each` around.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<'a> {
    /// The record.
    pub(crate) record: Shape<'a>,
    /// The element; nothing where no `each` is around.
    pub(crate) element: Option<Element<'a>>,
}

/// An element of an `each`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// What it is.
    pub(crate) shape: Shape<'a>,
    /// The path of the `each`; nothing when it was refused.
    pub(crate) each: Option<&'a Text>,
}

impl<'a> Sight<'a> {
    /// Sees a record and no element.
    pub(crate) fn of(record: Shape<'a>) -> Self {
        Self { record, element: None }
    }

    /// What stands inside an `each`.
    pub(crate) fn inside(self, each: Option<&'a Text>) -> Self {
        let walk = each.and_then(|each| self.walk(each));
        // A list without `[*]` was meant to have one, which has been reported.
        let is_meant = |walk: &Walk<'a>| walk.is_list || !matches!(walk.shape.content(), Content::List(_));
        let shape = walk.filter(is_meant).map_or(Shape::Unknown, |walk| walk.shape);
        Self { element: Some(Element { shape, each }), ..self }
    }

    /// Whether an `each` is around.
    pub(crate) fn has_item(self) -> bool {
        self.element.is_some()
    }

    /// Whether nothing is known of the record, and so of its parts.
    pub(crate) fn is_blind(self) -> bool {
        matches!(self.record, Shape::Unknown)
    }

    /// Where a path leads; nothing when it leads nowhere or is none.
    pub(crate) fn walk(self, text: &Text) -> Option<Walk<'a>> {
        if self.is_blind() {
            return Some(Walk::unknown());
        }
        let (root, segments) = steps(text)?;
        self.start(root)?.along(&segments).ok()
    }

    /// Where paths start.
    pub(crate) fn start(self, root: Root) -> Option<Walk<'a>> {
        match root {
            Root::Record => Some(Walk::start(self.record)),
            Root::Element => self.element.map(|element| Walk::start(element.shape)),
        }
    }
}

/// The steps of a text, when it is a path.
pub(crate) fn steps(text: &Text) -> Option<(Root, Vec<Segment>)> {
    let (root, _) = path::parse(&text.text).ok()?;
    Some((root, path::segments(&text.text)))
}
