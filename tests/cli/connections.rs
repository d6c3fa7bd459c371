//! Connections: what they are, whether they work, and how a person gives access to them.

use crate::{
    assert_outcome,
    custody::{piped, shop},
    quickstart,
};
use kit::{Outcome, Project};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Stdio},
    sync::{Arc, Mutex},
};

#[test]
fn connections_are_listed_shown_and_checked() {
    let project = shop();
    drop(piped(&project, &["secret", "set", "shop_key"], "ck_canary").ended(0));
    assert_outcome!("list", project.engine(&["connections", "ls"]).ended(0));
    assert_outcome!("list-json", project.engine(&["connections", "ls", "--format", "json"]).ended(0));
    assert_outcome!("show", project.engine(&["connections", "show", "shop"]).ended(0));
    assert_outcome!(
        "show-json",
        project.engine(&["connections", "show", "shop", "--format", "json"]).ended(0)
    );
    assert_outcome!("check", project.engine(&["connections", "check", "store", "warehouse"]).ended(0));
    assert_outcome!("unknown", project.engine(&["connections", "show", "wharehouse"]).ended(9));
}

#[test]
fn a_connection_that_does_not_open_is_a_problem() {
    let project = quickstart();
    project.edit("connections.toml", "root = \"data\"", "root = \"nowhere\"");
    let checked = project.engine(&["connections", "check", "store", "--format", "json"]).ended(6).json();
    assert_eq!(checked["connections"][0]["verdict"], "x");
    assert_eq!(checked["connections"][0]["error"]["code"], "connector/not-found");
}

#[test]
fn emulated_connections_are_asked_at_their_emulators_and_the_real_hosts_are_left_alone() {
    let project = Project::shops(crate::ENGINE);
    let checked = project.engine(&["connections", "check", "--env", "demo"]).ended(0);
    let lines: Vec<&str> = checked.stdout.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("ok") && line.contains("acme-store")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("ok") && line.contains("acme-books")), "{lines:?}");
    let tables = "supabase  looked at customers";
    assert!(lines.iter().any(|line| line.starts_with("ok") && line.contains(tables)), "{lines:?}");
    assert!(checked.stderr.contains("3 of 3 connections ok"), "{}", checked.stderr);
    let json = project.engine(&["connections", "check", "--env", "demo", "--format", "json"]).ended(0).json();
    assert_eq!((&json["problems"], &json["connections"][2]["verdict"]), (&0.into(), &"ok".into()));
    for command in ["login", "logout"] {
        let said = project.engine(&["connections", command, "acme-books", "--env", "demo"]).ended(0);
        assert!(said.stderr.contains("it is emulated in environment `demo`"), "{}", said.stderr);
    }
    // Two places for one service are a mistake, and no reason to ask either.
    project.edit(
        "connections.demo.toml",
        "[connection.acme-books]\n",
        "[connection.acme-books]\nemulator = \"http://127.0.0.1:9\"\n",
    );
    let both = project.engine(&["connections", "check", "--env", "demo"]).ended(3);
    assert!(both.stderr.contains("error[connection/emulate]"), "{}", both.stderr);
}

#[test]
fn a_connection_without_a_login_says_so() {
    let project = quickstart();
    assert_outcome!("login", project.engine(&["connections", "login", "warehouse"]).ended(0));
    assert_outcome!("logout", project.engine(&["connections", "logout", "warehouse"]).ended(0));
}

/// Tokens as the service gives them out: what must never be seen.
const ACCESS: &str = "canary-access/7+\"x\"";
const REFRESH: &str = "canary-refresh-4711";
const APP_SECRET: &str = "canary-app\\secret=9";

/// A service with a token endpoint that knows one code, and a place to give tokens back.
struct Service {
    address: String,
    /// Paths and bodies of the requests.
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<(String, String)>>>::default();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &seen);
            }
        });
        Self { address, requests }
    }

    fn paths(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|(path, _)| path.clone()).collect()
    }
}

fn answer(stream: TcpStream, seen: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let (path, body) =
        (first.split(' ').nth(1).unwrap_or_default().to_owned(), String::from_utf8(body).unwrap());
    let is_good = path == "/revoke" || path == "/company" || body.contains("code=good-code");
    let tokens = serde_json::json!({ "token_type": "bearer", "access_token": ACCESS, "refresh_token": REFRESH,
        "expires_in": 3600, "x_refresh_token_expires_in": 8_726_400 });
    let (status, text) = match (is_good, path.as_str()) {
        (true, "/revoke") => ("200 OK", String::new()),
        (true, "/company") => ("200 OK", r#"{"CompanyInfo":{"CompanyName":"Ada & Co"}}"#.to_owned()),
        (true, _) => ("200 OK", tokens.to_string()),
        _ => ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned()),
    };
    seen.lock().unwrap().push((path, body));
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", text.len());
    let mut stream = reader.into_inner();
    drop(write!(stream, "{head}Connection: close\r\n\r\n{text}"));
}

/// A login that has shown its address.
struct Login {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    /// What it said until then.
    said: String,
    state: String,
    redirect_uri: String,
}

impl Login {
    fn start(project: &Project, service: &Service, more: &[&str]) -> Self {
        let arguments = [["connections", "login", "books", "-vvv"].as_slice(), more].concat();
        let mut command = project.command(&arguments);
        command.env("FAILPOINTS", format!("connections.login=return({})", service.address));
        command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8").env("ENGINE_SECRET_APP_ID", "the-app");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (mut said, mut line) = (String::new(), String::new());
        while !line.contains("/authorize?") {
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "{said}");
            said.push_str(&line);
        }
        let parameter = |name: &str| {
            let rest = line.split(&format!("{name}=")).nth(1).unwrap();
            rest.split('&').next().unwrap().trim().replace("%3A", ":").replace("%2F", "/")
        };
        let (state, redirect_uri) = (parameter("state"), parameter("redirect_uri"));
        // The address is for the browser, and holds no secret but the state, which is good for this login alone.
        said = said.replace(&line, "");
        Self { child, stderr, said, state, redirect_uri }
    }

    /// The browser goes to a page of the redirect address.
    fn browse(&self, query: &str) -> String {
        let rest = self.redirect_uri.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path}?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        answer.lines().next().unwrap_or_default().to_owned()
    }

    fn end(mut self) -> (i32, String, String) {
        self.stderr.read_to_string(&mut self.said).unwrap();
        let output = self.child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), self.said)
    }
}

fn scripted(project: &Project, service: &Service, arguments: &[&str]) -> Outcome {
    let mut command = project.command(arguments);
    command.env("FAILPOINTS", format!("connections.login=return({})", service.address));
    project.end(command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8").env("ENGINE_SECRET_APP_ID", "the-app"))
}

fn with_app() -> Project {
    let project = shop();
    drop(piped(&project, &["secret", "set", "app_secret", "--host", "127.0.0.1"], APP_SECRET).ended(0));
    project
}

/// Fails when a canary shows in a text, in one of the forms in which it may travel.
#[track_caller]
fn no_canary(what: &str, bytes: &[u8]) {
    let json = serde_json::to_string(ACCESS).unwrap();
    let forms = [
        "canary",
        "Y2FuYXJ5",
        "NhbmFye",
        "jYW5hcn",
        "63616e617279",
        json.trim_matches('"'),
        "%2F7%2B%22x%22",
        "the-refresh",
    ];
    for form in forms {
        let is_there = bytes.windows(form.len()).any(|window| window == form.as_bytes());
        assert!(!is_there, "{what} shows `{form}`: {}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_person_logs_in_and_out_and_no_credential_is_seen() {
    let (project, service) = (with_app(), Service::start());
    let login = Login::start(&project, &service, &[]);
    assert!(login.redirect_uri.starts_with("http://127.0.0.1:"), "{}", login.redirect_uri);
    for wrong in ["code=good-code&realmId=42", "code=good-code&realmId=42&state=AAAA"] {
        assert_eq!(login.browse(wrong), "HTTP/1.1 400 Bad Request");
    }
    let state = login.state.clone();
    assert_eq!(login.browse(&format!("code=good-code&realmId=42&state={state}")), "HTTP/1.1 200 OK");
    let (code, stdout, stderr) = login.end();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("books  books/42  good until "), "{stdout}");
    no_canary("the login", format!("{stdout}{stderr}").as_bytes());
    assert!(!stderr.contains("good-code") && !stderr.contains(&state), "{stderr}");
    let list = scripted(&project, &service, &["connections", "ls", "-vvv"]).ended(0);
    assert!(list.stdout.contains("good until"), "{}", list.stdout);
    let show =
        scripted(&project, &service, &["connections", "show", "books", "--format", "json", "-vvv"]).ended(0);
    assert_eq!(show.json()["login"]["state"], "logged_in");
    let rotate = project.engine(&["keys", "rotate", "-vvv"]).ended(0);
    for outcome in [&list, &show, &rotate] {
        no_canary("a command", outcome.printed().as_bytes());
    }
    for entry in std::fs::read_dir(project.path(".engine")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            no_canary(&path.to_string_lossy(), &std::fs::read(&path).unwrap());
        }
    }
    let logout = scripted(&project, &service, &["connections", "logout", "books", "-vvv"]).ended(0);
    no_canary("the logout", logout.printed().as_bytes());
    assert_eq!(service.paths(), ["/tokens", "/company", "/revoke"]);
    assert!(service.requests.lock().unwrap()[2].1.contains(REFRESH), "the refresh token is given back");
    let list = scripted(&project, &service, &["connections", "ls"]).ended(0);
    assert!(list.stdout.contains("not logged in"), "{}", list.stdout);
}

#[test]
fn a_login_is_refused_for_another_account_a_used_code_and_a_missing_secret() {
    let (project, service) = (with_app(), Service::start());
    let login = Login::start(&project, &service, &[]);
    let state = login.state.clone();
    assert_eq!(login.browse(&format!("code=good-code&realmId=43&state={state}")), "HTTP/1.1 400 Bad Request");
    let (code, _, stderr) = login.end();
    assert!(
        code == 4 && stderr.contains("error[connection/login-refused]: another account was chosen"),
        "{stderr}"
    );
    let login = Login::start(&project, &service, &[]);
    let state = login.state.clone();
    drop(login.browse(&format!("code=used-code&realmId=42&state={state}")));
    let (code, _, stderr) = login.end();
    assert!(code == 4 && !stderr.contains("used-code"), "{code} {stderr}");
    assert!(scripted(&project, &service, &["connections", "ls"]).ended(0).stdout.contains("not logged in"));
    drop(project.engine(&["secret", "rm", "app_secret"]).ended(0));
    let missing = scripted(&project, &service, &["connections", "login", "books"]).ended(1);
    assert!(
        missing.stderr.contains("error[connection/secret-missing]: secret `app_secret`"),
        "{}",
        missing.stderr
    );
}

#[test]
fn an_address_from_elsewhere_is_pasted_or_needs_a_port() {
    let (project, service) = (with_app(), Service::start());
    let elsewhere = ["--redirect-uri", "https://app.example.com/back"];
    let mut login = Login::start(&project, &service, &[elsewhere.as_slice(), &["--paste"]].concat());
    assert_eq!(login.redirect_uri, "https://app.example.com/back");
    let mut stdin = login.child.stdin.take().unwrap();
    writeln!(stdin, "https://app.example.com/back?code=good-code&realmId=42&state={}", login.state).unwrap();
    let (code, stdout, stderr) = login.end();
    assert!(code == 0 && stdout.contains("good until"), "{stderr}");
    let arguments = [["connections", "login", "books"].as_slice(), &elsewhere].concat();
    assert_outcome!(scripted(&project, &service, &arguments).ended(2));
}
