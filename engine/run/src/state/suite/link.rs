use super::{
    Home,
    sample::{lease, link, record, rows, scope, settlement, wait},
};
use crate::state::{Link, Settlement, StateStore, TargetObject, copy::Cell};
use engine_plan::Reference;

fn settle(store: &dyn StateStore, pipeline: &str, links: Vec<Link>) {
    let held = lease(store, pipeline, "orders");
    wait(store.settle(&held, Settlement { links, ..settlement("orders") })).unwrap();
    wait(store.release(&held)).unwrap();
}

/// The target that a record of `orders` is linked to.
fn target(store: &dyn StateStore, pipeline: &str, key: &str) -> Option<String> {
    let known = wait(store.recall(&scope(pipeline), "orders", &[key.into()])).unwrap();
    known.into_values().next()?.link?.target_id
}

fn to(key: &str, id: &str) -> Link {
    Link { target_id: Some(id.into()), ..link("orders", key) }
}

pub(super) fn a_target_object_has_one_record(home: &Home) {
    let store = home.open();
    settle(&*store, "p", vec![to("1", "A")]);
    settle(&*store, "other", vec![to("1", "A"), to("2", "B")]);
    assert_eq!(target(&*store, "p", "1").as_deref(), Some("A"), "the first keeps it");
    assert_eq!(target(&*store, "other", "1"), None);
    assert_eq!(target(&*store, "other", "2").as_deref(), Some("B"), "those beside it are linked");
    let failed = rows(&*store, "failed");
    assert_eq!(failed.len(), 1, "who comes late is a failed record, and not passed over");
    assert!(failed[0].contains(&Cell::from("link/target-taken")) && failed[0].contains(&Cell::from("other")));
    settle(&*store, "p", vec![to("1", "A")]);
    assert_eq!(target(&*store, "p", "1").as_deref(), Some("A"), "its own record may write it again");
}

pub(super) fn shared_target_objects_have_many(home: &Home) {
    let store = home.open();
    let shared = |key| Link { shared: true, ..to(key, "A") };
    settle(&*store, "p", vec![shared("1"), shared("2")]);
    assert_eq!(target(&*store, "p", "2").as_deref(), Some("A"));
    let object = TargetObject { connection: "books".into(), object: "Item".into() };
    assert!(wait(store.owners(&scope("p"), &object, &["A".into()])).unwrap().is_empty());
}

pub(super) fn a_freed_target_object_can_be_taken(home: &Home) {
    let store = home.open();
    settle(&*store, "p", vec![to("1", "A"), to("2", "B")]);
    let deleted = Link { target_id: None, ..link("orders", "1") };
    settle(&*store, "p", vec![deleted, to("3", "A"), to("4", "B"), to("2", "C"), to("5", "B")]);
    let targets = ["1", "2", "3", "4", "5"].map(|key| target(&*store, "p", key));
    let expected = [None, Some("C"), Some("A"), None, Some("B")].map(|id| id.map(str::to_owned));
    assert_eq!(targets, expected, "each link is judged after those before it");
}

pub(super) fn refused_effects_spend_their_generation(home: &Home) {
    let store = home.open();
    settle(&*store, "p", vec![Link { generation: 5, ..to("1", "A") }]);
    let held = lease(&*store, "p", "orders");
    let refused = [("1", 7), ("1", 6), ("2", 3)].map(|(key, generation)| Link { generation, ..to(key, "X") });
    wait(store.settle(&held, Settlement { refused: refused.into(), ..settlement("orders") })).unwrap();
    let known = wait(store.recall(&scope("p"), "orders", &["1".into(), "2".into()])).unwrap();
    let link = |key: &str| known[key].link.clone().unwrap();
    assert_eq!((link("1").generation, link("1").target_id.as_deref()), (7, Some("A")));
    assert_eq!((link("2").generation, link("2").target_id), (3, None), "a link to nothing remembers it");
}

pub(super) fn references_lead_to_targets_by_route(home: &Home) {
    let store = home.open();
    let unknown = engine_contract::ContentHash::UNKNOWN;
    settle(
        &*store,
        "p",
        vec![
            Link { route: Some("paid".into()), ..to("1", "A") },
            Link { sent_hash: unknown, ..to("2", "B") },
            Link { target_id: None, ..link("orders", "3") },
        ],
    );
    let reference = |route: Option<&str>, key: &str| Reference {
        entity: "orders".into(),
        route: route.map(str::to_owned),
        key: key.into(),
    };
    let asked = [
        reference(None, "1"),
        reference(Some("paid"), "1"),
        reference(Some("unpaid"), "1"),
        reference(None, "2"),
        reference(None, "3"),
        reference(None, "4"),
    ];
    let found = wait(store.targets(&scope("p"), &asked)).unwrap();
    let found: Vec<_> = found.into_iter().collect();
    assert_eq!(found, [(asked[0].clone(), "A".to_owned()), (asked[1].clone(), "A".to_owned())]);
    assert!(wait(store.targets(&scope("p"), &[])).unwrap().is_empty());
}

pub(super) fn children_and_owners_and_samples_are_found(home: &Home) {
    let store = home.open();
    let child = |key: &str, parent: &str| Link { parent_key: Some(parent.into()), ..to(key, key) };
    let unknown = Link { sent_hash: engine_contract::ContentHash::UNKNOWN, ..to("9", "U") };
    settle(&*store, "p", vec![child("1", "a"), child("2", "a"), child("3", "b"), unknown]);
    let children = wait(store.children(&scope("p"), "orders", &["a".into(), "c".into()])).unwrap();
    assert_eq!(children, [child("1", "a"), child("2", "a")]);
    let object = TargetObject { connection: "books".into(), object: "Item".into() };
    let owners = wait(store.owners(&scope("x"), &object, &["3".into(), "7".into()])).unwrap();
    assert_eq!(owners.len(), 1, "of any pipeline of the tenant");
    assert_eq!((owners["3"].pipeline.as_str(), &owners["3"].record), ("p", &record("orders", "3")));
    let sample = wait(store.sample(&scope("p"), "orders", 2)).unwrap();
    assert_eq!(
        sample,
        [(object.clone(), "3".to_owned()), (object, "2".to_owned())],
        "only what was certainly there"
    );
}

pub(super) fn links_come_page_by_page_in_the_order_of_their_keys(home: &Home) {
    let store = home.open();
    let dead = Link { target_id: None, ..link("orders", "3") };
    settle(&*store, "p", vec![to("4", "D"), to("1", "A"), to("2", "B"), dead]);
    settle(&*store, "q", vec![to("5", "E")]);
    let page = |after, limit| wait(store.links(&scope("p"), "orders", after, limit)).unwrap();
    assert_eq!(page(None, 2), [to("1", "A"), to("2", "B")]);
    assert_eq!(page(Some("2"), 2), [to("4", "D")], "links that lead nowhere are passed over");
    assert!(page(Some("4"), 2).is_empty());
    assert!(wait(store.links(&scope("p"), "lines", None, 2)).unwrap().is_empty());
}

pub(super) fn any_text_comes_back(home: &Home) {
    let store = home.open();
    let texts = ["a\0b", "'; DROP TABLE link; --", "\u{10FFFF}0", "Zürich 東京 🛒", "", "{\"a\",NULL}", "\\"];
    let links: Vec<Link> = texts
        .iter()
        .map(|text| Link {
            source_key: (*text).into(),
            route: Some((*text).into()),
            target_token: Some((*text).into()),
            ..to(text, &format!("id {text}"))
        })
        .collect();
    settle(&*store, "p", links.clone());
    let keys = texts.map(str::to_owned);
    let known = wait(store.recall(&scope("p"), "orders", &keys)).unwrap();
    for link in links {
        assert_eq!(known[&link.record.key].link, Some(link));
    }
}
