//! The world outside the engine: a shop and a company's books, people who change both, and the way between.
//!
//! Requests belong to the world: one that was sent arrives at its time, whether or not the engine that sent it
//! still lives. What people change may be stamped some time before it can be seen.

use super::{
    books_to_shop, both_ways,
    fate::{self, Fate, Outage},
    restraint::Restraint,
    shop_to_books, shop_to_warehouse,
};
use crate::{
    engine::time_at,
    profile::Profile,
    stage::Luck,
    trial::{Scene, Trial},
};
use bytes::Bytes;
use connector_emulators::{
    Emulator,
    quickbooks::{self, Company, CompanyKind, Lifetimes, QuickBooks},
    supabase::{self, Memory, Supabase, Tables},
    woocommerce::{self, KeyPair, Permission, Role, WooCommerce},
};
use engine_contract::{Held, Tokens};
use http::{Method, Request, Response, Uri};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use serde_json::Value;
use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The company's number.
pub(super) const REALM: &str = "9130350000000000";
/// The shop's address.
pub(super) const SHOP: &str = "https://shop.example";

/// The project's address.
const TABLES: &str = "https://tables.example";

/// The project's secret key.
pub(super) const TABLES_KEY: &str = "sb_secret_sim";

/// One of the services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Shop,
    Books,
    Tables,
}

impl Side {
    pub(super) fn of(uri: &Uri) -> Self {
        match uri.host() {
            Some("shop.example") => Self::Shop,
            Some("tables.example") => Self::Tables,
            _ => Self::Books,
        }
    }

    /// How long a change may stay hidden: what the connector's manifest declares, and no longer.
    fn lag(self) -> Range<u64> {
        match self {
            Self::Shop => 500..115_000,
            Self::Books | Self::Tables => 500..55_000,
        }
    }

    /// How late a request may take effect: less than the connector's manifest says that the service takes.
    pub(super) fn latest(self) -> u64 {
        match self {
            Self::Shop => 280_000,
            Self::Books | Self::Tables => 140_000,
        }
    }
}

/// Where the answer of a request appears.
pub(super) type Slot = Arc<Mutex<Option<Response<Bytes>>>>;

/// A request on its way.
struct Flight {
    at: Instant,
    number: u64,
    side: Side,
    request: Request<Bytes>,
    /// The stamp of what people changed, where that was before it can be seen.
    began: Option<Timestamp>,
    slot: Option<Slot>,
}

pub(super) struct World {
    pub(super) luck: Luck,
    pub(super) profile: &'static Profile,
    pub(super) scene: Scene,
    pub(super) shop: WooCommerce,
    pub(super) books: QuickBooks,
    tables: Supabase<Memory>,
    /// How far the clocks of the shop and of the other service are ahead of the engine's, in seconds.
    skew: [i64; 2],
    pub(super) outages: Vec<Outage>,
    /// How long a request travels one way, in milliseconds.
    pub(super) travel: Range<u64>,
    flights: Vec<Flight>,
    next: u64,
    changes_left: u32,
    /// What people have made so far: a number for names.
    pub(super) made: u64,
    pub(super) restraint: Restraint,
    pub(super) held: Option<Held>,
    /// Requests that may change something.
    pub(super) writes: u64,
    /// The same, in all runs.
    pub(super) sent: u64,
    /// The engine's state was put back to an earlier one.
    pub(super) forgotten: bool,
    pub(super) wrong: String,
}

pub(super) type Shared = Arc<Mutex<World>>;

pub(super) fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(super) fn new(trial: &Trial, mut luck: Luck) -> Self {
        let skew = [luck.rng.random_range(-600..=600), luck.rng.random_range(-600..=600)];
        let outages = fate::outages(&mut luck, trial.profile, trial.scene);
        let travel = if luck.chance(50) { 1..20 } else { 20..300 };
        let rotates = luck.chance(50);
        let lifetimes = Lifetimes {
            access: SignedDuration::from_secs(luck.rng.random_range(120..1800)),
            rotate_after: SignedDuration::from_hours(if rotates { 0 } else { 24 }),
            ..Lifetimes::default()
        };
        let books = quickbooks::Settings {
            seed: trial.seed,
            companies: vec![Company::new(REALM, CompanyKind::Us)],
            tokens: lifetimes,
            ..quickbooks::Settings::default()
        };
        let key = KeyPair {
            key: "ck_sim".to_owned(),
            secret: "cs_sim".to_owned(),
            permission: Permission::ReadWrite,
            role: Role::Administrator,
        };
        let shop = woocommerce::Settings {
            url: SHOP.to_owned(),
            zone: "America/New_York".to_owned(),
            https: true,
            keys: vec![key],
        };
        let mut world = Self {
            luck,
            profile: trial.profile,
            scene: trial.scene,
            shop: WooCommerce::new(shop),
            books: QuickBooks::new(books),
            tables: tables(),
            skew,
            outages,
            travel,
            flights: Vec::new(),
            next: 0,
            changes_left: trial.profile.changes,
            made: 0,
            restraint: Restraint::default(),
            held: None,
            writes: 0,
            sent: 0,
            forgotten: false,
            wrong: String::new(),
        };
        world.log_in();
        match world.scene {
            Scene::BooksToShop => books_to_shop::fill(&mut world),
            Scene::ShopToWarehouse => shop_to_warehouse::fill(&mut world),
            Scene::BothWays => both_ways::fill(&mut world),
            _ => shop_to_books::fill(&mut world),
        }
        world
    }

    /// A service's own time at a moment.
    pub(super) fn time(&self, side: Side, moment: Instant) -> Timestamp {
        let [shop, other] = self.skew;
        let skew = if side == Side::Shop { shop } else { other };
        time_at(self.luck.start(), moment) + SignedDuration::from_secs(skew)
    }

    /// Somebody gives the engine access to the books, again if need be.
    pub(super) fn log_in(&mut self) {
        let granted = self.books.grant(REALM, self.time(Side::Books, Instant::now()));
        let skew = SignedDuration::from_secs(self.skew[1]);
        let tokens = Tokens {
            access: granted.access_token,
            access_until: granted.expires_at - skew,
            refresh: granted.refresh_token,
            refresh_until: None,
        };
        let version = self.held.as_ref().map_or(0, |held| held.version) + 1;
        self.held = Some(Held { tokens, version });
        self.luck.tell(|| "somebody logs in to the books".to_owned());
    }

    /// Puts a request on its way, to arrive at a moment.
    pub(super) fn fly(&mut self, at: Instant, request: Request<Bytes>, slot: Option<&Slot>) -> u64 {
        self.next += 1;
        let (number, side) = (self.next, Side::of(request.uri()));
        self.flights.push(Flight { at, number, side, request, began: None, slot: slot.cloned() });
        number
    }

    /// Lets everything arrive whose time has come, in its order.
    pub(super) fn catch_up(&mut self) {
        let now = Instant::now();
        loop {
            let due = self.flights.iter().enumerate().filter(|(_, flight)| flight.at <= now);
            let Some((index, _)) = due.min_by_key(|(_, flight)| (flight.at, flight.number)) else { return };
            let flight = self.flights.swap_remove(index);
            self.arrive(flight);
        }
    }

    fn arrive(&mut self, flight: Flight) {
        let Flight { at, number, side, request, began, slot } = flight;
        let moment = began.unwrap_or_else(|| self.time(side, at));
        let answer = match side {
            Side::Shop => self.shop.handle(&request, moment),
            Side::Books => self.books.handle(&request, moment),
            Side::Tables => self.tables.handle(&request, moment),
        };
        let status = answer.status().as_u16();
        self.luck.note(u64::from(status) + answer.body().len() as u64);
        let late = Instant::now().duration_since(at);
        self.luck.tell(|| {
            let body = fate::shortened(answer.body());
            format!("  #{number} has arrived {late:?} ago: {status} {body}")
        });
        if let Some(slot) = slot {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        }
    }

    /// Everything that is still on its way has arrived.
    pub(super) fn is_calm(&self) -> bool {
        self.flights.is_empty()
    }

    /// What becomes of the engine's next request. Before it, people may change something.
    pub(super) fn fate(&mut self, request: &Request<Bytes>) -> Fate {
        self.catch_up();
        if self.luck.troubled && self.changes_left > 0 && self.luck.chance(self.profile.change) {
            self.changes_left -= 1;
            self.change();
        }
        if *request.method() != Method::GET && !request.uri().path().starts_with("/oauth2/") {
            self.writes += 1;
            self.sent += 1;
        }
        fate::draw(self, request)
    }

    /// People change something.
    pub(super) fn change(&mut self) {
        match self.scene {
            Scene::BooksToShop => books_to_shop::change(self),
            Scene::ShopToWarehouse => shop_to_warehouse::change(self),
            Scene::BothWays => both_ways::change(self),
            _ => shop_to_books::change(self),
        }
    }

    /// A person does something at once. What was answered, and whether it went well.
    pub(super) fn person(&mut self, side: Side, what: (Method, &str), body: &Value) -> Option<Value> {
        let moment = self.time(side, Instant::now());
        self.person_at(side, what, body, moment)
    }

    /// The same, stamped with a moment that has passed.
    pub(super) fn person_at(
        &mut self,
        side: Side,
        what: (Method, &str),
        body: &Value,
        moment: Timestamp,
    ) -> Option<Value> {
        let request = self.by_hand(side, what, body, moment);
        let answer = match side {
            Side::Shop => self.shop.handle(&request, moment),
            Side::Books => self.books.handle(&request, moment),
            Side::Tables => self.tables.handle(&request, moment),
        };
        let (path, status) = (request.uri().path().to_owned(), answer.status());
        self.luck.tell(|| format!("by hand: {side:?} {path} {body}: {status}"));
        // Many at once are too many for the books: then nothing has changed.
        status.is_success().then(|| serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    /// A person changes something in the source. It may be stamped now and be seen later.
    pub(super) fn person_of_source(&mut self, side: Side, what: (Method, &str), body: &Value) {
        if !self.luck.chance(self.profile.hidden) {
            drop(self.person(side, what, body));
            return;
        }
        let now = Instant::now();
        let began = self.time(side, now);
        let request = self.by_hand(side, what, body, began);
        let wait = self.luck.millis(side.lag());
        let path = request.uri().path().to_owned();
        self.luck.tell(|| format!("by hand: {side:?} {path} {body}: to be seen in {wait:?}"));
        self.next += 1;
        let number = self.next;
        self.flights.push(Flight { at: now + wait, number, side, request, began: Some(began), slot: None });
    }

    /// Whether a change of a record is still hidden.
    pub(super) fn is_hidden(&self, path: &str) -> bool {
        let hidden = |flight: &Flight| flight.began.is_some() && flight.request.uri().path().ends_with(path);
        self.flights.iter().any(hidden)
    }

    fn by_hand(
        &self,
        side: Side,
        (method, path): (Method, &str),
        body: &Value,
        at: Timestamp,
    ) -> Request<Bytes> {
        let (address, authorization) = match side {
            Side::Shop => (format!("{SHOP}/wp-json/wc/v3/{path}"), "Basic Y2tfc2ltOmNzX3NpbQ==".to_owned()),
            Side::Books => (
                format!("https://quickbooks.api.intuit.com/v3/company/{REALM}/{path}"),
                format!("Bearer {}", self.books.grant(REALM, at).access_token),
            ),
            Side::Tables => (format!("{TABLES}/rest/v1/{path}"), format!("Bearer {TABLES_KEY}")),
        };
        let mut request = Request::builder().method(method).uri(address);
        if side == Side::Tables {
            request = request.header("apikey", TABLES_KEY);
        }
        let request = request.header("authorization", authorization).header("accept", "application/json");
        request.header("content-type", "application/json").body(Bytes::from(body.to_string())).unwrap()
    }

    /// Some seconds before the start.
    pub(super) fn earlier(&mut self, side: Side) -> Timestamp {
        let before = self.luck.rng.random_range(700..703);
        self.time(side, Instant::now()) - SignedDuration::from_secs(before)
    }

    /// An amount of money; small ones come back to what they were.
    pub(super) fn amount(&mut self) -> String {
        let cents = self.luck.rng.random_range(1..400);
        format!("{}.{:02}", cents / 4, cents % 4 * 25)
    }

    pub(super) fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() {
            return None;
        }
        let index = self.luck.rng.random_range(0..of.len());
        of.get(index).cloned()
    }
}

/// A project with the tables of the pipeline.
fn tables() -> Supabase<Memory> {
    let tables = Tables::read(shop_to_warehouse::TABLES, "public").unwrap();
    let settings = supabase::Settings { secret_key: TABLES_KEY.to_owned(), ..supabase::Settings::default() };
    Supabase::new(settings, Memory::new(tables).unwrap())
}

/// A duration between two moments of the way, in milliseconds.
pub(super) fn trip(world: &mut World) -> Duration {
    let travel = world.travel.clone();
    world.luck.millis(travel)
}
