//! The tables about the service as a whole: where it is, who asks, how often, what its answers mean.

use super::Texts;
use engine_contract::ErrorKind;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[base]`: where requests go. Texts may name settings: `{url}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BaseTable {
    /// The address before every path, where there is one for all connections.
    pub(crate) url: Option<String>,
    /// The setting whose value chooses among `urls`.
    pub(crate) by: Option<String>,
    /// The addresses by the value of that setting.
    #[serde(default)]
    pub(crate) urls: Texts,
    /// What tells one remote account from another: limits and tokens belong to it.
    pub(crate) account: String,
    /// The setting that, when it is given, replaces scheme, host and port of all addresses: an emulator's.
    pub(crate) replaced_by: Option<String>,
    /// Parameters of every request.
    #[serde(default)]
    pub(crate) query: Texts,
    /// Headers of every request.
    #[serde(default)]
    pub(crate) headers: Texts,
}

/// How requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthKind {
    /// Not at all.
    None,
    /// User and password (RFC 7617): `user`, `password`.
    Basic,
    /// A header that holds a secret: `name`, `value`; more of them in `also`.
    Header,
    /// Parameters that hold secrets: `pairs`.
    Query,
    /// OAuth 1.0a with one leg: `key`, `secret`.
    Oauth1,
    /// OAuth 2.0 with a login: `client_id`, `client_secret`, `authorize_url`, `token_url`.
    Oauth2,
}

/// `[auth]`. `user`, `password`, `key`, `secret`, `client_id`, `client_secret` and the values of `pairs` name
/// settings that are secrets.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthTable {
    /// How.
    pub(crate) kind: AuthKind,
    /// The setting that names the user.
    pub(crate) user: Option<String>,
    /// The setting that names the password.
    pub(crate) password: Option<String>,
    /// The setting that names the key.
    pub(crate) key: Option<String>,
    /// The setting that names the secret of the key.
    pub(crate) secret: Option<String>,
    /// The name of the header; `authorization` when it is not given.
    pub(crate) name: Option<String>,
    /// What the header holds; names a secret: `Bearer {key}`.
    pub(crate) value: Option<String>,
    /// Headers beside that one, and what they hold: `apikey = "{key}"`.
    #[serde(default)]
    pub(crate) also: Texts,
    /// Parameters and the secrets that they carry.
    #[serde(default)]
    pub(crate) pairs: Texts,
    /// The setting that names the id of the app.
    pub(crate) client_id: Option<String>,
    /// The setting that names the secret of the app.
    pub(crate) client_secret: Option<String>,
    /// Where a person agrees.
    pub(crate) authorize_url: Option<String>,
    /// Where tokens are bought.
    pub(crate) token_url: Option<String>,
    /// Where tokens are given back.
    pub(crate) revoke_url: Option<String>,
    /// What a login asks for.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// The parameter with which the service tells the account after a login.
    pub(crate) account_parameter: Option<String>,
    /// What only the account itself answers: asked with new tokens before they are stored.
    pub(crate) question: Option<QuestionTable>,
    /// What is used where the address begins with `http://`.
    pub(crate) over_http: Option<Box<AuthTable>>,
}

/// `question = { path = "companyinfo/{realm}", name = "CompanyInfo.CompanyName" }`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionTable {
    /// The path below the address.
    pub(crate) path: String,
    /// The member of the answer by which people know the account.
    pub(crate) name: String,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// The requests to one account.
    #[default]
    Account,
    /// All requests of the app, whatever the account.
    App,
}

/// `[limits]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsTable {
    /// What is counted.
    pub(crate) scope: Scope,
    /// How many requests in how much time.
    pub(crate) windows: Vec<WindowTable>,
    /// Most requests under way at once.
    pub(crate) concurrency: Option<usize>,
    /// How many of them may be writes.
    pub(crate) writes: usize,
    /// How long to wait after a 429 that does not say it.
    pub(crate) wait_after_429_seconds: u64,
}

impl Default for LimitsTable {
    fn default() -> Self {
        Self {
            scope: Scope::Account,
            windows: Vec::new(),
            concurrency: None,
            writes: 1,
            wait_after_429_seconds: 60,
        }
    }
}

/// At most so many requests in any so many seconds.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowTable {
    /// How many requests.
    pub(crate) requests: u32,
    /// In how many seconds.
    pub(crate) seconds: u64,
}

/// How instants are written for the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimeFormat {
    /// `2026-01-31T08:00:00+00:00`.
    #[default]
    Offset,
    /// `2026-01-31T08:00:00`, in UTC.
    PlainUtc,
}

/// `[time]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TimeTable {
    /// How instants are written.
    pub(crate) format: TimeFormat,
    /// The member of an answer that holds the service's own time; without it, and where an answer lacks it,
    /// the `Date` header counts.
    pub(crate) member: Option<String>,
}

/// `[errors]`: what answers that are no success mean.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ErrorsTable {
    /// Where the code of an error may stand in an answer; the first that is there counts.
    pub(crate) code: Vec<String>,
    /// Where its message may stand.
    pub(crate) message: Vec<String>,
    /// Where the name of the field may stand.
    pub(crate) field: Vec<String>,
    /// Members that make an answer an error whatever its status.
    pub(crate) fault: Vec<String>,
    /// The response header by which the service's support finds a request.
    pub(crate) trace_header: Option<String>,
    /// Tried in order: the first that fits decides.
    pub(crate) rule: Vec<RuleTable>,
}

/// What became of a write that was answered so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// It took no effect and never will.
    #[default]
    NotApplied,
    /// It may have taken effect.
    Unknown,
}

/// Whether the same request may succeed later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Again {
    /// Not without a change by somebody.
    #[default]
    Never,
    /// The engine chooses when.
    Soon,
    /// After the time of `Retry-After`, else of `wait_after_429_seconds`.
    Later,
}

/// `[[errors.rule]]`. All that is given must fit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleTable {
    /// Any of these.
    #[serde(default)]
    pub(crate) status: Vec<u16>,
    /// Any of these; zeros in front do not count.
    #[serde(default)]
    pub(crate) code: Vec<String>,
    /// Any of these beginnings.
    #[serde(default)]
    pub(crate) code_prefix: Vec<String>,
    /// Any of these within the message, in any case.
    #[serde(default)]
    pub(crate) message_has: Vec<String>,
    /// What kind of error it is.
    #[serde(deserialize_with = "kind")]
    #[schemars(schema_with = "kinds")]
    pub(crate) kind: ErrorKind,
    /// What became of a write that was answered so.
    #[serde(default)]
    pub(crate) effect: Effect,
    /// Whether the same request may succeed later.
    #[serde(default)]
    pub(crate) again: Again,
    /// It is not about the record: the connection stops.
    #[serde(default)]
    pub(crate) stops: bool,
    /// It is also said of the object of the write itself, when that is gone: it is looked for.
    #[serde(default)]
    pub(crate) or_gone: bool,
    /// Words of the message, behind each of which a name in quotes is shown: `constraint`. Only for messages that hold
    /// no value of a record.
    #[serde(default)]
    pub(crate) names: Vec<String>,
    /// What happened and what to do, for people.
    pub(crate) say: String,
    /// What to do about records that fail so, in a few words: `engine failures` shows it. Without it, the page of the
    /// kind's code says so.
    #[serde(default)]
    pub(crate) remedy: Option<String>,
}

const KINDS: [ErrorKind; 15] = [
    ErrorKind::Config,
    ErrorKind::Unauthorized,
    ErrorKind::Forbidden,
    ErrorKind::NotFound,
    ErrorKind::Invalid,
    ErrorKind::Stale,
    ErrorKind::Duplicate,
    ErrorKind::MissingParent,
    ErrorKind::Closed,
    ErrorKind::RateLimited,
    ErrorKind::Unavailable,
    ErrorKind::Timeout,
    ErrorKind::Protocol,
    ErrorKind::Corrupt,
    ErrorKind::Unsupported,
];

/// The kinds of the contract, in its own words: `not-found`.
fn kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ErrorKind, D::Error> {
    let word = String::deserialize(deserializer)?;
    kind_of(&word).ok_or_else(|| {
        let words: Vec<_> = KINDS.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
        serde::de::Error::custom(format!("unknown variant `{word}`, expected one of {}", words.join(", ")))
    })
}

/// The kind of a word.
pub(crate) fn kind_of(word: &str) -> Option<ErrorKind> {
    KINDS.into_iter().find(|kind| kind.as_str() == word)
}

/// The words of all kinds, with commas between them.
pub(crate) fn kind_words() -> String {
    KINDS.map(ErrorKind::as_str).join(", ")
}

fn kinds(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": KINDS.map(ErrorKind::as_str) })
}

/// Languages in which lists are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    /// `SELECT * FROM Invoice WHERE ...` as QuickBooks Online reads it.
    Quickbooks,
}

/// `[language]`: for streams whose `[stream.X.read]` says `from`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanguageTable {
    /// Which language.
    pub(crate) kind: Language,
    /// The path that takes statements.
    pub(crate) path: String,
    /// The parameter that holds the statement.
    pub(crate) parameter: String,
    /// Fields that objects are told apart by, but that no statement can search.
    #[serde(default)]
    pub(crate) compare_only: Vec<String>,
}

/// The parameters of a request.
pub(crate) type Pairs = BTreeMap<String, String>;
