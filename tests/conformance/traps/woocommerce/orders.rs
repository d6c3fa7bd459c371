//! Orders and refunds that are written.

use super::with_shop;
use crate::traps::scene::{at, new};
use engine_contract::Op;
use serde_json::json;

/// A line without an id is added: an update that sends lines again would double them.
#[test]
fn lines_are_sent_by_the_create_alone_and_are_never_doubled() {
    with_shop(async |shop| {
        let lines = json!([{"product_id": 10, "quantity": 2}]);
        let told = shop.write(Op::Create, "orders", &json!({"line_items": lines}), &new("1")).await;
        let id = told.strip_prefix("applied ").unwrap();
        let again = json!({"line_items": lines, "customer_note": "x"});
        assert_eq!(shop.write(Op::Update, "orders", &again, &at(id)).await, "not encoded Invalid");
        let told = shop.write(Op::Update, "orders", &json!({"customer_note": "x"}), &at(id)).await;
        assert_eq!(told, format!("applied {id}"));
        let order = shop.sees(&format!("orders/{id}"));
        assert_eq!((order["line_items"].as_array().unwrap().len(), &order["total"]), (1, &json!("10.00")));
    });
}

/// The gateway would pay back by itself where nobody says no, and fails with 500 where it cannot.
#[test]
fn a_refund_pays_nothing_back_by_itself() {
    with_shop(async |shop| {
        let order = shop.order(&json!({}));
        let refund = json!({"parent_id": order, "amount": "2.00"});
        let told = shop.write(Op::Create, "refunds", &refund, &new("1")).await;
        let id = told.strip_prefix("applied ").unwrap();
        assert_eq!(shop.sees(&format!("orders/{order}/refunds/{id}"))["refunded_payment"], false);
        let paying = json!({"parent_id": order, "amount": "2.00", "api_refund": true});
        assert_eq!(shop.write(Op::Create, "refunds", &paying, &new("2")).await, "refused Invalid");
    });
}

/// Refusals of refunds come as 500, with a bare number as data: asking again does not help.
#[test]
fn a_refund_that_is_refused_with_500_is_refused_for_good() {
    with_shop(async |shop| {
        let order = shop.order(&json!({}));
        let refund = json!({"parent_id": order, "amount": "99.00"});
        assert_eq!(shop.write(Op::Create, "refunds", &refund, &new("1")).await, "refused Invalid");
        assert_eq!(shop.sees(&format!("orders/{order}/refunds")), json!([]));
    });
}

/// A quantity of 0 makes PHP fail: that is a server that failed, which may have done something.
#[test]
fn a_line_of_no_quantity_is_unknown_and_nothing_of_it_is_found() {
    with_shop(async |shop| {
        let order = json!({"line_items": [{"product_id": 10, "quantity": 0}]});
        let write = shop.job(Op::Create, "orders", &order, &new("1")).unwrap();
        assert_eq!(shop.send(std::slice::from_ref(&write)).await, ["unknown Unavailable"]);
        assert!(shop.lost(&write).await.is_empty());
    });
}

/// A coupon that is refused leaves a draft behind, with our marker in it: that is no order of ours.
#[test]
fn the_draft_that_a_refused_coupon_leaves_behind_is_not_taken_for_the_order() {
    with_shop(async |shop| {
        let order =
            json!({"coupon_lines": [{"code": "none"}], "line_items": [{"product_id": 10, "quantity": 1}]});
        let write = shop.job(Op::Create, "orders", &order, &new("1")).unwrap();
        assert_eq!(shop.send(std::slice::from_ref(&write)).await, ["refused Invalid"]);
        assert_eq!(shop.sees("orders")[0]["status"], "checkout-draft");
        assert!(shop.lost(&write).await.is_empty());
    });
}

/// A change of an order or a product that is gone is answered with 400, not with 404.
#[test]
fn a_change_of_what_is_gone_is_not_found_whatever_its_status() {
    with_shop(async |shop| {
        for object in ["orders", "products", "coupons", "customers"] {
            let told = shop.write(Op::Update, object, &json!({}), &at("4711")).await;
            assert_eq!(told, "refused NotFound", "{object}");
        }
        // Orders and products share their numbers.
        assert_eq!(shop.write(Op::Update, "orders", &json!({}), &at("10")).await, "refused NotFound");
    });
}

/// Every write moves the date of change, so that what the engine wrote is read as changed: only its content tells.
#[test]
fn a_write_that_changes_nothing_moves_the_date_of_change() {
    with_shop(async |shop| {
        let id = shop.order(&json!({}));
        shop.pass(60);
        assert_eq!(shop.write(Op::Update, "orders", &json!({}), &at(&id)).await, format!("applied {id}"));
        let since = Some("2026-11-23T00:20:30Z");
        let seen = shop.read(crate::traps::scene::read("orders", Some(super::CURSOR), since)).await.unwrap();
        assert_eq!(crate::traps::scene::keys(&seen), [id.as_str()]);
    });
}

/// A line of a product that does not exist is taken, and becomes a line of nothing: money is lost.
#[test]
fn a_line_of_a_product_that_is_not_there_is_refused_before_it_becomes_a_line_of_nothing() {
    with_shop(async |shop| {
        let of = |product: u64| json!({"status": "processing", "line_items": [{"product_id": product, "quantity": 1}]});
        let taken = shop.sees(&format!("orders/{}", shop.made("orders", &of(4711))));
        assert_eq!((&taken["line_items"][0]["product_id"], &taken["total"]), (&json!(0), &json!("0.00")));
        shop.asked();
        let writes = [10, 4711, 11]
            .map(|product| shop.job(Op::Create, "orders", &of(product), &new(&product.to_string())).unwrap());
        let told = shop.send(&writes).await;
        assert!(told[0].starts_with("applied ") && told[1].starts_with("applied "), "{told:?}");
        assert_eq!(told[2], "refused Invalid");
        let asked = shop.asked();
        assert_eq!(asked.len(), 2, "one look for all three, and the batch: {asked:?}");
        assert!(shop.write(Op::Create, "orders", &of(10), &new("4")).await.starts_with("applied "));
        assert_eq!(shop.asked().len(), 1, "what was found is not looked for again");
        let said = shop.refusal(Op::Create, "orders", &of(4712), &new("5")).await;
        assert_eq!(said, "`line_items.product_id` names none of `products` that is there (object orders)");
        let nobody = json!({"line_items": [{"product_id": 11, "variation_id": 4711, "quantity": 1}]});
        assert_eq!(shop.write(Op::Create, "orders", &nobody, &new("6")).await, "refused Invalid");
    });
}

/// What the store reckons or stamps itself, and what it does not know, is ignored in silence.
#[test]
fn what_the_store_ignores_in_silence_is_no_field_that_can_be_mapped() {
    with_shop(async |shop| {
        let id = shop.order(&json!({}));
        let path = format!("orders/{id}");
        let before = shop.sees(&path);
        let ignored = json!({"date_created": "2020-01-01T00:00:00", "total": "1.00", "colour": "red"});
        shop.changes(&path, &ignored);
        let after = shop.sees(&path);
        for field in ["date_created", "total", "colour"] {
            assert_eq!(after.get(field), before.get(field), "{field}");
        }
        let schema = shop.target().schema(&shop.context, "orders").await.unwrap();
        assert!(schema.field("colour").is_none());
        for field in ["date_created", "total", "number", "date_paid_gmt", "prices_include_tax"] {
            assert!(schema.field(field).unwrap().read_only, "{field}");
        }
    });
}
