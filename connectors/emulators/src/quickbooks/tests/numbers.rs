//! Document numbers.

use serde_json::{Value, json};

use super::{Desk, line, settings};
use crate::quickbooks::CompanyKind;

fn sale(customer: &Value, number: &str) -> Value {
    json!({"CustomerRef": {"value": customer}, "Line": [line("1", None)], "DocNumber": number})
}

#[test]
fn with_own_numbers_a_used_one_is_refused_unless_allowed() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    assert_eq!(desk.write("Invoice", sale(&customer, "W1"))["DocNumber"], "W1");
    assert_eq!(desk.refused("invoice", sale(&customer, "w1")), "6140");
    assert_eq!(desk.write("SalesReceipt", sale(&customer, "W1"))["DocNumber"], "W1", "kinds count apart");
    let (status, _) = desk.post("invoice?include=allowduplicatedocnum", &sale(&customer, "W1"));
    assert_eq!(status, 200);
}

#[test]
fn without_a_number_there_is_none_and_the_sequence_goes_on_when_asked() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    assert_eq!(desk.invoice(&customer, "1").get("DocNumber"), None);
    assert_eq!(desk.write("Invoice", sale(&customer, "AUTO_GENERATE"))["DocNumber"], "1001");
    assert_eq!(desk.write("Invoice", sale(&customer, "2000"))["DocNumber"], "2000");
    assert_eq!(desk.write("SalesReceipt", sale(&customer, "AUTO_GENERATE"))["DocNumber"], "2001");
}

#[test]
fn a_company_that_numbers_itself_ignores_the_number_given() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.companies[0].preferences.custom_txn_numbers = false;
    let mut desk = Desk::with(chosen);
    let customer = desk.customer("Ada");
    assert_eq!(desk.write("Invoice", sale(&customer, "W1"))["DocNumber"], "1001");
    let made = desk.write("Invoice", sale(&customer, "W1"));
    assert_eq!(made["DocNumber"], "1002");
    let renumbered = json!({"Id": made["Id"], "SyncToken": "0", "sparse": true, "DocNumber": "X"});
    assert_eq!(desk.write("Invoice", renumbered)["DocNumber"], "1002");
}

#[test]
fn without_the_warning_a_number_may_be_used_again() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.companies[0].preferences.warn_duplicate_numbers = false;
    let mut desk = Desk::with(chosen);
    let customer = desk.customer("Ada");
    desk.write("Invoice", sale(&customer, "W1"));
    assert_eq!(desk.write("Invoice", sale(&customer, "W1"))["DocNumber"], "W1");
}
