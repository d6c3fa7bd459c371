//! Records of another shape than the mapping knows: a field that is gone or of another type, a list that is none.

use super::{scene::Shop, told};
use crate::count;
use kit::Reply;
use serde_json::Value;

/// The store answers as it does, but with each record of a stream changed.
fn drift(shop: &Shop, stream: &'static str, change: impl Fn(&mut Value) + Send + 'static) {
    shop.store.twist_around(move |request, stand| {
        if !request.uri().path().ends_with(stream) {
            return None;
        }
        let mut answer = stand.answer(request);
        let mut records: Value = serde_json::from_slice(answer.body()).unwrap();
        records.as_array_mut().into_iter().flatten().for_each(&change);
        *answer.body_mut() = records.to_string().into();
        Some(Reply::Answer(answer))
    });
}

#[test]
fn a_mapped_field_that_is_gone_or_of_another_type_fails_its_records_and_no_others() {
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 3] = [
        (|order| drop(order.as_object_mut().unwrap().remove("total")), "mapping/required"),
        (|order| order["total"] = serde_json::json!({ "value": order["total"] }), "mapping/transform-failed"),
        (|order| order["total"] = Value::Null, "mapping/required"),
    ];
    for (change, code) in changes {
        let shop = Shop::open();
        drift(&shop, "/orders", change);
        let failed = shop.engine(&["run", "."]).ended(5);
        assert!(failed.stdout.contains(&format!("207 x order[{code}]")), "{code}: {}", failed.stdout);
        assert!(
            failed.stdout.contains("store-to-sqlite.toml:"),
            "the line of the mapping: {}",
            failed.stdout
        );
        let warehouse = shop.project.database("warehouse.db");
        assert_eq!(count(&warehouse, "SELECT count(*) FROM customers"), 65);
        assert_eq!(count(&warehouse, "SELECT count(*) FROM orders"), 0);
        drop(warehouse);
        shop.store.untwist();
        drop(shop.engine(&["run", "."]).ended(0));
        shop.is_whole();
    }
}

#[test]
fn records_without_the_key_that_tells_them_apart_are_no_records() {
    type Change = fn(&mut Value);
    let changes: [Change; 2] =
        [|order| drop(order.as_object_mut().unwrap().remove("id")), |order| order["id"] = Value::Null];
    for change in changes {
        let shop = Shop::open();
        drift(&shop, "/orders", change);
        let failed = shop.engine(&["run", "."]);
        assert!([1, 5].contains(&failed.code), "{}", failed.snapshot());
        assert!(
            failed.printed().contains("error[connector/") || failed.printed().contains("order[connector/"),
            "{}",
            failed.snapshot()
        );
        let warehouse = shop.project.database("warehouse.db");
        assert_eq!(count(&warehouse, "SELECT count(*) FROM orders"), 0);
        drop(warehouse);
        shop.store.untwist();
        drop(shop.engine(&["run", "."]).ended(0));
        shop.is_whole();
    }
}

#[test]
fn a_list_that_has_become_something_else_is_not_an_empty_list() {
    for body in [r#"{"orders":[]}"#, "7", "null", "\"none\"", "[[1]]", "[7]"] {
        let shop = Shop::open();
        drop(shop.engine(&["run", "."]).ended(0));
        shop.store.always("/orders", move || Reply::json(body));
        let stopped = shop.engine(&["run", ".", "--full"]);
        assert!([1, 5].contains(&stopped.code), "{body}: {}", stopped.snapshot());
        if stopped.code == 1 {
            told(&stopped, "connector/protocol", "");
        }
        shop.store.untwist();
        drop(shop.engine(&["run", "."]).ended(0));
        shop.is_whole();
    }
}
