//! Failures of the service.

use serde_json::json;

use super::{Desk, REALM, code, settings};
use crate::quickbooks::{Calls, CompanyKind, FaultRule, ServiceFault};

fn failing(fault: ServiceFault, on: Calls) -> Desk {
    let mut chosen = settings(CompanyKind::Us);
    chosen.faults = vec![FaultRule { fault, on, first: 2, times: 1 }];
    Desk::with(chosen)
}

#[test]
fn the_chosen_write_fails_as_told_and_nothing_is_stored() {
    for (fault, status, expected) in [
        (ServiceFault::OkWithFault, 200, "10000"),
        (ServiceFault::Failed, 500, "10000"),
        (ServiceFault::Unavailable, 503, "10000"),
        (ServiceFault::TimedOut, 504, ""),
    ] {
        let mut desk = failing(fault, Calls::Writes);
        desk.customer("First");
        let (answered, body) = desk.post("customer?requestid=r1", &json!({"DisplayName": "Second"}));
        assert_eq!((answered, code(&body).as_str()), (status, expected), "{fault:?}");
        assert_eq!(desk.service.objects(REALM, "Customer").len(), 1);
        assert_eq!(
            desk.post("customer?requestid=r1", &json!({"DisplayName": "Second"})).0,
            200,
            "a retry does the work"
        );
    }
}

#[test]
fn reads_fail_apart_from_writes() {
    let mut desk = failing(ServiceFault::Failed, Calls::Reads);
    desk.customer("First");
    desk.customer("Second");
    assert_eq!(desk.get("customer/1").0, 200);
    assert_eq!(desk.get("customer/1").0, 500);
    assert_eq!(desk.query("select * from Customer").0, 200);
}

#[test]
fn what_the_api_does_not_have_is_an_unsupported_operation() {
    let mut desk = Desk::new(CompanyKind::Us);
    for path in ["reports/Weather", "estimate/1", "customer/1/print", "customer"] {
        let (status, answer) = desk.get(path);
        assert_eq!((status, code(&answer).as_str()), (400, "500"), "{path}");
    }
    let response = desk.send("POST", "customer", vec![0x7b, 0xff, 0x7d]);
    assert_eq!(code(&super::read(&response).1), "500", "bytes that are no UTF-8");
    let response = desk.send("POST", "customer", "[1]");
    assert_eq!(code(&super::read(&response).1), "2000");
}
