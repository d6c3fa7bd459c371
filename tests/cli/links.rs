//! `engine link`, and states that were lost: what was written is found again, and nothing is written twice.

use crate::{ENGINE, count, guide::Guide, quickstart, synced};
use connector_emulators::{
    Entry,
    quickbooks::{Company, CompanyKind, QuickBooks, Settings},
    replay,
};
use kit::{Outcome, Project};
use serde_json::{Value, json};
use std::path::Path;

const REALM: &str = "9130350000000000";
const BOOKS: &str = ".engine/emulators/demo/acme-books.ndjson";

/// Stops a run where its target has committed and the state does not know it yet.
const ANSWERED: &str = "options.batch_records=return(40);deliver.answered=2*off->1*sleep(60000)";

fn qbo(project: &Project, arguments: &[&str]) -> Outcome {
    project.engine(&[arguments, &["--env", "demo"]].concat())
}

fn rebuild(project: &Project, more: &[&str]) -> Outcome {
    qbo(project, &[&["link", "rebuild", "woo-to-qbo", "--format", "json"], more].concat())
}

/// The state is gone; its key, and what the services hold, are not.
fn lose_state(project: &Project) {
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        drop(std::fs::remove_file(project.path(&format!(".engine/{file}"))));
    }
}

/// Books and shop after a run.
fn shops() -> Project {
    let project = Project::shops(ENGINE);
    drop(qbo(&project, &["run", "woo-to-qbo"]).ended(5));
    project
}

fn books(project: &Project) -> QuickBooks {
    let mut company = Company::new(REALM, CompanyKind::Ca);
    company.preferences.multi_currency = true;
    company.currencies = ["USD", "EUR", "GBP", "JPY", "KWD"].map(str::to_owned).to_vec();
    let mut books = QuickBooks::new(Settings { companies: vec![company], ..Settings::default() });
    let entries = project.read(BOOKS).lines().map(|line| Entry::from_line(line).unwrap()).collect::<Vec<_>>();
    replay(&mut books, entries).unwrap();
    books
}

/// How many objects there are of each kind that the pipeline writes.
fn objects(project: &Project) -> Vec<(&'static str, usize)> {
    let books = books(project);
    let kinds = ["Customer", "Item", "SalesReceipt", "Invoice", "Payment", "RefundReceipt", "CreditMemo"];
    kinds.map(|kind| (kind, books.objects(REALM, kind).len())).to_vec()
}

/// How many requests have changed the books.
fn writes(project: &Project) -> usize {
    project.read(BOOKS).lines().filter(|line| line.contains("requestid=")).count()
}

/// A command was refused with this code.
#[track_caller]
fn refused(outcome: &Outcome, code: &str) {
    assert!(outcome.stderr.contains(&format!("error[{code}]")), "{}", outcome.snapshot());
}

/// How many records of all entities ended so.
fn ended(outcome: &Outcome, status: &str) -> u64 {
    let document = outcome.json();
    let entities = document["runs"][0]["entities"].as_object().unwrap();
    entities.values().filter_map(|entity| entity["by_status"][status].as_u64()).sum()
}

fn of(document: &Value, member: &str) -> u64 {
    document["entities"].as_object().unwrap().values().filter_map(|entity| entity[member].as_u64()).sum()
}

#[test]
fn books_are_not_written_a_second_time_when_the_state_is_lost() {
    let project = Project::shops(ENGINE);
    let first = qbo(&project, &["run", "woo-to-qbo", "--format", "json"]).ended(5);
    let (made, sent) = (objects(&project), writes(&project));
    let linked =
        count(&project.database(".engine/state.db"), "SELECT count(*) FROM link WHERE target_id IS NOT NULL");
    let linked = u64::try_from(linked).unwrap();
    assert!(linked > 200 && ended(&first, "created") > 200, "{linked}");
    lose_state(&project);
    // error[state/used-before]
    let refused = qbo(&project, &["run", "woo-to-qbo"]).ended(1);
    assert!(refused.stderr.contains("error[state/used-before]"), "{}", refused.stderr);
    assert!(refused.stderr.contains("engine link rebuild"), "{}", refused.stderr);
    let planned = qbo(&project, &["plan", "woo-to-qbo", "--show", "failures", "--out", "plan.json"]).ended(5);
    assert!(planned.stderr.contains("warning[state/used-before]"), "{}", planned.stderr);
    let applied = project.engine(&["apply", "plan.json"]).ended(1);
    assert!(applied.stderr.contains("state/used-before"), "{}", applied.stderr);
    assert_eq!(writes(&project), sent, "nothing was written");

    let found = rebuild(&project, &["--yes"]).ended(0).json();
    assert_eq!(of(&found, "exact"), linked, "{found}");
    assert_eq!((of(&found, "ambiguous"), of(&found, "differ")), (0, 0), "{found}");
    assert_eq!(found["entities"]["refund"]["by"]["marker"], found["entities"]["refund"]["exact"]);
    assert!(
        found["entities"]["product"]["by"]["fields"].as_u64() > Some(0),
        "those without a number: {found}"
    );

    let again = qbo(&project, &["run", "woo-to-qbo", "--format", "json"]).ended(5);
    assert_eq!((ended(&again, "created"), ended(&again, "updated")), (0, 0), "{}", again.stdout);
    assert_eq!(objects(&project), made);
    assert_eq!(writes(&project), sent, "not even a repeat of an old request was sent");
    let verified = qbo(&project, &["link", "verify", "woo-to-qbo", "--format", "json"]).ended(0).json();
    assert_eq!(verified["links"].as_u64(), Some(of(&found, "exact")));
    // With a state that knows the links there is nothing to find.
    let nothing = rebuild(&project, &["--yes"]).ended(0).json();
    assert_eq!((of(&nothing, "exact"), nothing["written"].as_u64()), (0, Some(0)), "{nothing}");
}

#[test]
fn a_backup_that_is_older_than_the_last_run_makes_nothing_a_second_time() {
    let project = Project::shops(ENGINE);
    let products = ["run", "woo-to-qbo", "--entity", "product"];
    drop(qbo(&project, &products).ended(0));
    drop(project.engine(&["state", "backup", "it.backup"]).ended(0));
    let restore = ["state", "restore", "it.backup", "--force"];
    drop(project.engine(&restore).ended(0));
    // "error[state/restored]" is no error: the run says why it waits, and goes on.
    let waits = qbo(&project, &products).ended(0);
    assert!(waits.stderr.contains("acme-books (state/restored)"), "{}", waits.stderr);
    assert!(!waits.stdout.contains("CREATED"), "{}", waits.stdout);
    drop(qbo(&project, &["run", "woo-to-qbo"]).ended(5));
    let (made, sent) = (objects(&project), writes(&project));
    drop(project.engine(&restore).ended(0));
    // A plan looks too: what it shows is what the next run does.
    let planned = qbo(&project, &["plan", "woo-to-qbo", "--format", "json"]).json();
    assert_eq!(planned["plans"][0]["writes"], 0, "{planned}");
    let second = qbo(&project, &["run", "woo-to-qbo"]).ended(5);
    for word in ["CREATED", "UPDATED"] {
        assert!(!second.stdout.contains(word), "{}", second.stdout);
    }
    assert_eq!(objects(&project), made);
    assert_eq!(writes(&project), sent, "not even a repeat of an old request was sent");
    let verified = qbo(&project, &["link", "verify", "woo-to-qbo", "--format", "json"]).ended(0).json();
    assert!(verified["links"].as_u64() > Some(200), "{verified}");
}

/// Somebody makes or changes an object in the books.
fn by_hand(project: &Project, kind: &str, body: &Value) {
    let journal = project.read(BOOKS);
    let last =
        journal.lines().filter_map(|line| Entry::from_line(line).ok()).filter(|entry| entry.method == "POST");
    let last = last.reduce(|_, later| later).unwrap();
    let entry =
        Entry { uri: format!("/v3/company/{REALM}/{kind}"), body: body.to_string(), bytes: None, ..last };
    project.write(BOOKS, format!("{journal}{}\n", entry.to_line()));
}

/// The customer of this name.
fn named(project: &Project, name: &Value) -> Value {
    books(project).objects(REALM, "Customer").into_iter().find(|one| one["DisplayName"] == *name).unwrap()
}

#[test]
fn a_restored_state_takes_no_namesake_and_leaves_alone_what_is_never_updated() {
    let theirs = shops();
    let buyer =
        books(&theirs).objects(REALM, "Customer").into_iter().find(|one| one["GivenName"] != Value::Null);
    let (name, customers) = (buyer.unwrap()["DisplayName"].clone(), objects(&theirs)[0].1);

    let project = Project::shops(ENGINE);
    drop(qbo(&project, &["run", "woo-to-qbo", "--entity", "product"]).ended(0));
    drop(project.engine(&["state", "backup", "it.backup"]).ended(0));
    let restore = ["state", "restore", "it.backup", "--force"];
    drop(project.engine(&restore).ended(0));
    let other = json!({"DisplayName": name, "PrimaryEmailAddr": {"Address": "somebody.else@example.com"}});
    by_hand(&project, "customer", &other);
    drop(qbo(&project, &["run", "woo-to-qbo"]).ended(5));
    assert_eq!(objects(&project)[0].1, customers + 1, "the buyer is not the namesake");
    assert_eq!(named(&project, &name)["GivenName"], Value::Null, "and the namesake is as it was");

    let mine =
        books(&project).objects(REALM, "Customer").into_iter().find(|one| one["GivenName"] != Value::Null);
    let mine = mine.unwrap();
    let (id, token) = (&mine["Id"], &mine["SyncToken"]);
    by_hand(
        &project,
        "customer",
        &json!({"Id": id, "SyncToken": token, "sparse": true, "GivenName": "By hand"}),
    );
    drop(project.engine(&restore).ended(0));
    drop(qbo(&project, &["run", "woo-to-qbo"]).ended(5));
    assert_eq!(named(&project, &mine["DisplayName"])["GivenName"], "By hand", "`update = false`");
    assert_eq!(objects(&project)[0].1, customers + 1);
}

/// Somebody has emptied the memo of a refund, with the marker in it.
fn without_marker(project: &Project) -> String {
    let refund = books(project).objects(REALM, "RefundReceipt").remove(0);
    let body = json!({
        "Id": refund["Id"], "SyncToken": refund["SyncToken"], "sparse": true, "PrivateNote": "settled in person",
    });
    by_hand(project, "refundreceipt", &body);
    refund["Id"].as_str().unwrap().to_owned()
}

#[test]
fn an_object_that_may_be_a_records_own_is_chosen_by_a_person() {
    let project = shops();
    let id = without_marker(&project);
    let (made, sent) = (objects(&project), writes(&project));
    lose_state(&project);
    let found = rebuild(&project, &["--yes"]).ended(5).json();
    let ambiguous = &found["ambiguous"];
    assert_eq!(ambiguous.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(
        (&ambiguous[0]["candidates"][0], &ambiguous[0]["reason"]),
        (&id.as_str().into(), &"unmarked".into())
    );
    // error[link/unclear]
    let blocked = qbo(&project, &["run", "woo-to-qbo", "--format", "json"]).ended(5);
    assert!(blocked.stdout.contains("link/unclear"), "{}", blocked.stdout);
    assert_eq!((objects(&project), writes(&project)), (made.clone(), sent), "no refund was made beside it");
    let record = ambiguous[0]["record"].as_str().unwrap();
    let (_, key) = record.rsplit_once('/').unwrap();
    let choose = |id: &str| qbo(&project, &["link", "set", "woo-to-qbo", "refund", key, id]);
    // error[link/no-object]
    refused(&choose("999999").ended(9), "link/no-object");
    let refunds = books(&project).objects(REALM, "RefundReceipt");
    let other = refunds.iter().map(|refund| refund["Id"].as_str().unwrap()).find(|other| *other != id);
    // error[link/target-taken]
    refused(&choose(other.unwrap()).ended(1), "link/target-taken");
    drop(choose(&id).ended(0));
    let mended = qbo(&project, &["run", "woo-to-qbo", "--format", "json"]).ended(5);
    assert_eq!((ended(&mended, "created"), ended(&mended, "updated")), (0, 1), "{}", mended.stdout);
    assert!(!mended.stdout.contains("link/unclear"), "{}", mended.stdout);
    assert_eq!(objects(&project), made);
}

#[test]
fn rows_with_natural_keys_are_found_by_them() {
    let project = Project::shops(ENGINE);
    drop(qbo(&project, &["run", "woo-to-supabase"]).ended(0));
    lose_state(&project);
    let rebuild = ["link", "rebuild", "woo-to-supabase", "--format", "json", "--yes"];
    let found = qbo(&project, &rebuild).ended(0).json();
    assert_eq!(of(&found, "none"), 0, "{found}");
    assert_eq!(found["entities"]["orders"]["by"]["key"], 207, "{found}");
    assert_eq!(of(&found, "differ"), 0, "{found}");
    let again = qbo(&project, &["run", "woo-to-supabase", "--format", "json"]).ended(0);
    assert_eq!((ended(&again, "created"), ended(&again, "updated")), (0, 0), "{}", again.stdout);
}

/// The order of the quickstart that stands first.
const FIRST: &str = "83";

#[test]
fn links_are_listed_shown_forgotten_and_set() {
    let project = synced();
    let link = |arguments: &[&str]| project.engine(&[&["link"], arguments].concat());
    let listed = link(&["ls", "store-to-sqlite", "--entity", "customer", "--limit", "3"]).ended(0);
    assert_eq!(listed.stdout.lines().count(), 4, "{}", listed.stdout);
    assert!(!listed.stdout.contains(".test") && !listed.stdout.contains(".com"), "{}", listed.stdout);
    let shown = link(&["show", "store-to-sqlite", "order", FIRST]).ended(0);
    assert!(shown.stdout.contains("orders") && shown.stdout.contains("linked"), "{}", shown.stdout);
    let by_target = link(&["show", "store-to-sqlite", "order", FIRST, "--by-target"]).ended(0);
    assert!(by_target.stdout.contains("linked"), "{}", by_target.stdout);
    // error[link/already-linked]
    refused(&link(&["set", "store-to-sqlite", "order", FIRST, FIRST]).ended(1), "link/already-linked");
    drop(link(&["rm", "store-to-sqlite", "order", FIRST]).ended(0));
    refused(&link(&["set", "store-to-sqlite", "order", FIRST, "84"]).ended(1), "link/no-object");
    // error[link/unknown-record]
    refused(&link(&["set", "store-to-sqlite", "order", "4711", "84"]).ended(9), "link/unknown-record");
    drop(link(&["set", "store-to-sqlite", "order", FIRST, FIRST]).ended(0));
    let state = project.database(".engine/state.db");
    let audited =
        count(&state, "SELECT count(*) FROM audit WHERE action IN ('link', 'unlink') AND key = '83'");
    assert_eq!(audited, 2);
    let again = project.engine(&["run", ".", "--format", "json"]).ended(0);
    assert_eq!((ended(&again, "created"), ended(&again, "updated")), (0, 0), "{}", again.stdout);
    let history = project.engine(&["history"]).ended(0);
    assert!(history.stdout.contains("link set") && history.stdout.contains("link rm"), "{}", history.stdout);
}

#[test]
fn a_record_that_cannot_be_mapped_is_not_linked() {
    let project = Project::shops(ENGINE);
    // Its customer has no link. error[link/unmapped]
    refused(&qbo(&project, &["link", "set", "woo-to-qbo", "order", "100", "133"]).ended(1), "link/unmapped");
}

#[test]
fn a_file_of_links_is_taken_whole_or_not_at_all() {
    let project = synced();
    let import = || project.engine(&["link", "import", "store-to-sqlite", "product", "links.csv"]);
    let ids: Vec<String> = {
        let products: Vec<Value> = serde_json::from_str(&project.read("data/products.json")).unwrap();
        products.iter().take(3).map(|product| product["id"].to_string()).collect()
    };
    lose_state(&project);
    let (one, two, three) = (&ids[0], &ids[1], &ids[2]);
    project.write("links.csv", format!("key,target_id\n{one},{one}\n{two},\n4711,{three}\n{one},{two}\n"));
    // error[link/import]
    refused(&import().ended(1), "link/import");
    project.write("links.csv", format!("key,target_id\n{one},{one}\n{two},4711\n4711,{three}\n"));
    refused(&import().ended(1), "link/import");
    let links = || count(&project.database(".engine/state.db"), "SELECT count(*) FROM link");
    assert_eq!(links(), 0);
    project.write("links.csv", format!("target_id,key\n{one},{one}\n{two},{two}\n"));
    drop(import().ended(0));
    assert_eq!(links(), 2);
    project.write("links.csv", "id\n1\n");
    refused(&import().ended(1), "link/import");
}

#[test]
fn what_is_gone_from_the_target_is_told() {
    let project = synced();
    project.database("warehouse.db").execute("DELETE FROM refunds WHERE id = 318", []).unwrap();
    let told = project.engine(&["link", "verify", "store-to-sqlite", "--entity", "refund"]).ended(6);
    assert!(told.stdout.contains("does not have it"), "{}", told.stdout);
    assert_eq!(told.stdout.lines().count(), 2, "{}", told.stdout);
}

#[test]
fn links_are_not_changed_while_a_run_works_or_before_it_is_known_what_one_wrote() {
    let project = quickstart();
    let mut command = project.command(&["run", ".", "-vvv"]);
    let mut run = project.start(command.env("FAILPOINTS", ANSWERED));
    assert!(run.wait_for("place=\"deliver.answered\"", 3));
    // error[run/busy]
    let busy = project.engine(&["link", "rm", "store-to-sqlite", "customer", "1"]).ended(8);
    assert!(busy.stderr.contains("run/busy"), "{}", busy.stderr);
    drop(run.kill().ended(128 + 9));
    let state = project.database(".engine/state.db");
    let entity: String = state.query_row("SELECT entity FROM dispatch", [], |row| row.get(0)).unwrap();
    // error[link/open-effects]
    let open = project.engine(&["link", "rm", "store-to-sqlite", &entity, "1"]).ended(1);
    assert!(open.stderr.contains("error[link/open-effects]"), "{}", open.stderr);
}

#[test]
fn nobody_is_taken_to_have_said_yes() {
    let project = synced();
    lose_state(&project);
    // error[link/not-confirmed]
    refused(&project.engine(&["link", "rebuild", "store-to-sqlite"]).ended(2), "link/not-confirmed");
    let dry = project.engine(&["link", "rebuild", "store-to-sqlite", "--dry-run"]).ended(0);
    assert!(
        dry.stdout.contains("BY KEY") && dry.stderr.contains("Nothing was written"),
        "{}",
        dry.snapshot()
    );
    let shops = Project::shops(ENGINE);
    // error[link/one-pipeline]
    refused(&qbo(&shops, &["link", "ls", "."]).ended(2), "link/one-pipeline");
}

#[test]
fn the_guide_to_lost_states_works_as_written() {
    let project = Project::shops(ENGINE);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/when-the-state-is-lost.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
