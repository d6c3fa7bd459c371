//! What a caller decides about the emulated service: its companies, its moods, the choices that the service's
//! documentation leaves open.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

/// The emulated service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Tokens, codes and transaction ids of answers are derived from it.
    pub seed: u64,
    /// The app that may log in.
    pub client_id: String,
    pub client_secret: String,
    /// Where a login may lead back to; empty allows every address.
    pub redirect_uris: Vec<String>,
    pub companies: Vec<Company>,
    pub tokens: Lifetimes,
    pub repeats: Repeats,
    pub limits: Limits,
    pub faults: Vec<FaultRule>,
    pub webhooks: Option<Webhooks>,
    /// What the service's documentation leaves open.
    pub choices: Choices,
}

impl Default for Settings {
    /// One company of the USA with the realm `9130350000000000`; nothing fails, nobody is told of changes.
    fn default() -> Self {
        Self {
            seed: 1,
            client_id: "emulated-client".to_owned(),
            client_secret: "emulated-secret".to_owned(),
            redirect_uris: Vec::new(),
            companies: vec![Company::new("9130350000000000", CompanyKind::Us)],
            tokens: Lifetimes::default(),
            repeats: Repeats::default(),
            limits: Limits::default(),
            faults: Vec::new(),
            webhooks: None,
            choices: Choices::default(),
        }
    }
}

/// Which country's rules a company follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyKind {
    /// USA, tax codes chosen by the caller: what sandbox companies do.
    Us,
    /// USA with automated sales tax: the service chooses the tax code.
    UsAst,
    /// Canada.
    Ca,
    /// A country of the European Union.
    Eu,
}

/// One company.
#[derive(Debug, Clone)]
pub struct Company {
    /// The number that stands in paths.
    pub realm: String,
    pub kind: CompanyKind,
    pub name: String,
    /// A name of the time zone database; stamps of the service carry its offset.
    pub timezone: String,
    pub home_currency: String,
    /// Currencies beside the home one; used when `preferences.multi_currency` is on.
    pub currencies: Vec<String>,
    /// Home units for one unit of a currency, for transactions that state none; one where absent.
    pub rates: BTreeMap<String, Decimal>,
    /// When the company was set up: the stamp of everything that was there from the start.
    pub opened: Timestamp,
    pub preferences: Preferences,
}

impl Company {
    /// A company with the defaults of its country.
    #[must_use]
    pub fn new(realm: &str, kind: CompanyKind) -> Self {
        let (name, timezone, currency, others): (_, _, _, &[&str]) = match kind {
            CompanyKind::Us | CompanyKind::UsAst => {
                ("Craft Garden", "America/Los_Angeles", "USD", &["CAD", "EUR"])
            }
            CompanyKind::Ca => ("Maple Garden", "America/Edmonton", "CAD", &["USD", "EUR"]),
            CompanyKind::Eu => ("Jardin", "Europe/Paris", "EUR", &["USD", "GBP"]),
        };
        Self {
            realm: realm.to_owned(),
            kind,
            name: name.to_owned(),
            timezone: timezone.to_owned(),
            home_currency: currency.to_owned(),
            currencies: others.iter().map(|&code| code.to_owned()).collect(),
            rates: BTreeMap::new(),
            opened: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 18_262),
            preferences: Preferences::default(),
        }
    }
}

/// The switches of a company that change what the API does. Requests can change them too.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are switches of the service, independent of each other"
)]
pub struct Preferences {
    /// Numbers come from the caller; off, the service numbers by itself.
    pub custom_txn_numbers: bool,
    /// A number that was used before is refused; matters where `custom_txn_numbers` is on.
    pub warn_duplicate_numbers: bool,
    pub multi_currency: bool,
    pub allow_shipping: bool,
    pub allow_discount: bool,
    pub allow_deposit: bool,
    /// Nothing dated on this day or before can be written.
    pub book_close_date: Option<Date>,
    /// Closed books have a password: another code of refusal.
    pub closed_with_password: bool,
    pub track_classes: bool,
    pub track_departments: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            custom_txn_numbers: true,
            warn_duplicate_numbers: true,
            multi_currency: false,
            allow_shipping: true,
            allow_discount: true,
            allow_deposit: true,
            book_close_date: None,
            closed_with_password: false,
            track_classes: false,
            track_departments: false,
        }
    }
}

/// How long tokens live. The defaults are the service's.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// 3600 seconds.
    pub access: SignedDuration,
    /// 101 days, counted from the last refresh.
    pub refresh: SignedDuration,
    /// Five years, counted from the login.
    pub refresh_at_most: SignedDuration,
    /// 10 minutes.
    pub code: SignedDuration,
    /// A refresh gives another refresh token when the old one is this old: 24 hours. Zero: every time.
    pub rotate_after: SignedDuration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access: SignedDuration::from_secs(3_600),
            refresh: SignedDuration::from_secs(8_726_400),
            refresh_at_most: SignedDuration::from_hours(5 * 365 * 24),
            code: SignedDuration::from_mins(10),
            rotate_after: SignedDuration::from_hours(24),
        }
    }
}

/// What becomes of a request whose `requestid` was used before. The service documents neither of the two.
#[derive(Debug, Clone, Copy, Default)]
pub struct Repeats {
    /// How long an answer is remembered; for ever without it.
    pub remembered: Option<SignedDuration>,
    /// Another request under a used id is refused with code 600 instead of being given the stored answer.
    pub refuse_others: bool,
}

/// How many requests a company takes. The defaults are the service's.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// In any 60 seconds: 500.
    pub per_minute: usize,
    /// In any second: 10.
    pub per_second: usize,
    /// Batch calls in any 60 seconds: 40.
    pub batches_per_minute: usize,
    /// Requests that are under way at once: 10. Matters where requests take time.
    pub at_once: usize,
    /// How long a request is under way: the answer comes after so long. Nothing by default.
    pub takes: SignedDuration,
    /// The seconds of a `Retry-After` header. The service documents none, so there is none by default.
    pub retry_after: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_minute: 500,
            per_second: 10,
            batches_per_minute: 40,
            at_once: 10,
            takes: SignedDuration::ZERO,
            retry_after: None,
        }
    }
}

impl Limits {
    /// No limits at all: for tests of other things.
    #[must_use]
    pub fn none() -> Self {
        Self {
            per_minute: usize::MAX,
            per_second: usize::MAX,
            batches_per_minute: usize::MAX,
            at_once: usize::MAX,
            takes: SignedDuration::ZERO,
            retry_after: None,
        }
    }
}

/// Something that goes wrong with certain requests of a company.
#[derive(Debug, Clone, Copy)]
pub struct FaultRule {
    pub fault: ServiceFault,
    pub on: Calls,
    /// The first request it befalls, counted from 1 per company and sort.
    pub first: u64,
    /// How many in a row.
    pub times: u64,
}

/// A failure of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceFault {
    /// Status 200 with a `Fault` in the body; nothing was done. The service documents that this happens.
    OkWithFault,
    /// Status 500, code 10000; nothing was done.
    Failed,
    /// Status 503, code 10000; nothing was done.
    Unavailable,
    /// Status 504 without a body; nothing was done.
    TimedOut,
    /// Status 504 without a body, although the request was carried out: the caller cannot know.
    DoneButLost,
}

/// The requests a fault befalls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    Reads,
    Writes,
}

/// Notices of changes.
#[derive(Debug, Clone)]
pub struct Webhooks {
    pub format: WebhookFormat,
    /// Signs the bodies.
    pub verifier: String,
    /// Every so many-th delivery comes twice; never without it.
    pub repeat_every: Option<u64>,
    /// Events of a delivery come in the opposite order.
    pub disorder: bool,
}

/// The shape of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFormat {
    /// `eventNotifications`, one company per delivery.
    Classic,
    /// A list of events at the top of the body; a delivery may hold several companies.
    CloudEvents,
}

/// What the service does where its documentation says nothing, or not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// What a company of the USA does with characters outside of Latin-1.
    pub latin1: Latin1,
    /// Names of people that differ in upper and lower case alone are one name.
    pub folds_names: bool,
    /// Statements may say `ORDER BY` in two words.
    pub takes_order_by: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self { latin1: Latin1::Refuse, folds_names: true, takes_order_by: true }
    }
}

/// What a company of the USA does with characters outside of Latin-1. The service documents the class of the
/// error, not when it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latin1 {
    /// Code 2040.
    Refuse,
    /// Each such character becomes `?`.
    Replace,
    /// They are stored.
    Accept,
}
