use super::*;
use crate::Emulator;
use bytes::Bytes;
use jiff::Timestamp;
use std::time::Duration;

/// Counts what it is asked, and says when.
#[derive(Default)]
struct Counter(Vec<i64>);

impl Emulator for Counter {
    fn handle(&mut self, _: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        self.0.push(now.as_second());
        http::Response::new(Bytes::from_static(b"{\"fine\":true}"))
    }
}

fn ask(faulty: &mut Faulty<Counter>, method: &str, path: &str, second: i64) -> Answer {
    let request = http::Request::builder().method(method).uri(path).body(Bytes::new()).unwrap();
    faulty.handle(&request, Timestamp::from_second(second).unwrap())
}

fn faulty(plan: &str) -> Faulty<Counter> {
    Faulty::new(Counter::default(), serde_json::from_str(plan).unwrap())
}

/// A fault, what the client sees of it, and how often the service acts.
fn outcome(what: &str) -> (u16, Way, Duration, usize) {
    let mut faulty = faulty(&format!(r#"{{"fault": [{{"what": {what}, "on": {{"requests": [1]}}}}]}}"#));
    let answer = ask(&mut faulty, "POST", "/orders", 10);
    (answer.response.status().as_u16(), answer.way, answer.delay, faulty.inner().0.len())
}

#[test]
fn each_fault_does_what_it_says() {
    let none = Duration::ZERO;
    let rows = [
        (r#""drop_before_effect""#, (200, Way::Dropped, none, 0)),
        (r#""drop_after_effect""#, (200, Way::Dropped, none, 1)),
        (r#"{"late_effect": {"after_milliseconds": 5000}}"#, (200, Way::Dropped, none, 0)),
        (r#"{"rate_limited": {}}"#, (429, Way::Whole, none, 0)),
        (r#"{"server_error": {}}"#, (500, Way::Whole, none, 0)),
        (r#"{"server_error": {"status": 503, "after_effect": true}}"#, (503, Way::Whole, none, 1)),
        (r#"{"slow": {"milliseconds": 70}}"#, (200, Way::Whole, Duration::from_millis(70), 1)),
        (r#"{"truncated": {"bytes": 5}}"#, (200, Way::Truncated(5), none, 1)),
        (r#"{"html": {}}"#, (503, Way::Whole, none, 0)),
    ];
    for (what, expected) in rows {
        assert_eq!(outcome(what), expected, "{what}");
    }
}

#[test]
fn a_late_effect_happens_at_its_time_and_once() {
    let plan =
        r#"{"fault": [{"what": {"late_effect": {"after_milliseconds": 5000}}, "on": {"requests": [1]}}]}"#;
    let mut faulty = faulty(plan);
    ask(&mut faulty, "POST", "/", 10);
    ask(&mut faulty, "GET", "/", 14);
    assert_eq!(faulty.inner().0, [14]);
    ask(&mut faulty, "GET", "/", 20);
    ask(&mut faulty, "GET", "/", 21);
    assert_eq!(faulty.inner().0, [14, 15, 20, 21]);
}

#[test]
fn the_same_seed_hits_the_same_requests() {
    let hits = |seed: u64| -> Vec<u16> {
        let plan = format!(
            r#"{{"seed": {seed}, "fault": [{{"what": {{"rate_limited": {{}}}}, "on": {{"probability": 0.25}}}}]}}"#
        );
        let mut faulty = faulty(&plan);
        (0..400).map(|second| ask(&mut faulty, "GET", "/", second).response.status().as_u16()).collect()
    };
    assert_eq!(hits(1), hits(1));
    assert_ne!(hits(1), hits(2));
    let count = hits(1).iter().filter(|status| **status == 429).count();
    assert!((60..140).contains(&count), "{count} of 400 at 0.25");
}

#[test]
fn filters_and_windows_all_have_to_match() {
    let plan = r#"{"fault": [{"what": {"html": {}}, "on": {"path": "/orders", "methods": ["POST"], "during":
        [{"from": "1970-01-01T00:00:10Z", "until": "1970-01-01T00:00:20Z"}]}}]}"#;
    let mut faulty = faulty(plan);
    let rows = [
        ("POST", "/wc/orders", 10, 503),
        ("POST", "/wc/orders/7", 19, 503),
        ("POST", "/wc/orders", 20, 200),
        ("GET", "/wc/orders", 20, 200),
        ("POST", "/wc/products", 21, 200),
    ];
    for (method, path, second, status) in rows {
        assert_eq!(
            ask(&mut faulty, method, path, second).response.status().as_u16(),
            status,
            "{method} {path}"
        );
    }
}

#[test]
fn a_shifted_clock_is_the_clock_of_the_service() {
    let mut faulty = faulty(r#"{"clock_shift_seconds": -40}"#);
    ask(&mut faulty, "GET", "/", 100);
    assert_eq!(faulty.inner().0, [60]);
}

#[test]
fn a_plan_says_the_same_in_toml_and_json() {
    let toml: FaultPlan = toml::from_str(
        r#"
        seed = 7
        [[fault]]
        what = { rate_limited = { retry_after_seconds = 2 } }
        on = { probability = 0.05, path = "/orders" }
        [[fault]]
        what = "drop_after_effect"
        "#,
    )
    .unwrap();
    let json: FaultPlan = serde_json::from_str(&serde_json::to_string(&toml).unwrap()).unwrap();
    assert_eq!(toml, json);
    assert!(toml::from_str::<FaultPlan>("[[fault]]\nwhat = \"drop_after\"").is_err());
}
