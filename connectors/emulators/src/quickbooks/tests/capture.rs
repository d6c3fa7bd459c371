//! Change data capture.

use serde_json::json;

use super::{Desk, code};
use crate::quickbooks::CompanyKind;

#[test]
fn it_tells_what_changed_and_what_was_deleted() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let gone = desk.invoice(&ada, "1");
    desk.wait(100);
    desk.post("invoice?operation=delete", &json!({"Id": gone["Id"], "SyncToken": "0"}));
    let kept = desk.invoice(&ada, "2");
    let (status, answer) = desk.get("cdc?entities=Customer,Invoice&changedSince=2026-03-02T17:01:00Z");
    assert_eq!(status, 200);
    let groups = &answer["CDCResponse"][0]["QueryResponse"];
    assert_eq!(groups[0], json!({}), "nothing of this kind changed");
    let invoices = groups[1]["Invoice"].as_array().unwrap();
    assert_eq!((&invoices[0]["Id"], invoices[0].get("Line").is_some()), (&kept["Id"], true));
    assert_eq!((&invoices[1]["Id"], &invoices[1]["status"]), (&gone["Id"], &json!("Deleted")));
    assert_eq!(groups[1]["maxResults"], json!(2));
}

#[test]
fn what_was_put_out_of_use_is_a_change() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    desk.write("Customer", json!({"Id": ada, "SyncToken": "0", "sparse": true, "Active": false}));
    let (_, answer) = desk.get("cdc?entities=customer&changedSince=2026-03-02T17:00:00Z");
    assert_eq!(answer["CDCResponse"][0]["QueryResponse"][0]["Customer"][0]["Active"], json!(false));
}

#[test]
fn it_reaches_back_thirty_days_and_holds_a_thousand_objects() {
    let mut desk = Desk::new(CompanyKind::Us);
    for count in 0..1005 {
        desk.customer(&format!("C{count}"));
    }
    desk.write("Vendor", json!({"DisplayName": "V"}));
    let (_, answer) = desk.get("cdc?entities=Customer,Vendor&changedSince=2026-02-01T00:00:00Z");
    let groups = &answer["CDCResponse"][0]["QueryResponse"];
    assert_eq!(groups[0]["Customer"].as_array().unwrap().len(), 1000);
    assert_eq!(groups[1], json!({}), "no room is left, and there is no next page");
    for (path, expected) in [
        ("cdc?entities=Customer&changedSince=2026-01-01", "2240"),
        ("cdc?entities=Customer", "2020"),
        ("cdc?entities=TaxCode&changedSince=2026-03-01", "4001"),
        ("cdc?entities=Customer&changedSince=yesterday", "2060"),
    ] {
        let (status, answer) = desk.get(path);
        assert_eq!((status, code(&answer).as_str()), (400, expected), "{path}");
    }
}
