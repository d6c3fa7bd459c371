//! Answers that mean something else than their status says, and what the gateway says of itself.

use super::{CURSOR, line, of, with_books, with_settings};
use crate::traps::scene::{new, read, version};
use connector_emulators::{
    Fault, FaultPlan, Trigger, What,
    quickbooks::{Calls, CompanyKind, FaultRule, Limits, ServiceFault},
};
use engine_contract::{ErrorKind, Op, Retry};
use serde_json::json;
use std::time::Duration;

/// A 200 may hold a fault: nothing was done.
#[test]
fn a_success_that_holds_a_fault_is_no_success() {
    for (fault, expected) in [
        (ServiceFault::OkWithFault, "unknown Unavailable"),
        (ServiceFault::Failed, "unknown Unavailable"),
        (ServiceFault::Unavailable, "unknown Unavailable"),
        (ServiceFault::TimedOut, "unknown Unavailable"),
    ] {
        let mut settings = of(CompanyKind::Us);
        settings.faults = vec![FaultRule { fault, on: Calls::Writes, first: 1, times: 1 }];
        with_settings(settings, async |books| {
            let write = books.job(Op::Create, "Customer", &json!({"DisplayName": "Ada"}), &new("1")).unwrap();
            assert_eq!(books.send(std::slice::from_ref(&write)).await, [expected], "{fault:?}");
            assert!(books.held("Customer").is_empty(), "{fault:?}");
            assert!(books.send(&[write]).await[0].starts_with("applied "), "once more, under the same id");
        });
    }
}

/// No answer says how long to wait: a minute is what the service asks for.
#[test]
fn a_throttled_company_is_left_alone_for_a_minute_and_nothing_is_lost() {
    let mut settings = of(CompanyKind::Us);
    settings.limits = Limits { per_minute: 1, ..Limits::none() };
    with_settings(settings, async |books| {
        books.read(read("Invoice", Some(CURSOR), None)).await.unwrap();
        let error = books.read(read("Invoice", Some(CURSOR), None)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retry()),
            (ErrorKind::RateLimited, Retry::After(Duration::from_secs(60)))
        );
        let began = books.now();
        books.creates("Customer", &json!({"DisplayName": "Ada"}), "1").await;
        assert!(books.now() >= began + jiff::SignedDuration::from_secs(60), "the write waited");
    });
}

/// What is referred to is unknown, or is out of use: neither says that the object itself is gone.
#[test]
fn a_reference_to_something_out_of_use_is_invalid_and_not_a_missing_object() {
    with_books(async |books| {
        let gone = books.customer("Gone");
        books.made("Customer", &json!({"Id": gone, "SyncToken": "0", "sparse": true, "Active": false}));
        for (name, customer) in [("1", json!("999")), ("2", gone)] {
            let sale = json!({"CustomerRef": {"value": customer}, "Line": [line(&json!(1))]});
            assert_eq!(books.write(Op::Create, "Invoice", &sale, &new(name)).await, "refused Invalid");
        }
        let told =
            books.write(Op::Update, "Invoice", &json!({"PrivateNote": "x"}), &version("4711", "0")).await;
        assert_eq!(told, "refused NotFound");
    });
}

/// A token is for one company.
#[test]
fn a_token_of_another_company_stops_and_says_so() {
    let mut settings = of(CompanyKind::Us);
    settings.companies[0].realm = "4711".to_owned();
    with_settings(settings, async |books| {
        let error = books.read(read("Invoice", Some(CURSOR), None)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Forbidden, false), "{error}");
        assert!(error.message().contains("another company"), "{error}");
        let told = books.write(Op::Create, "Customer", &json!({"DisplayName": "Ada"}), &new("1")).await;
        assert_eq!(told, "halts Forbidden");
    });
}

/// Something between here and the service answers for it.
#[test]
fn a_page_that_says_not_found_is_no_missing_object() {
    with_books(async |books| {
        let id = books.customer("Ada");
        let id = id.as_str().unwrap();
        let page = Fault { what: What::Html { status: 404 }, on: Trigger::default() };
        books.fails(FaultPlan { fault: vec![page], ..FaultPlan::default() });
        assert_eq!(books.write(Op::Delete, "Invoice", &json!({}), &version(id, "0")).await, "halts Config");
        let told = books.write(Op::Update, "Customer", &json!({"Notes": "x"}), &version(id, "0")).await;
        assert_eq!(told, "halts Config");
    });
}
