//! Batches.

use serde_json::{Value, json};

use super::{Desk, REALM, line};
use crate::quickbooks::CompanyKind;

fn creates(count: usize) -> Value {
    let items: Vec<Value> = (0..count)
        .map(|at| json!({"bId": format!("b{at}"), "operation": "create", "Customer": {"DisplayName": format!("C{at}")}}))
        .collect();
    json!({"BatchItemRequest": items})
}

#[test]
fn each_item_stands_for_itself() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "5");
    let (status, answer) = desk.post(
        "batch",
        &json!({"BatchItemRequest": [
            {"bId": "1", "operation": "create", "Vendor": {"DisplayName": "Ada"}},
            {"bId": "2", "operation": "create", "Invoice": {"CustomerRef": {"value": "bId:3"}, "Line": [line("1", None)]}},
            {"bId": "3", "operation": "create", "Customer": {"DisplayName": "Bob"}},
            {"bId": "4", "operation": "update", "Customer": {"Id": ada, "SyncToken": "7", "DisplayName": "Ada"}},
            {"bId": "5", "operation": "update", "optionsData": "void", "Invoice": {"Id": invoice["Id"], "SyncToken": "0"}},
            {"bId": "6", "operation": "delete", "Invoice": {"Id": invoice["Id"], "SyncToken": "1"}},
            {"bId": "7", "Query": "select * from Customer"},
        ]}),
    );
    assert_eq!(status, 200);
    let items = answer["BatchItemResponse"].as_array().unwrap();
    let codes: Vec<_> = items.iter().map(super::code).collect();
    assert_eq!(codes, ["6240", "2500", "", "5010", "", "", ""]);
    let ids: Vec<_> = items.iter().map(|item| item["bId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(items[4]["Invoice"]["PrivateNote"], "Voided");
    assert_eq!(items[5]["Invoice"]["status"], "Deleted");
    assert_eq!(items[6]["QueryResponse"]["maxResults"], json!(2));
}

#[test]
fn thirty_items_fit_and_a_used_request_id_repeats_the_answer() {
    let mut desk = Desk::new(CompanyKind::Us);
    assert_eq!(desk.refused("batch", creates(31)), "1040");
    let first = desk.post("batch?requestid=r1", &creates(30));
    assert_eq!(first.0, 200);
    assert_eq!(desk.post("batch?requestid=r1", &creates(30)), first);
    assert_eq!(desk.service.objects(REALM, "Customer").len(), 30);
}

#[test]
fn ids_are_short_where_a_request_id_is_given() {
    let mut desk = Desk::new(CompanyKind::Us);
    let long_item = json!({"BatchItemRequest": [{"bId": "12345678901", "Query": "select * from Item"}]});
    assert_eq!(desk.refused("batch?requestid=r1", long_item.clone()), "2130");
    assert_eq!(desk.post("batch", &long_item).0, 200);
    let long = "r".repeat(37);
    assert_eq!(desk.refused(&format!("batch?requestid={long}"), creates(1)), "2130");
}
