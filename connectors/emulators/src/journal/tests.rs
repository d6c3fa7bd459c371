use super::*;
use std::sync::{Arc, Mutex};

/// Remembers what it was told by requests that are not GET.
#[derive(Default)]
struct Memory(Vec<String>);

impl Emulator for Memory {
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        let known = request.headers().contains_key("authorization");
        if known && request.method() != Method::GET {
            self.0.push(format!("{now} {} {} {:?}", request.method(), request.uri(), request.body()));
        }
        let status = if known { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = status;
        response
    }
}

fn request(method: &str, uri: &str, known: bool, body: &'static [u8]) -> http::Request<Bytes> {
    let mut builder = http::Request::builder().method(method).uri(uri).header("user-agent", "someone");
    if known {
        builder = builder.header("Authorization", "Basic c2VjcmV0");
    }
    builder.body(Bytes::from_static(body)).unwrap()
}

fn journal_of(requests: &[http::Request<Bytes>]) -> (Vec<String>, Vec<String>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let mut journaled =
        Journaled::new(Memory::default(), move |entry| told.lock().unwrap().push(entry.to_line()));
    for (second, request) in (0_i64..).zip(requests) {
        journaled.handle(request, Timestamp::from_second(second).unwrap());
    }
    let lines = lines.lock().unwrap().clone();
    (lines, journaled.inner().0.clone())
}

#[test]
fn replaying_the_lines_gives_the_same_state() {
    let (lines, state) = journal_of(&[
        request("POST", "/a?x=1&y=%20", true, b"{\"name\":\"Zo\xc3\xab\n\"}"),
        request("GET", "/a", true, b""),
        request("PUT", "/a/1", false, b"refused"),
        request("DELETE", "/a/1", true, b"\xff\x00"),
    ]);
    assert_eq!(lines.len(), 2, "what reads and what is refused is not told");
    assert!(lines.iter().all(|line| !line.contains('\n') && !line.contains("someone")));
    let mut again = Memory::default();
    replay(&mut again, lines.iter().map(|line| Entry::from_line(line).unwrap())).unwrap();
    assert_eq!(again.0, state);
}

#[test]
fn a_line_that_was_cut_off_is_said_to_be_none() {
    let (lines, _) = journal_of(&[request("POST", "/a", true, b"{}")]);
    let line = &lines[0];
    for left in 0..line.len() {
        let cut = std::str::from_utf8(&line.as_bytes()[..left]).unwrap();
        assert!(Entry::from_line(cut).is_err(), "{left}");
    }
}

#[test]
fn entries_do_not_show_credentials_when_debugged() {
    let entry = Entry::of(&request("POST", "/a?consumer_secret=cs_1", true, b"x"), Timestamp::UNIX_EPOCH);
    assert_eq!(format!("{entry:?}"), "1970-01-01T00:00:00Z POST /a");
}
