//! Conditions on links: `when_ref` of entities and routes.
//!
//! A record whose parent is linked (by the route that the condition names) passes. One whose parent is linked
//! by another route does not. One whose parent is not linked at all waits: the parent may come still, by either
//! route, and what was passed over would never be looked at again. A record that names no parent never passes.

use super::{
    Links, MapError, Reference, Routed,
    rule::Sight,
    tree::{Entity, Ref},
};
use engine_project::{diag::code, rule::IfMissing};

/// What a condition says of a record.
pub(super) enum Gate {
    Open,
    Closed,
    /// Nobody can tell yet.
    Waits(Box<Routed>),
}

/// The references whose answers the conditions of an entity need. A record that keeps its route is asked for
/// no other.
pub(super) fn references(entity: &Entity, sight: Sight<'_>, keeps_route: bool) -> Vec<Reference> {
    let routes = entity.routes.iter().filter(|_| !keeps_route).filter_map(|route| route.when_ref.as_ref());
    let mut out = Vec::new();
    for of in entity.when_ref.iter().chain(routes) {
        // A key that cannot be had is told when the record is mapped.
        if let Ok(Ok(reference)) = sight.reference(of) {
            if reference.route.is_some() {
                out.push(any_route(&reference));
            }
            out.push(reference);
        }
    }
    out
}

pub(super) fn ask(of: &Ref, sight: Sight<'_>, links: &dyn Links) -> Result<Gate, MapError> {
    let Ok(reference) = sight.reference(of)? else { return Ok(Gate::Closed) };
    if links.target_id(&reference).is_some() {
        return Ok(Gate::Open);
    }
    let parent = any_route(&reference);
    if reference.route.is_some() && links.target_id(&parent).is_some() {
        return Ok(Gate::Closed);
    }
    match of.if_missing {
        IfMissing::Null => Ok(Gate::Closed),
        IfMissing::Fail => {
            let message = format!("the record of `{}` that `when_ref` names is not linked", of.entity);
            Err(MapError::new(code::REFERENCE_MISSING, message, &of.place))
        }
        IfMissing::Hold | IfMissing::Fetch => {
            let (hold_for, place) = (of.hold_for, of.place.clone());
            Ok(Gate::Waits(Box::new(Routed::Missing { reference: parent, hold_for, place })))
        }
    }
}

/// The same record, whichever route it took.
fn any_route(reference: &Reference) -> Reference {
    Reference { route: None, ..reference.clone() }
}
