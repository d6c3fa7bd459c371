//! What specialised schemas hold.

use super::*;
use engine_contract::{Discovery, EntitySchema, Field, FieldType, Offer, StreamInfo};
use serde_json::Value;

const PIPELINE: &str = "[source]\nconnection = \"shop\"\n[target]\nconnection = \"books\"\n[entity.order]\nfrom = \"orders\"\nto = \"Invoice\"\n[entity.order.map]\nNumber = \"$.id\"\n";

fn facts() -> Facts {
    let line =
        Field { fields: vec![Field::new("sku", FieldType::Text)], ..Field::new("lines", FieldType::List) };
    let record = vec![Field { sample: Some(Value::from(83)), ..Field::new("id", FieldType::Integer) }, line];
    let source = Discovery {
        streams: vec![StreamInfo { name: "orders".to_owned(), ..StreamInfo::default() }],
        stream_schemas: vec![EntitySchema {
            name: "orders".to_owned(),
            fields: record,
            ..EntitySchema::default()
        }],
        objects: Vec::new(),
    };
    let number = Field { required: true, max_length: Some(21), ..Field::new("Number", FieldType::Text) };
    let secret = Field { read_only: true, ..Field::new("Id", FieldType::Text) };
    let line =
        Field { fields: vec![Field::new("Sku", FieldType::Text)], ..Field::new("Line", FieldType::List) };
    let invoice = EntitySchema {
        name: "Invoice".to_owned(),
        fields: vec![number, secret, line],
        offer: Offer { delete: vec!["void".to_owned()], ..Offer::default() },
        ..EntitySchema::default()
    };
    let target = Discovery { objects: vec![invoice], ..Discovery::default() };
    let mut facts = Facts::default();
    for (name, offers) in [("shop", source), ("books", target)] {
        let connection = ConnectionFacts { connector: name.to_owned(), offers: Some(offers) };
        facts.connections.insert(name.to_owned(), connection);
    }
    facts
}

fn entity(profile: Profile) -> Value {
    let schema = specialise(&[PIPELINE], &facts(), profile);
    schema["properties"]["entity"]["properties"]["order"]["properties"].clone()
}

#[test]
fn fields_of_the_target_object_are_nested_properties_without_those_that_cannot_be_written() {
    for profile in Profile::ALL {
        let map = entity(profile)["map"].clone();
        let names: Vec<&String> = map["properties"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["Number", "Line"]);
        assert_eq!(map["additionalProperties"], false);
        assert_eq!(map["properties"]["Number"]["description"], "**Number** `string(21)` required");
        let block = &map["properties"]["Line"]["items"]["properties"];
        assert!(block["map"]["properties"]["Sku"].is_object());
    }
}

#[test]
fn paths_are_offered_to_tombi_only() {
    let field = |profile| entity(profile)["map"]["properties"]["Number"].clone();
    assert_eq!(field(Profile::Tombi)["anyOf"][0]["$ref"], "#/$defs/paths_orders");
    assert_eq!(field(Profile::Taplo).get("anyOf"), None);
    let schema = specialise(&[PIPELINE], &facts(), Profile::Tombi);
    let paths = schema["$defs"]["paths_orders"]["anyOf"].as_array().unwrap();
    let shown: Vec<_> = paths.iter().map(|path| path["const"].as_str().unwrap()).collect();
    assert_eq!(shown, ["$", "$.id", "$.lines", "$.lines[*].sku"]);
    assert_eq!(paths[1]["description"], "`integer`, for example `83`");
    let inner = schema["$defs"]["paths_orders_items"]["anyOf"].as_array().unwrap();
    assert_eq!(inner[1]["const"], "@.sku");
}

#[test]
fn policies_are_those_that_the_target_object_offers() {
    let write = entity(Profile::Taplo)["write"]["properties"].clone();
    assert_eq!(write["delete"]["enum"], serde_json::json!(["keep", "void"]));
    assert_eq!(write["on_cancel"]["enum"], serde_json::json!(["keep"]));
}

#[test]
fn a_pipeline_of_which_nothing_is_known_has_the_base_schema() {
    for profile in Profile::ALL {
        assert_eq!(specialise(&["[entity"], &Facts::default(), profile), base(Kind::Pipeline));
    }
}

#[test]
fn every_cut_of_a_pipeline_has_a_schema() {
    for end in 0..PIPELINE.len() {
        let schema = specialise(&[PIPELINE.get(..end).unwrap()], &facts(), Profile::Tombi);
        assert!(schema["properties"]["entity"].is_object(), "{end}");
    }
}
