//! Products, variations and categories.

mod category;
mod price;
mod stock;
mod variation;
mod write;

pub(super) use category::{create_category, update_category};
pub(super) use stock::add_stock;
pub(super) use variation::{as_product, create_variation, forget_variation, update_variation};
pub(super) use write::{create, draw_related, forget, slug_of, update};
