//! A connector that is data.

use crate::{
    check,
    manifest::{CustomFields, Manifest},
    schema,
};
use engine_contract::{
    Access, Connection, ConnectorError, Context, Discovery, DynConnector, EffectClass, ErrorKind,
    InvalidConfig, Result, async_trait,
};
use serde_json::Value;

/// A connector that connector.toml and its field schemas describe.
#[derive(Clone, Debug)]
pub struct Described {
    manifest: Manifest,
    discovery: Discovery,
}

impl Described {
    pub(crate) fn new(manifest: Manifest, discovery: Discovery) -> Self {
        Self { manifest, discovery }
    }

    /// Where the service describes its API.
    #[must_use]
    pub fn docs(&self) -> &str {
        &self.manifest.connector.docs
    }

    /// What pipelines may name in `[webhooks] topics`.
    #[must_use]
    pub fn topics(&self) -> &[String] {
        &self.manifest.webhooks.topics
    }

    /// How unknown outcomes of writes of a target object are resolved; nothing when it cannot be written.
    #[must_use]
    pub fn effect(&self, object: &str) -> Option<EffectClass> {
        let table = self.manifest.object.get(object);
        if table.is_some_and(|table| table.is_read_only) {
            return None;
        }
        table.and_then(|table| table.effect).or(self.manifest.target.effect)
    }

    /// The fields by which an object is searched whose create had no answer.
    #[must_use]
    pub fn recover_by(&self, object: &str) -> &[String] {
        self.manifest.object.get(object).map_or(&[], |table| &table.recover_by)
    }

    /// How a target object keeps the fields that each company names itself.
    #[must_use]
    pub fn custom_fields(&self, object: &str) -> Option<&CustomFields> {
        self.manifest.object.get(object)?.custom_fields.as_ref()
    }

    fn cannot_open(&self) -> ConnectorError {
        let name = &self.manifest.connector.name;
        let message =
            format!("this engine can check pipelines of `{name}`, and cannot open its connections yet");
        ConnectorError::new(ErrorKind::Unsupported, message)
    }

    fn checked(&self, config: &Value) -> Result<()> {
        self.check(config).map_err(|error| {
            ConnectorError::new(ErrorKind::Config, error.message).with_context("at", error.pointer)
        })
    }
}

#[async_trait]
impl DynConnector for Described {
    fn name(&self) -> &str {
        &self.manifest.connector.name
    }

    fn settings_schema(&self) -> Value {
        schema::settings(&self.manifest)
    }

    /// Nothing when the folder lists neither streams nor objects: each connection has its own then.
    fn describe(&self) -> Option<Discovery> {
        let is_empty = self.discovery.streams.is_empty() && self.discovery.objects.is_empty();
        (!is_empty).then(|| self.discovery.clone())
    }

    fn check(&self, config: &Value) -> Result<(), InvalidConfig> {
        check::check(&self.manifest, config)
    }

    async fn open(&self, _context: &Context, config: &Value, _access: Access) -> Result<Connection> {
        self.checked(config)?;
        Err(self.cannot_open())
    }

    async fn discover(&self, _context: &Context, config: &Value) -> Result<Discovery> {
        self.checked(config)?;
        Err(self.cannot_open())
    }
}
