//! Route maps are laid over the entity's map.

use engine_project::rule::{Member, Members, Node};

/// The entity's fields with the route's laid over them: objects are united, anything else is replaced in
/// its place, new fields come last.
pub(crate) fn merged(entity: &Members, route: &Members) -> Members {
    let mut out = entity.clone();
    for (name, member) in route {
        let node = match (out.get(name).map(|below| &below.node), &member.node) {
            (Some(Node::Object(below)), Node::Object(above)) => Node::Object(merged(below, above)),
            (_, above) => above.clone(),
        };
        out.insert(name.clone(), Member { place: member.place.clone(), node });
    }
    out
}
