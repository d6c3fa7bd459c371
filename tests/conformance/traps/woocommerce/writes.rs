//! Writing to a store that remembers no request, takes what it should refuse, and appends what it is told twice.

use super::with_shop;
use crate::traps::scene::{at, new};
use connector_emulators::{Fault, FaultPlan, Trigger, What};
use engine_contract::Op;
use serde_json::json;

/// The service does what the next write asks for, and the answer is lost.
pub(super) fn lost() -> FaultPlan {
    let on = Trigger { methods: vec!["POST".to_owned()], ..Trigger::default() };
    FaultPlan { fault: vec![Fault { what: What::DropAfterEffect, on }], ..FaultPlan::default() }
}

/// The same request twice is two orders: after a lost answer the order is looked for by its marker.
#[test]
fn an_order_whose_answer_was_lost_is_found_by_its_marker() {
    with_shop(async |shop| {
        let order = json!({"status": "processing", "line_items": [{"product_id": 10, "quantity": 1}]});
        let write = shop.job(Op::Create, "orders", &order, &new("1")).unwrap();
        shop.fails(lost());
        assert_eq!(shop.send(std::slice::from_ref(&write)).await, ["unknown Timeout"]);
        shop.fails(FaultPlan::default());
        let other = shop.order(&json!({}));
        let found = shop.lost(&write).await;
        assert_eq!(found.len(), 1);
        assert_ne!(found[0], other);
    });
}

/// No list can be searched by meta data; a number, an address or a code finds at once.
#[test]
fn products_customers_and_coupons_whose_answers_were_lost_are_found_by_what_is_unique() {
    with_shop(async |shop| {
        for (object, fields) in [
            ("products", json!({"name": "Cup", "sku": "CUP"})),
            ("customers", json!({"email": "New@Example.com"})),
            ("coupons", json!({"code": "WELCOME", "amount": "5"})),
        ] {
            let write = shop.job(Op::Create, object, &fields, &new(object)).unwrap();
            shop.fails(lost());
            assert_eq!(shop.send(std::slice::from_ref(&write)).await, ["unknown Timeout"], "{object}");
            shop.fails(FaultPlan::default());
            shop.asked();
            assert_eq!(shop.lost(&write).await.len(), 1, "{object}");
            assert_eq!(shop.asked().len(), 1, "{object}");
        }
    });
}

/// A batch is no transaction, and its answer can be lost as a whole.
#[test]
fn the_objects_of_a_batch_whose_answer_was_lost_are_found_one_by_one() {
    with_shop(async |shop| {
        let writes: Vec<_> = ["1", "2", "3"]
            .map(|name| shop.job(Op::Create, "orders", &json!({"status": "processing"}), &new(name)).unwrap())
            .into();
        shop.fails(lost());
        assert_eq!(shop.send(&writes).await, ["unknown Timeout"; 3]);
        shop.fails(FaultPlan::default());
        let mut found = Vec::new();
        for write in &writes {
            found.extend(shop.lost(write).await);
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 3);
    });
}

/// A batch is answered with 200, whatever became of its objects.
#[test]
fn each_object_of_a_batch_has_an_outcome_of_its_own() {
    with_shop(async |shop| {
        let product = |sku: &str| json!({"name": sku, "sku": sku, "regular_price": "1"});
        let writes = [
            shop.job(Op::Create, "products", &product("A"), &new("1")).unwrap(),
            shop.job(Op::Create, "products", &product("MUG"), &new("2")).unwrap(),
            shop.job(Op::Update, "products", &json!({"name": "Cup"}), &at("999")).unwrap(),
        ];
        let told = shop.send(&writes).await;
        assert!(told[0].starts_with("applied "), "{told:?}");
        assert_eq!(told[1..], ["refused Duplicate", "refused NotFound"]);
        assert!(shop.asked().iter().any(|asked| asked.contains("products/batch")));
    });
}

/// A batch takes the state `bad` and makes a pending order, and the kind `nope` and makes a product.
#[test]
fn an_object_that_a_batch_would_not_check_goes_alone_and_is_refused() {
    with_shop(async |shop| {
        let order = |status: &str| json!({"status": status});
        let writes = [
            shop.job(Op::Create, "orders", &order("processing"), &new("1")).unwrap(),
            shop.job(Op::Create, "orders", &order("bad"), &new("2")).unwrap(),
            shop.job(Op::Create, "orders", &order("completed"), &new("3")).unwrap(),
        ];
        let told = shop.send(&writes).await;
        assert_eq!(told[1], "refused Invalid", "{told:?}");
        assert!(told[0].starts_with("applied") && told[2].starts_with("applied"), "{told:?}");
        assert_eq!(shop.sees("orders").as_array().unwrap().len(), 2);
        let product = |kind: &str| json!({"name": kind, "type": kind});
        let writes = ["nope", "simple", "external"]
            .map(|kind| shop.job(Op::Create, "products", &product(kind), &new(kind)).unwrap());
        let told = shop.send(&writes).await;
        assert_eq!(told.iter().filter(|told| *told == "refused Invalid").count(), 1, "{told:?}");
        let backorders = json!({"name": "Cup", "backorders": "perhaps"});
        assert_eq!(shop.write(Op::Create, "products", &backorders, &new("4")).await, "not encoded Invalid");
    });
}

/// A batch deletes for good what a single request puts into the trash.
#[test]
fn deletes_go_alone_and_to_the_trash() {
    with_shop(async |shop| {
        let ids = [shop.order(&json!({})), shop.order(&json!({}))];
        let writes = ids.each_ref().map(|id| shop.job(Op::Delete, "orders", &json!({}), &at(id)).unwrap());
        assert_eq!(shop.send(&writes).await, ids.each_ref().map(|id| format!("applied {id}")));
        assert_eq!(shop.sees(&format!("orders/{}", ids[0]))["status"], "trash");
        assert_eq!(shop.send(&writes[..1]).await, [format!("applied {}", ids[0])], "it is there already");
    });
}

/// Customers, variations and refunds have no trash.
#[test]
fn what_has_no_trash_is_deleted_for_good() {
    with_shop(async |shop| {
        let customer = shop.made("customers", &json!({"email": "bob@example.com"}));
        let told = shop.write(Op::Delete, "customers", &json!({}), &at(&customer)).await;
        assert_eq!(told, format!("applied {customer}"));
        assert!(shop.fetch("customers", &[&customer]).await.is_empty());
        shop.changes("products/11", &json!({"type": "variable"}));
        let variation = shop.made("products/11/variations", &json!({"sku": "S"}));
        let told = shop.write(Op::Delete, "variations", &json!({}), &at(&variation)).await;
        assert_eq!(told, format!("applied {variation}"));
        assert!(shop.fetch("variations", &[&variation]).await.is_empty());
    });
}

/// The text `12,50` becomes 1250, `abc` becomes no price at all, both with 200; the number 12.5 is refused.
#[test]
fn a_price_that_is_no_plain_decimal_is_refused_before_the_store_makes_another_of_it() {
    with_shop(async |shop| {
        for price in ["12,50", "abc", "1.234,56", "€5", "1e3", "5-"] {
            let told = shop.write(Op::Update, "products", &json!({"regular_price": price}), &at("10")).await;
            assert_eq!(told, "not encoded Invalid", "{price}");
        }
        for (price, kept) in [(json!(12.5), "12.5"), (json!("12.50"), "12.50"), (json!(""), "")] {
            let told = shop.write(Op::Update, "products", &json!({"regular_price": price}), &at("10")).await;
            assert_eq!(told, "applied 10", "{price}");
            assert_eq!(shop.sees("products/10")["regular_price"], kept);
        }
        let said = shop.refusal(Op::Update, "products", &json!({"sale_price": "12,50"}), &at("10")).await;
        assert_eq!(said, "`sale_price` is no decimal number such as 12.50 (object products)");
    });
}

/// A number that is taken names what has it: an earlier attempt of ours, or somebody else's product.
#[test]
fn a_number_that_is_taken_is_ours_only_with_our_marker() {
    with_shop(async |shop| {
        let cup = json!({"name": "Cup", "sku": "CUP"});
        let first = shop.write(Op::Create, "products", &cup, &new("1")).await;
        assert_eq!(
            shop.write(Op::Create, "products", &cup, &new("1")).await,
            first,
            "the same attempt again"
        );
        assert_eq!(shop.write(Op::Create, "products", &cup, &new("2")).await, "refused Duplicate");
        let customer = json!({"email": "ADA@example.com"});
        assert_eq!(shop.write(Op::Create, "customers", &customer, &new("3")).await, "refused Duplicate");
    });
}

/// Codes become lower case, and a coupon has a `code` as errors have.
#[test]
fn a_coupon_is_no_error_though_it_has_a_code_and_is_found_in_any_case() {
    with_shop(async |shop| {
        let told =
            shop.write(Op::Create, "coupons", &json!({"code": "TEN", "amount": "10"}), &new("1")).await;
        let id = told.strip_prefix("applied ").unwrap().to_owned();
        assert_eq!(shop.find("coupons", "code", &["TEN"]).await, [[id.clone()]]);
        let writes = ["A", "B"].map(|code| {
            shop.job(Op::Create, "coupons", &json!({"code": code, "amount": "1"}), &new(code)).unwrap()
        });
        let told = shop.send(&writes).await;
        assert!(told.iter().all(|told| told.starts_with("applied ")), "{told:?}");
        let again = json!({"code": "ten", "amount": "10"});
        assert_eq!(shop.write(Op::Create, "coupons", &again, &new("1")).await, format!("applied {id}"));
        assert_eq!(shop.write(Op::Create, "coupons", &again, &new("2")).await, "refused Duplicate");
    });
}

/// A description comes back wrapped in paragraphs: whoever compares what is sent with what is there writes for ever.
#[test]
fn a_description_that_comes_back_wrapped_is_sent_in_equal_bytes_each_time() {
    with_shop(async |shop| {
        let fields = json!({"description": "Holds coffee"});
        assert_eq!(shop.write(Op::Update, "products", &fields, &at("10")).await, "applied 10");
        assert_ne!(shop.sees("products/10")["description"], "Holds coffee");
        let [one, two] = [(); 2].map(|()| shop.job(Op::Update, "products", &fields, &at("10")).unwrap());
        assert_eq!(one.payload, two.payload, "what was sent last is compared, not what is there");
    });
}
