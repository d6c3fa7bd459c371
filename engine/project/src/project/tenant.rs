//! A tenant: one company that uses the project's pipelines.

use super::{Lookup, Schedule};
use crate::{
    Place,
    model::{NotifierTable, SafetyTable},
    toml::Document,
};
use engine_contract::Value;
use std::{collections::BTreeMap, sync::Arc};

/// The tenant of a project that names none.
pub const DEFAULT_TENANT: &str = "default";

/// `tenants/NAME.toml`.
#[derive(Clone, Debug, Default)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// The pipelines that it runs; nothing for all of them.
    pub pipelines: Option<Vec<String>>,
    /// The time zone of its days, where it is not the project's.
    pub timezone: Option<String>,
    /// Whether it works on sandboxes instead of real accounts.
    pub sandbox: bool,
    /// Its connections by the names that pipelines bind.
    pub binds: BTreeMap<String, Bind>,
    /// Its values of variables.
    pub vars: BTreeMap<String, Setting>,
    /// What it lays over the lookups of pipelines, by the lookup's name.
    pub lookups: BTreeMap<String, Lookup>,
    /// When its pipelines run, where that is not the pipeline's own.
    pub schedule: Schedule,
    /// Its limits, where they are not the project's.
    pub safety: Option<SafetyTable>,
    /// Who is told what of its runs: a name of the project's notifiers replaces that one.
    pub notifiers: BTreeMap<String, NotifierTable>,
    /// Whether no error was found in its file.
    pub complete: bool,
    /// The file; nothing for the tenant of a project without tenants/.
    pub document: Option<Arc<Document>>,
}

/// A connection that a tenant binds to a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    /// The connection.
    pub connection: String,
    /// Where it is named.
    pub place: Place,
}

/// A tenant's value of a variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

impl Tenant {
    /// Whether it runs a pipeline.
    #[must_use]
    pub fn runs(&self, pipeline: &str) -> bool {
        self.pipelines.as_ref().is_none_or(|names| names.iter().any(|name| name == pipeline))
    }
}
