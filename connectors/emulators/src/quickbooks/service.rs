//! The service as a whole: routes by path, whatever the host.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{ACCEPT, HOST};
use http::{HeaderMap, Method, Request, Response};
use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Body};
use super::api;
use super::books::Books;
use super::failing::Failing;
use super::files::{self, Links};
use super::gateway;
use super::idempotency;
use super::kind::Kind;
use super::oauth::{self, OAuth, Signer, Tokens, hash, hex};
use super::settings::{Limits, Repeats, ServiceFault, Settings};
use super::throttle::{Throttle, Usage};
use super::totals::{self, Total};
use super::webhook::{Delivery, Queue};
use crate::Emulator;

/// QuickBooks Online as a state machine.
///
/// Its state changes only through requests that are not GET, so a journal of those restores it. How often it was
/// asked, which notices wait and how many reads failed live in memory: a journal leaves out what was answered with
/// status 429 and is replayed with [`Limits::none`], and notices of what it repeats are taken once and dropped.
#[derive(Debug)]
pub struct QuickBooks {
    seed: u64,
    limits: Limits,
    repeats: Repeats,
    oauth: OAuth,
    /// Makes the addresses of files.
    files: Signer,
    companies: BTreeMap<String, Company>,
    webhooks: Queue,
    answered: u64,
}

#[derive(Debug)]
struct Company {
    books: Books,
    throttle: Throttle,
    failing: Failing,
}

impl QuickBooks {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let oauth = OAuth::new(&settings);
        let companies = settings.companies.into_iter().map(|company| {
            let realm = company.realm.clone();
            let company = Company {
                books: Books::open(company, settings.choices),
                throttle: Throttle::default(),
                failing: Failing::new(settings.faults.clone()),
            };
            (realm, company)
        });
        Self {
            seed: settings.seed,
            limits: settings.limits,
            repeats: settings.repeats,
            oauth,
            files: Signer::new("quickbooks files", settings.seed),
            companies: companies.collect(),
            webhooks: Queue::new(settings.webhooks, settings.seed),
            answered: 0,
        }
    }

    /// Tokens of a company without a login. They are the same when asked for the same moment again.
    #[must_use]
    pub fn grant(&self, realm: &str, now: Timestamp) -> Tokens {
        self.oauth.grant(realm, now)
    }

    /// How often a company was asked at most; `None` where there is no such company.
    #[must_use]
    pub fn usage(&self, realm: &str) -> Option<Usage> {
        self.companies.get(realm).map(|company| company.throttle.usage())
    }

    /// Count and sum of the transactions of a company, by object and currency.
    #[must_use]
    pub fn totals(&self, realm: &str) -> BTreeMap<(String, String), Total> {
        self.companies.get(realm).map(|company| totals::of(&company.books)).unwrap_or_default()
    }

    /// The objects of a kind such as `Invoice` as answers show them, those out of use too, by id.
    #[must_use]
    pub fn objects(&self, realm: &str, kind: &str) -> Vec<Value> {
        let found = self.companies.get(realm).zip(Kind::named(kind));
        found.map_or_else(Vec::new, |(company, kind)| {
            company.books.all(kind).map(|(id, object)| company.books.render(kind, id, object)).collect()
        })
    }

    /// The notices of changes that are due. Whoever takes them says how they went with [`QuickBooks::delivered`].
    pub fn deliveries(&mut self, now: Timestamp) -> Vec<Delivery> {
        self.webhooks.take(now)
    }

    /// How a notice was answered; `None` where no answer came within three seconds.
    pub fn delivered(&mut self, id: u64, status: Option<u16>, now: Timestamp) {
        self.webhooks.report(id, status, now);
    }

    /// The endpoint failed four times with one notice and is sent nothing more.
    #[must_use]
    pub fn has_given_up_webhooks(&self) -> bool {
        self.webhooks.is_given_up()
    }

    fn route(&mut self, request: &Request<Bytes>, now: Timestamp) -> Answer {
        let path: Vec<&str> = request.uri().path().split('/').filter(|part| !part.is_empty()).collect();
        let query = request.uri().query().unwrap_or_default();
        let parameters: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (method, headers, body) = (request.method(), request.headers(), request.body());
        match (method, path.as_slice()) {
            (_, ["v3", "company", realm, rest @ ..]) => {
                let call = api::Request { method, path: rest, parameters: &parameters, body, now };
                self.company(realm, &call, headers, base(request).as_deref())
            }
            (&Method::POST, ["oauth2", "v1", "tokens", "bearer"]) => {
                oauth::exchange(&mut self.oauth, headers, body, now)
            }
            (&Method::POST, ["v2", "oauth2", "tokens", "revoke"]) => {
                oauth::revoke(&mut self.oauth, headers, body)
            }
            (&Method::GET, ["connect", "oauth2"]) => oauth::authorize(&self.oauth, &parameters, now),
            (
                &Method::GET,
                [".well-known", document @ ("openid_configuration" | "openid_sandbox_configuration")],
            ) => oauth::discovery(base(request).as_deref(), *document == "openid_sandbox_configuration"),
            (&Method::GET, ["v1", "openid_connect", "userinfo"]) => {
                oauth::userinfo(&self.oauth, headers, now)
            }
            (&Method::GET, ["download", sealed]) => self.download(sealed, now),
            _ => Answer::text(404, "There is nothing here."),
        }
    }

    /// A file by its address, for which nobody needs a token.
    fn download(&self, sealed: &str, now: Timestamp) -> Answer {
        let found = files::place(&self.files, sealed)
            .and_then(|place| Some((self.companies.get(&place.realm)?, place)));
        match found {
            Some((company, place)) => files::download(&company.books, &place, now),
            None => Answer::text(404, "There is nothing here."),
        }
    }

    fn company(
        &mut self,
        realm: &str,
        call: &api::Request<'_>,
        headers: &HeaderMap,
        base: Option<&str>,
    ) -> Answer {
        if let Err(refusal) = gateway::authorize(&self.oauth, headers, realm, call.now) {
            return refusal;
        }
        let Some(company) = self.companies.get_mut(realm) else {
            return gateway::forbidden(call.now);
        };
        if !company.throttle.admit(call.is_batch(), self.limits, call.now) {
            return gateway::too_many(self.limits.retry_after, call.now);
        }
        let links = Links { signer: &self.files, base, realm, now: call.now };
        let answer = company.serve(call, self.repeats, links);
        self.webhooks.add(company.books.take_changes());
        answer.after(self.limits.takes.unsigned_abs())
    }
}

impl Company {
    fn serve(&mut self, call: &api::Request<'_>, repeats: Repeats, links: Links<'_>) -> Answer {
        let fault = self.failing.befalls(call.is_read());
        if let Some(answer) = fault.and_then(|fault| fault.instead(&self.books, call.now)) {
            return answer;
        }
        if let Some(pages) = api::print(&self.books, call) {
            return Answer::new(200, Body::File("application/pdf".to_owned(), pages.into()));
        }
        if let Some(address) = files::address(&self.books, call, links) {
            return Answer::text(200, &address);
        }
        let (status, mut body) = idempotency::respond(&mut self.books, call, repeats);
        if fault == Some(ServiceFault::DoneButLost) {
            return Answer::new(504, Body::Nothing);
        }
        if self.books.has_files() {
            links.add(&mut body);
        }
        Answer::api(status, body)
    }
}

impl Emulator for QuickBooks {
    fn handle(&mut self, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
        let answer = self.route(request, now);
        self.answered += 1;
        let digest = hash(&[b"transaction", &self.seed.to_be_bytes(), &self.answered.to_be_bytes()]);
        let tid = hex(digest.get(..12).unwrap_or(&digest));
        let tid = format!("1-{:08x}-{tid}", now.as_second());
        answer.into_response(&tid, wants_xml(request))
    }
}

/// The API answers in XML unless JSON is asked for.
fn wants_xml(request: &Request<Bytes>) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_parameter = request.uri().query().is_some_and(|query| query.contains("format=json"));
    !by_parameter && !accept.contains("json")
}

/// How the caller reaches the emulator; `None` under a name of the service itself.
fn base(request: &Request<Bytes>) -> Option<String> {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| request.uri().authority().map(http::uri::Authority::as_str))?;
    let scheme = request.uri().scheme_str().unwrap_or("http");
    (!host.ends_with("intuit.com")).then(|| format!("{scheme}://{host}"))
}
