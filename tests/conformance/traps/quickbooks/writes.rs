//! Writing: versions, what an update leaves and replaces, and what became of a write without an answer.

use super::{and, line, of, with_books, with_settings};
use crate::traps::scene::{At, at, new, version};
use connector_emulators::quickbooks::{Calls, CompanyKind, FaultRule, ServiceFault, Settings};
use engine_contract::Op;
use jiff::SignedDuration;
use serde_json::json;

/// The first write fails in a way.
fn failing(fault: ServiceFault) -> Settings {
    let mut settings = of(CompanyKind::Us);
    settings.faults = vec![FaultRule { fault, on: Calls::Writes, first: 1, times: 1 }];
    settings
}

/// Every write needs the current version; a stale one is refused, and the current one is read back.
#[test]
fn a_stale_version_is_refused_and_the_current_one_is_read_back() {
    with_books(async |books| {
        let id = books.creates("Customer", &json!({"DisplayName": "Ada"}), "1").await;
        books.made("Customer", &json!({"Id": id, "SyncToken": "0", "sparse": true, "Notes": "theirs"}));
        let ours = json!({"CompanyName": "Ours"});
        assert_eq!(books.write(Op::Update, "Customer", &ours, &version(&id, "0")).await, "refused Stale");
        let ids = [id.clone()];
        let current = books.target().read_back(&books.context, "Customer", &[], &ids).await.unwrap();
        assert_eq!(current[0].token.as_deref(), Some("1"));
        let again = At { name: "again", id: Some(&id), token: Some("1") };
        assert_eq!(books.write(Op::Update, "Customer", &ours, &again).await, format!("applied {id}"));
        let customer = books.only("Customer");
        assert_eq!((&customer["Notes"], &customer["CompanyName"]), (&json!("theirs"), &json!("Ours")));
    });
}

/// A full update clears what it leaves out.
#[test]
fn an_update_leaves_the_fields_that_are_not_sent() {
    with_books(async |books| {
        let fields = json!({"DisplayName": "Ada", "CompanyName": "Engines", "Notes": "first"});
        let id = books.creates("Customer", &fields, "1").await;
        let told = books.write(Op::Update, "Customer", &json!({"Notes": null}), &version(&id, "0")).await;
        assert_eq!(told, format!("applied {id}"));
        let customer = books.only("Customer");
        assert_eq!((&customer["CompanyName"], customer.get("Notes")), (&json!("Engines"), None));
    });
}

/// Even a sparse update replaces all lines by those that it sends.
#[test]
fn lines_are_replaced_whole_and_never_added() {
    with_books(async |books| {
        let sale = and(&books.sale(&json!(10)), &json!({"Line": [line(&json!(10)), line(&json!(5))]}));
        let id = books.creates("Invoice", &sale, "1").await;
        assert_eq!(books.only("Invoice")["TotalAmt"], 15);
        for (token, amount) in [("0", 7), ("1", 8)] {
            let lines = json!({"Line": [line(&json!(amount))]});
            let write = At { name: token, id: Some(&id), token: Some(token) };
            assert_eq!(books.write(Op::Update, "Invoice", &lines, &write).await, format!("applied {id}"));
            assert_eq!(books.only("Invoice")["TotalAmt"], amount);
        }
        let note = json!({"PrivateNote": "x"});
        assert!(books.write(Op::Update, "Invoice", &note, &version(&id, "2")).await.starts_with("applied"));
        assert_eq!(books.only("Invoice")["TotalAmt"], 8, "lines that are not sent stay");
    });
}

/// The service did it and the answer was lost: the same request id brings the same answer.
#[test]
fn a_create_whose_answer_was_lost_is_repeated_under_its_request_id() {
    with_settings(failing(ServiceFault::DoneButLost), async |books| {
        // The first write of the company is the one that fails.
        let receipt = json!({"Line": [line(&json!(10))]});
        let write = books.job(Op::Create, "SalesReceipt", &receipt, &new("1")).unwrap();
        assert_eq!(books.send(std::slice::from_ref(&write)).await, ["unknown Unavailable"]);
        let told = books.send(std::slice::from_ref(&write)).await;
        assert_eq!(told, [format!("applied {}", books.only("SalesReceipt")["Id"].as_str().unwrap())]);
    });
}

/// How long a request id is remembered is not documented: what is older is looked for by the marker.
#[test]
fn a_request_id_that_was_forgotten_is_made_up_for_by_the_marker() {
    let mut settings = of(CompanyKind::Us);
    settings.repeats.remembered = Some(SignedDuration::from_hours(24));
    with_settings(settings, async |books| {
        let receipt = json!({"Line": [line(&json!(10))], "PrivateNote": "Leave it at the door"});
        let write = books.job(Op::Create, "SalesReceipt", &receipt, &new("1")).unwrap();
        let told = books.send(std::slice::from_ref(&write)).await;
        books.pass(2 * 86_400);
        assert_eq!(told, [format!("applied {}", books.lost(&write).await.join(","))]);
        let note = books.only("SalesReceipt")["PrivateNote"].as_str().unwrap().to_owned();
        assert_eq!(note, "Leave it at the door [uds:mark1]");
    });
}

/// Notes have 4000 characters at most, and the marker must be whole.
#[test]
fn the_marker_fits_into_the_longest_note() {
    with_books(async |books| {
        let receipt = json!({"Line": [line(&json!(10))], "PrivateNote": "x".repeat(4000)});
        let write = books.job(Op::Create, "SalesReceipt", &receipt, &new("1")).unwrap();
        let told = books.send(std::slice::from_ref(&write)).await;
        let note = books.only("SalesReceipt")["PrivateNote"].as_str().unwrap().to_owned();
        assert_eq!((note.chars().count(), note.ends_with("[uds:mark1]")), (4000, true));
        assert_eq!(told, [format!("applied {}", books.lost(&write).await.join(","))]);
    });
}

/// A customer has no field for a marker: one of the same name who was there before is somebody else.
#[test]
fn a_customer_whose_answer_was_lost_is_told_from_an_older_namesake_by_its_age() {
    with_settings(failing(ServiceFault::DoneButLost), async |books| {
        let write = books.job(Op::Create, "Customer", &json!({"DisplayName": "Ada"}), &new("1")).unwrap();
        assert_eq!(books.send(std::slice::from_ref(&write)).await, ["unknown Unavailable"]);
        assert_eq!(books.lost(&write).await, [books.only("Customer")["Id"].as_str().unwrap()]);
        books.pass(10 * 86_400);
        assert!(books.lost(&write).await.is_empty(), "it is older than the first attempt");
    });
}

/// Voiding keeps a sale with nothing in it, deleting removes it.
#[test]
fn a_void_keeps_the_sale_with_nothing_in_it_and_a_delete_removes_it() {
    with_books(async |books| {
        let sale = books.sale(&json!(10));
        let [void, gone] =
            [books.creates("Invoice", &sale, "1").await, books.creates("Invoice", &sale, "2").await];
        let told = books.write(Op::Void, "Invoice", &json!({}), &version(&void, "0")).await;
        assert_eq!(told, format!("applied {void}"));
        let told = books.write(Op::Delete, "Invoice", &json!({}), &version(&gone, "0")).await;
        assert_eq!(told, format!("applied {gone}"));
        let left = books.only("Invoice");
        assert_eq!((left["Id"].as_str(), &left["TotalAmt"]), (Some(void.as_str()), &json!(0)));
        let again = At { name: "again", id: Some(&gone), token: Some("0") };
        let told = books.write(Op::Delete, "Invoice", &json!({}), &again).await;
        assert_eq!(told, format!("applied {gone}"), "what is gone counts as removed");
    });
}

/// What others depend on cannot be taken away: a paid invoice, a payment that was deposited.
#[test]
fn what_others_depend_on_is_refused_and_not_taken_for_removed() {
    with_books(async |books| {
        let invoice = books.made("Invoice", &books.sale(&json!(10)));
        let payment = books.made(
            "Payment",
            &json!({"TotalAmt": 10, "CustomerRef": invoice["CustomerRef"],
            "Line": [{"Amount": 10, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]}),
        );
        let told = books.write(Op::Delete, "Invoice", &json!({}), &at(invoice["Id"].as_str().unwrap())).await;
        assert_eq!(told, "refused Invalid");
        books.made("Deposit", &json!({"DepositToAccountRef": {"value": "6"}, "Line": [
            {"Amount": 10, "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}]}]}));
        let told = books.write(Op::Void, "Payment", &json!({}), &at(payment["Id"].as_str().unwrap())).await;
        assert_eq!(told, "refused Invalid");
    });
}

/// A transaction has 10000 lines at most, 750 where it is taxed: none is cut.
#[test]
fn a_transaction_of_more_lines_than_the_service_takes_is_refused_and_not_cut() {
    with_books(async |books| {
        let of = |count: usize, code: &str| {
            let mut one = line(&json!(1));
            one["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": code});
            json!({"Line": vec![one; count], "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}})
        };
        books.asked();
        let many = of(10_001, "NON");
        assert_eq!(books.write(Op::Create, "SalesReceipt", &many, &new("1")).await, "not encoded Invalid");
        let said = books.refusal(Op::Create, "SalesReceipt", &many, &new("1")).await;
        assert_eq!(
            said,
            "`Line` has more than the 10000 elements that the service takes (object SalesReceipt)"
        );
        assert!(books.asked().is_empty());
        let taxed = of(751, "TAX");
        assert_eq!(books.write(Op::Create, "SalesReceipt", &taxed, &new("2")).await, "refused Invalid");
        assert!(books.held("SalesReceipt").is_empty());
        books.creates("SalesReceipt", &of(751, "NON"), "3").await;
        books.creates("SalesReceipt", &of(750, "TAX"), "4").await;
    });
}

/// Companies have three custom fields on sales, and a fourth is refused with the whole sale.
#[test]
fn a_fourth_custom_field_is_refused_before_it_is_sent() {
    with_books(async |books| {
        let field =
            |id: u32| json!({"DefinitionId": id.to_string(), "StringValue": "x", "Type": "StringType"});
        let with = |count: u32| json!({"Line": [line(&json!(10))], "CustomField": (1..=count).map(field).collect::<Vec<_>>()});
        books.asked();
        assert_eq!(books.write(Op::Create, "SalesReceipt", &with(4), &new("1")).await, "not encoded Invalid");
        assert!(books.asked().is_empty());
        books.creates("SalesReceipt", &with(3), "2").await;
    });
}

/// A void writes `Voided` into the note: the marker still stands at its end.
#[test]
fn a_void_writes_into_the_note_and_leaves_the_marker() {
    with_books(async |books| {
        let receipt = json!({"Line": [line(&json!(10))], "PrivateNote": "By hand"});
        let write = books.job(Op::Create, "SalesReceipt", &receipt, &new("1")).unwrap();
        let told = books.send(std::slice::from_ref(&write)).await;
        let id = told[0].strip_prefix("applied ").unwrap().to_owned();
        books.write(Op::Void, "SalesReceipt", &json!({}), &version(&id, "0")).await;
        let note = books.only("SalesReceipt")["PrivateNote"].as_str().unwrap().to_owned();
        assert!(note.starts_with("Voided") && note.ends_with("[uds:mark1]"), "{note}");
        assert_eq!(books.lost(&write).await, [id]);
    });
}
