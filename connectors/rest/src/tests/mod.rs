mod catalog;
mod reading;
mod settings;

use crate::{Described, bundle::tests::folder};

/// A bundled connector.
fn bundled(name: &str) -> Described {
    Described::read(&folder(name)).unwrap()
}
