//! Lists that shift, end oddly, or hold more or less than one thinks.

use super::{CURSOR, shop_at, with_shop};
use crate::traps::scene::{filtered, json_of, keys, new, read, run};
use engine_contract::{ErrorKind, Op};
use serde_json::json;
use std::collections::BTreeSet;

/// By page numbers, a record that changes between two pages makes another one disappear for good.
#[test]
fn a_record_that_changes_between_pages_takes_no_other_record_its_turn() {
    with_shop(async |shop| {
        let ids: Vec<String> = (0..12)
            .map(|_| {
                shop.pass(1);
                shop.order(&json!({}))
            })
            .collect();
        let changed = ids[1].clone();
        shop.before(1, move |store, now| {
            let path = format!("orders/{changed}");
            super::ask(store, "PUT", &path, &json!({"customer_note": "changed"}), now);
        });
        let mut request = read("orders", Some(CURSOR), None);
        request.max_records = 5;
        let seen = shop.read(request).await.unwrap();
        assert_eq!(
            keys(&seen).into_iter().collect::<BTreeSet<_>>(),
            ids.iter().map(String::as_str).collect()
        );
        let last = json_of(seen.iter().rfind(|record| record.key == ids[1]).unwrap());
        assert_eq!(last["customer_note"], "changed", "the change is seen too");
    });
}

#[test]
fn a_customer_who_vanishes_between_pages_takes_no_other_one_his_turn() {
    with_shop(async |shop| {
        let ids: Vec<String> = (0..9)
            .map(|number| shop.made("customers", &json!({"email": format!("c{number}@example.com")})))
            .collect();
        let gone = ids[0].clone();
        shop.before(1, move |store, now| {
            super::ask(
                store,
                "DELETE",
                &format!("customers/{gone}?force=true"),
                &serde_json::Value::Null,
                now,
            );
        });
        let mut request = read("customers", None, None);
        request.max_records = 4;
        let seen = shop.read(request).await.unwrap();
        let seen: BTreeSet<&str> = keys(&seen).into_iter().collect();
        assert!(ids.iter().skip(1).all(|id| seen.contains(id.as_str())), "{seen:?} of {ids:?}");
    });
}

/// More than 100 is refused, the default is 10, and past the end the totals are zero: none of it ends a read early.
#[test]
fn pages_hold_a_hundred_and_the_end_is_an_empty_page_without_totals() {
    with_shop(async |shop| {
        for _ in 0..4 {
            let orders = vec![json!({"status": "processing"}); 50];
            shop.behind(|store, now| {
                super::ask(store, "POST", "orders/batch", &json!({"create": orders}), now)
            });
            shop.pass(1);
        }
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        assert_eq!(keys(&seen).into_iter().collect::<BTreeSet<_>>().len(), 200);
        let asked = shop.asked();
        assert!(asked.iter().all(|asked| asked.contains("per_page=100")), "{asked:?}");
    });
}

/// Unknown parameters are ignored in silence: a store that does not know `modified_after` sends everything.
#[test]
fn a_store_that_overlooks_a_bound_stops_the_read() {
    with_shop(async |shop| {
        shop.order(&json!({}));
        shop.overlooks("modified_after");
        let later = Some("2026-11-23T00:30:00Z");
        let error = shop.read(read("orders", Some(CURSOR), later)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    });
}

/// `modified_after` is ignored for customers: asked so, nobody would ever seem to change, or everybody.
#[test]
fn customers_cannot_be_asked_for_by_change_and_are_read_whole() {
    with_shop(async |shop| {
        let id = shop.made("customers", &json!({"email": "bob@example.com"}));
        shop.changes(&format!("customers/{id}"), &json!({"first_name": "Bob"}));
        let customers =
            shop.source().streams().into_iter().find(|stream| stream.name == "customers").unwrap();
        assert!(customers.cursors.is_empty(), "no pipeline can ask so");
        let seen = shop.read(read("customers", None, None)).await.unwrap();
        let bob = seen.iter().find(|record| record.key == id).unwrap();
        assert_eq!(json_of(bob)["first_name"], "Bob");
        assert!(shop.asked().iter().all(|asked| asked.contains("orderby=id") && !asked.contains("modified")));
    });
}

/// Lists show the role `customer` alone: somebody who was written and has another role now would seem deleted.
#[test]
fn users_of_another_role_are_found_by_key_and_by_address() {
    with_shop(async |shop| {
        let seen = shop.read(read("customers", None, None)).await.unwrap();
        assert_eq!(keys(&seen), ["2"]);
        assert_eq!(keys(&shop.fetch("customers", &["2", "3"]).await), ["2", "3"]);
        assert_eq!(shop.find("customers", "email", &["eve@example.com"]).await, [["3"]]);
        let all = filtered(read("customers", None, None), json!({"role": "all"}));
        assert_eq!(keys(&shop.read(all).await.unwrap()), ["2", "3"]);
    });
}

/// `any` includes unfinished checkouts.
#[test]
fn drafts_of_the_checkout_do_not_pass_a_filter_of_states() {
    with_shop(async |shop| {
        let draft = shop.order(&json!({"status": "checkout-draft"}));
        let paid = shop.order(&json!({}));
        let states = json!({"status": ["processing", "completed"]});
        let seen = shop.read(filtered(read("orders", Some(CURSOR), None), states)).await.unwrap();
        let admitted: Vec<_> = seen.iter().map(|record| (record.key.as_str(), record.is_admitted)).collect();
        assert_eq!(admitted, [(draft.as_str(), false), (paid.as_str(), true)]);
    });
}

/// An order that is cancelled leaves a filter of states: by the store's own filter it would never be heard of again.
#[test]
fn an_order_that_leaves_a_filter_of_states_is_still_read() {
    with_shop(async |shop| {
        let id = shop.order(&json!({}));
        shop.pass(10);
        shop.changes(&format!("orders/{id}"), &json!({"status": "cancelled"}));
        let since = Some("2026-11-23T00:20:05Z");
        let request = filtered(read("orders", Some(CURSOR), since), json!({"status": "processing"}));
        let seen = shop.read(request).await.unwrap();
        assert_eq!((keys(&seen), seen[0].is_admitted), (vec![id.as_str()], false));
    });
}

/// `any,trash` shows no trash: it has to be asked for by itself.
#[test]
fn what_is_in_the_trash_is_read_only_where_it_is_asked_for() {
    with_shop(async |shop| {
        let trashed = shop.order(&json!({}));
        let kept = shop.order(&json!({}));
        shop.deletes(&format!("orders/{trashed}"));
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        assert_eq!(keys(&seen), [kept.as_str()]);
        let states = json!({"status": ["processing", "trash"]});
        let seen = shop.read(filtered(read("orders", Some(CURSOR), None), states)).await.unwrap();
        let seen: BTreeSet<&str> = keys(&seen).into_iter().collect();
        assert_eq!(seen, BTreeSet::from([trashed.as_str(), kept.as_str()]));
    });
}

/// No list tells of a deletion. The record's own key does.
#[test]
fn what_was_trashed_or_deleted_for_good_is_missed_by_its_key() {
    with_shop(async |shop| {
        let ids = [shop.order(&json!({})), shop.order(&json!({})), shop.order(&json!({}))];
        shop.deletes(&format!("orders/{}", ids[0]));
        shop.deletes(&format!("orders/{}?force=true", ids[1]));
        let found = shop.fetch("orders", &ids.each_ref().map(String::as_str)).await;
        assert_eq!(keys(&found), [ids[2].as_str()]);
    });
}

/// Variations never stand among products, and a change of one shows through its product's date.
#[test]
fn a_changed_variation_is_read_with_its_product_though_products_do_not_list_it() {
    with_shop(async |shop| {
        shop.changes("products/11", &json!({"type": "variable"}));
        let id = shop.made("products/11/variations", &json!({"sku": "SHIRT-M", "regular_price": "20"}));
        shop.pass(60);
        shop.changes(&format!("products/11/variations/{id}"), &json!({"regular_price": "21"}));
        let since = Some("2026-11-23T00:20:30Z");
        let products = shop.read(read("products", Some(CURSOR), since)).await.unwrap();
        assert_eq!(keys(&products), ["11"]);
        let variations = shop.read(read("variations", Some(CURSOR), since)).await.unwrap();
        assert_eq!(keys(&variations), [id.as_str()]);
        let variation = json_of(&variations[0]);
        assert_eq!(
            (&variation["regular_price"], &variation["parent"]["id"]),
            (&json!("21"), &json!(11)),
            "a price is as it was entered, not padded"
        );
    });
}

/// Over plain http credentials are not looked at, and a signature over `order[]=` would be refused.
#[test]
fn over_plain_http_requests_are_signed_and_lists_of_values_survive_it() {
    run(async {
        let shop = shop_at("http://shop.example", "Europe/Berlin").await;
        let mut orders = Vec::new();
        for name in ["1", "2"] {
            let order = json!({"status": "processing", "line_items": [{"product_id": 10, "quantity": 1}]});
            let told = shop.write(Op::Create, "orders", &order, &new(name)).await;
            let id = told.strip_prefix("applied ").unwrap().to_owned();
            let refund = json!({"amount": "1.00", "parent_id": id});
            let told = shop.write(Op::Create, "refunds", &refund, &new(&format!("r{name}"))).await;
            assert!(told.starts_with("applied"), "{told}");
            orders.push(id);
        }
        let request = read("refunds", Some("date_created_gmt"), None);
        let seen = shop.read(filtered(request, json!({"order": orders}))).await.unwrap();
        assert_eq!(seen.len(), 2);
        let asked = shop.asked();
        assert!(asked.iter().all(|asked| asked.contains("oauth_signature=")), "{asked:?}");
    });
}
