//! Names and numbers that only one object may have.

use super::{and, of, with_books, with_settings};
use crate::traps::scene::{new, version};
use connector_emulators::quickbooks::CompanyKind;
use engine_contract::Op;
use serde_json::json;

/// Customers, vendors and employees share their names.
#[test]
fn a_name_that_a_vendor_has_is_taken_and_a_suffix_frees_it() {
    with_books(async |books| {
        books.made("Vendor", &json!({"DisplayName": "Ada Lovelace"}));
        let fields = json!({"DisplayName": "ADA Lovelace"});
        let write = books.job(Op::Create, "Customer", &fields, &new("1")).unwrap();
        assert_eq!(books.send(std::slice::from_ref(&write)).await, ["refused Duplicate"]);
        let namesakes = books.target().namesakes(&books.context, "Customer", &write.payload).await.unwrap();
        assert!(namesakes.is_empty(), "a vendor is no customer to adopt");
        let payload = books.target().renamed("Customer", &write.payload, " (W7)").unwrap();
        let renamed = engine_contract::Write { payload, request_key: "another".to_owned(), ..write };
        assert!(books.send(&[renamed]).await[0].starts_with("applied "));
        assert_eq!(books.only("Customer")["DisplayName"], "ADA Lovelace (W7)");
    });
}

/// What is out of use keeps its name with ` (deleted)` behind it; both the old and the marked name can be met.
#[test]
fn a_customer_out_of_use_is_a_namesake_under_its_marked_name() {
    with_books(async |books| {
        let id = books.customer("Ada");
        books.made("Customer", &json!({"Id": id, "SyncToken": "0", "sparse": true, "Active": false}));
        let fields = json!({"DisplayName": "Ada (deleted)"});
        let write = books.job(Op::Create, "Customer", &fields, &new("1")).unwrap();
        assert_eq!(books.send(std::slice::from_ref(&write)).await, ["refused Duplicate"]);
        let namesakes = books.target().namesakes(&books.context, "Customer", &write.payload).await.unwrap();
        assert_eq!(namesakes[0].target_id, id.as_str().unwrap());
        assert!(
            books
                .write(Op::Create, "Customer", &json!({"DisplayName": "Ada"}), &new("2"))
                .await
                .starts_with("applied")
        );
    });
}

/// Names take no colon, tab or line break.
#[test]
fn a_name_with_a_colon_a_tab_or_a_line_break_is_refused_with_words_that_say_so() {
    with_books(async |books| {
        for (number, name) in [("1", "a:b"), ("2", "a\tb"), ("3", "a\nb")] {
            let fields = json!({"DisplayName": name});
            let said = books.refusal(Op::Create, "Customer", &fields, &new(number)).await;
            assert!(said.contains("no colon, tab or line break"), "{said}");
        }
    });
}

/// Companies of the USA keep Latin-1 alone.
#[test]
fn letters_beyond_latin_1_are_refused_in_the_usa_and_kept_elsewhere() {
    let name = json!({"DisplayName": "Łukasz"});
    with_books(async |books| {
        let said = books.refusal(Op::Create, "Customer", &name, &new("1")).await;
        assert!(said.contains("Latin-1"), "{said}");
        books.creates("Customer", &json!({"DisplayName": "Jürgen"}), "2").await;
    });
    with_settings(of(CompanyKind::Eu), async |books| {
        books.creates("Customer", &name, "1").await;
        assert_eq!(books.only("Customer")["DisplayName"], "Łukasz");
    });
}

/// A number that is taken is an earlier attempt of ours, or somebody else's.
#[test]
fn a_number_that_is_taken_is_ours_only_with_our_marker() {
    with_books(async |books| {
        let sale = and(&books.sale(&json!(10)), &json!({"DocNumber": "W1"}));
        let id = books.creates("Invoice", &sale, "1").await;
        let mut again = books.job(Op::Create, "Invoice", &sale, &new("1")).unwrap();
        // The service has forgotten the first request.
        again.request_key = "another".to_owned();
        assert_eq!(books.send(&[again]).await, [format!("applied {id}")]);
        assert_eq!(books.write(Op::Create, "Invoice", &sale, &new("2")).await, "refused Duplicate");
        assert_eq!(books.held("Invoice").len(), 1);
    });
}

/// A company that numbers by itself ignores the number that is sent: by the number nothing would be found.
#[test]
fn a_company_that_numbers_by_itself_ignores_our_number_and_the_marker_still_finds_the_invoice() {
    let mut settings = of(CompanyKind::Us);
    settings.companies[0].preferences.custom_txn_numbers = false;
    with_settings(settings, async |books| {
        let sale = and(&books.sale(&json!(10)), &json!({"DocNumber": "W1"}));
        let write = books.job(Op::Create, "Invoice", &sale, &new("1")).unwrap();
        let told = books.send(std::slice::from_ref(&write)).await;
        assert_ne!(books.only("Invoice")["DocNumber"], "W1");
        assert_eq!(told, [format!("applied {}", books.lost(&write).await.join(","))]);
    });
}

/// A number has 21 characters at most, and what is longer is not cut.
#[test]
fn a_number_that_is_too_long_is_refused_before_it_is_sent() {
    with_books(async |books| {
        let sale = and(&books.sale(&json!(10)), &json!({"DocNumber": "1".repeat(22)}));
        books.asked();
        assert_eq!(books.write(Op::Create, "Invoice", &sale, &new("1")).await, "not encoded Invalid");
        assert!(books.asked().is_empty());
    });
}

/// Names of lists are never deleted.
#[test]
fn a_customer_is_put_out_of_use_and_not_deleted() {
    with_books(async |books| {
        let id = books.customer("Ada");
        let id = id.as_str().unwrap();
        assert_eq!(
            books.write(Op::Delete, "Customer", &json!({}), &version(id, "0")).await,
            "refused Unsupported"
        );
        let told = books.write(Op::Deactivate, "Customer", &json!({}), &version(id, "0")).await;
        assert_eq!(told, format!("applied {id}"));
        let customer = books.only("Customer");
        assert_eq!((&customer["Active"], &customer["DisplayName"]), (&json!(false), &json!("Ada (deleted)")));
    });
}
