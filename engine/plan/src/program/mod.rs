//! Programs: what maps records. Built from a [`Blueprint`] and from nothing else.
//!
//! Scripts and queries are compiled here, once; mapping a record compiles and builds nothing. A Program has
//! no state: equal records give equal results, in any order and on any thread.

mod assert;
mod build;
mod coerce;
mod compare;
mod error;
mod gate;
mod items;
mod key;
mod link;
mod map;
mod pending;
mod rule;
mod script;
mod trace;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use coerce::takes;
pub use compare::{Comparison, DAY, Line};
pub use error::{BuildError, MapError};
pub use items::Item;
pub use link::{Find, Found, Links, Reference};
pub use map::{Mapped, Routed};
pub use pending::{Pending, Resolved};
pub use trace::Traced;

use crate::Blueprint;
use engine_contract::SourceRecord;
use std::{fmt, sync::Arc};

/// A pipeline, ready to map.
#[derive(Clone, Debug)]
pub struct Program {
    entities: Vec<EntityProgram>,
    comparisons: Vec<(String, Arc<Comparison>)>,
}

/// An entity, ready to map.
#[derive(Clone)]
pub struct EntityProgram {
    entity: Arc<tree::Entity>,
}

impl Program {
    /// Compiles the scripts and queries of a Blueprint.
    ///
    /// # Errors
    /// [`BuildError`] when the Blueprint was not made by [`crate::compile`] of this version.
    pub fn build(blueprint: &Blueprint) -> Result<Self, BuildError> {
        let builder = build::Builder::new(blueprint)?;
        let program = |entity| Ok(EntityProgram { entity: Arc::new(builder.entity(entity)?) });
        let comparison = |of: &crate::Reconcile| {
            Ok((of.name.clone(), Arc::new(Comparison::build(&builder, blueprint, of)?)))
        };
        Ok(Self {
            entities: blueprint.entities.iter().map(program).collect::<Result<_, _>>()?,
            comparisons: blueprint.reconcile.iter().map(comparison).collect::<Result<_, _>>()?,
        })
    }

    /// The entity at an index of [`Blueprint::entities`].
    #[must_use]
    pub fn entity(&self, index: usize) -> Option<&EntityProgram> {
        self.entities.get(index)
    }

    /// The `[[reconcile]]` of a name.
    #[must_use]
    pub fn comparison(&self, name: &str) -> Option<&Comparison> {
        self.comparisons.iter().find(|(known, _)| known == name).map(|(_, comparison)| &**comparison)
    }

    /// The entity of a name.
    #[must_use]
    pub fn entity_named(&self, name: &str) -> Option<&EntityProgram> {
        self.entities.iter().find(|program| program.entity.name == name)
    }
}

impl EntityProgram {
    /// What an entity makes of a record: one item, or one per element when it fans out. Each has its key,
    /// and the answer of the entity's `when`. A wanted item whose key cannot be had says so in `admitted`.
    #[must_use]
    pub fn items(&self, source: &SourceRecord) -> Vec<Item> {
        items::items(&self.entity, source)
    }

    /// The references that [`EntityProgram::map`] asks about: those of `when_ref`. Empty for most entities.
    #[must_use]
    pub fn gates(&self, item: &Item, kept_route: Option<&str>) -> Vec<Reference> {
        let keeps = map::kept(&self.entity, kept_route).is_some();
        gate::references(&self.entity, self.sight(item), keeps)
    }

    /// Maps an item. `kept_route` is the route of the record's link: a record keeps its first route while
    /// that exists. `links` must know the answers to [`EntityProgram::gates`].
    ///
    /// # Errors
    /// [`MapError`] with the place of the rule that failed or blocks the record.
    pub fn map(&self, item: &Item, kept_route: Option<&str>, links: &dyn Links) -> Result<Routed, MapError> {
        map::map(self, item, kept_route, links)
    }

    /// Whether a record tells all its elements: the path of `each` leads to a list. Without that, elements
    /// that are missing may only be left out.
    #[must_use]
    pub fn tells_all(&self, source: &SourceRecord) -> bool {
        self.entity.each.as_ref().is_some_and(|each| each.path.leads_to_list(&source.record))
    }

    /// Whether a record makes one item per element.
    #[must_use]
    pub fn is_fan_out(&self) -> bool {
        self.entity.each.is_some()
    }

    fn sight<'a>(&'a self, item: &'a Item) -> rule::Sight<'a> {
        rule::Sight { record: &item.source.record, item: item.element.as_ref(), vars: &self.entity.vars }
    }
}

impl fmt::Debug for EntityProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntityProgram({})", self.entity.name)
    }
}
