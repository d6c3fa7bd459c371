//! The query language, over both ways of asking.

use serde_json::{Value, json};

use super::{Desk, code, settings};
use crate::quickbooks::CompanyKind;

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row["DisplayName"].as_str()).collect()
}

fn shop() -> Desk {
    let mut desk = Desk::new(CompanyKind::Us);
    for name in ["Adam's Apples", "Back\\slash", "Bob", "bobby"] {
        desk.customer(name);
    }
    desk
}

#[test]
fn statements_select_what_they_say() {
    let mut desk = shop();
    let id = desk
        .write("Customer", json!({"DisplayName": "Zed", "PrimaryEmailAddr": {"Address": "z@x.org"}}))["Id"]
        .clone();
    desk.invoice(&id, "25");
    for (statement, expected) in [
        ("select * from Customer where DisplayName = 'Adam\\'s Apples'", vec!["Adam's Apples"]),
        ("select * from Customer where DisplayName = 'Back\\\\slash'", vec!["Back\\slash"]),
        (
            "SELECT * FROM customer WHERE displayname LIKE 'BOB%' ORDERBY DisplayName DESC",
            vec!["bobby", "Bob"],
        ),
        ("select * from Customer where DisplayName like '%pp%' and Active = True", vec!["Adam's Apples"]),
        ("select * from Customer where Id in ('3', '1') order by Id desc", vec!["Bob", "Adam's Apples"]),
        ("select * from Customer where PrimaryEmailAddr = 'Z@X.org'", vec!["Zed"]),
        ("select * from Customer where PrimaryEmailAddr.Address = 'z@x.org'", vec!["Zed"]),
        ("select * from Customer where Balance > '20.00'", vec!["Zed"]),
        ("select * from Customer where Id > '1'", vec![]),
    ] {
        let (status, answer) = desk.query(statement);
        if statement.contains("Id >") {
            assert_eq!((status, code(&answer).as_str()), (400, "4001"), "an id knows = and IN only");
            continue;
        }
        assert_eq!(names(&desk.rows(statement)), expected, "{statement}");
    }
    assert_eq!(
        desk.rows(&format!("select * from Invoice where CustomerRef = '{}'", id.as_str().unwrap())).len(),
        1
    );
    assert_eq!(desk.rows("select * from Invoice where TxnDate = CURRENT_DATE and DocNumber = ' '").len(), 1);
}

#[test]
fn pages_count_from_one_and_hold_a_hundred_unless_told_and_a_thousand_at_most() {
    let mut desk = Desk::new(CompanyKind::Us);
    for count in 0..1005 {
        desk.customer(&format!("C{count:04}"));
    }
    let (_, usual) = desk.query("select * from Customer");
    assert_eq!(
        (&usual["QueryResponse"]["startPosition"], &usual["QueryResponse"]["maxResults"]),
        (&json!(1), &json!(100))
    );
    assert_eq!(desk.rows("select * from Customer maxresults 5000").len(), 1000);
    assert_eq!(names(&desk.rows("select * from Customer startposition 1005 maxresults 10")), ["C1004"]);
    let (_, count) = desk.query("select count(*) from Customer where DisplayName like 'C000%'");
    assert_eq!(count["QueryResponse"], json!({"totalCount": 10}));
}

#[test]
fn an_empty_result_is_an_empty_object() {
    let mut desk = shop();
    let (_, answer) = desk.query("select * from Customer where DisplayName = 'Nobody'");
    assert_eq!(answer["QueryResponse"], json!({}));
}

#[test]
fn what_is_out_of_use_shows_only_when_asked_for() {
    let mut desk = shop();
    desk.write("Customer", json!({"Id": "3", "SyncToken": "0", "sparse": true, "Active": false}));
    assert_eq!(names(&desk.rows("select * from Customer where DisplayName like 'Bob%'")), ["bobby"]);
    let all = desk.rows("select * from Customer where DisplayName like 'Bob%' and Active in (true, false)");
    assert_eq!(names(&all), ["Bob (deleted)", "bobby"]);
    assert_eq!(names(&desk.rows("select * from Customer where Active = false")), ["Bob (deleted)"]);
}

#[test]
fn moments_compare_across_offsets() {
    let mut desk = shop();
    desk.wait(60);
    desk.customer("Late");
    for moment in ["2026-03-02T09:01:00-08:00", "2026-03-02T17:01:00Z", "2026-03-02T09:01:00"] {
        let statement = format!("select * from Customer where MetaData.LastUpdatedTime >= '{moment}'");
        assert_eq!(names(&desk.rows(&statement)), ["Late"], "{moment}");
    }
    assert_eq!(desk.rows("select * from Customer where MetaData.CreateTime >= '2026-03-02'").len(), 5);
}

#[test]
fn what_is_no_statement_is_4000_and_what_asks_for_too_much_is_4001() {
    let mut desk = shop();
    for (statement, expected) in [
        ("", "4000"),
        ("select Id from Customer", "4000"),
        ("select * from Customer where DisplayName = 'a' or DisplayName = 'b'", "4000"),
        ("select * from Customer where DisplayName != 'a'", "4000"),
        ("select * from Customer where DisplayName = 'open", "4000"),
        ("select * from Customer where Balance > 5", "4000"),
        ("select * from Customers", "4001"),
        ("select * from Customer where Colour = 'a'", "4001"),
        ("select * from Invoice where Line = 'a'", "4001"),
        ("select * from Customer startposition 0", "4001"),
        ("select * from Customer where Active = 'maybe'", "4001"),
        ("select * from Customer where MetaData.CreateTime > '2026-03-02T09:01:00 08:00'", "4001"),
    ] {
        let (status, answer) = desk.query(statement);
        assert_eq!((status, code(&answer).as_str()), (400, expected), "{statement}");
    }
}

#[test]
fn a_statement_may_be_posted() {
    let mut desk = shop();
    let response =
        desk.send("POST", "query?minorversion=75", "select * from Customer startposition 1 maxresults 2");
    let (status, answer) = super::read(&response);
    assert_eq!((status, answer["QueryResponse"]["maxResults"].as_u64()), (200, Some(2)));
}

#[test]
fn an_asterisk_may_be_followed_by_properties_which_say_nothing_more() {
    let mut desk = Desk::new(CompanyKind::Us);
    assert_eq!(desk.rows("SELECT *, Sku FROM Item"), desk.rows("SELECT * FROM Item"));
    assert_eq!(code(&desk.query("SELECT *, FROM Item").1), "4000");
}

#[test]
fn order_by_in_two_words_is_taken_unless_that_is_chosen_otherwise() {
    let mut chosen = settings(CompanyKind::Us);
    assert_eq!(Desk::with(chosen.clone()).query("select * from Item ORDER BY Name").0, 200);
    chosen.choices.takes_order_by = false;
    let mut desk = Desk::with(chosen);
    assert_eq!(code(&desk.query("select * from Item ORDER BY Name").1), "4000");
    assert_eq!(desk.query("select * from Item ORDERBY Name").0, 200);
}
