//! Settings of connections: what is taken, what is refused, and that no value is repeated.

use super::bundled;
use engine_contract::DynConnector;
use proptest::prelude::*;
use serde_json::{Value, json};

fn shop(change: &Value) -> Value {
    let mut settings = json!({
        "url": "https://shop.example.com",
        "consumer_key": { "secret": "key" },
        "consumer_secret": { "secret": "secret" },
    });
    for (name, value) in change.as_object().unwrap() {
        settings.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    settings
}

fn said(connector: &str, settings: &Value) -> String {
    match bundled(connector).check(settings) {
        Ok(()) => "fine".to_owned(),
        Err(error) => format!("{}: {}", error.pointer, error.message),
    }
}

#[test]
fn settings_as_the_reference_project_writes_them_are_fine() {
    let books = json!({
        "realm": "9130350000000000",
        "client_id": { "secret": "intuit_client_id" },
        "client_secret": { "secret": "intuit_client_secret" },
    });
    let warehouse =
        json!({ "url": "https://acme.supabase.example", "key": { "secret": "k" }, "schema": "store" });
    assert_eq!(said("woocommerce", &shop(&json!({ "webhook_secret": { "secret": "hook" } }))), "fine");
    assert_eq!(
        said("woocommerce", &shop(&json!({ "webhook_secret": [{ "secret": "new" }, { "secret": "old" }] }))),
        "fine"
    );
    assert_eq!(said("quickbooks", &books), "fine");
    assert_eq!(said("supabase", &warehouse), "fine");
}

#[test]
fn mistakes_are_said_in_the_words_that_the_engine_understands() {
    let woo = |change: Value| said("woocommerce", &shop(&change));
    insta::assert_snapshot!([
        said("woocommerce", &json!({ "url": "https://shop.example.com" })),
        woo(json!({ "consumer_kei": 7 })),
        woo(json!({ "consumer_key": "ck_1234" })),
        woo(json!({ "consumer_key": ["ck_1234"] })),
        woo(json!({ "consumer_key": { "secert": "ck_1234" } })),
        woo(json!({ "consumer_key": {} })),
        woo(json!({ "consumer_key": { "secret": 1234 } })),
        woo(json!({ "consumer_key": { "secret": "" } })),
        woo(json!({ "webhook_secret": [{ "secret": "new" }, "old"] })),
        woo(json!({ "webhook_secret": [] })),
        woo(json!({ "url": 7 })),
        woo(json!({ "url": "shop.example.com" })),
        woo(json!({ "url": "ftp://shop.example.com" })),
        woo(json!({ "url": "https://ck_1234:cs_1234@shop.example.com" })),
        woo(json!({ "url": "https://shop.example.com?consumer_key=ck_1234" })),
        said("quickbooks", &json!({ "realm": "1", "client_id": { "secret": "a" }, "client_secret": { "secret": "b" }, "environment": "prod" })),
        said("supabase", &json!([])),
    ].join("\n"));
}

proptest! {
    #[test]
    fn a_refusal_never_repeats_what_was_given(secret in "[a-z]{3}_[0-9]{12}") {
        for value in [json!(secret), json!([secret]), json!({ "secret": [secret] }), json!({ "secret": { "a": secret } })] {
            for name in ["url", "consumer_key", "consumer_secret", "webhook_secret"] {
                let said = said("woocommerce", &shop(&json!({ name: value })));
                prop_assert!(said != "fine");
                prop_assert!(!said.contains(&secret), "{said}");
            }
        }
    }
}

/// A value that may stand in a setting.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!(7)),
        Just(json!("production")),
        Just(json!("https://shop.example.com/store")),
        Just(json!({ "secret": "name" })),
        Just(json!({ "secret": "" })),
        Just(json!({ "secret": "name", "more": 1 })),
        Just(json!([])),
        Just(json!([{ "secret": "new" }, { "secret": "old" }])),
        Just(json!([7])),
    ]
}

proptest! {
    #[test]
    fn the_json_schema_and_the_check_agree(
        connector in prop::sample::select(vec!["woocommerce", "quickbooks", "supabase"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 0..3),
        leave_out in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let described = bundled(connector);
        let schema = described.settings_schema();
        let properties = schema["properties"].as_object().unwrap();
        let names: Vec<_> = properties.keys().cloned().chain(["unknown".to_owned()]).collect();
        let mut settings: serde_json::Map<_, _> = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), property.get("examples")?[0].clone())))
            .collect();
        for (index, value) in changes {
            settings.insert(index.get(&names).clone(), value);
        }
        if let Some(index) = leave_out {
            settings.remove(index.get(&names));
        }
        let settings = Value::Object(settings);
        let is_valid = jsonschema::is_valid(&schema, &settings);
        prop_assert_eq!(described.check(&settings).is_ok(), is_valid, "{}", settings);
    }
}
