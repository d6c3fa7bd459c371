//! What a valid project becomes.

use super::*;
use crate::{
    PipelineFile,
    model::{Delete, Status},
    rule::{IfMissing, Node, On, Rule, Source},
};
use engine_contract::Value;
use std::time::Duration;

fn loaded() -> Project {
    let (project, out) = load_all(&valid_files());
    assert!(out.is_empty(), "{:#?}", out.sorted());
    project
}

fn shop(project: &Project) -> &PipelineFile {
    project.pipeline("shop-to-books").unwrap()
}

fn rules(node: &Node) -> &[Rule] {
    let Node::Rules(rules) = node else { panic!("{node:?}") };
    rules
}

#[test]
fn everything_in_the_format_loads_without_a_word() {
    let project = loaded();
    assert_eq!((project.name.as_str(), project.timezone.as_str()), ("shops", "America/Edmonton"));
    assert_eq!(project.state, crate::State::Sqlite("state/engine.db".to_owned()));
    let pipeline = shop(&project);
    assert!(pipeline.complete && pipeline.incomplete.is_empty());
    assert_eq!(pipeline.source.as_ref().unwrap().connector.as_deref(), Some("csv"));
    assert_eq!(pipeline.source.as_ref().unwrap().options["delimiter"], ";");
    let names: Vec<_> = pipeline.entities.keys().collect();
    assert_eq!(names, ["customer", "order", "line"], "entities keep the order of the file");
}

#[test]
fn variables_fill_settings_and_leave_secrets_and_common_keys_alone() {
    let project = loaded();
    let store = &project.connections["store"];
    let settings = serde_json::Value::Object(store.settings.clone()).to_string();
    assert_eq!(
        settings,
        r#"{"url":"https://store.example/orders","paths":["a","https://store.example"],"key":{"secret":"store_key"}}"#
    );
    let place = store.place("/key/secret");
    assert_eq!((place.line, place.column), (5, 18));
    assert_eq!(store.key_place("").to_string(), "connections.toml:1");
}

#[test]
fn lookups_come_from_files_and_from_the_pipeline_with_exact_numbers() {
    let project = loaded();
    let lookups = &shop(&project).lookups;
    assert_eq!(lookups["tax"].values[""], Value::from("Exempt"));
    assert_eq!(lookups["tax"].values["6+7"], Value::from("GST, QST"));
    assert_eq!(lookups["tax"].default, Some(Value::from("Other")));
    assert_eq!(lookups["rate"].values["GST"].to_json(), "5.0");
}

#[test]
fn a_mapping_is_rules_objects_and_constants_each_in_its_place() {
    let project = loaded();
    let customer = &shop(&project).entities["customer"];
    assert_eq!(customer.key.len(), 2);
    assert_eq!(customer.source.cursor.as_deref(), Some("modified"));
    assert_eq!(customer.source.filter["status"], serde_json::json!(["paid"]));
    assert_eq!(customer.source.options.keys().collect::<Vec<_>>(), ["page_size"]);
    assert!(!customer.write.update && customer.write.delete == Delete::Keep);
    let map = &customer.map;
    let path = |rule: &Rule| match &rule.source {
        Source::Path(paths) => paths.iter().map(|path| path.text.clone()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(&rules(&map["path"].node)[0]), ["$.folder"], "a field may be called like a keyword");
    assert_eq!(rules(&map["email"].node)[0].on, Some(On::Create));
    assert!(rules(&map["email"].node)[0].required);
    assert_eq!(rules(&map["name"].node).len(), 3);
    assert_eq!(rules(&map["rank"].node)[0].source, Source::Const(Value::Int(3)));
    assert_eq!(rules(&map["vip"].node)[0].source, Source::Const(Value::Bool(false)));
    assert_eq!(rules(&map["raw"].node)[0].source, Source::Const(Value::from("$")));
    let rate = &rules(&map["rate"].node)[0];
    assert_eq!(path(rate), ["$.tax", "$.tax_class"]);
    assert_eq!(rate.default.as_ref().unwrap().to_json(), "1.50", "decimals keep their digits");
    assert_eq!(
        (rate.transform[0].name.as_str(), rate.transform[0].args.to_string()),
        ("fit", "100".to_owned())
    );
    let Node::Object(address) = &map["address"].node else { panic!() };
    let Node::Object(escaped) = &address["at"].node else { panic!("an escaped object is an object") };
    assert_eq!(path(&rules(&escaped["script"].node)[0]), ["$.script"]);
}

#[test]
fn routes_are_tried_in_the_order_of_the_file_with_otherwise_last() {
    let project = loaded();
    let order = &shop(&project).entities["order"];
    let names: Vec<_> = order.routes.iter().map(|route| route.name.as_str()).collect();
    assert_eq!(names, ["paid", "rest"]);
    assert_eq!(order.write.delete, Delete::Delete);
    assert!(order.write.update);
    let Source::Ref(reference) = &rules(&order.map["customer"].node)[0].source else { panic!() };
    assert_eq!(reference.key.len(), 2);
    assert_eq!(reference.if_missing, IfMissing::Null);
    assert_eq!(reference.hold_for, Duration::from_secs(2 * 24 * 60 * 60));
}

#[test]
fn blocks_nest_and_a_route_may_be_referred_to() {
    let project = loaded();
    let order = &shop(&project).entities["order"];
    let Node::Blocks(blocks) = &order.map["lines"].node else { panic!() };
    assert_eq!(blocks[0].each.as_ref().unwrap().text, "$.lines[*]");
    assert!(blocks[1].each.is_none());
    let Node::Blocks(links) = &blocks[1].map["links"].node else { panic!() };
    let Source::Ref(reference) = &rules(&links[0].map["id"].node)[0].source else { panic!() };
    assert_eq!((reference.entity.as_str(), reference.route.as_deref()), ("order", Some("paid")));
    assert_eq!(reference.hold_for, crate::rule::HOLD_FOR);
}

#[test]
fn tests_carry_their_record_and_where_it_came_from() {
    let project = loaded();
    let tests = &shop(&project).tests;
    assert_eq!(
        (tests[0].input.as_str(), tests[0].input_file.as_str()),
        ("{\"id\": 7}", "pipelines/samples/order.json")
    );
    assert_eq!(tests[0].refs["customer"]["ada@example.com|CAD"], "58");
    assert_eq!(tests[1].expect.status, Some(Status::Held));
}

#[test]
fn places_point_at_names_values_and_characters() {
    let project = loaded();
    let pipeline = shop(&project);
    let text = include_str!("project/shop.toml");
    let at = |place: Place| shown(text, &place).to_owned();
    assert_eq!(at(pipeline.key_place("/entity/order/map/number")), "number");
    assert_eq!(at(pipeline.place("/entity/order/map/number")), "\"$.number\"");
    assert_eq!(at(pipeline.entities["order"].place.clone()), "order");
    assert_eq!(at(pipeline.place("/entity/order/map")), "map", "a table under a header is shown by its name");
    assert_eq!(at(pipeline.place("/entity/order/needs/0")), "\"customer\"");
    assert_eq!(
        at(pipeline.place("/entity/order/to")),
        "order",
        "what is not there is shown where it belongs"
    );
    assert_eq!(at(pipeline.key_place("/entity/order/map/lines/1")), "[[entity.order.map.lines]]");
    let when = pipeline.entities["customer"].when.clone().unwrap();
    assert_eq!(at(when.place_of(7..12)), "email");
    assert_eq!(when.place.line, 25);
}

#[test]
fn a_project_may_be_one_file_whose_name_is_the_pipelines() {
    let (project, out) =
        load_pipeline(&format!("{HEAD}[entity.x]\nfrom = \"s\"\nto = \"t\"\nmap.a = \"$.a\"\n"));
    assert_eq!(out, []);
    assert_eq!(project.pipelines[0].name, "p");
    assert_eq!(project.timezone, "UTC");
    assert_eq!(project.state, crate::State::Sqlite(".engine/state.db".to_owned()));
}

#[test]
fn other_toml_files_of_a_project_are_no_pipelines() {
    let files = MemoryFiles::default()
        .with("tombi.toml", "?")
        .with(".taplo.toml", "?")
        .with("connections.demo.toml", "?")
        .with("pipelines/.hidden.toml", "?")
        .with("pipelines/notes.md", "?")
        .with("pipelines/lib/x.toml", "?")
        .with("pipelines/samples/x.toml", "?")
        .with("pipelines/empty/notes.md", "?")
        .with("pipelines/.old/x.toml", "?");
    let (project, out) = load_all(&files);
    assert!(out.is_empty() && project.pipelines.is_empty());
}
