//! The reference project loads without a word, in every environment.

use super::*;
use crate::{
    model::VarType,
    project::ConnectionName,
    rule::{Node, Source},
};
use engine_contract::Value;

macro_rules! shops {
    ($($path:literal),+ $(,)?) => {
        MemoryFiles::default()$(
            .with($path, include_str!(concat!("../../../../../pipelines/shops/", $path)))
        )+
    };
}

pub(super) fn files() -> MemoryFiles {
    shops!(
        "engine.toml",
        "connections.toml",
        "connections.demo.toml",
        "tenants/acme.toml",
        "pipelines/woo-to-qbo.toml",
        "pipelines/woo-to-supabase.toml",
        "pipelines/lib/woo.rhai",
        "pipelines/lookups/tax_codes.csv",
        "pipelines/samples/order-paid.json",
    )
}

fn load_shops(environment: Option<&str>) -> Project {
    let variables = BTreeMap::from([("ACME_STORE_URL".to_owned(), "https://acme.example".to_owned())]);
    let (project, out) = load(&files(), &variables, environment);
    assert!(out.is_empty(), "{environment:?}: {:#?}", out.sorted());
    project
}

#[test]
fn the_reference_project_loads_without_a_word_in_every_environment() {
    for environment in [None, Some("demo")] {
        let project = load_shops(environment);
        assert_eq!(project.environment, environment.unwrap_or("default"));
        assert!(project.pipelines.iter().all(|pipeline| pipeline.complete));
        assert!(project.tenants.iter().all(|tenant| tenant.complete && tenant.name == "acme"));
    }
}

#[test]
fn everything_that_the_reference_project_says_is_kept() {
    let project = load_shops(None);
    let names: Vec<_> = project.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    assert_eq!(names, ["woo-to-qbo", "woo-to-supabase"]);
    let pipeline = project.pipeline("woo-to-qbo").unwrap();
    assert_eq!(pipeline.libraries[0].name, "woo");
    assert!(pipeline.libraries[0].text.text.contains("fn display_name(order)"));
    assert_eq!(pipeline.vars["start_date"].kind, VarType::Date);
    assert_eq!(pipeline.vars["prefix"].default, Some(Value::from("")));
    assert_eq!(pipeline.schedule.full.as_ref().unwrap().text, "30 2 * * *");
    assert_eq!(pipeline.webhooks.len(), 3);
    let source = pipeline.source.as_ref().unwrap();
    assert_eq!(source.connection, ConnectionName::Bound("store".to_owned()));
    let tenant = project.tenant("acme").unwrap();
    assert_eq!(project.connection(source, tenant).unwrap().name, "acme-store");
    assert_eq!(tenant.vars["prefix"].value, Value::from("W"));
    assert_eq!(tenant.lookups["deposit_account"].values["bacs"], Value::from("Chequing"));
    assert_eq!(project.safety.unattended.max_writes, Some(2000));
    assert_eq!(project.retention.payloads.as_deref(), Some("30d"));
    assert_eq!(project.notifiers["ops"].on.len(), 6);

    let order = &pipeline.entities["order"];
    assert_eq!(order.asserts.len(), 1);
    assert_eq!(order.source.filter["created_from"], serde_json::json!({ "var": "start_date" }));
    let Node::Blocks(lines) = &order.map["Line"].node else { panic!() };
    assert_eq!(lines.len(), 3);
    let payment = &pipeline.entities["payment"];
    let only = payment.when_ref.as_ref().unwrap();
    assert_eq!((only.entity.as_str(), only.route.as_deref()), ("order", Some("unpaid")));
    let Node::Blocks(lines) = &payment.map["Line"].node else { panic!() };
    let Node::Blocks(linked) = &lines[0].map["LinkedTxn"].node else { panic!() };
    let Node::Rules(rules) = &linked[0].map["TxnId"].node else { panic!() };
    assert!(
        matches!(&rules[0].source, Source::Ref(reference) if reference.route.as_deref() == Some("unpaid"))
    );
    let refund = &pipeline.entities["refund"];
    assert!(refund.routes.iter().all(|route| route.when_ref.is_some() && route.when.is_none()));
    let test = &pipeline.tests[0];
    assert_eq!(test.tenant.as_ref().unwrap().text, "acme");
    assert_eq!(test.find["Account"]["Stripe clearing"], "91");
}

#[test]
fn an_environment_changes_values_and_keeps_the_others() {
    let real = load_shops(None);
    assert!(real.connections["acme-store"].production && real.connections["acme-store"].emulate.is_none());
    let demo = load_shops(Some("demo"));
    let store = &demo.connections["acme-store"];
    assert!(!store.production);
    assert_eq!(store.emulate.as_ref().unwrap()["seed"], "samples/store");
    assert_eq!(store.settings["url"], "https://shop.acme.example");
    assert_eq!(store.settings["consumer_key"], serde_json::json!({ "secret": "acme_woo_key" }));
    assert_eq!(store.place("/production").to_string(), "connections.demo.toml:5");
    assert_eq!(store.place("/emulate/seed").to_string(), "connections.demo.toml:4");
    assert_eq!(store.place("/url").to_string(), "connections.demo.toml:3");
    assert_eq!(store.key_place("").to_string(), "connections.toml:2");
}
