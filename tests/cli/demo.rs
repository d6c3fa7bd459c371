//! The shop and its books, both emulated: what a store of 207 orders comes to, and that no crash and no lost
//! answer changes it.

use crate::{ENGINE, count};
use connector_emulators::{
    Entry,
    quickbooks::{Company, CompanyKind, QuickBooks, Settings},
    replay,
};
use kit::{Outcome, Project};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const REALM: &str = "9130350000000000";
const STORE: &str = ".engine/emulators/demo/acme-store.ndjson";
pub(crate) const BOOKS: &str = ".engine/emulators/demo/acme-books.ndjson";

/// How often a run is killed in all: 24 times, or as often as `ENGINE_TEST_KILLS` says.
fn wanted_kills() -> usize {
    let wanted = std::env::vars().find(|(name, _)| name == "ENGINE_TEST_KILLS");
    wanted.map_or(24, |(_, times)| times.parse().unwrap())
}

fn shops() -> Project {
    Project::shops(ENGINE)
}

/// Runs; some records fail, as the store has orders without an e-mail address.
#[track_caller]
fn run(project: &Project) -> Outcome {
    project.engine(&["run", ".", "--env", "demo"]).ended(5)
}

/// The lines of both sides, by stream and currency: counts and sums.
fn sides(outcome: &Outcome) -> BTreeMap<(String, String), Vec<String>> {
    let lines =
        outcome.stdout.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let of = lines.filter(|words| words.len() == 9 && ["orders", "refunds"].contains(&words[0].as_str()));
    of.map(|words| ((words[0].clone(), words[1].clone()), words[2..].to_vec())).collect()
}

/// What was sent is in the books, once and to the cent.
#[track_caller]
fn check_sides(outcome: &Outcome) {
    let sides = sides(outcome);
    assert!(!sides.is_empty(), "{}", outcome.stdout);
    for (side, words) in &sides {
        assert_eq!(words[2..4], words[4..6], "{side:?}");
        assert_eq!(words[6], "0.00", "{side:?}");
    }
}

/// Books as the demo sets them up.
fn new_books() -> QuickBooks {
    let mut company = Company::new(REALM, CompanyKind::Ca);
    company.preferences.multi_currency = true;
    company.currencies = ["USD", "EUR", "GBP", "JPY", "KWD"].map(str::to_owned).to_vec();
    QuickBooks::new(Settings { companies: vec![company], ..Settings::default() })
}

/// The books as the journal leaves them.
pub(crate) fn books(project: &Project) -> QuickBooks {
    let mut books = new_books();
    let entries = project.read(BOOKS).lines().map(|line| Entry::from_line(line).unwrap()).collect::<Vec<_>>();
    replay(&mut books, entries).unwrap();
    books
}

/// How many objects of each kind the books hold, none of them twice.
fn counted(books: &QuickBooks) -> BTreeMap<&'static str, usize> {
    let kinds = [
        ("Customer", "DisplayName"),
        ("Item", "Name"),
        ("SalesReceipt", "DocNumber"),
        ("Invoice", "DocNumber"),
        ("RefundReceipt", "DocNumber"),
        ("CreditMemo", "DocNumber"),
    ];
    let count = |(kind, name): (&'static str, &str)| {
        let objects = books.objects(REALM, kind);
        let names: BTreeSet<String> = objects.iter().map(|object| object[name].to_string()).collect();
        assert_eq!(names.len(), objects.len(), "a {kind} is there twice");
        (kind, objects.len())
    };
    kinds.into_iter().map(count).collect()
}

#[test]
fn every_admitted_order_is_in_the_books_once_or_has_a_reason() {
    let project = shops();
    let first = run(&project);
    check_sides(&first);
    let admitted = first.stdout.lines().find(|line| line.starts_with("order ")).unwrap();
    let reasons: usize = first
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Not in the books"))
        .filter_map(|line| line.trim_start().split_once(" x ")?.0.parse::<usize>().ok())
        .sum();
    let of = |column: usize| -> usize {
        sides(&first).values().map(|words| words[column].parse::<usize>().unwrap()).sum()
    };
    assert_eq!(of(0), of(2) + reasons, "each record is sent or has a reason: {admitted}\n{}", first.stdout);
    let before = project.read(BOOKS);
    let second = run(&project);
    assert!(!second.stdout.contains("CREATED") && !second.stdout.contains("UPDATED"), "{}", second.stdout);
    let more = project.read(BOOKS);
    let more = more.strip_prefix(&before).unwrap();
    let writes = more.lines().filter(|line| line.contains("requestid=")).count();
    // What failed for good is tried again only when its record or its mapping changes.
    assert_eq!(writes, 0, "{more}");
    check_sides(&second);
}

/// A request that changed the books before the first run.
fn earlier(resource: &str, body: &str) -> String {
    request(resource, body, jiff::Timestamp::now() - jiff::SignedDuration::from_mins(5))
}

/// A request with which somebody changes the books now.
pub(crate) fn changed_by_hand(resource: &str, body: &str) -> String {
    request(resource, body, jiff::Timestamp::now())
}

fn request(resource: &str, body: &str, at: jiff::Timestamp) -> String {
    let token = new_books().grant(REALM, at).access_token;
    let headers = [
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
        ("accept", "application/json".to_owned()),
    ];
    let entry = Entry {
        at,
        method: "POST".to_owned(),
        uri: format!("/v3/company/{REALM}/{resource}"),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body: body.to_owned(),
        bytes: None,
    };
    format!("{}\n", entry.to_line())
}

#[test]
fn items_that_are_there_are_adopted_by_their_number_and_ambiguous_ones_block() {
    let project = shops();
    let products: Vec<serde_json::Value> =
        serde_json::from_str(&project.read("samples/store/products.json")).unwrap();
    let is_sold = |product: &&serde_json::Value| {
        product["type"] == "simple" && product["status"] == "publish" && product["sku"] != ""
    };
    let skus: Vec<&str> =
        products.iter().filter(is_sold).map(|product| product["sku"].as_str().unwrap()).collect();
    let item = |name: &str, sku: &str| {
        earlier(
            "item",
            &format!(
                r#"{{"Name":"{name}","Sku":"{sku}","Type":"NonInventory","IncomeAccountRef":{{"value":"2"}}}}"#
            ),
        )
    };
    let lines = [item("One of a kind", skus[0]), item("Twin", skus[1]), item("Other twin", skus[1])];
    project.write(BOOKS, lines.concat());
    let first = run(&project);
    assert!(first.stdout.contains("link/ambiguous-match"), "{}", first.stdout);
    let items = books(&project).objects(REALM, "Item");
    let with = |sku: &str| items.iter().filter(|item| item["Sku"] == sku).count();
    assert_eq!((with(skus[0]), with(skus[1])), (1, 2), "nothing was created beside them");
    assert!(
        !items.iter().any(|item| item["Name"] == "One of a kind"),
        "the adopted item was brought up to date: {}",
        first.stdout
    );
}

#[test]
fn an_item_with_the_same_name_is_taken_over_and_brought_up_to_date() {
    let project = shops();
    let products: Vec<serde_json::Value> =
        serde_json::from_str(&project.read("samples/store/products.json")).unwrap();
    let is_plain = |product: &&serde_json::Value| {
        let name = product["name"].as_str().unwrap();
        let is_plain = name.len() < 40
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || " #".contains(letter));
        is_plain && product["type"] == "simple" && product["status"] == "publish" && product["sku"] != ""
    };
    let product = products.iter().find(is_plain).unwrap();
    let (name, sku) = (product["name"].as_str().unwrap(), product["sku"].as_str().unwrap());
    project.edit(
        "pipelines/woo-to-qbo.toml",
        "[entity.product.write]\nmatch = [\"Sku\"]\nname_taken = \"suffix_key\"",
        "[entity.product.write]\nmatch = [\"Sku\"]\nname_taken = \"adopt\"",
    );
    let body = format!(
        r#"{{"Name":"{name}","Type":"NonInventory","Description":"typed by hand","IncomeAccountRef":{{"value":"2"}}}}"#
    );
    project.write(BOOKS, earlier("item", &body));
    drop(run(&project));
    drop(run(&project));
    let items = books(&project).objects(REALM, "Item");
    let ours: Vec<_> = items.iter().filter(|item| item["Name"] == name).collect();
    assert_eq!(ours.len(), 1);
    assert_eq!((&ours[0]["Sku"], &ours[0]["Description"]), (&sku.into(), &"typed by hand".into()));
}

#[test]
fn emulators_that_cannot_start_say_why() {
    let project = shops();
    project.edit("connections.demo.toml", "seed = \"samples/store\"", "seeds = \"samples/store\"");
    let refused = project.engine(&["run", ".", "--env", "demo"]).ended(3);
    assert!(refused.stderr.contains("connection/emulate"), "{}", refused.stderr);
    let missing = project.engine(&["emulate", "woocommerce", "--seed", "nowhere"]).ended(2);
    assert!(missing.stderr.contains("command/unusable-file"), "{}", missing.stderr);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = project.engine(&["emulate", "quickbooks", "--port", &port]).ended(1);
    assert!(refused.stderr.contains("command/port-taken"), "{}", refused.stderr);
}

#[test]
fn ten_edited_orders_are_ten_updates() {
    let project = shops();
    drop(run(&project));
    let state = project.database(".engine/state.db");
    let mut statement = state
        .prepare(
            "SELECT key FROM link WHERE entity = 'order' AND target_id IS NOT NULL ORDER BY key LIMIT 10",
        )
        .unwrap();
    let keys: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(statement);
    let authorization = "Basic ZW11bGF0ZWQtYWNtZV93b29fa2V5OmVtdWxhdGVkLWFjbWVfd29vX3NlY3JldA==";
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let headers = [("authorization", authorization), ("content-type", "application/json")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            let entry = Entry {
                at: jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30),
                method: "PUT".to_owned(),
                uri: format!("/wp-json/wc/v3/orders/{key}"),
                headers: headers.to_vec(),
                body: r#"{"customer_note":"Please ring twice"}"#.to_owned(),
                bytes: None,
            };
            format!("{}\n", entry.to_line())
        })
        .collect();
    project.write(STORE, lines.concat());
    let edited = run(&project);
    let order = edited.stdout.lines().find(|line| line.starts_with("order ")).unwrap();
    let header = edited.stdout.lines().find(|line| line.starts_with("ENTITY")).unwrap();
    let column = header.split_whitespace().position(|word| word == "UPDATED").unwrap();
    assert_eq!(order.split_whitespace().nth(column), Some("10"), "{}", edited.stdout);
    check_sides(&edited);
}

#[test]
fn killed_runs_with_lost_answers_lose_and_double_nothing() {
    let whole = shops();
    let undisturbed = run(&whole);
    let (expected, objects) = (sides(&undisturbed), counted(&books(&whole)));
    let (mut kills, mut seed) = (0, 0);
    let wanted = wanted_kills();
    while kills < wanted {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let project = shops();
        for connection in ["company = \"ca\"", "seed = \"samples/store\""] {
            project.edit(
                "connections.demo.toml",
                connection,
                &format!("faults = \"samples/faults.toml\", {connection}"),
            );
        }
        let mut told = format!("seed {seed}, killed at lines");
        let plan = |kill: usize| {
            let what = "[[fault]]\nwhat = \"drop_after_effect\"\non = { probability = 0.05 }\n";
            project.write("samples/faults.toml", format!("seed = {}\n{what}", seed * 10 + kill as u64));
        };
        for kill in 0..rng.random_range(2..=4) {
            plan(kill);
            let line = rng.random_range(1..=1500);
            let mut command = project.command(&["run", "woo-to-qbo", "--env", "demo", "-vvv"]);
            let mut process = project.start(&mut command);
            if process.wait_for("", line) {
                drop(process.kill().ended(128 + 9));
                kills += 1;
                told = format!("{told} {line}");
            } else {
                drop(process.wait());
            }
        }
        project.write("samples/faults.toml", "");
        // The copy of the store waits longer for what is not known: it has tests of its own.
        let last = project.engine(&["run", "woo-to-qbo", "--env", "demo"]).ended(5);
        assert_eq!(sides(&last), expected, "{told}\n{}", last.stdout);
        assert_eq!(counted(&books(&project)), objects, "{told}");
        let open = count(&project.database(".engine/state.db"), "SELECT count(*) FROM intent");
        assert_eq!(open, 0, "{told}");
        seed += 1;
    }
    println!("{kills} kills in {seed} projects");
}
