//! Deliveries of webhooks as they stand in `fixtures/deliveries/NAME.json`, and whether the connector reads them.

use super::verdict::Check;
use crate::{Delivery, Described, Hint, Notice, Refused};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ABOUT: &str = "webhooks";

/// What signs a delivery that was recorded without its secret, as it should be.
const STAND_IN: &str = "recorded-webhook-secret";

/// A delivery, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedDelivery {
    /// Its headers. The signature may be left out: it is made anew.
    pub headers: BTreeMap<String, String>,
    /// Its body as it came, every escape in its place.
    pub body: String,
    /// The secret that it is signed with: one that was made for tests, never a real one. Without it the signature is
    /// made anew, with a secret of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What it says.
    pub tells: Tells,
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// It is a ping.
    Ping,
    /// Something changed.
    Changes(Vec<Hinted>),
}

/// What one change says, without what is made of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hinted {
    /// As pipelines name it.
    pub topic: String,
    /// The account, where the delivery names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The streams that may hold the record.
    #[serde(default)]
    pub streams: Vec<String>,
    /// The record's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// It is said to be gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
}

impl RecordedDelivery {
    /// Reads the text of a fixture.
    ///
    /// # Errors
    /// When it is no delivery.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Described {
    /// Judges the connector by deliveries, each with its name. Without any there is nothing to judge.
    #[must_use]
    pub fn judge_deliveries(&self, deliveries: &[(String, RecordedDelivery)]) -> Vec<Check> {
        if deliveries.is_empty() {
            return Vec::new();
        }
        let benches: Benches<'_> =
            deliveries.iter().map(|(name, recorded)| (name.as_str(), Bench::new(self, recorded))).collect();
        let seen = match deliveries.len() {
            1 => "1 delivery".to_owned(),
            count => format!("{count} deliveries"),
        };
        vec![
            Check::of(ABOUT, "deliveries are read", seen.clone(), against(&benches, Bench::read)),
            Check::of(ABOUT, "a changed body is refused", seen.clone(), against(&benches, Bench::changed)),
            Check::of(
                ABOUT,
                "another signature, or none, is refused",
                seen,
                against(&benches, Bench::unsigned),
            ),
        ]
    }
}

/// Deliveries with their names; a text where one cannot be put on the bench.
type Benches<'a> = Vec<(&'a str, Result<Bench<'a>, String>)>;

/// What speaks against a promise, each with the name of its delivery.
fn against<'a>(benches: &Benches<'a>, judge: impl Fn(&Bench<'a>) -> Result<(), String>) -> Vec<String> {
    let judged = benches.iter().filter_map(|(name, bench)| {
        let why = bench.as_ref().map_err(Clone::clone).and_then(&judge).err()?;
        Some(format!("`{name}`: {why}"))
    });
    judged.collect()
}

/// One delivery on the bench.
struct Bench<'a> {
    described: &'a Described,
    recorded: &'a RecordedDelivery,
    headers: HeaderMap,
    secret: &'a str,
}

impl<'a> Bench<'a> {
    fn new(described: &'a Described, recorded: &'a RecordedDelivery) -> Result<Self, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &recorded.headers {
            let pair = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (name, value) = pair.ok_or_else(|| format!("`{name}` is no header that can be sent"))?;
            headers.append(name, value);
        }
        let secret = recorded.secret.as_deref().unwrap_or(STAND_IN);
        let mut bench = Self { described, recorded, headers, secret };
        if recorded.secret.is_none() && recorded.tells != Tells::Ping {
            bench.sign()?;
        }
        Ok(bench)
    }

    fn sign(&mut self) -> Result<(), String> {
        let signature = connector_kit::signature(self.secret.as_bytes(), self.recorded.body.as_bytes());
        let name = self.signature_header()?;
        let value = HeaderValue::try_from(signature).map_err(|error| error.to_string())?;
        self.headers.insert(name, value);
        Ok(())
    }

    fn signature_header(&self) -> Result<HeaderName, String> {
        let table = self.described.manifest().webhooks.signature.as_ref();
        let name = table.and_then(|table| HeaderName::try_from(&table.header).ok());
        name.ok_or_else(|| Refused::NotDescribed.to_string())
    }

    fn told(&self, headers: &HeaderMap, body: &str, secret: &str) -> Result<Notice, Refused> {
        self.described.delivered(Delivery { headers, body: body.as_bytes() }, &[secret])
    }

    fn read(&self) -> Result<(), String> {
        let body = &self.recorded.body;
        let told = match self.told(&self.headers, body, self.secret) {
            Ok(Notice::Ping) => Tells::Ping,
            Ok(Notice::Changes(hints)) => Tells::Changes(hints.into_iter().map(Hinted::from).collect()),
            Err(refused) => return Err(refused.to_string()),
        };
        if told == self.recorded.tells {
            return Ok(());
        }
        Err(format!("it says {}", serde_json::to_string(&told).unwrap_or_default()))
    }

    /// A byte behind the body is nothing to JSON, and another body to a signature.
    fn changed(&self) -> Result<(), String> {
        if self.recorded.tells == Tells::Ping {
            return Ok(());
        }
        let body = format!("{} ", self.recorded.body);
        match self.told(&self.headers, &body, self.secret) {
            Err(Refused::Forged) => Ok(()),
            other => Err(format!("a body with another byte is {}", outcome(&other))),
        }
    }

    fn unsigned(&self) -> Result<(), String> {
        if self.recorded.tells == Tells::Ping {
            return Ok(());
        }
        let body = &self.recorded.body;
        let other = self.told(&self.headers, body, &format!("{}-", self.secret));
        if other != Err(Refused::Forged) {
            return Err(format!("with another secret it is {}", outcome(&other)));
        }
        let mut bare = self.headers.clone();
        bare.remove(self.signature_header()?);
        match self.told(&bare, body, self.secret) {
            Err(Refused::Unsigned(_)) => Ok(()),
            other => Err(format!("without a signature it is {}", outcome(&other))),
        }
    }
}

fn outcome(told: &Result<Notice, Refused>) -> String {
    match told {
        Ok(_) => "believed".to_owned(),
        Err(refused) => format!("refused because {refused}"),
    }
}

impl From<Hint> for Hinted {
    fn from(Hint { account, topic, streams, key, is_gone, repeat: _ }: Hint) -> Self {
        Self { topic, account, streams, key, is_gone }
    }
}
