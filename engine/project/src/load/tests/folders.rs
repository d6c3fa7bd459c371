//! A pipeline of several files.

use super::*;

const MAIN: &str = "source.connection = \"a\"\ntarget.connection = \"b\"\n[entity.order.map]\nid = \"$.id\"\n[[test]]\nname = \"one\"\nentity = \"order\"\ninput.json = \"{}\"\n";
const ORDER: &str = "[entity.order]\nfrom = \"s\"\nto = \"t\"\n[[test]]\nname = \"two\"\nentity = \"order\"\ninput.file = \"samples/two.json\"\n";

fn folder(main: &str, order: &str) -> (Project, Vec<Diagnostic>) {
    let files = connections()
        .with("pipelines/shop/a-main.toml", main)
        .with("pipelines/shop/order.toml", order)
        .with("pipelines/shop/samples/two.json", "{\"id\": 2}");
    let (project, out) = load_all(&files);
    (project, out.sorted())
}

#[test]
fn the_files_of_a_folder_are_one_pipeline_named_like_it() {
    let (project, out) = folder(MAIN, ORDER);
    assert_eq!(out, []);
    let [pipeline] = project.pipelines.as_slice() else { panic!() };
    assert_eq!((pipeline.name.as_str(), pipeline.file.as_str()), ("shop", "pipelines/shop"));
    assert_eq!(pipeline.files, ["pipelines/shop/a-main.toml", "pipelines/shop/order.toml"]);
    let order = &pipeline.entities["order"];
    assert_eq!((order.from.as_str(), order.map.len()), ("s", 1));
    let inputs: Vec<_> = pipeline.tests.iter().map(|test| test.input_file.as_str()).collect();
    assert_eq!(inputs, ["pipelines/shop/a-main.toml", "pipelines/shop/samples/two.json"]);
}

#[test]
fn every_place_is_in_the_file_that_says_it() {
    let (project, _) = folder(MAIN, ORDER);
    let pipeline = &project.pipelines[0];
    let at = |pointer: &str| pipeline.place(pointer).to_string();
    assert_eq!(at("/entity/order/map/id"), "pipelines/shop/a-main.toml:4");
    assert_eq!(at("/entity/order/to"), "pipelines/shop/order.toml:3");
    assert_eq!(at("/test/0/name"), "pipelines/shop/a-main.toml:6");
    assert_eq!(at("/test/1/name"), "pipelines/shop/order.toml:5");
    let Some(crate::rule::Node::Rules(rules)) = pipeline.entities["order"].map.get("id").map(|id| &id.node)
    else {
        panic!()
    };
    assert_eq!(rules[0].place.to_string(), "pipelines/shop/a-main.toml:4");
    let (_, out) = folder(MAIN, &ORDER.replace("to = ", "too = "));
    let files: Vec<_> = out.iter().map(|diagnostic| diagnostic.place().unwrap().to_string()).collect();
    assert_eq!(files, ["pipelines/shop/a-main.toml:3", "pipelines/shop/order.toml:3"], "{out:#?}");
}

#[test]
fn what_two_files_say_points_at_both_and_hides_nothing() {
    let main = format!("{MAIN}[vars.x]\ntype = \"date\"\ndefault = \"2026-01-01\"\n");
    let order = format!("{ORDER}[vars.x]\ntype = \"decimal\"\n[entity.order.map]\nname = \"name\"\n");
    let (project, out) = folder(&main, &order);
    assert_eq!(
        lines(&out),
        ["8 pipeline/given-twice", "10 pipeline/given-twice", "11 mapping/not-a-path"],
        "{out:#?}"
    );
    assert_eq!(out[0].message, "`[vars.x]` is given twice");
    let places: Vec<_> = out[0].labels.iter().map(|label| label.place.to_string()).collect();
    assert_eq!(places, ["pipelines/shop/order.toml:8", "pipelines/shop/a-main.toml:9"]);
    assert!(!project.pipelines[0].complete);
}

#[test]
fn a_folder_with_a_broken_file_is_no_pipeline() {
    let (project, out) = folder(MAIN, "[entity.order\n");
    assert_eq!(lines(&out), ["1 toml/syntax"]);
    assert!(project.pipelines.is_empty());
}
