//! The query language: quotes, pages, what it hides.

use super::{CURSOR, with_books};
use crate::traps::scene::{filtered, keys, read};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A text ends at an apostrophe unless there is a backslash before it.
#[test]
fn an_apostrophe_or_a_backslash_in_a_name_neither_ends_nor_changes_a_query() {
    with_books(async |books| {
        for name in ["Adam's", r"A\B", "O'Neil's \\ Sons' '", "' OR Active = 'true"] {
            let id = books.customer(name);
            let found = books.find("Customer", "DisplayName", &[name]).await;
            assert_eq!(found, [[id.as_str().unwrap()]], "{name}");
        }
        assert!(books.find("Customer", "DisplayName", &["Nobody's"]).await.is_empty());
    });
}

/// 100 rows unless told otherwise, 1000 at most, counted from 1.
#[test]
fn more_than_a_thousand_objects_are_read_in_pages_that_say_their_size() {
    with_books(async |books| {
        for batch in 0..42 {
            let items: Vec<Value> = (0..25)
                .map(|number| {
                    json!({"bId": number.to_string(), "operation": "create",
                        "Customer": {"DisplayName": format!("C{batch}-{number}")}})
                })
                .collect();
            let body = json!({"BatchItemRequest": items});
            books.behind(|books, now| super::ask(books, "POST", "batch", &body, now));
            books.pass(1);
        }
        let mut request = read("Customer", Some(CURSOR), None);
        request.max_records = 5000;
        let seen = books.read(request).await.unwrap();
        assert_eq!(keys(&seen).into_iter().collect::<BTreeSet<_>>().len(), 1050);
        let asked = books.asked();
        assert!(asked.iter().all(|asked| asked.contains("STARTPOSITION 1 MAXRESULTS 1000")), "{asked:?}");
    });
}

/// More objects of one value than a page holds.
#[test]
fn more_than_a_thousand_objects_with_one_value_are_searched_in_a_stable_order() {
    with_books(async |books| {
        let ada = books.customer("Ada");
        for batch in 0..41 {
            let payment = json!({"TotalAmt": 1, "CustomerRef": {"value": ada}, "TxnDate": "2026-03-02"});
            let items: Vec<Value> = (0..25)
                .map(|number| json!({"bId": number.to_string(), "operation": "create", "Payment": payment}))
                .collect();
            let body = json!({"BatchItemRequest": items});
            books.behind(|books, now| super::ask(books, "POST", "batch", &body, now));
            books.pass(batch % 2);
        }
        let fields = json!({"TotalAmt": 1, "CustomerRef": {"value": ada}, "TxnDate": "2026-03-02"});
        let write = books.job(engine_contract::Op::Create, "Payment", &fields, &super::new("1")).unwrap();
        let told = books.send(std::slice::from_ref(&write)).await;
        books.asked();
        let found = books.lost(&write).await;
        assert_eq!(told, [format!("applied {}", found.join(","))]);
        let asked = books.asked();
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(asked.iter().all(|asked| asked.contains("ORDERBY")), "{asked:?}");
    });
}

/// An empty answer has no list at all.
#[test]
fn nothing_found_is_an_answer_without_a_list() {
    with_books(async |books| {
        assert!(books.read(read("Invoice", Some(CURSOR), None)).await.unwrap().is_empty());
        assert!(books.find("Customer", "DisplayName", &["Ada"]).await.is_empty());
        assert!(books.fetch("Invoice", &["4711"]).await.is_empty());
    });
}

/// Queries of lists show what is in use alone, unless asked for both.
#[test]
fn what_is_out_of_use_is_read_and_is_not_referred_to() {
    with_books(async |books| {
        let id = books.customer("Ada");
        books.made("Customer", &json!({"Id": id, "SyncToken": "0", "sparse": true, "Active": false}));
        let id = id.as_str().unwrap();
        let seen = books.read(read("Customer", Some(CURSOR), None)).await.unwrap();
        assert_eq!(keys(&seen), [id]);
        assert_eq!(keys(&books.fetch("Customer", &[id]).await), [id]);
        let in_use = filtered(read("Customer", Some(CURSOR), None), json!({"active": true}));
        let seen = books.read(in_use).await.unwrap();
        assert_eq!((keys(&seen), seen[0].is_admitted), (vec![id], false), "it left the filter");
        assert!(
            books.find("Customer", "DisplayName", &["Ada (deleted)"]).await.is_empty(),
            "a reference to it would be refused"
        );
    });
}

/// References are searched by the name of the reference, values with many others in one statement.
#[test]
fn many_names_are_found_with_few_statements() {
    with_books(async |books| {
        let names: Vec<String> = (0..90).map(|number| format!("Customer number {number}")).collect();
        for name in &names {
            books.customer(name);
        }
        books.asked();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(books.find("Customer", "DisplayName", &names).await.len(), 90);
        let asked = books.asked();
        assert_eq!(asked.len(), 3);
        assert!(asked.iter().all(|asked| asked.len() < 8000), "addresses have limits");
    });
}

/// Some properties cannot be searched by: 4001. The currency of a customer is one of them.
#[test]
fn what_cannot_be_searched_by_is_compared_on_what_was_found() {
    with_books(async |books| {
        let id = books.customer("Ada");
        books.asked();
        let match_on = ["DisplayName".to_owned(), "CurrencyRef.value".to_owned()];
        let wanted = json!({"DisplayName": "Ada", "CurrencyRef": {"value": "USD"}});
        let wanted = [engine_contract::Value::from(wanted).as_map().unwrap().clone()];
        let found = books.target().matches(&books.context, "Customer", &match_on, &wanted).await.unwrap();
        assert_eq!(found[0][0].target_id, id.as_str().unwrap());
        assert!(books.asked().iter().all(|asked| !asked.contains("CurrencyRef")));
    });
}
