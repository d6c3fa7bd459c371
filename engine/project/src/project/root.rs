//! The whole project.

use super::{Connection, ConnectionName, PipelineFile, Side, Tenant};
use crate::{
    FileText,
    connector::ConnectorFiles,
    model::{NotifierTable, RetentionTable, SafetyTable},
    toml::Document,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

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
#[derive(Clone, PartialEq, Eq)]
pub enum State {
    /// The path of a `SQLite` file, relative to the project unless it is absolute.
    Sqlite(String),
    /// The address of a `PostgreSQL` database, its variables filled in: it may carry a password.
    Postgres(String),
}

impl State {
    /// The file where the state is when a project names no other place; beside it lie the master key and the locks of
    /// engines also when the state itself is in a database.
    pub const DEFAULT_FILE: &str = ".engine/state.db";

    /// Reads `sqlite:PATH` or `postgres://...`; nothing when it is neither.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        match url.split_once(':')? {
            ("sqlite", path) if !path.is_empty() => Some(Self::Sqlite(path.to_owned())),
            ("postgres" | "postgresql", rest) if rest.starts_with("//") => {
                Some(Self::Postgres(url.to_owned()))
            }
            _ => None,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::Sqlite(Self::DEFAULT_FILE.to_owned())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(_) => f.write_str("postgres://..."),
        }
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
