//! Desk, the booking service of the guide: bookings, and guests that can be written.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// The token that it knows.
pub(crate) const TOKEN: &str = "desk-4711-secret";

/// What it holds.
pub(crate) struct Desk {
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) bookings: Vec<Value>,
    pub(crate) guests: Vec<Value>,
    /// Answers by request id.
    remembered: BTreeMap<String, (u16, Value)>,
    /// Methods and addresses, as they came.
    pub(crate) seen: Vec<String>,
}

struct Asked {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Desk {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state =
            Arc::new(Mutex::new(State { bookings: bookings(), guests: guests(), ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &shared);
            }
        });
        Self { address, state }
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn bookings() -> Vec<Value> {
    let people = [("Ada Example", "ada@example.com"), ("Alan Muster", "alan.muster@mail.example")];
    let rooms = ["Lake", "Garden", "Attic"];
    (1..=8)
        .map(|id: usize| {
            let (name, email) = people[id % 2];
            let note = (id == 3).then(|| format!("please call {name} at +43 660 1234567"));
            json!({ "id": id, "room": rooms[id % 3], "guest": { "name": name, "email": email },
                "arrival": format!("2026-08-{id:02}"), "nights": 1 + id % 4, "total": format!("{}.50", 80 * id),
                "note": note, "updated_at": format!("2026-05-{:02}T08:00:00Z", 10 - id / 2) })
        })
        .collect()
}

fn guests() -> Vec<Value> {
    vec![json!({ "id": 1, "name": "A. Example", "email": "ada@example.com", "newsletter": true })]
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let Some(asked) = read(&mut reader) else { return };
    let (status, body) = answer(&asked, &mut state.lock().unwrap());
    let body = body.to_string();
    let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nDate: {date}\r\nContent-Length: {}\r\n",
        body.len()
    );
    drop(write!(reader.into_inner(), "{head}Set-Cookie: session=canary\r\nConnection: close\r\n\r\n{body}"));
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let decoded = |text: &str| percent_decoded(&text.replace('+', " "));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Some(Asked { method, path: path.to_owned(), query, headers, body })
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap()
}

fn refused(status: u16, code: &str) -> (u16, Value) {
    (status, json!({ "error": { "code": code, "message": "see the documentation" } }))
}

fn answer(asked: &Asked, state: &mut State) -> (u16, Value) {
    let query: Vec<_> = asked.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    state.seen.push(format!("{} {}?{}", asked.method, asked.path, query.join("&")));
    if asked.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {TOKEN}")) {
        return refused(401, "unknown_token");
    }
    if asked.headers.get("x-api-version").map(String::as_str) != Some("2026-01") {
        return refused(400, "unknown_version");
    }
    let parts: Vec<&str> = asked.path.split('/').filter(|part| !part.is_empty()).collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["v1", "bookings"]) => (200, list("bookings", &state.bookings, asked)),
        ("GET", ["v1", "guests"]) => (200, list("guests", &state.guests, asked)),
        ("GET", ["v1", "bookings", id]) => one(&state.bookings, id),
        ("GET", ["v1", "guests", id]) => one(&state.guests, id),
        ("POST", ["v1", "guests"]) => once(asked, state, |state| create(&asked.body, state)),
        ("PUT", ["v1", "guests", id]) => once(asked, state, |state| update(id, &asked.body, state)),
        _ => refused(404, "no_such_path"),
    }
}

/// Five at most, by number or by change.
fn list(name: &str, all: &[Value], asked: &Asked) -> Value {
    let number = |name: &str| asked.query.get(name).and_then(|text| text.parse::<u64>().ok());
    let mut found: Vec<Value> = all.to_vec();
    if let Some(email) = asked.query.get("email") {
        found.retain(|one| one["email"] == email.as_str());
    }
    if let Some(since) = asked.query.get("updated_since") {
        let since: jiff::Timestamp = since.parse().unwrap();
        found.retain(|one| one["updated_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() >= since);
    }
    if asked.query.contains_key("sort") {
        found.sort_by_key(|one| (one["updated_at"].to_string(), one["id"].as_u64()));
    }
    let after = number("after").unwrap_or(0);
    found.retain(|one| one["id"].as_u64().unwrap() > after);
    let limit = usize::try_from(number("limit").unwrap_or(5).min(5)).unwrap();
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|one| one["id"].clone());
    json!({ name: found, "paging": { "last": last, "more": more } })
}

fn one(all: &[Value], id: &str) -> (u16, Value) {
    all.iter()
        .find(|one| one["id"].as_u64() == id.parse().ok())
        .map_or_else(|| refused(404, "not_found"), |one| (200, one.clone()))
}

/// A request id is remembered.
fn once(asked: &Asked, state: &mut State, act: impl FnOnce(&mut State) -> (u16, Value)) -> (u16, Value) {
    let id = asked.query.get("request_id").cloned().unwrap_or_default();
    if let Some(known) = state.remembered.get(&id) {
        return known.clone();
    }
    let answer = act(state);
    state.remembered.insert(id, answer.clone());
    answer
}

fn create(body: &Value, state: &mut State) -> (u16, Value) {
    if state.guests.iter().any(|guest| guest["email"] == body["email"]) {
        return refused(409, "email_taken");
    }
    let mut guest = body.clone();
    guest["id"] = json!(state.guests.len() + 1);
    state.guests.push(guest.clone());
    (201, guest)
}

fn update(id: &str, body: &Value, state: &mut State) -> (u16, Value) {
    let Some(guest) = state.guests.iter_mut().find(|guest| guest["id"].as_u64() == id.parse().ok()) else {
        return refused(404, "not_found");
    };
    for (name, value) in body.as_object().unwrap() {
        guest[name] = value.clone();
    }
    (200, guest.clone())
}
