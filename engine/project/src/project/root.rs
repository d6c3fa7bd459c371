//! The whole project.

use super::{Connection, ConnectionName, PipelineFile, Side, Tenant};
use crate::{
    FileText,
    connector::ConnectorFiles,
    model::{NotifierTable, RetentionTable, SafetyTable},
    toml::Document,
};
use std::{collections::BTreeMap, sync::Arc};

/// The environment of connections.toml alone.
pub const DEFAULT_ENVIRONMENT: &str = "default";

/// All that the files of a project say.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its name; empty when it has none.
    pub name: String,
    /// The name of its time zone.
    pub timezone: String,
    /// The environment whose connections are used: `default`, or what `--env` names.
    pub environment: String,
    /// What limits runs.
    pub safety: SafetyTable,
    /// How long things are kept.
    pub retention: RetentionTable,
    /// Who is told what, by name.
    pub notifiers: BTreeMap<String, NotifierTable>,
    /// The tenants in the order of their files; one called `default` when there is no tenants/.
    pub tenants: Vec<Tenant>,
    /// The state store.
    pub state: State,
    /// The connections by name.
    pub connections: BTreeMap<String, Connection>,
    /// The files of the connectors that the project brings, by the names of their folders.
    pub connectors: BTreeMap<String, ConnectorFiles>,
    /// The pipelines, in the order of their files.
    pub pipelines: Vec<PipelineFile>,
    /// engine.toml, when there is one: `/project/timezone` is where the time zone stands.
    pub engine: Option<Arc<Document>>,
    /// Every file that was read, for showing the lines that diagnostics point at.
    pub texts: BTreeMap<String, Arc<FileText>>,
}

/// Where the state store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The path of its `SQLite` file, relative to the project unless it is absolute.
    pub sqlite: String,
}

impl Default for State {
    fn default() -> Self {
        Self { sqlite: ".engine/state.db".to_owned() }
    }
}

impl Project {
    /// The pipeline called `name`.
    #[must_use]
    pub fn pipeline(&self, name: &str) -> Option<&PipelineFile> {
        self.pipelines.iter().find(|pipeline| pipeline.name == name)
    }

    /// The tenant called `name`.
    #[must_use]
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.name == name)
    }

    /// The connection that a side of a pipeline has for a tenant.
    #[must_use]
    pub fn connection(&self, side: &Side, tenant: &Tenant) -> Option<&Connection> {
        match &side.connection {
            ConnectionName::Named(name) => self.connections.get(name),
            ConnectionName::Bound(name) => self.connections.get(&tenant.binds.get(name)?.connection),
        }
    }
}
