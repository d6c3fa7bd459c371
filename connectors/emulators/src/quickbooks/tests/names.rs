//! Names that are taken.

use serde_json::json;

use super::{Desk, settings};
use crate::quickbooks::CompanyKind;

#[test]
fn customers_vendors_and_employees_share_their_names() {
    let mut desk = Desk::new(CompanyKind::Us);
    desk.customer("Ada");
    for kind in ["customer", "vendor", "employee"] {
        assert_eq!(desk.refused(kind, json!({"DisplayName": "ADA"})), "6240", "{kind}");
    }
    let vendor = desk.write("Vendor", json!({"GivenName": "Grace", "FamilyName": "Hopper"}));
    assert_eq!(vendor["DisplayName"], "Grace Hopper");
    assert_eq!(desk.refused("customer", json!({"DisplayName": "Grace Hopper"})), "6240");
}

#[test]
fn a_name_out_of_use_is_marked_and_the_marked_name_is_taken() {
    let mut desk = Desk::new(CompanyKind::Us);
    let id = desk.customer("Ada");
    let gone = desk.write("Customer", json!({"Id": id, "SyncToken": "0", "sparse": true, "Active": false}));
    assert_eq!(gone["DisplayName"], "Ada (deleted)");
    assert_eq!(desk.refused("vendor", json!({"DisplayName": "Ada (deleted)"})), "6240");
    let second = desk.customer("Ada");
    let back = json!({"Id": id, "SyncToken": "1", "sparse": true, "Active": true});
    assert_eq!(desk.refused("customer", back.clone()), "6240", "its name went to another");
    let gone =
        desk.write("Customer", json!({"Id": second, "SyncToken": "0", "sparse": true, "Active": false}));
    assert_eq!(gone["DisplayName"], "Ada (deleted 1)");
    assert_eq!(desk.write("Customer", back)["DisplayName"], "Ada");
}

#[test]
fn items_have_names_of_their_own() {
    let mut desk = Desk::new(CompanyKind::Us);
    desk.customer("Lamp");
    let lamp = json!({"Name": "Lamp", "Type": "NonInventory", "IncomeAccountRef": {"value": "2"}});
    desk.write("Item", lamp.clone());
    assert_eq!(desk.refused("item", lamp), "6240");
    assert_eq!(desk.refused("item", json!({"Name": "a:b", "IncomeAccountRef": {"value": "2"}})), "2040");
    assert_eq!(
        desk.refused(
            "item",
            json!({"Name": "Stock", "Type": "Inventory", "IncomeAccountRef": {"value": "2"}})
        ),
        "2020"
    );
    assert_eq!(desk.refused("item", json!({"Name": "Bank", "IncomeAccountRef": {"value": "5"}})), "6430");
}

#[test]
fn jobs_stand_below_their_customers_five_levels_deep() {
    let mut desk = Desk::new(CompanyKind::Us);
    let mut parent = desk.customer("L1");
    for level in 2..=5 {
        let job = json!({"DisplayName": format!("L{level}"), "Job": true, "ParentRef": {"value": parent}});
        let made = desk.write("Customer", job);
        parent = made["Id"].clone();
        if level == 5 {
            assert_eq!((&made["FullyQualifiedName"], &made["Level"]), (&json!("L1:L2:L3:L4:L5"), &json!(4)));
        }
    }
    let job = json!({"DisplayName": "L6", "Job": true, "ParentRef": {"value": parent}});
    assert_eq!(desk.refused("customer", job), "6180");
    let circle = json!({"Id": "1", "SyncToken": "0", "sparse": true, "ParentRef": {"value": parent}});
    assert_eq!(desk.refused("customer", circle), "900");
}

#[test]
fn upper_and_lower_case_tell_names_apart_only_where_that_is_chosen() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.choices.folds_names = false;
    let mut desk = Desk::with(chosen);
    desk.customer("Ada");
    desk.customer("ADA");
    assert_eq!(desk.refused("vendor", json!({"DisplayName": "Ada"})), "6240");
}
