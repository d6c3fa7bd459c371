use super::{
    flow::{Failure, Flow, LoggedIn, Redirect},
    listener::Listener,
    pending::{Pending, Refusal},
};
use bytes::Bytes;
use engine_contract::{
    Cancel, Clock, Context, Held, HttpTransport, Login, Question, Result, Rng, SecretName, SecretValue,
    Secrets, Tokens, Vault, async_trait,
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const REALM: &str = "9130350000000000";
const ACCOUNT: &str = "quickbooks/9130350000000000";

/// A clock that is set; a wait ends at once when it has been turned far enough, and never otherwise.
#[derive(Default)]
struct Hands(Mutex<SignedDuration>);

#[async_trait]
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        while self.now() < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Each call gives other bytes.
#[derive(Default)]
struct Counter(Mutex<u8>);

impl Rng for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        bytes.fill(*count);
    }
}

struct App;

impl Secrets for App {
    fn get(&self, name: &str) -> Option<SecretValue> {
        Some(SecretValue::unbound(format!("{name}-value")))
    }
}

/// The token endpoint: knows one code, for one verifier's challenge, once.
#[derive(Default)]
struct Service {
    requests: Mutex<Vec<(String, String)>>,
    /// The company does not answer the tokens that are given out.
    is_elsewhere: Mutex<bool>,
}

#[async_trait]
impl HttpTransport for Service {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        if request.uri().host() == Some("api.example.com") {
            let is_theirs = request.headers()["authorization"] == "Bearer the-access";
            let is_known = is_theirs && !*self.is_elsewhere.lock().unwrap();
            let answer = http::Response::builder().status(if is_known { 200 } else { 403 });
            return Ok(answer.body(r#"{"CompanyInfo":{"CompanyName":"Ada & Co"}}"#.into()).unwrap());
        }
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let form: BTreeMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        self.requests.lock().unwrap().push((request.uri().to_string(), body));
        let is_good = form["code"] == "good-code" && !form["code_verifier"].is_empty();
        let (status, answer) = if is_good {
            (
                200,
                r#"{"token_type":"bearer","access_token":"the-access","refresh_token":"the-refresh",
                "expires_in":3600,"x_refresh_token_expires_in":8726400}"#,
            )
        } else {
            (400, r#"{"error":"invalid_grant"}"#)
        };
        let answer = http::Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(answer.into());
        Ok(answer.unwrap())
    }
}

#[derive(Default)]
struct Shelf(Mutex<BTreeMap<String, Held>>);

#[async_trait]
impl Vault for Shelf {
    async fn load(&self, account: &str) -> Result<Option<Held>> {
        Ok(self.0.lock().unwrap().get(account).cloned())
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        let held = Held { tokens: tokens.clone(), version: version + 1 };
        drop(self.0.lock().unwrap().insert(account.to_owned(), held.clone()));
        Ok(held)
    }
}

/// Everything around a login.
struct World {
    clock: Arc<Hands>,
    service: Arc<Service>,
    shelf: Arc<Shelf>,
    context: Context,
}

impl World {
    fn new() -> Self {
        let (clock, service, shelf) =
            (Arc::<Hands>::default(), Arc::<Service>::default(), Arc::<Shelf>::default());
        let context = Context {
            clock: Arc::<Hands>::clone(&clock),
            rng: Arc::<Counter>::default(),
            http: Arc::<Service>::clone(&service),
            secrets: Arc::new(App),
            vault: Arc::<Shelf>::clone(&shelf),
            cancel: Cancel::default(),
            project_dir: PathBuf::new(),
        };
        Self { clock, service, shelf, context }
    }

    fn turn(&self, minutes: i64) {
        *self.clock.0.lock().unwrap() += SignedDuration::from_mins(minutes);
    }

    fn stored(&self) -> Option<(String, String)> {
        let kept = self.shelf.0.lock().unwrap();
        kept.get(ACCOUNT).map(|held| (held.tokens.access.clone(), held.tokens.refresh.clone()))
    }
}

fn login() -> Login {
    let secret = |name: &str| SecretName { secret: name.to_owned() };
    Login {
        account: ACCOUNT.to_owned(),
        authorize_url: "https://appcenter.example.com/connect/oauth2".to_owned(),
        token_url: "https://oauth.example.com/tokens".to_owned(),
        revoke_url: None,
        client_id: secret("app_id"),
        client_secret: secret("app_secret"),
        scopes: vec!["accounting".to_owned()],
        expects: Some(("realmId".to_owned(), REALM.to_owned())),
        question: Some(Question {
            url: "https://api.example.com/company".to_owned(),
            name: "/CompanyInfo/CompanyName".to_owned(),
        }),
    }
}

/// What the browser sees: the first line of each answer to its requests, in order.
async fn browse(port: u16, targets: Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    for target in targets {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer).await);
        assert!(!answer.contains("good-code"), "nothing of a request is repeated");
        seen.push(answer.lines().next().unwrap_or_default().to_owned());
    }
    seen
}

/// Logs in by a browser that goes to `targets`, made from the state that the login sent out. Gives what the login
/// ended with, what the browser saw, and the address that was shown.
fn go(
    world: &World,
    targets: impl FnOnce(&str) -> Vec<String>,
) -> (std::result::Result<LoggedIn, Failure>, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = Listener::bind(None, "/callback").await.unwrap();
        let port = listener.port().unwrap();
        let redirect_uri = format!("http://127.0.0.1:{port}/callback");
        let (login, mut targets) = (login(), Some(targets));
        let flow = Flow { context: &world.context, login: &login, redirect_uri: &redirect_uri };
        let shown = Mutex::new(None);
        let run = flow.run(Redirect::Listen(listener), |address| {
            *shown.lock().unwrap() = Some(address.to_owned());
        });
        let browser = async {
            let address = loop {
                if let Some(address) = shown.lock().unwrap().take() {
                    break address;
                }
                tokio::task::yield_now().await;
            };
            let query: BTreeMap<_, _> =
                url::Url::parse(&address).unwrap().query_pairs().into_owned().collect();
            assert_eq!(
                (query["redirect_uri"].as_str(), query["client_id"].as_str()),
                (redirect_uri.as_str(), "app_id-value")
            );
            assert_eq!((query["code_challenge_method"].as_str(), query["state"].len()), ("S256", 43));
            browse(port, targets.take().unwrap()(&query["state"])).await
        };
        let mut run = std::pin::pin!(run);
        let mut browser = std::pin::pin!(browser);
        // The login may end before the browser has read its answer.
        tokio::select! {
            ended = &mut run => (ended, browser.await),
            seen = &mut browser => {
                world.turn(11);
                (run.await, seen)
            }
        }
    })
}

fn back(state: &str, more: &str) -> String {
    format!("/callback?state={state}&realmId={REALM}&{more}")
}

#[test]
fn a_login_ends_with_tokens_in_the_vault() {
    let world = World::new();
    let (ended, seen) = go(&world, |state| vec![back(state, "code=good-code")]);
    assert_eq!(ended.unwrap().tokens.refresh, "the-refresh");
    assert_eq!(seen, ["HTTP/1.1 200 OK"]);
    assert_eq!(world.stored(), Some(("the-access".to_owned(), "the-refresh".to_owned())));
    let requests = world.service.requests.lock().unwrap();
    assert_eq!((requests.len(), requests[0].0.as_str()), (1, "https://oauth.example.com/tokens"));
}

#[test]
fn answers_that_are_not_ours_are_turned_away_and_the_wait_goes_on() {
    let world = World::new();
    let (ended, seen) = go(&world, |state| {
        vec![
            "/favicon.ico".to_owned(),
            "/callback".to_owned(),
            back("AAAA", "code=good-code"),
            back(&state.to_lowercase(), "code=good-code"),
            back(&format!("{state}A"), "error=access_denied"),
            back(state, "code=good-code"),
        ]
    });
    assert!(ended.is_ok());
    let bad = "HTTP/1.1 400 Bad Request";
    assert_eq!(seen, ["HTTP/1.1 404 Not Found", bad, bad, bad, bad, "HTTP/1.1 200 OK"]);
}

/// Makes what a browser asks for from the state of the login.
type Target = fn(&str) -> String;

#[test]
fn an_answer_that_is_refused_ends_the_login_and_nothing_is_stored() {
    let other = Refusal::OtherAccount("realmId".to_owned());
    let cases: [(Target, Refusal); 5] = [
        (
            |state| format!("/callback?state={state}&error=access_denied"),
            Refusal::Denied("access_denied".to_owned()),
        ),
        (
            |state| format!("/callback?state={state}&error=%3Cscript%3E"),
            Refusal::Denied("no reason given".to_owned()),
        ),
        (|state| format!("/callback?state={state}&code=good-code&realmId=1"), other),
        (|state| format!("/callback?state={state}&code=good-code"), Refusal::Missing("realmId".to_owned())),
        (|state| back(state, ""), Refusal::Missing("code".to_owned())),
    ];
    for (target, refusal) in cases {
        let world = World::new();
        let (ended, seen) = go(&world, |state| vec![target(state)]);
        assert!(matches!(ended, Err(Failure::Refused(said)) if said == refusal), "{refusal:?}");
        assert_eq!(seen, ["HTTP/1.1 400 Bad Request"]);
        assert_eq!((world.stored(), world.service.requests.lock().unwrap().len()), (None, 0));
    }
}

#[test]
fn a_login_that_nobody_answers_ends_after_ten_minutes() {
    let world = World::new();
    let (ended, _) = go(&world, |_| vec![back("AAAA", "code=good-code")]);
    assert!(matches!(ended, Err(Failure::Refused(Refusal::Late))));
    assert_eq!(world.stored(), None);
}

#[test]
fn a_code_that_the_service_does_not_know_is_an_error_without_the_code() {
    let world = World::new();
    let (ended, _) = go(&world, |state| vec![back(state, "code=stolen-code")]);
    let Err(Failure::Connector(error)) = ended else { panic!("the exchange fails") };
    let said = format!("{error} {error:?}");
    assert!(!said.contains("stolen-code") && !said.contains("app_secret-value"), "{said}");
    assert_eq!(world.stored(), None);
}

#[test]
fn tokens_that_the_company_itself_does_not_take_are_not_stored() {
    let world = World::new();
    *world.service.is_elsewhere.lock().unwrap() = true;
    let good = "code=good-code";
    let (ended, _) = go(&world, |state| vec![back(state, good)]);
    assert!(matches!(ended, Err(Failure::NotItsAccount(_))));
    assert_eq!(world.stored(), None);
    *world.service.is_elsewhere.lock().unwrap() = false;
    let (ended, _) = go(&world, |state| vec![back(state, good)]);
    assert_eq!(ended.ok().unwrap().name.as_deref(), Some("Ada & Co"));
}

#[test]
fn a_state_is_good_once_and_for_ten_minutes() {
    let start = Timestamp::UNIX_EPOCH;
    let after = |minutes: i64| start + SignedDuration::from_mins(minutes);
    let query = "state=s&code=c";
    let mut pending = Pending::new("s", None, start);
    assert_eq!(pending.accept(query, after(9)), Ok("c".to_owned()));
    assert_eq!(pending.accept(query, after(9)), Err(Refusal::Used));
    let mut late = Pending::new("s", None, start);
    assert_eq!(late.accept(query, after(10)), Err(Refusal::Late));
    assert_eq!(late.accept(query, after(1)), Err(Refusal::Used));
    let mut other = Pending::new("s", None, start);
    for wrong in ["", "code=c", "state=&code=c", "state=S&code=c", "state=ss&code=c"] {
        assert_eq!(other.accept(wrong, after(1)), Err(Refusal::NotOurs), "{wrong}");
    }
    assert_eq!(other.accept(query, after(1)), Ok("c".to_owned()));
}

#[test]
fn a_pasted_address_is_read_like_the_request_of_a_browser() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for is_whole in [true, false] {
        let world = World::new();
        let (state, login) = (Arc::new(Mutex::new(String::new())), login());
        let flow =
            Flow { context: &world.context, login: &login, redirect_uri: "https://app.example.com/back" };
        let sent = Arc::clone(&state);
        let paste = move || {
            let query = format!("code=good-code&state={}&realmId={REALM}", sent.lock().unwrap());
            Ok(if is_whole { format!("https://app.example.com/back?{query}\n") } else { query })
        };
        let ended = runtime.block_on(flow.run(Redirect::Paste(Box::new(paste)), |address| {
            let url = url::Url::parse(address).unwrap();
            let sent = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
            *state.lock().unwrap() = sent;
        }));
        assert!(ended.is_ok() && world.stored().is_some());
    }
}
