//! Create, update, delete, void; versions; request ids.

use jiff::SignedDuration;
use serde_json::json;

use super::{Desk, REALM, code, line, settings};
use crate::quickbooks::{Calls, CompanyKind, FaultRule, ServiceFault};

#[test]
fn every_write_needs_the_current_version() {
    let mut desk = Desk::new(CompanyKind::Us);
    let id = desk.customer("Ada");
    let update = json!({"Id": id, "SyncToken": "0", "sparse": true, "CompanyName": "Engines"});
    assert_eq!(desk.write("Customer", update.clone())["SyncToken"], "1");
    assert_eq!(desk.refused("customer", update), "5010");
    assert_eq!(desk.refused("customer", json!({"Id": id, "sparse": true})), "2020");
}

#[test]
fn a_sparse_update_leaves_and_a_full_update_clears_what_it_omits() {
    let mut desk = Desk::new(CompanyKind::Us);
    let id =
        desk.write("Customer", json!({"DisplayName": "Ada", "Notes": "n", "CompanyName": "c"}))["Id"].clone();
    let sparse = desk.write("Customer", json!({"Id": id, "SyncToken": "0", "sparse": true, "Notes": ""}));
    assert_eq!((sparse.get("Notes"), &sparse["CompanyName"]), (None, &json!("c")));
    let full = desk.write("Customer", json!({"Id": id, "SyncToken": "1", "GivenName": "A"}));
    assert_eq!(full.get("CompanyName"), None);
    assert_eq!(full["DisplayName"], "Ada", "a display name cannot be removed");
}

#[test]
fn a_list_of_lines_replaces_all_lines_and_keeps_the_ids_it_names() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let lines = json!([line("10", None), line("20", None)]);
    let invoice = desk.write("Invoice", json!({"CustomerRef": {"value": customer}, "Line": lines}));
    let mut second = line("5", None);
    second["Id"] = json!("2");
    let update =
        json!({"Id": invoice["Id"], "SyncToken": "0", "sparse": true, "Line": [line("1", None), second]});
    let changed = desk.write("Invoice", update);
    let ids: Vec<_> = changed["Line"].as_array().unwrap().iter().map(|line| line["Id"].as_str()).collect();
    assert_eq!(ids, [Some("3"), Some("2"), None]);
    assert_eq!(changed["TotalAmt"], json!(6));
}

#[test]
fn what_the_service_fills_itself_is_ignored_and_what_it_does_not_know_is_refused() {
    let mut desk = Desk::new(CompanyKind::Us);
    let made = desk.write(
        "Customer",
        json!({"DisplayName": "Ada", "Balance": 99, "FullyQualifiedName": "X", "sparse": false}),
    );
    assert_eq!((&made["Balance"], &made["FullyQualifiedName"]), (&json!(0), &json!("Ada")));
    let unknown = json!({"DisplayName": "B", "Colour": "red"});
    assert_eq!(desk.refused("customer", unknown), "2010");
}

#[test]
fn fields_are_judged_by_type_length_and_choice() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let long = "x".repeat(101);
    for (body, expected) in [
        (json!({"GivenName": long}), "2050"),
        (json!({}), "6080"),
        (json!({"DisplayName": "a:b"}), "2040"),
        (json!({"DisplayName": "a", "PrimaryEmailAddr": {"Address": "nobody"}}), "2210"),
        (json!({"DisplayName": "a", "Active": "perhaps"}), "2230"),
        (json!({"DisplayName": "a", "PreferredDeliveryMethod": "Pigeon"}), "2170"),
        (json!({"DisplayName": "\u{141}ukasz"}), "2040"),
        (json!({"DisplayName": "a", "BillAddr": "Elm Street"}), "2110"),
    ] {
        assert_eq!(desk.refused("customer", body.clone()), expected, "{body}");
    }
    for (more, expected) in [
        (json!({"DocNumber": "1234567890123456789012"}), "2050"),
        (json!({"TxnDate": "31/01/2026"}), "2060"),
        (json!({"Line": []}), "2020"),
        (json!({"EmailStatus": "NeedToSend"}), "2020"),
        (json!({"CustomField": [{"DefinitionId": "4", "StringValue": "x"}]}), "3000"),
    ] {
        let mut body = json!({"CustomerRef": {"value": customer}, "Line": [line("1", None)]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(desk.refused("invoice", body), expected, "{more}");
    }
    assert_eq!(desk.refused("payment", json!({"CustomerRef": {"value": customer}})), "6000");
    assert_eq!(desk.refused("invoice", json!({"Line": [line("1", None)]})), "2020");
}

#[test]
fn deleted_is_gone_and_voided_stays_with_nothing_in_it() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let (gone, void) = (desk.invoice(&customer, "10"), desk.invoice(&customer, "20"));
    let (_, answer) = desk.post("invoice?operation=delete", &json!({"Id": gone["Id"], "SyncToken": "0"}));
    assert_eq!(answer["Invoice"], json!({"status": "Deleted", "domain": "QBO", "Id": gone["Id"]}));
    let (status, missing) = desk.get(&format!("invoice/{}", gone["Id"].as_str().unwrap()));
    assert_eq!((status, code(&missing).as_str()), (400, "610"));

    let (_, answer) = desk.post("invoice?operation=void", &json!({"Id": void["Id"], "SyncToken": "0"}));
    let voided = &answer["Invoice"];
    assert_eq!(
        (&voided["TotalAmt"], &voided["Balance"], &voided["PrivateNote"]),
        (&json!(0), &json!(0), &json!("Voided"))
    );
    assert_eq!(voided["Line"][0]["Amount"], json!(0));
    assert_eq!(desk.refused("customer?operation=delete", json!({"Id": customer, "SyncToken": "0"})), "500");
}

#[test]
fn the_same_request_id_gets_the_same_answer_and_nothing_is_done_twice() {
    let mut desk = Desk::new(CompanyKind::Us);
    let body = json!({"DisplayName": "Ada"});
    let first = desk.post("customer?requestid=r1", &body);
    desk.wait(5);
    assert_eq!(desk.post("customer?requestid=r1", &body), first);
    assert_eq!(
        desk.post("customer?requestid=r1", &json!({"DisplayName": "Bob"})),
        first,
        "the body is not compared"
    );
    let refused = desk.post("customer?requestid=r2", &body);
    assert_eq!(code(&refused.1), "6240");
    assert_eq!(
        desk.post("customer?requestid=r2", &json!({"DisplayName": "Cy"})),
        refused,
        "refusals are kept too"
    );
    assert_eq!(desk.service.objects(REALM, "Customer").len(), 1);
    let long = "r".repeat(51);
    assert_eq!(desk.refused(&format!("customer?requestid={long}"), body), "2130");
}

#[test]
fn request_ids_can_be_forgotten_or_refused_for_other_requests() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.repeats.remembered = Some(SignedDuration::from_mins(5));
    chosen.repeats.refuse_others = true;
    let mut desk = Desk::with(chosen);
    let body = json!({"DisplayName": "Ada"});
    desk.post("customer?requestid=r1", &body);
    assert_eq!(desk.refused("customer?requestid=r1", json!({"DisplayName": "Bob"})), "600");
    desk.wait(301);
    assert_eq!(desk.refused("customer?requestid=r1", body), "6240", "forgotten, it is a new request");
}

#[test]
fn a_write_whose_answer_is_lost_is_found_under_its_request_id() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.faults =
        vec![FaultRule { fault: ServiceFault::DoneButLost, on: Calls::Writes, first: 1, times: 1 }];
    let mut desk = Desk::with(chosen);
    let body = json!({"DisplayName": "Ada"});
    assert_eq!(desk.post("customer?requestid=r1", &body).0, 504);
    let (status, answer) = desk.post("customer?requestid=r1", &body);
    assert_eq!((status, &answer["Customer"]["SyncToken"]), (200, &json!("0")));
    assert_eq!(desk.service.objects(REALM, "Customer").len(), 1);
}

#[test]
fn sending_marks_the_sale_as_sent() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let invoice = desk.invoice(&customer, "10");
    let path = format!("invoice/{}/send", invoice["Id"].as_str().unwrap());
    assert_eq!(desk.refused(&path, json!({})), "2020");
    let (_, sent) = desk.post(&format!("{path}?sendTo=ada@example.com"), &json!({}));
    assert_eq!(sent["Invoice"]["EmailStatus"], "EmailSent");
}

#[test]
fn empty_defaults_that_client_libraries_send_are_taken() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let mut sale = line("10", None);
    sale["LinkedTxn"] = json!([]);
    sale["CustomField"] = json!([]);
    sale["Description"] = json!("");
    let body = json!({
        "CustomerRef": {"value": customer, "name": "Ada", "type": ""},
        "Line": [sale],
        "DocNumber": "",
        "TxnDate": "",
        "EInvoiceStatus": null,
        "Deposit": 0,
        "TotalAmt": 0,
        "LinkedTxn": [],
        "sparse": false,
    });
    assert_eq!(desk.write("Invoice", body)["TotalAmt"], json!(10));
}
