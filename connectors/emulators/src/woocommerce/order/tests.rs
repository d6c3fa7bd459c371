use crate::woocommerce::{
    Seed, WooCommerce,
    tests::{ask, settings},
};
use serde_json::{Value, json};

const NOW: &str = "2026-11-23T00:20:00Z";

/// A store with a product of 10.00, the taxes of New York and Quebec, and a coupon of ten per cent.
fn store() -> WooCommerce {
    let products = json!([{"id": 10, "name": "Mug", "type": "simple", "status": "publish", "price": "10.00",
        "regular_price": "10.00", "sku": "MUG", "tax_status": "taxable", "tax_class": "", "manage_stock": false}]);
    let rate = |id: u64,
                country: &str,
                state: &str,
                rate: &str,
                name: &str,
                priority: u64,
                compound: bool| {
        json!({"id": id, "country": country, "state": state, "rate": rate, "name": name, "priority": priority,
            "compound": compound, "shipping": true, "order": 0, "class": "standard", "postcodes": [], "cities": []})
    };
    let taxes = json!([
        rate(1, "US", "NY", "8.8750", "NY", 1, false),
        rate(6, "CA", "", "5.0000", "GST", 1, false),
        rate(7, "CA", "QC", "9.9750", "QST", 2, true),
    ]);
    let coupons = json!([{"id": 11, "code": "ten", "amount": "10.00", "status": "publish",
        "discount_type": "percent", "usage_count": 0, "free_shipping": false, "used_by": []}]);
    let texts = [("products", products), ("taxes", taxes), ("coupons", coupons)]
        .map(|(name, json)| (name, json.to_string()));
    let mut store = WooCommerce::new(settings("UTC"));
    store.seed(&Seed::read(texts.iter().map(|(name, text)| (*name, text.as_str()))).unwrap());
    store
}

fn order(country: &str, state: &str, more: &Value) -> Value {
    let mut order = json!({"billing": {"country": country, "state": state, "email": "a@example.com"},
        "line_items": [{"product_id": 10, "quantity": 2}]});
    for (name, value) in more.as_object().into_iter().flatten() {
        order[name] = value.clone();
    }
    order
}

/// The totals of an order: net discount, its tax, tax of items and fees, tax of shipping, total.
fn totals(order: &Value) -> [String; 5] {
    ["discount_total", "discount_tax", "cart_tax", "shipping_tax", "total"]
        .map(|name| order[name].as_str().unwrap().to_owned())
}

#[test]
fn totals_are_those_of_the_store() {
    let shipping = json!({"shipping_lines": [{"method_id": "flat_rate", "total": "7.50"}]});
    let rows = [
        ("US", "NY", json!({}), ["0.00", "0.00", "1.78", "0.00", "21.78"]),
        ("US", "NY", json!({"coupon_lines": [{"code": "TEN"}]}), ["2.00", "0.18", "1.60", "0.00", "19.60"]),
        ("US", "NY", shipping, ["0.00", "0.00", "1.78", "0.67", "29.95"]),
        ("CA", "QC", json!({}), ["0.00", "0.00", "3.09", "0.00", "23.09"]),
        ("FR", "", json!({}), ["0.00", "0.00", "0.00", "0.00", "20.00"]),
        (
            "US",
            "NY",
            json!({"fee_lines": [{"name": "less", "total": "-5"}]}),
            ["0.00", "0.00", "1.34", "0.00", "16.34"],
        ),
    ];
    for (country, state, more, expected) in rows {
        let (status, body, _) = ask(&mut store(), "POST", "orders", &order(country, state, &more), NOW);
        assert_eq!((status, totals(&body)), (201, expected.map(str::to_owned)), "{country} {more}");
    }
}

#[test]
fn a_quantity_alone_leaves_amounts_and_a_line_without_id_is_added() {
    let mut store = store();
    let (_, made, _) = ask(&mut store, "POST", "orders", &order("FR", "", &json!({})), NOW);
    let path = format!("orders/{}", made["id"]);
    let quantity = json!({"line_items": [{"id": made["line_items"][0]["id"], "quantity": 5}]});
    let (_, body, _) = ask(&mut store, "PUT", &path, &quantity, NOW);
    assert_eq!((&body["total"], &body["line_items"][0]["price"]), (&json!("20.00"), &json!(4)));
    let more = json!({"line_items": [{"product_id": 10}]});
    ask(&mut store, "PUT", &path, &more, NOW);
    let (_, body, _) = ask(&mut store, "PUT", &path, &more, NOW);
    assert_eq!(body["line_items"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cannot_be_refunded_is_answered_with_500_and_a_bare_number() {
    let mut store = store();
    let (_, made, _) = ask(&mut store, "POST", "orders", &order("FR", "", &json!({})), NOW);
    let path = format!("orders/{}/refunds", made["id"]);
    for (sent, data) in [
        (json!({"amount": "100", "api_refund": false}), 500),
        (json!({"amount": "-1", "api_refund": false}), 400),
        (json!({"amount": "1"}), 500),
    ] {
        let (status, body, _) = ask(&mut store, "POST", &path, &sent, NOW);
        assert_eq!((status, &body["data"]), (500, &json!(data)), "{sent}");
    }
}

#[test]
fn a_whole_refund_leaves_the_total_and_moves_the_state() {
    let mut store = store();
    let (_, made, _) =
        ask(&mut store, "POST", "orders", &order("FR", "", &json!({"status": "completed"})), NOW);
    let path = format!("orders/{}", made["id"]);
    let refund = json!({"amount": "20.00", "api_refund": false});
    ask(&mut store, "POST", &format!("{path}/refunds"), &refund, NOW);
    let (_, body, _) = ask(&mut store, "GET", &path, &Value::Null, NOW);
    assert_eq!((&body["status"], &body["total"]), (&json!("refunded"), &json!("20.00")));
    assert_eq!(body["refunds"].as_array().unwrap().len(), 1, "nothing is left for a second one");
    assert_eq!(body["refunds"][0]["total"], "-20.00");
}

#[test]
fn deleting_a_refund_does_not_move_the_order() {
    let mut store = store();
    let (_, made, _) = ask(&mut store, "POST", "orders", &order("FR", "", &json!({})), NOW);
    let path = format!("orders/{}", made["id"]);
    let refund = json!({"amount": "1.00", "api_refund": false});
    let (_, refund, _) = ask(&mut store, "POST", &format!("{path}/refunds"), &refund, "2026-11-23T00:21:00Z");
    ask(
        &mut store,
        "DELETE",
        &format!("{path}/refunds/{}", refund["id"]),
        &Value::Null,
        "2026-11-23T00:22:00Z",
    );
    let (_, body, _) = ask(&mut store, "GET", &path, &Value::Null, "2026-11-23T00:23:00Z");
    assert_eq!(body["date_modified_gmt"], "2026-11-23T00:21:00");
    assert_eq!(body["refunds"], json!([]));
}
