//! The accounting API of one company: what a path asks for.

mod batch;
mod cdc;
mod print;
mod reports;
mod resource;
mod send;
mod tax_service;
mod upload;

use http::Method;
use jiff::Timestamp;
use serde_json::Value;

use super::books::{Books, Call};
use super::fault::{Fault, Outcome};
use super::query;
use super::time;
use super::value::{Object, set};

pub(super) use print::print;

/// A request to a company, taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    /// What follows the company in the path, by parts.
    pub(super) path: &'a [&'a str],
    pub(super) parameters: &'a [(String, String)],
    pub(super) body: &'a [u8],
    pub(super) now: Timestamp,
}

impl Request<'_> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn call(&self) -> Call {
        let includes = self.parameter("include").unwrap_or_default();
        Call {
            now: self.now,
            may_repeat_numbers: includes.split(',').any(|it| it.eq_ignore_ascii_case("allowduplicatedocnum")),
        }
    }

    /// The body as a JSON object.
    fn object(&self) -> Outcome<Object> {
        let text = std::str::from_utf8(self.body).map_err(|_| Fault::bad_bytes())?;
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(Fault::bad_body("The request body is no object")),
            Err(error) => Err(Fault::bad_body(format!(
                "Invalid JSON at line {} column {}",
                error.line(),
                error.column()
            ))),
        }
    }

    /// Asks and changes nothing.
    pub(super) fn is_read(&self) -> bool {
        self.method == Method::GET
            || self.path.first().is_some_and(|first| first.eq_ignore_ascii_case("query"))
    }

    pub(super) fn is_batch(&self) -> bool {
        self.path.first().is_some_and(|first| first.eq_ignore_ascii_case("batch"))
    }
}

/// Answers a request: the body without its `time`, or a fault.
pub(super) fn respond(books: &mut Books, request: &Request<'_>) -> Outcome<Object> {
    let path: Vec<String> = request.path.iter().map(|part| part.to_ascii_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (request.method, path.as_slice()) {
        (&Method::GET, ["query"]) => {
            let statement = request.parameter("query").ok_or_else(|| Fault::missing("query"))?;
            queried(books, statement, request.now)
        }
        (&Method::POST, ["query"]) => {
            let statement = std::str::from_utf8(request.body).map_err(|_| Fault::bad_bytes())?;
            queried(books, statement, request.now)
        }
        (&Method::GET, ["cdc"]) => cdc::respond(books, request),
        (&Method::POST, ["batch"]) => batch::respond(books, request),
        (&Method::POST, ["taxservice", "taxcode"]) => {
            let body = request.object()?;
            books.atomically(|books| tax_service::create(books, &body, request.now))
        }
        (&Method::POST, ["upload"]) => {
            books.atomically(|books| upload::receive(books, request.body, request.call()))
        }
        (&Method::GET, ["reports", _]) => reports::respond(books, request),
        (&Method::GET, [_, _, "pdf"] | ["download", _]) => Err(Fault::not_found()),
        (&Method::GET, [name]) => resource::read(books, name, None),
        (&Method::GET, [name, _]) => resource::read(books, name, request.path.get(1).copied()),
        (&Method::POST, [name]) => resource::write(books, name, request),
        (&Method::POST, [name, id, "send"]) => {
            let to = request.parameter("sendTo");
            books.atomically(|books| send::send(books, name, id, to, request.now))
        }
        _ => Err(Fault::unsupported_operation(&request.path.join("/"))),
    }
}

fn queried(books: &Books, statement: &str, now: Timestamp) -> Outcome<Object> {
    let mut answer = Object::new();
    set(&mut answer, "QueryResponse", query::run(books, statement, now)?);
    Ok(answer)
}

/// Status and body of an outcome, with the time of the answer.
pub(super) fn envelope(books: &Books, outcome: Outcome<Object>, now: Timestamp) -> (u16, Value) {
    let (status, mut body) = match outcome {
        Ok(body) => (200, body),
        Err(fault) => {
            let mut body = Object::new();
            set(&mut body, "Fault", fault.to_value());
            (fault.status, body)
        }
    };
    set(&mut body, "time", time::answer_time(now, &books.zone));
    (status, Value::Object(body))
}
