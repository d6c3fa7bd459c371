//! Mistakes in the files of a connector: all of them are said, each at its place.

use crate::Described;
use engine_contract::{DynConnector, EffectClass};
use proptest::prelude::*;
use std::collections::BTreeMap;

const GOOD: &str = r#"[connector]
name = "shop"
description = "A shop"
docs = "https://shop.example.com/docs"

[settings.url]
type = "url"
required = true
description = "The address"
example = "https://shop.example.com"

[stream.orders]
description = "Orders"
schema = "streams/orders.json"
key = ["id"]

[stream.orders.cursor.changed_at]
precision_seconds = 1
exclusive = true
visibility_lag_seconds = 60

[stream.orders.filter.state]
type = "text"
description = "States"

[stream.refunds]
description = "Refunds"
schema = "streams/refunds.json"
key = ["id"]

[stream.refunds.join.order]
stream = "orders"
by = "order_id"
description = "The order"

[object.Bill]
description = "Bills"
schema = "objects/Bill.json"
key = ["id"]
effect = "marker"
delete = ["void"]
find_by = ["id", "who.mail"]
marker = ["note"]
"#;

const ORDERS: &str = r#"{"name": "orders", "fields": [
  {"name": "id", "kind": "integer", "sample": 7},
  {"name": "changed_at", "kind": "timestamp", "sample": "2026-01-31T08:00:00"}
]}"#;
const REFUNDS: &str = r#"{"name": "refunds", "fields": [
  {"name": "id", "kind": "integer"},
  {"name": "order_id", "kind": "integer"}
]}"#;
const BILL: &str = r#"{"name": "Bill", "fields": [
  {"name": "id", "kind": "text"},
  {"name": "note", "kind": "text", "max_length": 10, "sample": "hello"},
  {"name": "who", "kind": "object", "fields": [{"name": "mail", "kind": "text"}]}
]}"#;

fn files() -> BTreeMap<String, String> {
    let files = [
        ("connector.toml", GOOD),
        ("streams/orders.json", ORDERS),
        ("streams/refunds.json", REFUNDS),
        ("objects/Bill.json", BILL),
        ("README.md", "# shop"),
    ];
    files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// What is said when texts are replaced: file, the bytes it points to, and the message.
fn said(file: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let mut files = files();
    let text = files.get_mut(file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{file} has {from}");
        *text = text.replace(from, to);
    }
    let problems = Described::read(&files).err().unwrap_or_default();
    problems
        .into_iter()
        .map(|problem| {
            let text = files.get(&problem.file).map_or("", String::as_str);
            let place = text.get(problem.range).unwrap();
            format!("{} `{place}`: {}", problem.file, problem.message)
        })
        .collect()
}

#[test]
fn a_described_connector_offers_what_its_files_say() {
    let described = Described::read(&files()).unwrap();
    let discovery = described.describe().unwrap();
    let refunds = discovery.stream_schemas.iter().find(|schema| schema.name == "refunds").unwrap();
    assert_eq!(DynConnector::name(&described), "shop");
    assert_eq!(described.effect("Bill"), Some(EffectClass::Marker));
    assert!(refunds.field("order.changed_at").is_some(), "the record that is joined");
    let [bill] = discovery.objects.as_slice() else { panic!("one object") };
    assert_eq!(
        (bill.description.as_str(), bill.offer.marker.as_slice()),
        ("Bills", &["note".to_owned()][..])
    );
}

#[test]
fn a_folder_without_connector_toml_is_refused() {
    let problems = Described::read(&BTreeMap::new()).unwrap_err();
    assert_eq!(problems[0].to_string(), "connector.toml: a connector needs this file");
}

#[test]
fn typos_in_connector_toml_are_refused() {
    let said = |from, to| said("connector.toml", &[(from, to)]).join("\n");
    insta::assert_snapshot!(
        [
            said("required = true", "requierd = true"),
            said("type = \"url\"", "type = \"uri\""),
            said("key = [\"id\"]\n\n[stream.orders.cursor", "key = [\"id\"\n\n[stream.orders.cursor"),
            said("effect = \"marker\"", "effect = \"hope\""),
        ]
        .join("\n")
    );
}

#[test]
fn everything_that_does_not_agree_is_said_at_once_and_at_its_place() {
    let said = said(
        "connector.toml",
        &[
            ("name = \"shop\"", "name = \"The Shop\""),
            ("docs = \"https:", "docs = \"http:"),
            ("example = \"https:", "example = \"ftp:"),
            ("cursor.changed_at", "cursor.changed"),
            ("by = \"order_id\"", "by = \"order\""),
            ("stream = \"orders\"", "stream = \"order\""),
            ("delete = [\"void\"]", "delete = [\"void\", \"burn\"]"),
            ("\"who.mail\"", "\"who.fax\""),
            ("marker = [\"note\"]", "marker = [\"who\"]"),
        ],
    );
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn settings_take_their_own_defaults_and_examples() {
    let said = |to| said("connector.toml", &[("type = \"url\"\nrequired = true", to)]).join("\n");
    insta::assert_snapshot!(
        [
            said("type = \"secret\"\ndefault = \"x\""),
            said("type = \"one_of\""),
            said("type = \"date\""),
            said("type = \"url\"\nrequired = true\ndefault = \"https://a.example\""),
        ]
        .join("\n")
    );
}

#[test]
fn fields_that_contradict_themselves_are_refused() {
    let orders = |to| {
        said("streams/orders.json", &[("{\"name\": \"id\", \"kind\": \"integer\", \"sample\": 7}", to)])
            .join("\n")
    };
    insta::assert_snapshot!(
        [
            orders(r#"{"name": "id", "kind": "integer", "sample": "x"}"#),
            orders(r#"{"name": "id", "kind": "integer", "max_length": 3}"#),
            orders(r#"{"name": "id", "kind": "boolean", "is_money": true}"#),
            orders(r#"{"name": "id", "kind": "text", "one_of": ["a"], "sample": "b"}"#),
            orders(r#"{"name": "id", "kind": "text", "fields": [{"name": "x", "kind": "text"}]}"#),
            orders(r#"{"name": "id", "kind": "integer", "refers_to": "Invoice"}"#),
            orders(r#"{"name": "id", "kind": "integer"}, {"name": "id", "kind": "integer"}"#),
            orders(r#"{"name": "id", "kind": "whole"}"#),
        ]
        .join("\n")
    );
}

#[test]
fn files_that_nothing_names_and_names_without_a_file_are_refused() {
    let mut files = files();
    let bill = files.remove("objects/Bill.json").unwrap();
    files.insert("objects/Bil.json".to_owned(), bill);
    let problems = Described::read(&files).unwrap_err();
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "connector.toml: there is no file `objects/Bill.json`",
            "objects/Bil.json: no stream and no object names this file",
        ]
    );
}

proptest! {
    #[test]
    fn whatever_is_typed_is_refused_at_a_place_in_its_file(
        file in prop::sample::select(vec!["connector.toml", "streams/orders.json", "objects/Bill.json"]),
        at in any::<prop::sample::Index>(),
        length in 0usize..30,
        typed in "[\\PC\n]{0,12}|\"[a-z.]{0,6}\"|\\[\\[?[a-z.]{0,9}\\]",
    ) {
        let mut files = files();
        let text = files.get_mut(file).unwrap();
        let start = at.index(text.len());
        let end = (start + length).min(text.len());
        text.replace_range(start..end, &typed);
        for problem in Described::read(&files).err().unwrap_or_default() {
            let text = files.get(&problem.file).map_or("", String::as_str);
            prop_assert!(text.get(problem.range.clone()).is_some(), "{problem:?}");
            prop_assert!(!problem.message.is_empty());
        }
    }
}
