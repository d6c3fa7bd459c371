//! What services answer instead of JSON.

use super::{DEEPEST, bytes, read};
use crate::{Asked, testing::answer};
use engine_contract::{ErrorKind, Retry};
use http::Method;
use proptest::prelude::*;

/// Status, `Location`, body, and the error: kind and a part of its message.
type Case = (u16, &'static str, &'static str, ErrorKind, &'static str);

const CASES: &[Case] = &[
    (200, "", "<!DOCTYPE html><p>canary", ErrorKind::Protocol, "a web page instead of JSON"),
    (200, "", "<br />\n<b>Notice</b>: canary {\"id\":1}", ErrorKind::Protocol, "a web page instead of JSON"),
    (200, "", "{\"name\":\"canary", ErrorKind::Protocol, "ends too early"),
    (200, "", "{\"name\":canary}", ErrorKind::Protocol, "not JSON"),
    (200, "", "canary", ErrorKind::Protocol, "not JSON"),
    (200, "", "", ErrorKind::Protocol, "answered nothing"),
    (403, "", "<html>canary", ErrorKind::Forbidden, "firewall"),
    (406, "", "Not Acceptable", ErrorKind::Forbidden, "firewall"),
    (404, "", "<html>canary", ErrorKind::NotFound, "check the connection's URL"),
    (429, "", "slow down", ErrorKind::RateLimited, "too many requests"),
    (503, "", "<html>maintenance", ErrorKind::Unavailable, "does not work now"),
    (502, "", "", ErrorKind::Unavailable, "does not work now"),
    (301, "https://new.example/wp-json?key=canary", "", ErrorKind::Config, "moved to another host"),
    (302, "https://shop.example/wp-login.php", "", ErrorKind::Config, "another path"),
    (302, "/wp-login.php", "", ErrorKind::Config, "check the path"),
    (301, "http://shop.example/", "", ErrorKind::Config, "moved to another host"),
];

#[test]
fn everything_else_has_an_error_that_says_what_to_do() {
    for (status, location, body, kind, message) in CASES {
        let headers: &[(&str, &str)] = if location.is_empty() { &[] } else { &[("location", location)] };
        let mut answer = answer(*status, headers, body);
        answer.extensions_mut().insert(Asked {
            method: Method::GET,
            origin: "https://shop.example".into(),
            path: "/wp-json".into(),
        });
        let error = read(&answer).unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind(), *kind, "{status} {body}: {text}");
        assert!(text.contains(message), "{status} {body}: {text}");
        assert!(text.contains("https://shop.example/wp-json"), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(error.retry() == Retry::Soon, *status >= 429 || text.contains("early"), "{text}");
    }
}

#[test]
fn json_is_read_whatever_the_status_and_however_it_is_wrapped() {
    for (status, body, value) in [
        (200, "{\"total\":12.10}", "{\"total\":12.10}"),
        (400, " {\"code\":\"x\"}\n", "{\"code\":\"x\"}"),
        (200, "\u{feff}[1]", "[1]"),
        (204, "", "null"),
        (500, "[]", "[]"),
    ] {
        assert_eq!(read(&answer(status, &[], body)).unwrap().to_string(), value);
    }
}

#[test]
fn depth_is_bounded_and_brackets_in_texts_do_not_count() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(&answer(200, &[], &nested(DEEPEST))).is_ok());
    assert!(read(&answer(200, &[], &nested(DEEPEST + 1))).is_err());
    assert!(read(&answer(200, &[], &nested(1_000_000))).is_err());
    let text = format!("[\"\\\"{}\"]", "[".repeat(500));
    assert!(read(&answer(200, &[], &text)).is_ok());
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(body in ".{0,40}", status in 200u16..600) {
        let answer = answer(status, &[], &body);
        prop_assert_eq!(read(&answer).is_ok() && bytes(&answer).is_err(), false);
    }
}
