//! Refusals: status, code, message, and what stands in `data`.

use serde_json::{Value, json};

/// A refusal of the API.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// What stands in `data`: an object with the status, or a bare number.
    data: Value,
}

impl Refusal {
    /// A refusal with its status in `data`.
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), data: json!({ "status": status }) }
    }

    /// A refusal of refunds: the number in `data` is not the object that `WordPress` looks for, so it answers 500.
    pub(super) fn numeric(number: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 500, code, message: message.into(), data: json!(number) }
    }

    /// Adds to `data`.
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        if let Value::Object(data) = &mut self.data {
            data.insert(key.to_owned(), value);
        }
        self
    }

    /// A crash of PHP.
    pub(super) fn crash(message: &str) -> Self {
        let page = "<p>There has been a critical error on this website.</p><p><a href=\"https://wordpress.org/\
                    documentation/article/faq-troubleshooting/\">Learn more about troubleshooting WordPress.\
                    </a></p>";
        let error = json!({"type": 1, "message": message, "file": "/var/www/html/wp-includes/rest-api.php", "line": 1});
        Self::new(500, "internal_server_error", page).with("error", error)
    }

    /// No route has this address and method.
    pub(super) fn no_route() -> Self {
        Self::new(404, "rest_no_route", "No route was found matching the URL and request method.")
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({"code": self.code, "message": self.message, "data": self.data});
        if self.code == "internal_server_error" {
            body["additional_errors"] = json!([]);
        }
        body
    }

    /// The refusal as it stands in the answer to a batch.
    pub(super) fn in_batch(&self, id: &Value) -> Value {
        json!({"id": id, "error": {"code": self.code, "message": self.message, "data": self.data}})
    }
}
