//! Books that fail, refuse or answer nonsense while they are written: what became of each write is found out, and
//! nothing is lost or doubled.

use super::{
    scene::{Office, REALM},
    told,
};
use crate::count;
use kit::Reply;

/// Runs into what happens to writes, and again when it is mended.
#[track_caller]
fn stopped_and_carried_on(office: &Office, exit: i32, code: &str, words: &str) {
    let stopped = office.engine(&["run", "."]).ended(exit);
    let is_told = stopped.printed().contains(&format!("[{code}]"));
    assert!(is_told && stopped.printed().contains(words), "`{words}` is not told: {}", stopped.snapshot());
    office.books.untwist();
    let second = office.engine(&["run", "."]).ended(0);
    assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"], "{}", second.stdout);
    assert_eq!(office.books.lock().service.objects(REALM, "Customer").len(), 2, "{}", second.stdout);
    let open = count(&office.project.database(".engine/state.db"), "SELECT count(*) FROM intent");
    assert_eq!(open, 0, "{}", second.stdout);
}

#[test]
fn books_that_show_a_page_in_place_of_answers_lose_and_double_nothing() {
    let unknown = "what became of it is not known yet";
    for (status, exit, code, words) in [
        (200, 5, "effect/unknown-outcome", unknown),
        (403, 4, "connector/forbidden", "a firewall in front of the service refuses the request"),
        (503, 5, "effect/unknown-outcome", unknown),
    ] {
        let office = Office::ready();
        office.books.always("/invoice", move || Reply::page(status));
        stopped_and_carried_on(&office, exit, code, words);
    }
}

#[test]
fn an_answer_without_the_id_is_no_success_and_the_object_is_found_again() {
    let office = Office::ready();
    office
        .books
        .always("/invoice", || Reply::json(r#"{"Invoice":{"Identity":"7"},"time":"2026-03-01T00:00:00Z"}"#));
    stopped_and_carried_on(
        &office,
        5,
        "effect/unknown-outcome",
        "the answer is not what the service documents",
    );
}

#[test]
fn a_company_that_ended_its_subscription_stops_the_run_before_more_is_sent() {
    let office = Office::ready();
    office.books.always("/invoice", || {
        let body = r#"{"Fault":{"Error":[{"Message":"Subscription period has ended","Detail":"","code":"6190"}],"type":"ValidationFault"},"time":"2026-03-01T00:00:00Z"}"#;
        Reply::of(400, &[("content-type", "application/json")], body)
    });
    let stopped = office.engine(&["run", "."]).ended(4);
    told(&stopped, "connector/forbidden", "the subscription of the company has ended");
    let asked = office.books.door.seen().iter().filter(|one| one.uri().path().ends_with("/invoice")).count();
    // Writes that were under way beside the refused one.
    assert!(asked <= 5, "{asked}");
    office.books.untwist();
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"]);
}

#[test]
fn clocks_that_differ_make_no_login_end_early() {
    for minutes in [10, -10] {
        let office = Office::open();
        office.books.lock().ahead = jiff::SignedDuration::from_mins(minutes);
        drop(office.log_in().ended(0));
        drop(office.engine(&["run", "."]).ended(0));
        assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"], "{minutes}");
        office.edit_sale("S-12", "amount", "21.00");
        drop(office.engine(&["run", "."]).ended(0));
        assert_eq!(office.invoices()[1]["TotalAmt"].to_string(), "21", "{minutes}");
    }
}
