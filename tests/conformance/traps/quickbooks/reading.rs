//! Reading what changed.

use super::{CURSOR, with_books};
use crate::traps::scene::{json_of, keys, read};
use serde_json::json;
use std::collections::BTreeSet;

/// Positions in a list shift when objects change while it is read.
#[test]
fn an_object_that_changes_between_pages_takes_no_other_object_its_turn() {
    with_books(async |books| {
        let mut ids = Vec::new();
        for number in 0..12 {
            books.pass(1);
            ids.push(books.customer(&format!("C{number}")).as_str().unwrap().to_owned());
        }
        let changed = ids[1].clone();
        books.before(1, move |books, now| {
            let body = json!({"Id": changed, "SyncToken": "0", "sparse": true, "Notes": "changed"});
            super::ask(books, "POST", "customer", &body, now);
        });
        let mut request = read("Customer", Some(CURSOR), None);
        request.max_records = 5;
        let seen = books.read(request).await.unwrap();
        assert_eq!(
            keys(&seen).into_iter().collect::<BTreeSet<_>>(),
            ids.iter().map(String::as_str).collect()
        );
        assert_eq!(json_of(seen.iter().rfind(|one| one.key == ids[1]).unwrap())["Notes"], "changed");
    });
}

/// Stamps carry the offset of the company, which changes with summer time.
#[test]
fn stamps_in_the_companys_offset_are_moments_also_when_clocks_change() {
    with_books(async |books| {
        // Clocks in Los Angeles go forward on 2026-03-08 at 10:00 UTC.
        books.pass(6 * 86_400 - 7 * 3600 - 60);
        let before = books.customer("Before");
        books.pass(120);
        let after = books.customer("After");
        let all = books.read(read("Customer", Some(CURSOR), None)).await.unwrap();
        assert_eq!(keys(&all), [before.as_str().unwrap(), after.as_str().unwrap()]);
        let stamps: Vec<_> =
            all.iter().map(|one| json_of(one)["MetaData"]["LastUpdatedTime"].clone()).collect();
        assert!(stamps[0].as_str().unwrap().ends_with("-08:00"), "{stamps:?}");
        assert!(stamps[1].as_str().unwrap().ends_with("-07:00"), "{stamps:?}");
        let later = books.read(read("Customer", Some(CURSOR), Some("2026-03-08T10:00:00Z"))).await.unwrap();
        assert_eq!(keys(&later), [after.as_str().unwrap()]);
    });
}

/// A query shows no trace of what was deleted. Its own id does, and what was voided stays.
#[test]
fn what_was_deleted_is_missed_by_its_id_and_what_was_voided_is_read() {
    with_books(async |books| {
        let gone = books.made("Invoice", &books.sale(&json!(10)))["Id"].clone();
        let void = books.made("Invoice", &books.sale(&json!(20)))["Id"].clone();
        books.pass(60);
        let body = |id: &serde_json::Value| json!({"Id": id, "SyncToken": "0"});
        let (gone_body, void_body) = (body(&gone), body(&void));
        books.behind(|books, now| {
            super::ask(books, "POST", "invoice?operation=delete", &gone_body, now);
            super::ask(books, "POST", "invoice?operation=void", &void_body, now);
        });
        let since = Some("2026-03-02T17:00:30Z");
        let seen = books.read(read("Invoice", Some(CURSOR), since)).await.unwrap();
        assert_eq!(keys(&seen), [void.as_str().unwrap()]);
        assert_eq!(json_of(&seen[0])["TotalAmt"], 0);
        let both = [gone.as_str().unwrap(), void.as_str().unwrap()];
        assert_eq!(keys(&books.fetch("Invoice", &both).await), [both[1]]);
    });
}

/// A payment changes the invoice that it pays: its version and its date, although nobody wrote it.
#[test]
fn an_invoice_that_was_paid_is_read_as_changed() {
    with_books(async |books| {
        let invoice = books.made("Invoice", &books.sale(&json!(10)));
        books.pass(60);
        books.made(
            "Payment",
            &json!({"TotalAmt": 10, "CustomerRef": invoice["CustomerRef"],
            "Line": [{"Amount": 10, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]}),
        );
        let since = Some("2026-03-02T17:00:30Z");
        let seen = books.read(read("Invoice", Some(CURSOR), since)).await.unwrap();
        let read = json_of(&seen[0]);
        assert_eq!((&read["Balance"], read["SyncToken"] != invoice["SyncToken"]), (&json!(0), true));
    });
}

/// The API answers in XML unless JSON is asked for, and versions below 75 are gone.
#[test]
fn json_is_asked_for_and_the_version_is_said_with_every_request() {
    with_books(async |books| {
        books.creates("Customer", &json!({"DisplayName": "Ada"}), "1").await;
        assert_eq!(books.read(read("Customer", Some(CURSOR), None)).await.unwrap().len(), 1);
        let asked = books.asked();
        assert!(asked.len() > 1 && asked.iter().all(|asked| asked.contains("minorversion=75")), "{asked:?}");
    });
}
