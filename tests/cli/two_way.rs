//! Two-way entities: what somebody changes on one side arrives on the other, once, and what both change is decided.

use crate::{ENGINE, assert_outcome, guide::Guide, services::both::Both};
use serde_json::{Value, json};
use std::path::Path;

/// The sides of the customers, field by field: what the store says, and what the books hold.
fn customers(both: &Both) -> Vec<(String, Value, Value)> {
    let objects = both.objects("Customer");
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    let mut all = Vec::new();
    for record in both.records("customers").iter().filter(|record| record["role"] == "customer") {
        let email = text(&record["email"]);
        let theirs: Vec<&Value> =
            objects.iter().filter(|object| text(&object["PrimaryEmailAddr"]["Address"]) == email).collect();
        assert_eq!(theirs.len(), 1, "{email}");
        let store = json!([
            text(&record["first_name"]),
            text(&record["last_name"]),
            text(&record["billing"]["phone"]),
            text(&record["billing"]["company"]),
            text(&record["billing"]["city"]),
        ]);
        let object = theirs[0];
        let books = json!([
            text(&object["GivenName"]),
            text(&object["FamilyName"]),
            text(&object["PrimaryPhone"]["FreeFormNumber"]),
            text(&object["CompanyName"]),
            text(&object["BillAddr"]["City"]),
        ]);
        all.push((email, store, books));
    }
    all
}

#[track_caller]
fn are_alike(both: &Both) {
    for (email, store, books) in customers(both) {
        assert_eq!(store, books, "{email}");
    }
}

#[test]
fn both_sides_become_alike_and_stay_so() {
    let both = Both::new();
    assert_outcome!("first", both.run().ended(0));
    are_alike(&both);
    // What only the books had is in the store, for nobody to see yet.
    let drafts = both.records("products").into_iter().filter(|product| product["status"] == "draft").count();
    assert_eq!((drafts, both.records("products").len()), (6, both.objects("Item").len()));
    assert_outcome!("second", both.run().ended(0));
    both.is_quiet();
    both.is_quiet();
}

#[test]
fn a_change_in_the_books_comes_to_the_store_once() {
    let mut both = Both::synced();
    let customer = both.customer(3);
    drop(both.edit_books(
        "Customer",
        &customer,
        &json!({ "PrimaryPhone": { "FreeFormNumber": "403-555-0142" } }),
    ));
    let item = both.item(12);
    drop(both.edit_books("Item", &item, &json!({ "UnitPrice": 10.49 })));
    let run = both.engine(&["run", "woo-and-qbo", "--format", "json"]);
    assert_eq!(Both::counts(&run, "customer.back")["updated"], 1);
    assert_eq!(Both::counts(&run, "product.back")["updated"], 1);
    assert_eq!(both.record("customers", 3)["billing"]["phone"], "403-555-0142");
    assert_eq!(both.record("products", 12)["regular_price"], "10.49");
    // Nothing else of the record was touched.
    assert_eq!(both.record("customers", 3)["billing"]["company"], "ACME \"Größe\" GmbH & Co. KG");
    both.is_quiet();
}

#[test]
fn a_change_in_the_store_comes_to_the_books_once() {
    let mut both = Both::synced();
    drop(both.in_store("PUT", "customers/4", &json!({ "billing": { "city": "Lethbridge" } })));
    let run = both.engine(&["run", "woo-and-qbo", "--format", "json"]);
    assert_eq!(Both::counts(&run, "customer")["updated"], 1);
    assert_eq!(both.customer(4)["BillAddr"]["City"], "Lethbridge");
    both.is_quiet();
}

#[test]
fn a_field_that_somebody_emptied_is_emptied_on_the_other_side() {
    let mut both = Both::synced();
    let customer = both.customer(3);
    drop(both.edit_books("Customer", &customer, &json!({ "CompanyName": "" })));
    drop(both.in_store("PUT", "customers/7", &json!({ "billing": { "phone": "" } })));
    drop(both.run().ended(0));
    assert_eq!(both.record("customers", 3)["billing"]["company"], "");
    assert_eq!(both.customer(7)["PrimaryPhone"]["FreeFormNumber"].as_str().unwrap_or_default(), "");
    are_alike(&both);
    both.is_quiet();
}

#[test]
fn changes_of_different_fields_both_survive() {
    let mut both = Both::synced();
    let customer = both.customer(3);
    drop(both.edit_books("Customer", &customer, &json!({ "GivenName": "Augusta" })));
    drop(both.in_store("PUT", "customers/3", &json!({ "billing": { "city": "Red Deer" } })));
    let run = both.engine(&["run", "woo-and-qbo", "--format", "json"]);
    assert_eq!(Both::counts(&run, "customer")["updated"], 1);
    assert_eq!(Both::counts(&run, "customer.back")["updated"], 1);
    // The name in the books is made of the first name: it follows.
    let run = both.engine(&["run", "woo-and-qbo", "--format", "json"]);
    assert_eq!(Both::counts(&run, "customer")["updated"], 1);
    assert!(both.customer(3)["DisplayName"].as_str().unwrap().starts_with("Augusta "));
    let (record, object) = (both.record("customers", 3), both.customer(3));
    assert_eq!((&record["first_name"], &record["billing"]["city"]), (&json!("Augusta"), &json!("Red Deer")));
    assert_eq!((&object["GivenName"], &object["BillAddr"]["City"]), (&json!("Augusta"), &json!("Red Deer")));
    both.is_quiet();
}

#[test]
fn of_two_changes_of_one_field_the_newest_wins() {
    let mut both = Both::synced();
    let item = both.item(12);
    drop(both.edit_books("Item", &item, &json!({ "UnitPrice": 11 })));
    drop(both.in_store("PUT", "products/12", &json!({ "regular_price": "12" })));
    drop(both.in_store("PUT", "products/14", &json!({ "regular_price": "20" })));
    let item = both.item(14);
    drop(both.edit_books("Item", &item, &json!({ "UnitPrice": 21 })));
    drop(both.run().ended(0));
    assert_eq!(
        (&both.record("products", 12)["regular_price"], &both.item(12)["UnitPrice"]),
        (&json!("12"), &json!(12))
    );
    assert_eq!(
        (&both.record("products", 14)["regular_price"], &both.item(14)["UnitPrice"]),
        (&json!("21"), &json!(21))
    );
    both.is_quiet();
}

/// Both sides changed the first name of a customer.
fn in_conflict() -> Both {
    let mut both = Both::synced();
    let customer = both.customer(3);
    drop(both.edit_books("Customer", &customer, &json!({ "GivenName": "Augusta" })));
    drop(both.in_store(
        "PUT",
        "customers/3",
        &json!({ "first_name": "Byron", "billing": { "city": "Red Deer" } }),
    ));
    both
}

/// The conflicts that are kept.
fn conflicts(both: &Both) -> Vec<Value> {
    both.engine(&["conflicts", "ls", "--format", "json"]).ended(0).json()["conflicts"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn what_a_person_is_to_decide_writes_nothing_and_waits_once() {
    let both = in_conflict();
    let run = both.engine(&["run", "woo-and-qbo", "--format", "json"]);
    assert_eq!(Both::counts(&run, "customer")["conflict"], 1);
    assert_eq!(both.record("customers", 3)["first_name"], "Byron");
    assert_eq!(both.customer(3)["GivenName"], "Augusta");
    assert_ne!(both.customer(3)["BillAddr"]["City"], "Red Deer", "not a part of it either");
    let again = both.run().ended(0);
    assert!(again.stderr.contains("engine conflicts ls"), "{}", again.stderr);
    let waiting = conflicts(&both);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let id = waiting[0]["id"].as_str().unwrap();
    assert_outcome!("list", both.engine(&["conflicts", "ls"]).ended(0));
    assert_outcome!("show", both.engine(&["conflicts", "show", id]).ended(0));
    let shown = both.engine(&["conflicts", "show", id, "--reveal"]).ended(0);
    assert!(shown.stdout.contains("Byron") && shown.stdout.contains("Augusta"), "{}", shown.stdout);
    let told = both.engine(&["explain-record", "woo-and-qbo", "customer", "3"]).ended(0);
    assert!(told.stdout.contains("both sides have changed it"), "{}", told.stdout);
    let status = both.engine(&["status", "--format", "json"]).ended(0).json();
    assert_eq!(status["pipelines"][0]["conflicts"], 1, "{status}");
    assert!(both.engine(&["status"]).ended(0).stdout.contains("CONFLICTS"));
}

#[test]
fn what_was_decided_is_written_to_the_other_side() {
    for (side, name) in [("--source", "Byron"), ("--target", "Augusta")] {
        let both = in_conflict();
        drop(both.run().ended(0));
        let id = conflicts(&both)[0]["id"].as_str().unwrap().to_owned();
        drop(both.engine(&["conflicts", "resolve", &id, side]).ended(0));
        drop(both.run().ended(0));
        assert_eq!(both.record("customers", 3)["first_name"], name, "{side}");
        assert_eq!(both.customer(3)["GivenName"], name, "{side}");
        assert_eq!(both.customer(3)["BillAddr"]["City"], "Red Deer");
        assert_eq!(conflicts(&both), Vec::<Value>::new(), "{side}");
        are_alike(&both);
        // The name in the books is made of the first name: it follows.
        drop(both.run().ended(0));
        both.is_quiet();
    }
}

#[test]
fn a_decision_about_values_that_changed_since_counts_no_more() {
    let mut both = in_conflict();
    drop(both.run().ended(0));
    let id = conflicts(&both)[0]["id"].as_str().unwrap().to_owned();
    drop(both.engine(&["conflicts", "resolve", &id, "--field", "GivenName=target"]).ended(0));
    drop(both.in_store("PUT", "customers/3", &json!({ "first_name": "Annabella" })));
    let customer = both.customer(3);
    drop(both.edit_books("Customer", &customer, &json!({ "GivenName": "Gordon" })));
    drop(both.run().ended(0));
    let waiting = conflicts(&both);
    assert_eq!((waiting.len(), &waiting[0]["fields"][0]["choice"]), (1, &Value::Null));
    assert_eq!(
        (&both.record("customers", 3)["first_name"], &both.customer(3)["GivenName"]),
        (&json!("Annabella"), &json!("Gordon"))
    );
}

#[test]
fn a_decision_says_something_about_every_field() {
    let both = in_conflict();
    drop(both.run().ended(0));
    let id = conflicts(&both)[0]["id"].as_str().unwrap().to_owned();
    let resolve = |more: &[&str]| both.engine(&[&["conflicts", "resolve", &id], more].concat());
    // error[conflict/undecided]
    assert_outcome!("no_side", resolve(&["--field", "GivenName"]).ended(2));
    drop(resolve(&["--field", "FamilyName=source"]).ended(2));
    drop(resolve(&[]).ended(2));
    // error[conflict/unknown]
    assert_outcome!("unknown", both.engine(&["conflicts", "show", "con_0000000000"]).ended(9));
}

#[test]
fn who_is_new_in_the_books_comes_to_the_store_once() {
    let mut both = Both::synced();
    let before = both.records("customers").len();
    drop(both.in_books(
        "customer",
        &json!({ "DisplayName": "Grace", "GivenName": "Grace", "PrimaryEmailAddr": { "Address": "grace@example.org" } }),
    ));
    // Nobody without an e-mail address is a customer of the store.
    drop(both.in_books("customer", &json!({ "DisplayName": "Walk-in" })));
    let run = both.engine(&["run", "woo-and-qbo", "--format", "json"]);
    assert_eq!(Both::counts(&run, "customer.back")["created"], 1);
    let grace =
        both.records("customers").into_iter().find(|record| record["email"] == "grace@example.org").unwrap();
    assert_eq!((both.records("customers").len(), &grace["first_name"]), (before + 1, &json!("Grace")));
    both.is_quiet();
    // The books' own name stays, and changes go both ways from here on.
    let id = grace["id"].as_u64().unwrap();
    assert_eq!(both.customer(id)["DisplayName"], "Grace");
    drop(both.in_store(
        "PUT",
        &format!("customers/{id}"),
        &json!({ "billing": { "phone": "780-555-0100" } }),
    ));
    drop(both.run().ended(0));
    assert_eq!(both.customer(id)["PrimaryPhone"]["FreeFormNumber"], "780-555-0100");
    both.is_quiet();
}

#[test]
fn whoever_both_sides_have_already_is_linked_and_not_doubled() {
    let mut both = Both::new();
    let email = both.record("customers", 3)["email"].clone();
    drop(both.in_books(
        "customer",
        &json!({ "DisplayName": "ACME", "GivenName": "Ada", "Notes": "pays late",
            "PrimaryEmailAddr": { "Address": email }, "PrimaryPhone": { "FreeFormNumber": "780-555-0199" } }),
    ));
    drop(both.run());
    assert_eq!(
        both.objects("Customer")
            .iter()
            .filter(|object| object["PrimaryEmailAddr"]["Address"] == email)
            .count(),
        1
    );
    assert_eq!(both.customer(3)["DisplayName"], "ACME", "the books' own name stays");
    // Both have a telephone number, and nobody knows which is right.
    let waiting = conflicts(&both);
    let paths: Vec<&Value> =
        waiting[0]["fields"].as_array().unwrap().iter().map(|field| &field["path"]).collect();
    assert_eq!((waiting.len(), paths), (1, vec![&json!("PrimaryPhone.FreeFormNumber")]));
    drop(both.engine(&["conflicts", "resolve", waiting[0]["id"].as_str().unwrap(), "--target"]).ended(0));
    drop(both.run().ended(0));
    assert_eq!(both.record("customers", 3)["billing"]["phone"], "780-555-0199");
    assert_eq!(both.customer(3)["CompanyName"], "ACME \"Größe\" GmbH & Co. KG", "what the books lacked");
    both.is_quiet();
}

#[test]
fn a_plan_of_both_ways_is_carried_out_and_nothing_is_left() {
    let mut both = Both::synced();
    let customer = both.customer(3);
    drop(both.edit_books("Customer", &customer, &json!({ "CompanyName": "Engines Ltd" })));
    drop(both.in_store("PUT", "customers/4", &json!({ "billing": { "city": "Red Deer" } })));
    let before = (both.records("customers"), both.objects("Customer"));
    assert_outcome!("plan", both.engine(&["plan", "woo-and-qbo", "--out", "plan.json"]).ended(0));
    assert_eq!((both.records("customers"), both.objects("Customer")), before, "a plan writes nothing");
    assert_outcome!("apply", both.project.engine(&["apply", "plan.json"]).ended(0));
    are_alike(&both);
    drop(both.engine(&["plan", "woo-and-qbo", "--detailed-exitcode"]).ended(0));
    both.is_quiet();
}

#[test]
fn what_somebody_changes_while_a_plan_waits_is_left_alone() {
    let mut both = Both::synced();
    drop(both.in_store("PUT", "customers/4", &json!({ "billing": { "city": "Red Deer" } })));
    drop(both.engine(&["plan", "woo-and-qbo", "--out", "plan.json"]).ended(0));
    let customer = both.customer(4);
    drop(both.edit_books("Customer", &customer, &json!({ "BillAddr": { "City": "Banff" } })));
    drop(both.project.engine(&["apply", "plan.json"]));
    assert_eq!(both.customer(4)["BillAddr"]["City"], "Banff");
    assert_eq!(both.record("customers", 4)["billing"]["city"], "Red Deer");
}

#[test]
fn objects_that_are_to_be_ignored_stay_where_they_are() {
    let both = Both::new();
    both.project.edit(
        "woo-and-qbo.toml",
        "conflict = \"newest_wins\"",
        "conflict = \"newest_wins\"\nnew_in_target = \"ignore\"",
    );
    let before = both.records("products").len();
    drop(both.run().ended(0));
    assert_eq!(both.records("products").len(), before);
}

#[test]
fn what_carries_changes_back_is_not_chosen_by_itself() {
    let both = Both::synced();
    let refused = both.engine(&["run", "woo-and-qbo", "--entity", "customer.back"]);
    assert!(refused.stderr.contains("goes with it: name `customer`"), "{}", refused.stderr);
    let run =
        both.engine(&["run", "woo-and-qbo", "--entity", "customer", "--format", "json"]).ended(0).json();
    let names: Vec<&String> = run["runs"][0]["entities"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["customer", "customer.back"]);
}

/// Names that somebody gave in the books stay, whatever the name is made of becomes later.
#[test]
fn what_the_target_keeps_it_keeps_for_good() {
    let mut both = Both::synced();
    let customer = both.customer(3);
    drop(both.in_books(
        "customer",
        &json!({ "Id": customer["Id"], "SyncToken": customer["SyncToken"], "sparse": true, "DisplayName": "Her own name" }),
    ));
    drop(both.run().ended(0));
    drop(both.in_store("PUT", "customers/3", &json!({ "first_name": "Byron" })));
    drop(both.run().ended(0));
    let customer = both.customer(3);
    assert_eq!((&customer["DisplayName"], &customer["GivenName"]), (&json!("Her own name"), &json!("Byron")));
    both.is_quiet();
}

/// QuickBooks deletes no items: it puts them out of use, under another name.
#[test]
fn what_is_put_out_of_use_in_the_books_stays_as_it_is_in_the_store() {
    let mut both = Both::synced();
    let item = both.item(12);
    drop(both.edit_books("Item", &item, &json!({ "Active": false })));
    let before = both.record("products", 12);
    drop(both.run().ended(0));
    assert_eq!(both.record("products", 12), before);
}

/// An object that may be a record's own is neither joined by guess nor made twice.
#[test]
fn who_is_in_the_store_already_and_not_linked_is_blocked() {
    let mut both = Both::synced();
    let before = both.records("customers").len();
    drop(both.in_books(
        "customer",
        &json!({ "DisplayName": "The shop itself", "PrimaryEmailAddr": { "Address": "admin@store.example" } }),
    ));
    // error[link/unlinked-match]
    let run = both.run().ended(5);
    assert!(run.printed().contains("link/unlinked-match"), "{}", run.printed());
    assert_eq!(both.records("customers").len(), before);
}

#[test]
fn rules_that_nobody_can_run_backwards_are_told() {
    let both = Both::new();
    let edit = |from: &str, to: &str| both.project.edit("woo-and-qbo.toml", from, to);
    edit(
        "DisplayName = \"target_wins\"  # names of the books' own stay",
        "CompanyName = \"source_wins\"\nGivenNam = \"source_wins\"",
    );
    edit(
        "FamilyName = { path = \"$.last_name\"",
        "FamilyName = { path = [\"$.last_name\", \"$.billing.last_name\"]",
    );
    edit("[\"trim\", { fit = 30 }]", "[\"trim\", \"lowercase\"]");
    edit(
        "BillAddr.City = \"$.billing.city\"",
        "BillAddr.City = \"$.shipping.city\"\nBillAddr.Line2 = \"$.shipping.city\"",
    );
    edit("PostalCode = \"$.billing.postcode\"", "PostalCode = [\"$.billing.postcode\", { const = \"-\" }]");
    edit(
        "status = { const = \"draft\", on = \"create\" }",
        "status = { const = \"draft\" }\ntotal_sales = \"$.QtyOnHand\"\nstats = \"$.Name\"\nslug = \"$.PurchaseDesc\"",
    );
    // error[mapping/not-reversible]
    assert_outcome!(both.engine(&["validate"]).ended(3));
}

#[test]
fn the_guide_to_two_ways_works_as_written() {
    let both = Both::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/both-ways.md");
    Guide { path, project: &both.project, engine: ENGINE, replaced: Vec::new() }.work();
}
