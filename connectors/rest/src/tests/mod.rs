mod catalog;
mod conformance;
mod hooks;
mod hostile;
mod opening;
mod qbo_reading;
mod qbo_writing;
mod reading;
mod settings;
mod supabase_reading;
mod supabase_writing;
mod tables;
mod turns;
mod woo_batches;
mod woo_model;
mod woo_reading;
mod woo_writing;
mod world;

use crate::{Described, bundle};
use engine_contract::DynConnector;
use std::{collections::BTreeMap, sync::LazyLock};

/// A bundled connector.
fn bundled(name: &str) -> &'static Described {
    static BY_NAME: LazyLock<BTreeMap<String, Described>> = LazyLock::new(|| {
        bundle::bundled().map(|described| (DynConnector::name(&described).to_owned(), described)).collect()
    });
    &BY_NAME[name]
}
