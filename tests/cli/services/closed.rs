//! Closed books: what `write.when_closed` says is what happens.

use super::scene::Office;
use crate::count;
use kit::Outcome;

fn office(policy: &str) -> Office {
    let office = Office::ready();
    let with = format!("delete = \"void\"\nwhen_closed = \"{policy}\"");
    office.project.edit("files-to-books.toml", "delete = \"void\"", &with);
    office
}

/// How many sales ended in a status.
#[track_caller]
fn sales(outcome: &Outcome, status: &str) -> i64 {
    let runs = &outcome.json()["runs"];
    runs[0]["entities"]["sale"]["by_status"][status].as_i64().unwrap_or_default()
}

#[track_caller]
fn run(office: &Office, exit: i32) -> Outcome {
    office.engine(&["run", ".", "--format", "json"]).ended(exit)
}

#[test]
fn block_keeps_a_new_record_out_of_closed_books_until_they_are_opened() {
    let office = office("block");
    office.close(Some("2026-01-31"));
    let first = run(&office, 5);
    assert_eq!((sales(&first, "created"), sales(&first, "blocked")), (2, 1), "{}", first.stdout);
    assert_eq!(office.numbers(), ["S-12", "S-13"], "the others went on");
    let failures = office.engine(&["failures", "--list"]).ended(0);
    assert!(failures.stdout.contains("connector/closed"), "{}", failures.stdout);
    assert!(failures.stdout.contains("the books are closed for this date"), "{}", failures.stdout);
    assert!(failures.stdout.contains("next run"), "{}", failures.stdout);
    // It is asked again, and refused again, for as long as they are closed.
    let second = run(&office, 5);
    assert_eq!((sales(&second, "blocked"), sales(&second, "unchanged")), (1, 2), "{}", second.stdout);
    office.close(None);
    let opened = run(&office, 0);
    assert_eq!(sales(&opened, "created"), 1, "{}", opened.stdout);
    assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"]);
    assert_eq!(sales(&run(&office, 0), "unchanged"), 3);
}

#[test]
fn block_keeps_a_change_out_of_closed_books_until_they_are_opened() {
    let office = office("block");
    drop(run(&office, 0));
    office.close(Some("2026-01-31"));
    office.edit_sale("S-11", "amount", "11.00");
    office.edit_sale("S-12", "amount", "22.00");
    let changed = run(&office, 5);
    assert_eq!((sales(&changed, "updated"), sales(&changed, "blocked")), (1, 1), "{}", changed.stdout);
    let totals = || office.invoices().iter().map(|one| one["TotalAmt"].to_string()).collect::<Vec<_>>();
    assert_eq!(totals(), ["10", "22", "30"]);
    office.close(None);
    assert_eq!(sales(&run(&office, 0), "updated"), 1);
    assert_eq!(totals(), ["11", "22", "30"]);
    assert_eq!(sales(&run(&office, 0), "unchanged"), 3);
}

#[test]
fn skip_leaves_a_new_record_out_and_calls_it_filtered() {
    let office = office("skip");
    office.close(Some("2026-01-31"));
    let first = run(&office, 0);
    assert_eq!((sales(&first, "created"), sales(&first, "filtered")), (2, 1), "{}", first.stdout);
    assert_eq!(office.numbers(), ["S-12", "S-13"]);
    let state = office.project.database(".engine/state.db");
    assert_eq!(
        count(&state, "SELECT count(*) FROM failed") + count(&state, "SELECT count(*) FROM intent"),
        0
    );
    drop(state);
    let second = run(&office, 0);
    assert_eq!((sales(&second, "filtered"), sales(&second, "unchanged")), (1, 2), "{}", second.stdout);
    // Whoever opens the books has it with the next run that reads it.
    office.close(None);
    assert_eq!(sales(&run(&office, 0), "created"), 1);
    assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"]);
}

#[test]
fn skip_leaves_a_change_out_for_good_and_takes_the_next_one() {
    let office = office("skip");
    drop(run(&office, 0));
    office.close(Some("2026-01-31"));
    office.edit_sale("S-11", "amount", "11.00");
    let changed = run(&office, 0);
    assert_eq!((sales(&changed, "filtered"), sales(&changed, "unchanged")), (1, 2), "{}", changed.stdout);
    let total = || office.invoices()[0]["TotalAmt"].to_string();
    assert_eq!(total(), "10");
    // The same content is no change any more, in open books neither.
    assert_eq!(sales(&run(&office, 0), "unchanged"), 3);
    office.close(None);
    assert_eq!(sales(&run(&office, 0), "unchanged"), 3);
    assert_eq!(total(), "10");
    office.edit_sale("S-11", "amount", "12.00");
    assert_eq!(sales(&run(&office, 0), "updated"), 1);
    assert_eq!(total(), "12");
}

/// A sale that the pipeline no longer admits is voided, but not in closed books.
#[test]
fn what_should_be_voided_in_closed_books_is_blocked_or_stays() {
    for (policy, exit, status) in [("block", 5, "blocked"), ("skip", 0, "filtered")] {
        let office = office(policy);
        let admits = "to = \"Invoice\"\nwhen = 'record.note != \"gone\"'";
        office.project.edit("files-to-books.toml", "to = \"Invoice\"", admits);
        drop(run(&office, 0));
        office.close(Some("2026-01-31"));
        office.edit_sale("S-11", "note", "gone");
        office.edit_sale("S-12", "note", "gone");
        let changed = run(&office, exit);
        assert_eq!(
            (sales(&changed, "deleted"), sales(&changed, status)),
            (1, 1),
            "{policy}: {}",
            changed.stdout
        );
        let totals: Vec<String> = office.invoices().iter().map(|one| one["TotalAmt"].to_string()).collect();
        assert_eq!((totals[0].as_str(), totals[2].as_str()), ("10", "30"), "{policy}");
        assert!(totals[1].starts_with('0'), "{policy}: {totals:?}");
        office.close(None);
        let opened = run(&office, 0);
        assert_eq!(sales(&opened, "deleted"), 1, "{policy}: {}", opened.stdout);
    }
}

/// Closed by the option of the demo environment, with a password or without: the books are the same.
#[test]
fn emulated_books_can_be_closed_by_their_environment() {
    let office = Office::open();
    let emulator = format!("emulator = \"{}\"\n", office.books.door.url());
    office.project.edit("connections.toml", &emulator, "");
    let emulated = "[connection.books]\nemulate = { closed_until = \"2026-02-28\" }\n";
    office.project.write("connections.demo.toml", emulated);
    let first = office.project.engine(&["run", ".", "--env", "demo", "--format", "json"]).ended(5);
    assert_eq!((sales(&first, "created"), sales(&first, "blocked")), (1, 2), "{}", first.stdout);
}
