//! What answers that are no success mean: the rules of `[errors]` first, then those of HTTP.
//!
//! A message never holds values of records: of the service's own text only words without digits, quotes and
//! `@` are shown.

use super::{answer::Answer, path};
use crate::manifest::{Again, Effect, ErrorsTable, RuleTable};
use engine_contract::{ConnectorError, ErrorKind, Retry};
use std::time::Duration;

/// An answer, judged.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) error: ConnectorError,
    /// Whether a write took effect.
    pub(super) effect: Effect,
    /// It is about the connection, not about the record.
    pub(super) stops: bool,
    /// It may be that the object of the write is gone.
    pub(super) or_gone: bool,
}

/// Judges answers.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    table: ErrorsTable,
    wait_after_429: Duration,
}

/// What an answer says of its error.
struct Said {
    code: Option<String>,
    message: Option<String>,
    field: Option<String>,
}

impl Faults {
    pub(super) fn new(table: ErrorsTable, wait_after_429: Duration) -> Self {
        Self { table, wait_after_429 }
    }

    /// What is wrong with an answer; nothing when it is a success.
    pub(super) fn judge(&self, answer: &Answer) -> Option<Verdict> {
        let body = answer.told();
        let has = |name: &String| {
            body.is_some_and(|body| body.get(&path::path(name)).is_some_and(|it| !it.is_null()))
        };
        if answer.is_success() && !self.table.fault.iter().any(has) {
            return None;
        }
        let said = self.said(answer);
        if answer.is_page() && matches!(answer.status, 404 | 410) {
            return Some(self.with_context(nowhere(), answer, said));
        }
        let rule = self.table.rule.iter().find(|rule| fits(rule, answer.status, &said));
        let verdict = match rule {
            Some(rule) => self.by_rule(rule, answer, &said),
            None => self.by_status(answer, &said),
        };
        Some(self.with_context(verdict, answer, said))
    }

    fn by_rule(&self, rule: &RuleTable, answer: &Answer, said: &Said) -> Verdict {
        let error = ConnectorError::new(rule.kind, rule.say.clone());
        let mut error = error.with_retry(self.retry(rule.again, answer));
        if let Some(name) = said.message.as_deref().and_then(|message| named(message, &rule.names)) {
            error = error.with_context("about", name);
        }
        Verdict { error, effect: rule.effect, stops: rule.stops, or_gone: rule.or_gone }
    }

    /// An answer of which a hook says what kind of error it is.
    pub(super) fn of_kind(&self, kind: ErrorKind, answer: &Answer) -> Verdict {
        let said = self.said(answer);
        let (effect, again, stops) = match kind {
            ErrorKind::Config | ErrorKind::Unauthorized | ErrorKind::Forbidden => {
                (Effect::NotApplied, Again::Never, true)
            }
            ErrorKind::RateLimited => (Effect::NotApplied, Again::Later, false),
            ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Protocol => {
                (Effect::Unknown, Again::Soon, false)
            }
            _ => (Effect::NotApplied, Again::Never, false),
        };
        let message = match kind {
            ErrorKind::Unauthorized => "the service refuses the credentials: check the connection's secrets",
            ErrorKind::Forbidden => "the credentials are good, but not for this",
            ErrorKind::NotFound => "the service does not have what the request names",
            ErrorKind::Duplicate => "another object has this value already, and only one may have it",
            ErrorKind::Stale => "the object was changed meanwhile",
            ErrorKind::RateLimited => "too many requests",
            ErrorKind::Unavailable => "the service does not work at the moment",
            ErrorKind::Timeout => "the service gave up waiting",
            _ => "",
        };
        let message = if message.is_empty() { refusal(&said) } else { message.to_owned() };
        let error = ConnectorError::new(kind, message).with_retry(self.retry(again, answer));
        self.with_context(Verdict { error, effect, stops, or_gone: false }, answer, said)
    }

    fn said(&self, answer: &Answer) -> Said {
        let first = |places: &[String]| {
            let body = answer.told()?;
            places.iter().find_map(|place| path::text(body, place)).filter(|text| !text.is_empty())
        };
        Said {
            code: first(&self.table.code),
            message: first(&self.table.message),
            field: first(&self.table.field),
        }
    }

    fn retry(&self, again: Again, answer: &Answer) -> Retry {
        match again {
            Again::Never => Retry::Never,
            Again::Soon => Retry::Soon,
            Again::Later => Retry::After(retry_after(answer).unwrap_or(self.wait_after_429)),
        }
    }

    /// The meaning of an answer that no rule knows.
    fn by_status(&self, answer: &Answer, said: &Said) -> Verdict {
        use ErrorKind::{
            Config, Forbidden, Invalid, NotFound, Protocol, RateLimited, Timeout, Unauthorized, Unavailable,
        };
        let (kind, message, effect, again, stops) = match answer.status {
            // A refusal within a success has a code of its own; without one nothing is certain.
            200..=299 if said.code.is_some() => {
                (Invalid, refusal(said), Effect::NotApplied, Again::Never, false)
            }
            200..=299 => (Protocol, refusal(said), Effect::Unknown, Again::Soon, false),
            300..=399 => (Config, moved(answer), Effect::NotApplied, Again::Never, true),
            401 => (
                Unauthorized,
                "the service refuses the credentials: check the connection's secrets".to_owned(),
                Effect::NotApplied,
                Again::Never,
                true,
            ),
            403 | 406 if answer.is_page() => (
                Forbidden,
                "a firewall in front of the service refuses the request: let the engine's address through"
                    .to_owned(),
                Effect::NotApplied,
                Again::Never,
                true,
            ),
            403 => (
                Forbidden,
                "the credentials are good, but not for this".to_owned(),
                Effect::NotApplied,
                Again::Never,
                true,
            ),
            404 | 410 => (
                NotFound,
                "the service does not have what the request names".to_owned(),
                Effect::NotApplied,
                Again::Never,
                false,
            ),
            408 => (Timeout, "the service gave up waiting".to_owned(), Effect::Unknown, Again::Soon, false),
            429 => (RateLimited, "too many requests".to_owned(), Effect::NotApplied, Again::Later, false),
            // Without its reason it cannot be told whether it is about this request for ever, or about a version that
            // went stale: the same request again is answered the same way.
            400..=499 if answer.body.is_none() && !self.table.code.is_empty() => (
                Protocol,
                "the service refused the request, and its reason cannot be read".to_owned(),
                Effect::NotApplied,
                Again::Soon,
                false,
            ),
            400..=499 => (Invalid, refusal(said), Effect::NotApplied, Again::Never, false),
            _ => (
                Unavailable,
                "the service does not work at the moment".to_owned(),
                Effect::Unknown,
                if retry_after(answer).is_some() { Again::Later } else { Again::Soon },
                false,
            ),
        };
        let error = ConnectorError::new(kind, message).with_retry(self.retry(again, answer));
        Verdict { error, effect, stops, or_gone: false }
    }

    fn with_context(&self, verdict: Verdict, answer: &Answer, said: Said) -> Verdict {
        let mut error = verdict.error.with_context("status", answer.status.to_string());
        if let Some(code) = said.code.as_ref().filter(|code| is_name(code)) {
            error = error.with_context("code", code);
        }
        if let Some(field) = said.field.filter(|field| is_name(field)) {
            error = error.with_context("field", field);
        }
        let trace = self.table.trace_header.as_deref().and_then(|name| answer.header(name));
        if let Some(trace) = trace.filter(|trace| is_name(trace)) {
            // Not in the error: it is another one each time, and equal failures are told together.
            tracing::info!(trace, status = answer.status, code = said.code, "refused");
        }
        Verdict { error, ..verdict }
    }
}

/// The same error once more, for another write.
pub(super) fn echo(error: &ConnectorError) -> ConnectorError {
    ConnectorError::new(error.kind(), error.to_string()).with_retry(error.retry())
}

/// `constraint orders_pkey`: the first of the words that stands before a name in quotes.
fn named(message: &str, words: &[String]) -> Option<String> {
    words.iter().find_map(|word| {
        let (_, rest) = message.split_once(&format!("{word} \""))?;
        let (name, _) = rest.split_once('"')?;
        is_name(name).then(|| format!("{word} {name}"))
    })
}

/// A web page that says that there is nothing: the service was not asked. That a record does not exist, only the
/// service can say; taken for that, a removal would count as done, and a change would make the object again.
fn nowhere() -> Verdict {
    let message = "a web page says that there is nothing at this address: check the address of the connection, and whether the site is up";
    let error = ConnectorError::new(ErrorKind::Config, message);
    Verdict { error, effect: Effect::NotApplied, stops: true, or_gone: false }
}

fn fits(rule: &RuleTable, status: u16, said: &Said) -> bool {
    let bare = |code: &str| code.trim_start_matches('0').to_owned();
    let code = said.code.as_deref().unwrap_or_default();
    let message = said.message.as_deref().unwrap_or_default().to_lowercase();
    let any = |list: &[String], fits: &dyn Fn(&String) -> bool| list.is_empty() || list.iter().any(fits);
    (rule.status.is_empty() || rule.status.contains(&status))
        && any(&rule.code, &|known| !code.is_empty() && bare(known) == bare(code))
        && any(&rule.code_prefix, &|prefix| code.starts_with(prefix.as_str()))
        && any(&rule.message_has, &|part| message.contains(&part.to_lowercase()))
}

fn refusal(said: &Said) -> String {
    let words = said.message.as_deref().map(scrubbed).filter(|words| !words.is_empty());
    words.map_or_else(
        || "the service refused the request".to_owned(),
        |words| format!("the service refused the request: {words}"),
    )
}

/// The words of a message, without those that may be values.
fn scrubbed(message: &str) -> String {
    const LONGEST: usize = 200;
    let decoded = message.replace("&quot;", "\"").replace("&#039;", "'").replace("&amp;", "&");
    let is_plain = |word: &&str| {
        word.chars().all(|letter| letter.is_alphabetic() || "-_.,:;()/'".contains(letter)) && word.len() < 40
    };
    // What stands between quotes is a value: it is left out whole.
    let outside = decoded.split('"').step_by(2).collect::<Vec<_>>().join(" … ");
    let words =
        outside.split_whitespace().map(|word| if word == "…" || is_plain(&word) { word } else { "…" });
    let mut text = String::new();
    for word in words {
        if word == "…" && text.ends_with('…') {
            continue;
        }
        if text.len() + word.len() > LONGEST {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// A redirect is never followed: it may lead to another host.
fn moved(answer: &Answer) -> String {
    let to = answer.header("location").and_then(|place| place.parse::<http::Uri>().ok());
    let to = to.and_then(|place| place.host().map(str::to_owned));
    to.map_or_else(
        || "the service sends the request elsewhere: check the address of the connection".to_owned(),
        |host| {
            format!(
                "the service has moved to `{host}`: if that is right, give the connection its new address"
            )
        },
    )
}

/// `Retry-After` in seconds, or as a date measured against the answer's own.
fn retry_after(answer: &Answer) -> Option<Duration> {
    const LONGEST: u64 = 3600;
    let text = answer.header("retry-after")?;
    let seconds = if let Ok(seconds) = text.trim().parse::<u64>() {
        seconds
    } else {
        let until = super::instant::http_date(text.trim())?;
        u64::try_from(until.duration_since(answer.date()?).as_secs()).ok()?
    };
    Some(Duration::from_secs(seconds.min(LONGEST)))
}

/// Letters, digits and little more: a code or the name of a field, not a value.
fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.[]".contains(letter);
    !text.is_empty() && text.len() <= 80 && text.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_keep_words_and_lose_values() {
        assert_eq!(scrubbed("You must set a transaction amount."), "You must set a transaction amount.");
        assert_eq!(scrubbed("Supplied value:1,861.07"), "Supplied …");
        assert_eq!(scrubbed("Invalid e-mail ada@example.com given"), "Invalid e-mail … given");
        assert_eq!(scrubbed("&quot;Ada Lovelace&quot; is taken"), "… is taken");
    }

    #[test]
    fn a_name_behind_a_word_is_shown_when_it_is_one() {
        let words = ["constraint".to_owned(), "column".to_owned()];
        let message = "duplicate key value violates unique constraint \"customers_email_key\"";
        assert_eq!(named(message, &words), Some("constraint customers_email_key".to_owned()));
        let message = "null value in column \"total\" of relation \"orders\" violates not-null constraint";
        assert_eq!(named(message, &words), Some("column total".to_owned()));
        assert_eq!(named("the constraint \"Ada Lovelace\"", &words), None);
        assert_eq!(named(message, &[]), None);
    }

    proptest! {
        #[test]
        fn digits_and_addresses_never_pass(text in "[a-z0-9@ .&;\"]{0,80}") {
            let shown = scrubbed(&text);
            prop_assert!(!shown.contains(|letter: char| letter.is_ascii_digit() || letter == '@'), "{}", shown);
        }
    }
}
