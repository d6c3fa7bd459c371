//! What the emulator promises, asked through requests as a connector sends them.

mod attachments;
mod batches;
mod capture;
mod failures;
mod history;
mod limits;
mod login;
mod money;
mod names;
mod notices;
mod numbers;
mod querying;
mod references;
mod reports;
mod shapes;
mod switches;
mod taxes;
mod writing;

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Company, CompanyKind, Limits, QuickBooks, Settings};
use crate::Emulator;

pub(super) const REALM: &str = "9130350000000000";

/// A caller with a token, at a moment.
pub(super) struct Desk {
    pub(super) service: QuickBooks,
    pub(super) now: Timestamp,
    pub(super) token: String,
    /// The requests that were sent and are not GET, when, and what was answered.
    pub(super) journal: Vec<(Request<Bytes>, Timestamp, Bytes)>,
}

pub(super) fn start() -> Timestamp {
    "2026-03-02T17:00:00Z".parse().unwrap()
}

pub(super) fn settings(kind: CompanyKind) -> Settings {
    Settings { companies: vec![Company::new(REALM, kind)], limits: Limits::none(), ..Settings::default() }
}

impl Desk {
    pub(super) fn new(kind: CompanyKind) -> Self {
        Self::with(settings(kind))
    }

    pub(super) fn with(settings: Settings) -> Self {
        let service = QuickBooks::new(settings);
        let now = start();
        let token = service.grant(REALM, now).access_token;
        Self { service, now, token, journal: Vec::new() }
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        if seconds >= 600 {
            self.token = self.service.grant(REALM, self.now).access_token;
        }
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:8090/v3/company/{REALM}/{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json")
            .body(body.into())
            .unwrap();
        let response = self.service.handle(&request, self.now);
        if method != "GET" {
            self.journal.push((request, self.now, response.body().clone()));
        }
        response
    }

    pub(super) fn get(&mut self, path: &str) -> (u16, Value) {
        read(&self.send("GET", path, ""))
    }

    pub(super) fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        read(&self.send("POST", path, body.to_string()))
    }

    /// Writes an object that must be accepted, and gives it back.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are used")]
    pub(super) fn write(&mut self, kind: &str, body: Value) -> Value {
        let (status, answer) = self.post(&kind.to_lowercase(), &body);
        assert_eq!(status, 200, "{answer}");
        answer[kind].clone()
    }

    /// Writes an object that must be refused, and gives the code.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are used")]
    pub(super) fn refused(&mut self, path: &str, body: Value) -> String {
        let (status, answer) = self.post(path, &body);
        assert_eq!(status, 400, "{answer}");
        code(&answer)
    }

    pub(super) fn read(&mut self, kind: &str, id: &Value) -> Value {
        let (status, answer) = self.get(&format!("{}/{}", kind.to_lowercase(), id.as_str().unwrap()));
        assert_eq!(status, 200, "{answer}");
        answer[kind].clone()
    }

    pub(super) fn query(&mut self, statement: &str) -> (u16, Value) {
        let query: String = url::form_urlencoded::byte_serialize(statement.as_bytes()).collect();
        self.get(&format!("query?query={query}"))
    }

    pub(super) fn rows(&mut self, statement: &str) -> Vec<Value> {
        let (status, answer) = self.query(statement);
        assert_eq!(status, 200, "{statement}: {answer}");
        let found = answer["QueryResponse"].as_object().unwrap();
        found.values().find_map(Value::as_array).cloned().unwrap_or_default()
    }

    pub(super) fn customer(&mut self, name: &str) -> Value {
        self.write("Customer", json!({"DisplayName": name}))["Id"].clone()
    }

    pub(super) fn invoice(&mut self, customer: &Value, amount: &str) -> Value {
        let line =
            line(amount, if self.service.objects(REALM, "TaxCode").len() > 6 { Some("1") } else { None });
        self.write("Invoice", json!({"CustomerRef": {"value": customer}, "Line": [line]}))
    }

    pub(super) fn pay(
        &mut self,
        customer: &Value,
        total: &str,
        invoice: &Value,
        amount: &str,
    ) -> (u16, Value) {
        let body = json!({
            "CustomerRef": {"value": customer},
            "TotalAmt": total,
            "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}],
        });
        self.post("payment", &body)
    }
}

pub(super) fn line(amount: &str, tax_code: Option<&str>) -> Value {
    let mut line = json!({
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "3"}},
    });
    if let Some(code) = tax_code {
        line["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": code});
    }
    line
}

pub(super) fn read(response: &Response<Bytes>) -> (u16, Value) {
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

pub(super) fn code(answer: &Value) -> String {
    answer["Fault"]["Error"][0]["code"].as_str().unwrap_or_default().to_owned()
}
