//! The fields of target objects that an entity maps, each with what is known of it.

use super::holder::{Holder, Named};
use crate::scene::{Scene, Sight, merged, visit};
use engine_contract::Field;
use engine_project::{
    Place,
    project::Entity,
    rule::{Member, Members, Node},
};

/// The whole map of a target object: that of the entity with the route's laid over it.
pub(crate) struct Whole {
    /// The target object.
    pub(crate) object: String,
    /// Its fields.
    pub(crate) map: Members,
    /// What stands for it in the file: the name of the entity or route.
    pub(crate) place: Place,
}

/// The whole maps of an entity. Those that the loader refused, and empty ones, are left out: that has been reported.
pub(crate) fn wholes(scene: &Scene<'_>, entity: &Entity) -> Vec<Whole> {
    let maps_nothing = entity.map.is_empty() && entity.routes.iter().all(|route| route.map.is_empty());
    if maps_nothing || scene.is_refused(&["entity", &entity.name, "map"]) {
        return Vec::new();
    }
    let own = entity.to.iter().filter(|_| entity.routes.is_empty()).map(|object| Whole {
        object: object.clone(),
        map: entity.map.clone(),
        place: entity.place.clone(),
    });
    let was_refused = |route: &str| scene.is_refused(&["entity", &entity.name, "route", route, "map"]);
    let routes = entity.routes.iter().filter(|route| !was_refused(&route.name)).map(|route| Whole {
        object: route.to.clone(),
        map: merged(&entity.map, &route.map),
        place: route.place.clone(),
    });
    own.chain(routes).collect()
}

/// Fields that stand beside each other.
pub(crate) struct Level<'a> {
    /// What has them.
    pub(crate) holder: Holder<'a>,
    /// Those that are mapped.
    pub(crate) members: &'a Members,
    /// What stands for them in the file.
    pub(crate) place: &'a Place,
}

/// A field that is mapped and known.
pub(crate) struct FieldSite<'a> {
    /// The target object.
    pub(crate) object: &'a str,
    /// Its path in the object.
    pub(crate) path: String,
    /// What is known of it.
    pub(crate) field: &'a Field,
    /// How it is mapped.
    pub(crate) member: &'a Member,
    /// What its rules see.
    pub(crate) sight: Sight<'a>,
}

/// All that is mapped of a target object.
#[derive(Default)]
pub(crate) struct Mapped<'a> {
    pub(crate) levels: Vec<Level<'a>>,
    pub(crate) fields: Vec<FieldSite<'a>>,
}

impl<'a> Mapped<'a> {
    /// The fields of an object that a map fills; nothing when they are not known.
    pub(crate) fn of(scene: &'a Scene<'_>, whole: &'a Whole, sight: Sight<'a>) -> Self {
        let mut mapped = Self::default();
        if let Some(holder) = scene.schema(&whole.object).and_then(Holder::of) {
            mapped.level(holder, &whole.map, &whole.place, sight);
        }
        mapped
    }

    fn level(&mut self, holder: Holder<'a>, members: &'a Members, place: &'a Place, sight: Sight<'a>) {
        for (name, member) in members {
            match (holder.named(name), &member.node) {
                (Named::Field(field), node) => {
                    let path = format!("{}{name}", holder.within);
                    self.fields.push(FieldSite { object: holder.object, path, field, member, sight });
                    let Some(inner) = holder.inside(field, name).filter(|_| !field.read_only) else {
                        continue;
                    };
                    self.inside(inner, node, &member.place, sight);
                }
                (Named::Prefix(inner), Node::Object(object)) => {
                    self.level(inner, object, &member.place, sight);
                }
                (Named::Prefix(_) | Named::Open | Named::Unknown, _) => {}
            }
        }
        self.levels.push(Level { holder, members, place });
    }

    fn inside(&mut self, holder: Holder<'a>, node: &'a Node, place: &'a Place, sight: Sight<'a>) {
        match node {
            Node::Object(object) => self.level(holder, object, place, sight),
            Node::Blocks(blocks) => {
                for block in blocks {
                    let sight = visit::within(block, sight);
                    self.level(holder.clone(), &block.map, &block.place, sight);
                }
            }
            Node::Rules(_) => {}
        }
    }
}
