//! A company of the USA, and what happens in its books.

mod answers;
mod lists;
mod money;
mod names;
mod reading;
mod webhooks;
mod writes;

use super::scene::{Scene, new, run};
use bytes::Bytes;
use connector_emulators::{
    Emulator,
    quickbooks::{Company, CompanyKind, Limits, QuickBooks, Settings},
};
use engine_contract::{Op, Tokens};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const REALM: &str = "9130350000000000";
pub(super) const CURSOR: &str = "MetaData.LastUpdatedTime";

pub(super) type Books = Scene<QuickBooks>;

fn start() -> Timestamp {
    "2026-03-02T17:00:00Z".parse().unwrap()
}

/// A company of a country, without limits.
pub(super) fn of(kind: CompanyKind) -> Settings {
    let mut settings = Settings {
        companies: vec![Company::new(REALM, kind)],
        limits: Limits::none(),
        ..Settings::default()
    };
    // Tests let days pass without a login.
    settings.tokens.access = SignedDuration::from_hours(24 * 365);
    settings
}

/// Runs a test with a company as it is set up.
pub(super) fn with_settings(settings: Settings, test: impl AsyncFnOnce(Books)) {
    run(async {
        let books = QuickBooks::new(settings);
        let granted = books.grant(REALM, start());
        let tokens = Tokens {
            access: granted.access_token,
            access_until: granted.expires_at,
            refresh: granted.refresh_token,
            refresh_until: None,
        };
        let settings =
            json!({"realm": REALM, "client_id": {"secret": "id"}, "client_secret": {"secret": "secret"}});
        test(Scene::open(books, ("quickbooks", &settings), Some(tokens), start()).await).await;
    });
}

/// Runs a test with a company of the USA.
pub(super) fn with_books(test: impl AsyncFnOnce(Books)) {
    with_settings(of(CompanyKind::Us), test);
}

/// Asks the service as somebody else does.
fn ask(books: &mut QuickBooks, method: &str, path: &str, body: &Value, now: Timestamp) -> Value {
    let token = books.grant(REALM, start()).access_token;
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://books/v3/company/{REALM}/{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("accept", "application/json")
        .body(if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) })
        .unwrap();
    serde_json::from_slice(books.handle(&request, now).body()).unwrap_or_default()
}

/// A line of a sale.
pub(super) fn line(amount: &Value) -> Value {
    json!({"Amount": amount, "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "3"}}})
}

impl Books {
    /// Somebody else makes or changes an object; the object.
    pub(super) fn made(&self, kind: &str, body: &Value) -> Value {
        let made = self.behind(|books, now| ask(books, "POST", &kind.to_lowercase(), body, now));
        assert!(made[kind].is_object(), "{made}");
        made[kind].clone()
    }

    /// The objects of a kind, as the books hold them.
    pub(super) fn held(&self, kind: &str) -> Vec<Value> {
        self.behind(|books, _| books.objects(REALM, kind))
    }

    /// The one object of a kind.
    pub(super) fn only(&self, kind: &str) -> Value {
        let mut held = self.held(kind);
        assert_eq!(held.len(), 1, "{held:?}");
        held.remove(0)
    }

    /// A customer, by somebody else.
    pub(super) fn customer(&self, name: &str) -> Value {
        self.made("Customer", &json!({"DisplayName": name}))["Id"].clone()
    }

    /// A sale to a customer.
    pub(super) fn sale(&self, amount: &Value) -> Value {
        let customer = match self.held("Customer").first() {
            Some(customer) => customer["Id"].clone(),
            None => self.customer("Ada"),
        };
        json!({"CustomerRef": {"value": customer}, "Line": [line(amount)]})
    }

    /// Makes an object through the connector; its id.
    pub(super) async fn creates(&self, object: &str, fields: &Value, name: &str) -> String {
        let told = self.write(Op::Create, object, fields, &new(name)).await;
        told.strip_prefix("applied ").unwrap_or_else(|| panic!("{told}")).to_owned()
    }
}

/// An object with more members.
pub(super) fn and(object: &Value, more: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}
