//! The object-safe twin of [`Connector`], by blanket implementation: authors never see it.

use crate::{
    Access, Connection, Connector, ConnectorError, Context, Discovery, EntitySchema, ErrorKind, Login, Result,
};
use async_trait::async_trait;

/// Settings that do not fit a connector's `Config`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidConfig {
    /// JSON pointer into the settings.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// A connector whose `Config` type is hidden.
#[async_trait]
pub trait DynConnector: Send + Sync {
    /// The name that `connector = "..."` selects.
    fn name(&self) -> &str;

    /// The JSON Schema (2020-12) of a connection's settings.
    fn settings_schema(&self) -> serde_json::Value;

    /// See [`Connector::describe`].
    fn describe(&self) -> Option<Discovery>;

    /// See [`Connector::statements`]; none for settings that do not fit.
    fn statements(&self, config: &serde_json::Value, wanted: &EntitySchema) -> Vec<String> {
        let _ = (config, wanted);
        Vec::new()
    }

    /// See [`Connector::creates_objects`].
    fn creates_objects(&self) -> bool {
        false
    }

    /// Checks settings without opening anything.
    ///
    /// # Errors
    /// [`InvalidConfig`] with the place of the first mistake.
    fn check(&self, config: &serde_json::Value) -> Result<(), InvalidConfig>;

    /// See [`Connector::open`].
    ///
    /// # Errors
    /// As [`Connector::open`], and `Config` when the settings do not fit.
    async fn open(&self, context: &Context, config: &serde_json::Value, access: Access)
    -> Result<Connection>;

    /// See [`Connector::discover`].
    ///
    /// # Errors
    /// As [`Connector::discover`], and `Config` when the settings do not fit.
    async fn discover(&self, context: &Context, config: &serde_json::Value) -> Result<Discovery>;

    /// What a person may do about an error of the service, by the service's own code; nothing where nobody has said.
    fn remedy(&self, code: &str) -> Option<String> {
        let _ = code;
        None
    }

    /// How a person gives the engine access; nothing where the settings are enough.
    ///
    /// # Errors
    /// [`InvalidConfig`] with the place of the first mistake.
    fn login(&self, config: &serde_json::Value) -> Result<Option<Login>, InvalidConfig> {
        self.check(config).map(|()| None)
    }
}

fn parse<C: Connector>(config: &serde_json::Value) -> Result<C::Config, InvalidConfig> {
    serde_path_to_error::deserialize(config).map_err(|error| InvalidConfig {
        pointer: pointer(error.path()),
        message: error.into_inner().to_string(),
    })
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |out, segment| match segment {
        Segment::Seq { index } => format!("{out}/{index}"),
        Segment::Map { key } => format!("{out}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => out,
    })
}

fn refused(error: &InvalidConfig) -> ConnectorError {
    ConnectorError::new(ErrorKind::Config, error.message.clone()).with_context("at", error.pointer.clone())
}

#[async_trait]
impl<C: Connector> DynConnector for C {
    fn name(&self) -> &str {
        Connector::name(self)
    }

    fn settings_schema(&self) -> serde_json::Value {
        schemars::schema_for!(C::Config).to_value()
    }

    fn describe(&self) -> Option<Discovery> {
        Connector::describe(self)
    }

    fn statements(&self, config: &serde_json::Value, wanted: &EntitySchema) -> Vec<String> {
        let config = parse::<C>(config);
        config.map(|config| Connector::statements(self, &config, wanted)).unwrap_or_default()
    }

    fn creates_objects(&self) -> bool {
        Connector::creates_objects(self)
    }

    fn check(&self, config: &serde_json::Value) -> Result<(), InvalidConfig> {
        parse::<C>(config).map(|_| ())
    }

    async fn open(
        &self,
        context: &Context,
        config: &serde_json::Value,
        access: Access,
    ) -> Result<Connection> {
        let config = parse::<C>(config).map_err(|error| refused(&error))?;
        Connector::open(self, context, config, access).await
    }

    async fn discover(&self, context: &Context, config: &serde_json::Value) -> Result<Discovery> {
        let config = parse::<C>(config).map_err(|error| refused(&error))?;
        Connector::discover(self, context, config).await
    }
}
