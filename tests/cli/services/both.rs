//! Both sides of the two-way pipeline, as the journals of their emulators leave them, and people who change them.

use crate::ENGINE;
use connector_emulators::{
    Emulator, Entry,
    quickbooks::{Company, CompanyKind, QuickBooks, Settings},
    replay,
    woocommerce::{self, KeyPair, Permission, Role, Seed, WooCommerce},
};
use jiff::{Timestamp, ToSpan};
use kit::{Outcome, Project};
use serde_json::{Value, json};

const REALM: &str = "9130350000000000";
const BOOKS: &str = ".engine/emulators/demo/books.ndjson";
const STORE: &str = ".engine/emulators/demo/store.ndjson";

/// A project whose store and books are kept alike.
pub(crate) struct Both {
    pub(crate) project: Project,
    /// People change things one after the other: later than all that happened before.
    now: Timestamp,
}

impl Both {
    pub(crate) fn new() -> Self {
        Self { project: Project::two_way(ENGINE), now: Timestamp::now() }
    }

    /// Both after a run.
    pub(crate) fn synced() -> Self {
        let both = Self::new();
        drop(both.run().ended(0));
        both
    }

    pub(crate) fn run(&self) -> Outcome {
        self.engine(&["run", "woo-and-qbo"])
    }

    pub(crate) fn engine(&self, arguments: &[&str]) -> Outcome {
        self.project.engine(&[arguments, &["--env", "demo"]].concat())
    }

    /// How records of an entity ended in the last run.
    pub(crate) fn counts(outcome: &Outcome, entity: &str) -> Value {
        outcome.json()["runs"][0]["entities"][entity]["by_status"].clone()
    }

    /// Runs once more, and sees that nothing is written.
    #[track_caller]
    pub(crate) fn is_quiet(&self) {
        let again = self.engine(&["run", "woo-and-qbo", "--full", "--format", "json"]);
        let document = again.ended(0).json();
        for (entity, counts) in document["runs"][0]["entities"].as_object().unwrap() {
            for status in ["created", "updated", "deleted", "failed", "held", "blocked"] {
                let count = counts["by_status"][status].as_u64().unwrap_or_default();
                assert_eq!(count, 0, "{entity} {status}: {document}");
            }
        }
    }

    fn journal(&self, path: &str) -> Vec<Entry> {
        if !self.project.path(path).exists() {
            return Vec::new();
        }
        self.project.read(path).lines().map(|line| Entry::from_line(line).unwrap()).collect()
    }

    fn books(&self) -> QuickBooks {
        let company = Company::new(REALM, CompanyKind::Ca);
        let mut books = QuickBooks::new(Settings { companies: vec![company], ..Settings::default() });
        replay(&mut books, self.journal(BOOKS)).unwrap();
        books
    }

    fn store(&self) -> WooCommerce {
        let key = KeyPair {
            key: "emulated-woo_key".to_owned(),
            secret: "emulated-woo_secret".to_owned(),
            permission: Permission::ReadWrite,
            role: Role::Administrator,
        };
        let mut store = WooCommerce::new(woocommerce::Settings {
            https: true,
            url: "https://shop.example".to_owned(),
            zone: "America/New_York".to_owned(),
            keys: vec![key],
        });
        let texts = ["customers", "products", "settings_general"]
            .map(|name| (name, self.project.read(&format!("samples/store/{name}.json"))));
        store.seed(&Seed::read(texts.iter().map(|(name, text)| (*name, text.as_str()))).unwrap());
        replay(&mut store, self.journal(STORE)).unwrap();
        store
    }

    /// The records of a resource of the store.
    pub(crate) fn records(&self, resource: &str) -> Vec<Value> {
        self.store().records(resource).cloned().collect()
    }

    /// The objects of a kind in the books.
    pub(crate) fn objects(&self, kind: &str) -> Vec<Value> {
        self.books().objects(REALM, kind)
    }

    /// A record of the store, by its id.
    pub(crate) fn record(&self, resource: &str, id: u64) -> Value {
        self.records(resource).into_iter().find(|record| record["id"] == id).unwrap()
    }

    /// The customer of the books with the e-mail address of one of the store.
    pub(crate) fn customer(&self, id: u64) -> Value {
        let email = self.record("customers", id)["email"].as_str().unwrap().to_lowercase();
        let is_theirs = |customer: &Value| {
            customer["PrimaryEmailAddr"]["Address"].as_str().is_some_and(|own| own.to_lowercase() == email)
        };
        self.objects("Customer").into_iter().find(is_theirs).unwrap()
    }

    /// The item of the books with the number of a product of the store.
    pub(crate) fn item(&self, id: u64) -> Value {
        let sku = self.record("products", id)["sku"].clone();
        self.objects("Item").into_iter().find(|item| item["Sku"] == sku).unwrap()
    }

    /// The moment of the next change.
    fn later(&mut self) -> Timestamp {
        self.now = self.now.max(Timestamp::now()) + 2.seconds();
        self.now
    }

    /// Somebody changes the store.
    pub(crate) fn in_store(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let at = self.later();
        let request = http::Request::builder()
            .method(method)
            .uri(format!("https://shop.example/wp-json/wc/v3/{path}"))
            .header("authorization", "Basic ZW11bGF0ZWQtd29vX2tleTplbXVsYXRlZC13b29fc2VjcmV0")
            .header("content-type", "application/json")
            .body(bytes::Bytes::from(body.to_string()))
            .unwrap();
        let mut store = self.store();
        let answer = store.handle(&request, at);
        self.keep(STORE, (&request, at), &answer)
    }

    /// Somebody changes the books.
    pub(crate) fn in_books(&mut self, resource: &str, body: &Value) -> Value {
        let at = self.later();
        let mut books = self.books();
        let token = books.grant(REALM, at).access_token;
        let request =
            http::Request::post(format!("https://quickbooks.api.intuit.com/v3/company/{REALM}/{resource}"))
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .header("accept", "application/json")
                .body(bytes::Bytes::from(body.to_string()))
                .unwrap();
        let answer = books.handle(&request, at);
        self.keep(BOOKS, (&request, at), &answer)
    }

    /// Changes some fields of an object of the books.
    pub(crate) fn edit_books(&mut self, kind: &str, object: &Value, fields: &Value) -> Value {
        let name = if kind == "Item" { "Name" } else { "DisplayName" };
        let mut body = json!({
            "Id": object["Id"], "SyncToken": object["SyncToken"], "sparse": true, name: object[name],
        });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.in_books(&kind.to_lowercase(), &body)
    }

    fn keep(
        &self,
        journal: &str,
        (request, at): (&http::Request<bytes::Bytes>, Timestamp),
        answer: &http::Response<bytes::Bytes>,
    ) -> Value {
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(answer.status().is_success(), "{text}");
        let lines =
            if self.project.path(journal).exists() { self.project.read(journal) } else { String::new() };
        self.project.write(journal, format!("{lines}{}\n", Entry::of(request, at).to_line()));
        serde_json::from_str(&text).unwrap()
    }
}
