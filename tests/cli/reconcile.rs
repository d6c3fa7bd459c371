//! `engine reconcile`: both sides of the demo agree to the cent, and what is damaged in the target is found to the record.

use crate::{ENGINE, assert_outcome, guide::Guide};
use connector_emulators::{
    Emulator, Entry,
    quickbooks::{Company, CompanyKind, QuickBooks, Settings},
    replay,
};
use kit::{Outcome, Project};
use rust_decimal::Decimal;
use serde_json::Value;
use std::path::Path;

const REALM: &str = "9130350000000000";
const BOOKS: &str = ".engine/emulators/demo/acme-books.ndjson";

/// The shop and its books after a run.
fn synced() -> Project {
    let project = Project::shops(ENGINE);
    drop(project.engine(&["run", "woo-to-qbo", "--env", "demo"]).ended(5));
    project
}

fn reconcile(project: &Project, more: &[&str]) -> Outcome {
    project.engine(&[&["reconcile", "woo-to-qbo", "--env", "demo"], more].concat())
}

/// One comparison as programs get it.
fn compared(project: &Project, name: &str, code: i32) -> Value {
    let told = reconcile(project, &["--name", name, "--drill", "--format", "json"]).ended(code).json();
    told["reconciliations"][0].clone()
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

/// source = target + what is explained + what is left, in every group and sum, for whoever adds it up again.
#[track_caller]
fn check_equation(of: &Value) {
    for bucket in [&of["groups"], &of["totals"]].into_iter().flat_map(|all| all.as_array().unwrap()) {
        for name in bucket["source"]["sums"].as_object().unwrap().keys() {
            let sum = |side: &Value| decimal(&side["sums"][name]);
            let explained: Decimal =
                bucket["explained"].as_array().unwrap().iter().map(|part| sum(&part["figures"])).sum();
            let right = sum(&bucket["target"]) + explained + sum(&bucket["rest"]);
            assert_eq!(sum(&bucket["source"]), right, "{name} of {bucket}");
        }
    }
}

/// The books as the journal leaves them.
struct Books {
    company: QuickBooks,
    token: String,
    project: Project,
}

impl Books {
    fn of(project: Project) -> Self {
        let mut company = Company::new(REALM, CompanyKind::Ca);
        company.preferences.multi_currency = true;
        company.currencies = ["USD", "EUR", "GBP", "JPY", "KWD"].map(str::to_owned).to_vec();
        let mut books = QuickBooks::new(Settings { companies: vec![company], ..Settings::default() });
        let lines = project.read(BOOKS);
        let entries = lines.lines().map(|line| Entry::from_line(line).unwrap());
        replay(&mut books, entries.collect::<Vec<_>>()).unwrap();
        let token = books.grant(REALM, jiff::Timestamp::now()).access_token;
        Self { company: books, token, project }
    }

    /// A document that was written, in some currency.
    fn document(&self, kind: &str, at: usize) -> Value {
        self.company.objects(REALM, kind)[at].clone()
    }

    /// Somebody changes the books: the request is answered, and stands in the journal for the next command.
    fn post(&mut self, resource: &str, body: &Value) -> Value {
        let at = jiff::Timestamp::now();
        let uri = format!("https://quickbooks.api.intuit.com/v3/company/{REALM}/{resource}");
        let request = http::Request::post(uri)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(bytes::Bytes::from(body.to_string()))
            .unwrap();
        let answer = self.company.handle(&request, at);
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(answer.status().is_success(), "{text}");
        let line = Entry::of(&request, at).to_line();
        let journal = self.project.read(BOOKS);
        self.project.write(BOOKS, format!("{journal}{line}\n"));
        serde_json::from_str(&text).unwrap()
    }
}

/// The differences of a comparison, each as its kind, record and object.
fn differences(of: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = of["differences"].as_array().unwrap().iter();
    all.map(|one| {
        let object = format!("{} {}", text(&one["object"]), text(&one["target_id"]));
        (text(&one["kind"]), text(&one["record"]), object)
    })
    .collect()
}

/// The shop's key of the order that a document is of.
fn order_of(project: &Project, document: &Value) -> String {
    let orders: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    let number = document["DocNumber"].as_str().unwrap().strip_prefix('W').unwrap();
    orders.iter().find(|order| order["number"] == number).unwrap()["id"].to_string()
}

#[test]
fn the_books_agree_with_the_shop_and_every_order_left_out_has_a_reason() {
    let project = synced();
    let all = reconcile(&project, &["--format", "json"]).ended(0).json();
    let names: Vec<&str> =
        all["reconciliations"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["sales", "refunds"]);
    let orders: Vec<Value> = serde_json::from_str(&project.read("samples/store/orders.json")).unwrap();
    for name in names {
        let of = compared(&project, name, 0);
        check_equation(&of);
        assert_eq!(of["differences"], Value::Array(Vec::new()));
        assert!(of["unlisted"].as_array().unwrap().is_empty());
        let count = |side: &str| -> i64 {
            of["totals"].as_array().unwrap().iter().map(|total| total[side]["count"].as_i64().unwrap()).sum()
        };
        assert_eq!(count("rest"), 0);
        assert!(count("target") > 0);
        let explained = i64::try_from(of["explained"].as_array().unwrap().len()).unwrap();
        assert_eq!(count("source"), count("target") + explained, "no record is without a reason");
        if name == "sales" {
            assert_eq!(usize::try_from(count("source")).unwrap(), orders.len());
        }
    }
    assert_outcome!(reconcile(&project, &[]).ended(0));
}

#[test]
fn a_comparison_before_the_first_run_says_that_nothing_was_read() {
    let project = Project::shops(ENGINE);
    let of = compared(&project, "sales", 0);
    check_equation(&of);
    let reasons: Vec<&str> =
        of["explained"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert!(reasons.contains(&"unread") && reasons.contains(&"filter"), "{reasons:?}");
}

#[test]
fn an_amount_that_was_changed_in_the_books_is_found_and_written_again() {
    let mut books = Books::of(synced());
    let mut document = books.document("SalesReceipt", 3);
    let (id, order) = (document["Id"].as_str().unwrap().to_owned(), order_of(&books.project, &document));
    let line = &mut document["Line"][0];
    let more: Decimal = line["Amount"].to_string().parse::<Decimal>().unwrap() + Decimal::new(1, 2);
    line["Amount"] = serde_json::from_str(&more.to_string()).unwrap();
    let detail = line["SalesItemLineDetail"].as_object_mut().unwrap();
    detail.remove("UnitPrice");
    detail.remove("Qty");
    drop(books.post("salesreceipt", &document));
    let project = &books.project;
    let of = compared(project, "sales", 6);
    check_equation(&of);
    let found = differences(&of);
    assert_eq!(found, [("different".to_owned(), order, format!("SalesReceipt {id}"))]);
    let one = &of["differences"][0];
    let off = decimal(&one["target"]["sums"]["gross"]) - decimal(&one["source"]["sums"]["gross"]);
    assert_eq!(off, Decimal::new(1, 2), "{one}");
    let told = reconcile(project, &["--name", "sales"]).ended(6);
    assert!(told.stderr.contains("reconcile/differs"), "{}", told.stderr);
    // What is signed must agree.
    drop(reconcile(project, &["--sign", "signed.json"]).ended(6));
    assert!(!project.path("signed.json").exists());
    drop(reconcile(project, &["--name", "sales", "--fix-plan", "mend.json"]).ended(6));
    drop(project.engine(&["apply", "mend.json"]).ended(0));
    assert_eq!(differences(&compared(project, "sales", 0)), []);
}

#[test]
fn a_document_that_was_deleted_in_the_books_is_found_and_made_again() {
    let mut books = Books::of(synced());
    let document = books.document("SalesReceipt", 5);
    let id = document["Id"].as_str().unwrap().to_owned();
    let body = serde_json::json!({ "Id": id, "SyncToken": document["SyncToken"] });
    drop(books.post("salesreceipt?operation=delete", &body));
    let project = &books.project;
    let of = compared(project, "sales", 6);
    check_equation(&of);
    let found = differences(&of);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].0.as_str(), found[0].2.as_str()),
        ("missing_in_target", &*format!("SalesReceipt {id}"))
    );
    drop(reconcile(project, &["--name", "sales", "--fix-plan", "mend.json"]).ended(6));
    drop(project.engine(&["apply", "mend.json"]).ended(0));
    assert_eq!(differences(&compared(project, "sales", 0)), []);
}

#[test]
fn a_document_that_was_copied_in_the_books_is_found_as_a_double() {
    let mut books = Books::of(synced());
    let mut copy = books.document("SalesReceipt", 7);
    let id = copy["Id"].as_str().unwrap().to_owned();
    for own in ["Id", "SyncToken", "MetaData", "DocNumber"] {
        copy.as_object_mut().unwrap().remove(own);
    }
    let made = books.post("salesreceipt", &copy)["SalesReceipt"]["Id"].as_str().unwrap().to_owned();
    let project = &books.project;
    let of = compared(project, "sales", 6);
    check_equation(&of);
    let found = differences(&of);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].0.as_str(), found[0].2.as_str()),
        ("twice_in_target", &*format!("SalesReceipt {made}"))
    );
    let note = of["differences"][0]["note"].as_str().unwrap();
    assert!(note.contains(&format!("SalesReceipt {id}")), "{note}");
}

#[test]
fn orders_and_rows_agree_in_supabase() {
    let project = Project::shops(ENGINE);
    drop(project.engine(&["run", "woo-to-supabase", "--env", "demo"]).ended(0));
    let told = project
        .engine(&["reconcile", "woo-to-supabase", "--env", "demo", "--format", "json"])
        .ended(0)
        .json();
    let of = &told["reconciliations"][0];
    check_equation(of);
    assert!(of["agrees"].as_bool().unwrap());
}

#[test]
fn a_signed_file_shows_when_it_was_changed() {
    let project = synced();
    drop(
        reconcile(&project, &["--from", "2026-01-01", "--to", "2026-12-31", "--sign", "signed.json"])
            .ended(0),
    );
    drop(project.engine(&["reconcile", "--verify", "signed.json"]).ended(0));
    let signed = project.read("signed.json");
    // Spaces do not count, a digit does.
    project.write("signed.json", signed.replace("  ", " "));
    drop(project.engine(&["reconcile", "--verify", "signed.json"]).ended(0));
    let document: Value = serde_json::from_str(&signed).unwrap();
    let gross = document["reconciliations"][0]["totals"][0]["source"]["sums"]["gross"].as_str().unwrap();
    project.write("signed.json", signed.replace(gross, "1.00"));
    let changed = project.engine(&["reconcile", "--verify", "signed.json"]).ended(6);
    assert!(changed.stderr.contains("reconcile/changed-after"), "{}", changed.stderr);
    project.write("signed.json", "{}");
    let none = project.engine(&["reconcile", "--verify", "signed.json"]).ended(2);
    assert!(none.stderr.contains("reconcile/no-sign-off"), "{}", none.stderr);
    let unwritable = reconcile(&project, &["--sign", "nowhere/signed.json"]).ended(1);
    assert!(unwritable.stderr.contains("reconcile/unwritable"), "{}", unwritable.stderr);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let project = Project::shops(ENGINE);
    let unknown = reconcile(&project, &["--name", "sale"]).ended(9);
    assert!(unknown.stderr.contains("reconcile/unknown-name") && unknown.stderr.contains("`sales`"));
    project.edit("pipelines/woo-to-supabase.toml", "by = [\"day\", \"currency\"]", "by = [\"currency\"]");
    project.edit("pipelines/woo-to-supabase.toml", "by = { day = \"$.date_created_gmt\", ", "by = { ");
    project.edit("pipelines/woo-to-supabase.toml", "by = { day = \"$.created_at\", ", "by = { ");
    let arguments = ["reconcile", "woo-to-supabase", "--env", "demo", "--from", "2026-01-01"];
    let no_day = project.engine(&arguments).ended(2);
    assert!(no_day.stderr.contains("reconcile/no-day"), "{}", no_day.stderr);
    let quickstart = crate::quickstart();
    let none = quickstart.engine(&["reconcile", "."]).ended(9);
    assert!(none.stderr.contains("reconcile/none"), "{}", none.stderr);
}

#[test]
fn the_guide_to_agreeing_books_works_as_written() {
    let project = crate::quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/do-the-books-agree.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
