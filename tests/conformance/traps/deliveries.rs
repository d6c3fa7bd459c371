//! Deliveries of webhooks that were published or sent by a real store, shortened and signed anew with secrets of tests:
//! what the connectors make of them.

use crate::woocommerce::folder;
use connector_rest::{
    Described, bundled,
    conformance::{RecordedDelivery, Verdict},
};
use engine_contract::DynConnector;

/// A connector of the catalog.
pub(super) fn described(name: &str) -> Described {
    bundled().find(|described| DynConnector::name(described) == name).unwrap()
}

/// A delivery of `deliveries/`.
pub(super) fn recorded(connector: &str, name: &str) -> RecordedDelivery {
    let path = folder(&format!("tests/conformance/traps/deliveries/{connector}/{name}.json"));
    RecordedDelivery::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Asserts that a connector reads deliveries as they say, and refuses them when they are changed.
#[track_caller]
pub(super) fn judged(connector: &str, names: &[&str]) {
    let deliveries: Vec<_> =
        names.iter().map(|name| ((*name).to_owned(), recorded(connector, name))).collect();
    let checks = described(connector).judge_deliveries(&deliveries);
    assert_eq!(checks.len(), 3);
    for check in checks {
        assert!(matches!(check.verdict, Verdict::Kept(_)), "{check:?}");
    }
}

#[test]
fn every_recorded_delivery_is_read_and_refused_when_it_is_changed() {
    for connector in ["woocommerce", "quickbooks"] {
        let files = std::fs::read_dir(folder(&format!("tests/conformance/traps/deliveries/{connector}")));
        let names: Vec<String> = files
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap().replace(".json", ""))
            .collect();
        assert!(names.len() > 5, "{names:?}");
        judged(connector, &names.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// What is wrong is said, with the name of the file.
#[test]
fn a_delivery_that_says_something_else_is_told_by_its_name() {
    let mut other = recorded("woocommerce", "order-updated");
    other.body = other.body.replace("349", "350");
    other.secret = None;
    let checks = described("woocommerce").judge_deliveries(&[("changed.json".to_owned(), other.clone())]);
    let Verdict::Broken(why) = &checks[0].verdict else { panic!("{checks:?}") };
    let said = r#"{"changes":[{"topic":"order.updated","streams":["orders"],"key":"350"}]}"#;
    assert_eq!(why[..], [format!("`changed.json`: it says {said}")]);
    other.secret = Some("another".to_owned());
    let checks = described("woocommerce").judge_deliveries(&[("forged.json".to_owned(), other)]);
    let Verdict::Broken(why) = &checks[0].verdict else { panic!("{checks:?}") };
    assert!(why[0].starts_with("`forged.json`: the signature is not that of the body"), "{why:?}");
}
