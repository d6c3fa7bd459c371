//! Two-way entities: what both sides made of a record since they last agreed, put together field by field.
//!
//! Everything is compared in the target's terms: the source's record as it is mapped, the target's object as it is, and
//! the base, which is what each side held when they last agreed ([`crate::state::Base`]). A run first carries the source's
//! changes to the target ([`forward`]), then the target's to the source ([`backward`]). An echo of a write is no change:
//! it is what the base says already.

mod backward;
mod both;
mod forward;
mod pair;
mod three_way;

pub(crate) use backward::{know, merge as backward};
pub(crate) use forward::{merge as forward, unlinked};
pub(crate) use pair::{Pair, born, pairs};
