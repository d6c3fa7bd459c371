//! What is read back is what was mapped: generated records, through the real connectors, into the books and into tables.
//!
//! Texts have any length around the target's limits and any script; amounts any number of decimals; things are missing,
//! and more than expected. Of each record one of two things must be true when a run is over: its object holds, to
//! the letter and the cent, what its record says, and a plan finds nothing left to do; or it is a failed record with a
//! code that says why. Nothing is cut or rounded in silence.

use crate::{
    drive,
    profile::EVERYDAY,
    services::{Content, ServiceStage, TO_WAREHOUSE, decimal},
    trial::{Scene, Trial},
};
use engine_run::plan::Planned;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many records of each kind are generated from one seed.
const RECORDS: usize = 40;

/// What texts are made of: several scripts, both directions, marks that combine, signs beyond the basic plane.
const LETTERS: [&str; 14] =
    ["a", "Z", " ", "7", "é", "e\u{301}", "ß", "ش", "ل", "א", "日", "👩\u{200d}🌾", "&", "'"];

/// What most texts are made of: letters that all companies take.
const LATIN: &[&str] = &["a", "Z", " ", "7", "é", "ß", "&", "'", "<", "%", "\\", "\""];

/// The limits that texts are made for, of both targets: none is alone in being hit.
const LIMITS: [usize; 4] = [21, 31, 100, 1000];

/// Codes with which a record may fail here: each says what is wrong with the record.
const FAILURES: [&str; 6] = [
    "mapping/too-long",
    "mapping/assert-failed",
    "mapping/inexact-number",
    "mapping/required",
    "mapping/reference-key",
    // A company in the USA takes no letters beyond Latin-1 in names.
    "connector/invalid",
];

const TO_BOOKS: &str = r#"
[pipeline]
name = "sim"
[source]
connection = "shop"
[target]
connection = "books"

[entity.customer]
from = "customers"
to = "Customer"
map.DisplayName = { path = "$.username", required = true }
map.GivenName = "$.first_name"
map.FamilyName = "$.last_name"
map.CompanyName = "$.billing.company"

[entity.sale]
from = "orders"
to = "Invoice"
map.CustomerRef.value = { ref = "customer", key = "$.customer_id" }
map.CustomerMemo.value = "$.number"
map.PrivateNote = "$.customer_note"
[[entity.sale.map.Line]]
each = "$.fee_lines[*]"
map.DetailType = { const = "SalesItemLineDetail" }
map.Description = "@.name"
map.Amount = { path = "@.total", transform = ["decimal"] }
[[entity.sale.map.Line]]
each = "$.shipping_lines[*]"
when = 'item.method_title != "free"'
map.DetailType = { const = "SalesItemLineDetail" }
map.Description = "@.method_title"
map.Amount = { path = "@.total", transform = ["decimal"] }
[[entity.sale.assert]]
that = "sum(target.Line.map(|l| l.Amount)) == record.total.to_decimal()"
on_fail = "fail"
"#;

/// Texts, amounts and records, from a seed.
struct Maker(ChaCha8Rng);

impl Maker {
    fn any<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.random_range(0..of.len())]
    }

    /// A text of about a limit's length, or of a few letters.
    fn text(&mut self) -> String {
        let most = if self.0.random_bool(0.2) { self.any(&LIMITS) + 1 } else { 12 };
        let wanted = if self.0.random_bool(0.5) { most } else { self.0.random_range(0..=most) };
        let letters = if self.0.random_bool(0.95) { LATIN } else { &LETTERS };
        let mut text = String::new();
        while text.chars().count() < wanted {
            text.push_str(self.any(letters));
        }
        text.chars().take(wanted).collect::<String>().trim().to_owned()
    }

    /// A text, or nothing at all.
    fn put(&mut self, into: &mut Value, name: &str) {
        if self.0.random_bool(0.9) {
            into[name] = self.text().into();
        }
    }

    /// An amount with up to six decimals.
    fn amount(&mut self) -> String {
        let (whole, scale) = (self.0.random_range(0..5_000u32), self.any(&[0, 1, 2, 2, 2, 2, 3, 6]));
        let digits = (0..scale).map(|_| char::from(b'0' + self.0.random_range(0..10u8)));
        let digits: String = digits.collect();
        if digits.is_empty() { whole.to_string() } else { format!("{whole}.{digits}") }
    }

    fn customer(&mut self, number: usize) -> Value {
        let mut customer = json!({"email": format!("person{number}@example.com"), "billing": {}});
        self.put(&mut customer, "first_name");
        self.put(&mut customer, "last_name");
        let mut billing = json!({});
        self.put(&mut billing, "company");
        customer["billing"] = billing;
        customer
    }

    fn order(&mut self, customer: u64) -> Value {
        let lines = (0..self.0.random_range(1..5)).map(|_| {
            let (name, total) = (format!("Work {}", self.text()), self.amount());
            json!({"name": name, "total": total, "tax_status": "none"})
        });
        let mut order =
            json!({"customer_id": customer, "status": "processing", "fee_lines": lines.collect::<Vec<_>>()});
        if self.0.random_bool(0.4) {
            let title = if self.0.random_bool(0.3) { "free" } else { "post" };
            order["shipping_lines"] =
                json!([{"method_id": "flat_rate", "method_title": title, "total": self.amount()}]);
        }
        self.put(&mut order, "customer_note");
        order["meta_data"] = json!([{"key": "more", "value": self.text()}]);
        order
    }
}

/// What is to be there of a record, or is: the fields that the pipeline maps, as texts.
type Fields = BTreeMap<&'static str, String>;

/// A record of the shop.
struct Expected {
    fields: Fields,
    /// The record that it refers to: without its object there is none of this one.
    parent: Option<String>,
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn amount(value: &Value) -> String {
    decimal(value).normalize().to_string()
}

/// Those of some fields that hold something.
fn fields<const COUNT: usize>(of: [(&'static str, Option<String>); COUNT]) -> Fields {
    of.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

fn customer_of(order: &Value) -> String {
    format!("customer {}", order["customer_id"])
}

/// What the pipelines say that becomes of the shop's records.
fn expected(
    content: &Content,
    customer: fn(&Value) -> Fields,
    sale: fn(&Value) -> Fields,
) -> BTreeMap<String, Expected> {
    let customers = content.shop["customers"].iter().map(|record| {
        let fields = customer(record);
        (format!("customer {}", record["id"]), Expected { fields, parent: None })
    });
    let sales = content.shop["orders"].iter().map(|record| {
        let (fields, parent) = (sale(record), Some(customer_of(record)));
        (format!("sale {}", record["id"]), Expected { fields, parent })
    });
    customers.chain(sales).collect()
}

/// The record of the shop that has this text in this field.
fn of<'a>(content: &'a Content, resource: &str, field: &str, text: &Value) -> &'a Value {
    let found = content.shop[resource].iter().find(|record| record[field] == *text);
    found.unwrap_or_else(|| panic!("nothing of the shop has {text} in {field}"))
}

/// What people read in a note: not the marker that the engine puts behind it.
fn without_marker(note: &Value) -> Option<String> {
    let note = note.as_str().unwrap_or_default();
    let (note, _) = note.split_once("[uds:").unwrap_or((note, ""));
    Some(note.trim_end().to_owned()).filter(|note| !note.is_empty())
}

fn in_books(content: &Content) -> BTreeMap<String, Fields> {
    let customers = content.target["Customer"].iter().map(|object| {
        let record = of(content, "customers", "username", &object["DisplayName"]);
        let held = fields([
            ("GivenName", text(&object["GivenName"])),
            ("FamilyName", text(&object["FamilyName"])),
            ("CompanyName", text(&object["CompanyName"])),
        ]);
        (format!("customer {}", record["id"]), held)
    });
    let invoices = content.target["Invoice"].iter().map(|object| {
        let record = of(content, "orders", "number", &object["CustomerMemo"]["value"]);
        let lines = object["Line"].as_array().unwrap().iter();
        let lines = lines.filter(|line| line["DetailType"] == "SalesItemLineDetail");
        let lines = lines.map(|line| format!("{}: {}", line["Description"], amount(&line["Amount"])));
        let held = fields([
            ("PrivateNote", without_marker(&object["PrivateNote"])),
            ("Line", Some(lines.collect::<Vec<_>>().join("; "))),
            ("TotalAmt", Some(amount(&object["TotalAmt"]))),
        ]);
        (format!("sale {}", record["id"]), held)
    });
    customers.chain(invoices).collect()
}

fn in_tables(content: &Content) -> BTreeMap<String, Fields> {
    let customers = content.target["customers"]
        .iter()
        .map(|row| (format!("customer {}", row["woo_id"]), fields([("name", text(&row["name"]))])));
    let orders = content.target["orders"].iter().map(|row| {
        let held = fields([("number", text(&row["number"])), ("total", Some(amount(&row["total"])))]);
        (format!("sale {}", row["woo_id"]), held)
    });
    customers.chain(orders).collect()
}

/// All that a record's lines say, in the order in which the pipeline maps them.
fn lines(order: &Value) -> String {
    let fees = order["fee_lines"].as_array().into_iter().flatten().map(|line| ("name", line));
    let ways = order["shipping_lines"].as_array().into_iter().flatten().map(|line| ("method_title", line));
    let ways = ways.filter(|(_, line)| line["method_title"] != "free");
    let lines = fees.chain(ways).map(|(name, line)| format!("{}: {}", line[name], amount(&line["total"])));
    lines.collect::<Vec<_>>().join("; ")
}

/// Runs a pipeline over generated records, seed after seed, and holds each against its object.
fn check(
    (scene, pipeline, seeds): (Scene, &str, u64),
    wanted: impl Fn(&Content) -> BTreeMap<String, Expected>,
    held: fn(&Content) -> BTreeMap<String, Fields>,
) {
    let (mut whole, mut failed) = (0, 0);
    for seed in 0..seeds {
        let mut maker = Maker(ChaCha8Rng::seed_from_u64(seed ^ 0x0072_6f75_6e64));
        let trial = Trial::quiet(scene, &EVERYDAY, seed);
        let ended = drive::round_trip(&trial, || {
            let stage = ServiceStage::calm(&trial, pipeline);
            for number in 0..RECORDS {
                stage.add("customers", &maker.customer(number));
            }
            for customer in stage.ids("customers") {
                stage.add("orders", &maker.order(customer));
            }
            stage
        });
        let place = format!("{} {seed}", scene.name());
        let held = held(&ended.content);
        let wanted = wanted(&ended.content);
        let has_parent = |record: &str| {
            let parent = wanted.get(record).and_then(|expected| expected.parent.as_ref());
            parent.is_none_or(|parent| held.contains_key(parent))
        };
        let is_well = |record: &str| !ended.failed.contains_key(record) && has_parent(record);
        // Without its order there is no line.
        let has_order = |planned: &Planned| {
            planned.entity != "line" || held.contains_key(&format!("sale {}", planned.source_key))
        };
        let left = ended.left.iter().filter(|(record, planned)| is_well(record) && has_order(planned));
        let left: Vec<_> = left.collect();
        assert!(left.is_empty(), "{place}: a plan after the run has nothing to do: {left:?}");
        for (record, Expected { fields, .. }) in &wanted {
            match (held.get(record), ended.failed.get(record)) {
                (Some(there), None) => {
                    assert_eq!(fields, there, "{place}: {record}");
                    whole += 1;
                }
                (None, Some(code)) => {
                    assert!(FAILURES.contains(&code.as_str()), "{place}: {record}: {code}");
                    failed += 1;
                }
                (None, None) if !has_parent(record) => {}
                (there, code) => panic!("{place}: {record} is {there:?} and {code:?}, not {fields:?}"),
            }
        }
    }
    println!("{}: {whole} records whole, {failed} failed", scene.name());
    let records = seeds * RECORDS as u64;
    assert!(
        whole > records && failed > records / 500,
        "of so many both ends are met: {whole} whole, {failed} failed"
    );
}

/// So many seeds into books.
pub(crate) fn books(seeds: u64) {
    let customer = |record: &Value| {
        fields([
            ("GivenName", text(&record["first_name"])),
            ("FamilyName", text(&record["last_name"])),
            ("CompanyName", text(&record["billing"]["company"])),
        ])
    };
    let sale = |order: &Value| {
        fields([
            ("PrivateNote", text(&order["customer_note"])),
            ("Line", Some(lines(order))),
            ("TotalAmt", Some(amount(&order["total"]))),
        ])
    };
    check((Scene::ShopToBooks, TO_BOOKS, seeds), |content| expected(content, customer, sale), in_books);
}

/// So many seeds into tables.
pub(crate) fn tables(seeds: u64) {
    let customer = |record: &Value| fields([("name", text(&record["first_name"]))]);
    let sale = |order: &Value| {
        fields([("number", text(&order["number"])), ("total", Some(amount(&order["total"])))])
    };
    check(
        (Scene::ShopToWarehouse, TO_WAREHOUSE, seeds),
        |content| expected(content, customer, sale),
        in_tables,
    );
}
