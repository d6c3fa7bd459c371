//! A connector that is data.

use crate::{
    check,
    manifest::{CustomFields, Manifest, RuleTable},
    runtime, schema,
    script::Script,
};
use connector_kit::{Accounts, table};
use engine_contract::{
    Access, Connection, ConnectorError, Context, Discovery, DynConnector, EffectClass, EntitySchema,
    ErrorKind, InvalidConfig, Login, Result, async_trait,
};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// A connector that connector.toml and its field schemas describe.
#[derive(Clone)]
pub struct Described {
    manifest: Arc<Manifest>,
    discovery: Arc<Discovery>,
    /// The hooks, compiled once for all connections.
    script: Option<Script>,
    /// The limits and tokens of remote accounts, which all connections of this connector share.
    accounts: Arc<Accounts>,
}

impl fmt::Debug for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connector {}", self.manifest.connector.name)
    }
}

/// The JSON Schema of connector.toml, as its types give it.
#[must_use]
pub fn manifest_schema() -> Value {
    schemars::schema_for!(Manifest).to_value()
}

impl Described {
    pub(crate) fn new(manifest: Manifest, discovery: Discovery, script: Option<Script>) -> Self {
        let (manifest, discovery) = (Arc::new(manifest), Arc::new(discovery));
        Self { manifest, discovery, script, accounts: Arc::default() }
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn offers(&self) -> &Discovery {
        &self.discovery
    }

    /// The same connector with accounts of its own, whose limits nobody else shares.
    pub(crate) fn apart(&self) -> Self {
        Self { accounts: Arc::default(), ..self.clone() }
    }

    pub(crate) fn said(&self) -> runtime::Said<'_> {
        let Self { manifest, discovery, script, .. } = self;
        runtime::Said { manifest, discovery, script: script.as_ref() }
    }

    /// The same connector as another process has it: with limits and tokens of its own.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { accounts: Arc::default(), ..self.clone() }
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
        (!is_empty).then(|| (*self.discovery).clone())
    }

    /// For tables of PostgreSQL, whose interface runs no statements itself: with what the role of a secret key needs.
    fn statements(&self, config: &Value, wanted: &EntitySchema) -> Vec<String> {
        if self.manifest.tables.is_none() {
            return Vec::new();
        }
        let schema = config.get("schema").and_then(Value::as_str).unwrap_or("public");
        let name = table::name(schema, &wanted.name);
        let make = format!("{};", table::create_table(schema, wanted));
        vec![make, format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO service_role;")]
    }

    fn remedy(&self, code: &str) -> Option<String> {
        let plain = |code: &str| code.trim_start_matches('0').to_owned();
        let says = |rule: &&RuleTable| rule.code.iter().any(|known| plain(known) == plain(code));
        self.manifest.errors.rule.iter().filter(says).find_map(|rule| rule.remedy.clone())
    }

    fn check(&self, config: &Value) -> Result<(), InvalidConfig> {
        check::check(&self.manifest, config)
    }

    async fn open(&self, context: &Context, config: &Value, access: Access) -> Result<Connection> {
        self.checked(config)?;
        runtime::open(self.said(), &self.accounts, context, config, access)
    }

    /// Answers what the files say, once the service has answered at all; or what the service says, where that is
    /// what its streams and objects are.
    async fn discover(&self, context: &Context, config: &Value) -> Result<Discovery> {
        if self.manifest.tables.is_some() {
            self.checked(config)?;
            return runtime::discover(self.said(), &self.accounts, context, config).await;
        }
        let connection = self.open(context, config, Access::Read).await?;
        let probe =
            self.manifest.stream.iter().find_map(|(name, table)| Some((name, table.cursor.keys().next()?)));
        if let (Some(source), Some((stream, cursor))) = (connection.source, probe) {
            source.clock(context, stream, Some(cursor)).await?;
        }
        Ok((*self.discovery).clone())
    }

    fn login(&self, config: &Value) -> Result<Option<Login>, InvalidConfig> {
        self.check(config)?;
        runtime::login(&self.manifest, config)
            .map_err(|error| InvalidConfig { pointer: String::new(), message: error.to_string() })
    }
}
