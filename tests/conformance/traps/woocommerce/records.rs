//! Records whose parts have odd types, signs and ways of not changing.

use super::{CURSOR, with_shop};
use crate::traps::scene::{filtered, json_of, keys, read};
use engine_contract::SourceRecord;
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn texts(record: &SourceRecord) -> String {
    String::from_utf8(record.record.as_bytes().to_vec()).unwrap()
}

/// Amounts are texts, prices of lines are numbers with all their digits: none goes through a binary fraction.
#[test]
fn amounts_keep_their_digits_whether_they_come_as_texts_or_numbers() {
    with_shop(async |shop| {
        let line = json!([{"product_id": 10, "quantity": 3, "subtotal": "59.985", "total": "59.985"}]);
        shop.order(&json!({"line_items": line}));
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        let price = seen[0].record.member("line_items").and_then(|lines| lines.element(0)).unwrap();
        assert_eq!(price.member("price").unwrap().to_value().to_json(), "19.995");
        let order = json_of(&seen[0]);
        assert!(order["total"].is_string() && order["line_items"][0]["total"].is_string(), "{order}");
    });
}

/// A guest has the customer number 0, which is nobody's.
#[test]
fn guests_have_the_customer_0_and_bring_their_address() {
    with_shop(async |shop| {
        shop.order(&json!({"customer_id": 2}));
        let guest = shop.order(&json!({"billing": {"email": "Guest@Example.com"}}));
        let seen =
            shop.read(filtered(read("orders", Some(CURSOR), None), json!({"customer": 0}))).await.unwrap();
        assert_eq!(keys(&seen), [guest.as_str()]);
        let order = json_of(&seen[0]);
        assert_eq!(order["customer_id"], 0);
        assert_eq!(order["billing"]["email"].as_str().unwrap().to_lowercase(), "guest@example.com");
        assert!(shop.fetch("customers", &["0"]).await.is_empty(), "0 is no customer");
    });
}

/// A line keeps its name when its product is gone, and its `sku` becomes null.
#[test]
fn a_line_whose_product_is_gone_is_still_a_line() {
    with_shop(async |shop| {
        shop.order(&json!({}));
        shop.deletes("products/10?force=true");
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        let line = json_of(&seen[0])["line_items"][0].clone();
        assert_eq!((&line["sku"], &line["name"]), (&Value::Null, &json!("MUG")));
        assert_eq!(line["image"]["id"], "", "no picture is an empty text where a number would be");
    });
}

/// A refund says what it gives back as a positive amount, and its lines are negative. The order's total stays.
#[test]
fn a_refund_has_a_positive_amount_and_negative_lines_and_leaves_the_total() {
    with_shop(async |shop| {
        let order = shop.order(&json!({}));
        let line = shop.sees(&format!("orders/{order}"))["line_items"][0]["id"].clone();
        let body = json!({"amount": "5.00", "api_refund": false,
            "line_items": [{"id": line, "quantity": 1, "refund_total": 5}]});
        let id = shop.made(&format!("orders/{order}/refunds"), &body);
        let seen = shop.read(read("refunds", Some("date_created_gmt"), None)).await.unwrap();
        assert_eq!(keys(&seen), [id.as_str()]);
        let refund = json_of(&seen[0]);
        assert_eq!((&refund["amount"], &refund["line_items"][0]["total"]), (&json!("5.00"), &json!("-5.00")));
        assert_eq!(refund["line_items"][0]["quantity"], -1);
        assert_eq!((&refund["parent"]["total"], &refund["parent_id"].to_string()), (&json!("10.00"), &order));
    });
}

/// Setting an order to `refunded` makes a refund of the rest, without lines.
#[test]
fn a_whole_refund_by_state_has_no_lines_and_is_read() {
    with_shop(async |shop| {
        let order = shop.order(&json!({}));
        shop.changes(&format!("orders/{order}"), &json!({"status": "refunded"}));
        let seen = shop.read(read("refunds", Some("date_created_gmt"), None)).await.unwrap();
        let refund = json_of(&seen[0]);
        assert_eq!((&refund["amount"], &refund["line_items"]), (&json!("10.00"), &json!([])));
        assert_eq!(refund["parent"]["total"], "10.00");
    });
}

/// Deleting a refund moves no date: nothing that is read along a cursor tells of it.
#[test]
fn a_refund_that_is_deleted_moves_no_date_and_is_missed_by_its_key() {
    with_shop(async |shop| {
        let order = shop.order(&json!({}));
        let id = shop.made(&format!("orders/{order}/refunds"), &json!({"amount": "1", "api_refund": false}));
        shop.pass(60);
        shop.deletes(&format!("orders/{order}/refunds/{id}?force=true"));
        let since = Some("2026-11-23T00:20:30Z");
        assert!(shop.read(read("orders", Some(CURSOR), since)).await.unwrap().is_empty(), "no order moved");
        assert!(shop.fetch("refunds", &[&id]).await.is_empty());
        assert!(
            shop.read(read("refunds", None, None)).await.unwrap().is_empty(),
            "nor does a full read show it"
        );
    });
}

/// The use of a coupon moves no date: only a full read, compared by content, sees it.
#[test]
fn the_use_of_a_coupon_moves_no_date_and_is_seen_by_a_full_read() {
    with_shop(async |shop| {
        shop.made("coupons", &json!({"code": "TEN", "amount": "1", "discount_type": "fixed_cart"}));
        shop.pass(60);
        shop.order(&json!({"coupon_lines": [{"code": "ten"}]}));
        let since = Some("2026-11-23T00:20:30Z");
        assert!(shop.read(read("coupons", Some(CURSOR), since)).await.unwrap().is_empty());
        let seen = shop.read(read("coupons", None, None)).await.unwrap();
        assert_eq!(json_of(&seen[0])["usage_count"], 1);
    });
}

/// A reduction is a fee below zero.
#[test]
fn a_fee_may_be_negative() {
    with_shop(async |shop| {
        shop.order(&json!({"fee_lines": [{"name": "Rebate", "total": "-2.00", "tax_status": "none"}]}));
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        let order = json_of(&seen[0]);
        assert_eq!((&order["fee_lines"][0]["total"], &order["total"]), (&json!("-2.00"), &json!("8.00")));
    });
}

/// Bodies escape whatever is no ASCII, and texts of orders are raw: neither changes on the way.
#[test]
fn letters_signs_and_markup_arrive_as_they_were_typed() {
    with_shop(async |shop| {
        let note = "Größe <b>1/2</b> & \"mehr\" \u{1f600}\nשלום";
        shop.order(&json!({"customer_note": note}));
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        assert_eq!(json_of(&seen[0])["customer_note"], note);
        assert!(texts(&seen[0]).is_ascii(), "the store escapes, and the record keeps its bytes");
    });
}

/// Stock may fall below zero, and is null where it is not counted.
#[test]
fn stock_is_null_or_a_number_that_may_be_negative() {
    with_shop(async |shop| {
        shop.changes("products/10", &json!({"manage_stock": true, "stock_quantity": 1}));
        shop.order(&json!({"line_items": [{"product_id": 10, "quantity": 3}]}));
        let seen = shop.read(read("products", Some(CURSOR), None)).await.unwrap();
        let stock = |key: &str| {
            json_of(seen.iter().find(|record| record.key == key).unwrap())["stock_quantity"].clone()
        };
        assert_eq!((stock("10"), stock("11")), (json!(-2), Value::Null));
    });
}

/// Values of meta data lose their types in the database: `7` comes back as a text.
#[test]
fn a_number_in_meta_data_comes_back_as_a_text() {
    with_shop(async |shop| {
        shop.order(&json!({"meta_data": [{"key": "weight", "value": 7}, {"key": "list", "value": [1.5]}]}));
        let seen = shop.read(read("orders", Some(CURSOR), None)).await.unwrap();
        let meta = json_of(&seen[0])["meta_data"].clone();
        let of = |key: &str| {
            meta.as_array().unwrap().iter().find(|one| one["key"] == key).unwrap()["value"].clone()
        };
        assert_eq!((of("weight"), of("list")), (json!("7"), json!([1.5])));
    });
}

/// Amounts have the decimals of the store, also those of yen, which have none: the taxes of lines are rounded to them, and
/// their sum differs from the total until more decimals are asked for.
#[test]
fn amounts_have_the_decimals_of_the_store_until_more_are_asked_for() {
    with_shop(async |shop| {
        let line = json!({"product_id": 10, "quantity": 1, "subtotal": "3.3333", "total": "3.3333"});
        shop.order(&json!({"currency": "JPY", "line_items": [line, line, line]}));
        let sum = |order: &Value| {
            let lines = order["line_items"].as_array().unwrap().iter();
            let totals = lines.map(|line| line["total"].as_str().unwrap().parse::<Decimal>().unwrap());
            (totals.sum::<Decimal>().normalize().to_string(), order["total"].as_str().unwrap().to_owned())
        };
        let request = || read("orders", Some(CURSOR), None);
        let seen = shop.read(request()).await.unwrap();
        assert_eq!(sum(&json_of(&seen[0])), ("9.99".to_owned(), "10.00".to_owned()));
        let more = || filtered(request(), json!({"decimals": 4}));
        let exact = shop.read(more()).await.unwrap();
        assert_eq!(sum(&json_of(&exact[0])).0, "9.9999");
        let keys = [exact[0].key.clone()];
        let again = shop.source().fetch(&shop.context, &more(), &keys).await.unwrap();
        assert_eq!(json_of(&again[0]), json_of(&exact[0]), "by key it looks the same");
    });
}

/// Related products are drawn anew for each answer: a product would never look unchanged.
#[test]
fn related_products_are_drawn_anew_and_make_no_product_look_changed() {
    with_shop(async |shop| {
        for name in ["A", "B", "C"] {
            shop.made("products", &json!({"name": name}));
        }
        let [one, other] = [shop.sees("products/12"), shop.sees("products/12")];
        assert_ne!(one["related_ids"], other["related_ids"], "{one}");
        let first = shop.read(read("products", Some(CURSOR), None)).await.unwrap();
        let second = shop.read(read("products", None, None)).await.unwrap();
        let by_key = shop.fetch("products", &["12"]).await;
        let product = |seen: &[SourceRecord]| texts(seen.iter().find(|record| record.key == "12").unwrap());
        assert_eq!(product(&first), product(&second));
        assert_eq!(product(&first), product(&by_key));
        let schema = shop.target().schema(&shop.context, "products").await.unwrap();
        assert!(schema.field("related_ids").is_none(), "no mapping can name it");
    });
}

/// An address keeps the letters in which it was typed, and the same person types it in others.
#[test]
fn a_customer_is_found_by_an_address_in_other_letters() {
    with_shop(async |shop| {
        for address in ["Ada@example.com", "ada@example.com", "ADA@EXAMPLE.COM"] {
            assert_eq!(shop.find("customers", "email", &[address]).await, [["2"]], "{address}");
        }
    });
}
