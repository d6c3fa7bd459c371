//! What is known of a project beside the text of a pipeline.

use crate::Project;
use engine_contract::Discovery;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that specialised schemas know.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The schema of connector.toml, the file of connectors that a project brings itself.
    pub manifest: Option<Value>,
    /// The connectors by name.
    pub connectors: BTreeMap<String, ConnectorFacts>,
    /// The connections by name.
    pub connections: BTreeMap<String, ConnectionFacts>,
    /// The connections that tenants bind, by the name that pipelines use for them.
    pub binds: BTreeMap<String, Vec<String>>,
    /// The names of the tenants.
    pub tenants: Vec<String>,
    /// The transforms in the order in which they are offered.
    pub transforms: Vec<TransformFacts>,
}

/// A connector.
#[derive(Clone, Debug, Default)]
pub struct ConnectorFacts {
    /// The JSON Schema of a connection's settings.
    pub settings: Value,
    /// What every connection of it offers, where that is known without opening one.
    pub offers: Option<Discovery>,
}

/// A connection.
#[derive(Clone, Debug, Default)]
pub struct ConnectionFacts {
    /// The name of its connector.
    pub connector: String,
    /// What it offers: its catalog. Without one, what its connector offers.
    pub offers: Option<Discovery>,
}

/// A transform.
#[derive(Clone, Debug, Default)]
pub struct TransformFacts {
    /// Its name.
    pub name: String,
    /// What it does, with examples.
    pub description: String,
    /// Whether it can be named alone, as `"trim"`.
    pub bare: bool,
    /// The JSON Schema of its argument, where it takes one: `{ fit = 100 }`.
    pub argument: Option<Value>,
}

impl Facts {
    /// What a project says itself: its connections, tenants and binds. Connectors, catalogs and transforms are
    /// the caller's to add.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let mut facts = Self::default();
        for (name, connection) in &project.connections {
            let connection = ConnectionFacts { connector: connection.connector.clone(), offers: None };
            facts.connections.insert(name.clone(), connection);
        }
        for tenant in &project.tenants {
            facts.tenants.push(tenant.name.clone());
            for (name, bind) in &tenant.binds {
                let bound = facts.binds.entry(name.clone()).or_default();
                if !bound.contains(&bind.connection) {
                    bound.push(bind.connection.clone());
                }
            }
        }
        facts
    }

    /// What a side of a pipeline offers: the union of all connections that it may have.
    pub(super) fn offers(&self, side: &super::outline::Side) -> Discovery {
        let mut out = Discovery::default();
        let bound = side.bind.as_ref().and_then(|bind| self.binds.get(bind)).into_iter().flatten();
        for name in side.connection.iter().chain(bound) {
            if let Some(connection) = self.connections.get(name) {
                unite(&mut out, connection.offers.as_ref().or_else(|| self.described(&connection.connector)));
            }
        }
        if out == Discovery::default() {
            unite(&mut out, side.connector.as_ref().and_then(|name| self.described(name)));
        }
        out
    }

    fn described(&self, connector: &str) -> Option<&Discovery> {
        self.connectors.get(connector)?.offers.as_ref()
    }
}

/// Adds what is not there yet, by name.
fn unite(out: &mut Discovery, more: Option<&Discovery>) {
    let Some(more) = more else { return };
    for stream in &more.streams {
        if !out.streams.iter().any(|known| known.name == stream.name) {
            out.streams.push(stream.clone());
        }
    }
    for schema in &more.stream_schemas {
        if !out.stream_schemas.iter().any(|known| known.name == schema.name) {
            out.stream_schemas.push(schema.clone());
        }
    }
    for object in &more.objects {
        if !out.objects.iter().any(|known| known.name == object.name) {
            out.objects.push(object.clone());
        }
    }
}
