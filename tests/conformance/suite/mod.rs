//! One suite for every connector: what a source and a target promise, chosen by what they say they can do, tried
//! against the service itself or its emulator. A connector without a fixture fails it.

mod fixture;
mod fixtures;
mod sources;
mod targets;

use fixture::Fixture;

/// A fixture for each connector, made anew for each promise.
const FIXTURES: [fn() -> Box<dyn Fixture>; 4] =
    [fixtures::file, fixtures::quickbooks, fixtures::sqlite, fixtures::woocommerce];

fn fixture(connector: &str) -> Box<dyn Fixture> {
    FIXTURES.iter().map(|make| make()).find(|fixture| fixture.connector() == connector).unwrap()
}

#[test]
fn every_connector_has_a_fixture() {
    let tried: Vec<String> = FIXTURES.iter().map(|make| make().connector().to_owned()).collect();
    let registry = connectors::registry();
    let names: Vec<&str> = registry.names().collect();
    assert_eq!(tried, names);
}

macro_rules! conforms {
    ($($connector:ident)*) => {$(
        mod $connector {
            #[test]
            fn keeps_what_a_source_promises() {
                super::sources::keep(stringify!($connector));
            }

            #[test]
            fn keeps_what_a_target_promises() {
                super::targets::keep(stringify!($connector));
            }
        }
    )*};
}

conforms!(file quickbooks sqlite woocommerce);
