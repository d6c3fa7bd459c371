//! `requestid`: the same id again gets the same answer, and nothing is done a second time.

use serde_json::Value;

use super::api::{self, Request};
use super::books::{Books, Known};
use super::fault::Fault;
use super::oauth::hash;
use super::settings::Repeats;

/// An id has at most 50 characters; 36 with a batch.
const LONGEST: (usize, usize) = (50, 36);

/// Answers a request, or gives the answer that its id got before. Reads change nothing, so their ids say nothing.
pub(super) fn respond(books: &mut Books, request: &Request<'_>, rule: Repeats) -> (u16, Value) {
    let id = request.parameter("requestid").filter(|_| !request.is_read());
    let Some(id) = id else {
        let outcome = api::respond(books, request);
        return api::envelope(books, outcome, request.now);
    };
    let longest = if request.is_batch() { LONGEST.1 } else { LONGEST.0 };
    if id.is_empty() || id.chars().count() > longest {
        let fault = Fault::request_id(&format!("A request id has between 1 and {longest} characters"));
        return api::envelope(books, Err(fault), request.now);
    }
    let path = request.path.join("/");
    let operation = request.parameter("operation").unwrap_or_default();
    let seen =
        hash(&[request.method.as_str().as_bytes(), path.as_bytes(), operation.as_bytes(), request.body]);
    match books.replays.find(id, seen, rule, request.now) {
        Known::Answer(status, body) => (status, body),
        Known::Other => api::envelope(books, Err(Fault::duplicate_request()), request.now),
        Known::Nothing => {
            let outcome = api::respond(books, request);
            let (status, body) = api::envelope(books, outcome, request.now);
            books.replays.keep(id, seen, (status, body.clone()), request.now);
            (status, body)
        }
    }
}
