//! References to what is not there or not in use.

use serde_json::json;

use super::{Desk, line, settings};
use crate::quickbooks::CompanyKind;

#[test]
fn unknown_is_2500_and_out_of_use_is_610_or_2500() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let gone = desk.customer("Gone");
    desk.write("Customer", json!({"Id": gone, "SyncToken": "0", "sparse": true, "Active": false}));
    desk.write("Item", json!({"Id": "2", "SyncToken": "0", "sparse": true, "Active": false}));
    desk.write("Account", json!({"Id": "7", "SyncToken": "0", "sparse": true, "Active": false}));
    let mut hours = line("1", None);
    hours["SalesItemLineDetail"]["ItemRef"]["value"] = json!("2");
    for (body, expected) in [
        (json!({"CustomerRef": {"value": "999"}, "Line": [line("1", None)]}), "2500"),
        (json!({"CustomerRef": {"value": gone}, "Line": [line("1", None)]}), "610"),
        (json!({"CustomerRef": {"value": ada}, "Line": [hours]}), "610"),
        (
            json!({"CustomerRef": {"value": ada}, "Line": [line("1", None)], "DepositToAccountRef": {"value": "7"}}),
            "2500",
        ),
        (
            json!({"CustomerRef": {"value": ada}, "Line": [line("1", None)], "SalesTermRef": {"value": "99"}}),
            "2500",
        ),
        (
            json!({"CustomerRef": {"value": ada}, "Line": [line("1", None)], "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "99"}}}),
            "6160",
        ),
    ] {
        assert_eq!(desk.refused("invoice", body.clone()), expected, "{body}");
    }
    assert_eq!(
        desk.refused(
            "salesreceipt",
            json!({"Line": [line("1", None)], "DepositToAccountRef": {"value": "1"}})
        ),
        "6430"
    );
}

#[test]
fn names_of_references_are_filled_and_the_given_ones_ignored() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk
        .write("Invoice", json!({"CustomerRef": {"value": ada, "name": "Eve"}, "Line": [line("1", None)]}));
    assert_eq!(invoice["CustomerRef"]["name"], "Ada");
    assert_eq!(invoice["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"], "Web sale");
    assert_eq!(invoice["CurrencyRef"], json!({"value": "USD", "name": "United States Dollar"}));
}

#[test]
fn shipping_is_an_item_where_the_company_ships() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let mut shipping = line("7.50", None);
    shipping["SalesItemLineDetail"]["ItemRef"]["value"] = json!("SHIPPING_ITEM_ID");
    let body = json!({"CustomerRef": {"value": ada}, "Line": [shipping]});
    assert_eq!(desk.write("Invoice", body.clone())["TotalAmt"], json!(7.5));
    let mut chosen = settings(CompanyKind::Us);
    chosen.companies[0].preferences.allow_shipping = false;
    let mut desk = Desk::with(chosen);
    desk.customer("Ada");
    assert_eq!(desk.refused("invoice", body), "5030");
}
