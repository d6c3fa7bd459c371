//! Emulators in place of services: connections whose environment says `emulate = { ... }`.
//!
//! They live in this process: the transport gives them the requests for their hosts. What changed them is kept
//! in `.engine/emulators`, so that the next run finds what this one wrote; a killed run loses nothing.

mod clock;
mod custody;
mod journal;
mod options;
mod project;
mod service;
mod summary;
mod transport;
mod warehouse;

pub(crate) use options::CompanyName;
pub(crate) use project::{KEY as SUPABASE_KEY, filled as filled_tables};
pub(crate) use service::{Service, StandIn, plan, texts};
pub(crate) use summary::print as print_summary;

use crate::error::{CommandError, Result};
use clock::EmulatedClock;
use custody::{EmulatedSecrets, EmulatedVault};
use engine_contract::Context;
use engine_plan::Blueprint;
use engine_project::Project;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};
use transport::Transport;

/// The emulators of a project's environment, by the names of their connections.
#[derive(Clone, Default)]
pub(crate) struct Emulation {
    services: Vec<Arc<Service>>,
    /// Connections for whose connectors there is no emulator.
    missing: BTreeMap<String, String>,
}

impl Emulation {
    /// Starts the emulators of the connections that are used, in the state in which they were left.
    pub(crate) fn start(
        project: &Project,
        used: &BTreeSet<String>,
        folder: &Path,
        context: &mut Context,
    ) -> Result<Self> {
        let (mut services, mut missing) = (Vec::new(), BTreeMap::new());
        for connection in project.connections.values().filter(|one| used.contains(&one.name)) {
            let Some(options) = &connection.emulate else { continue };
            if !service::CONNECTORS.contains(&connection.connector.as_str()) {
                missing.insert(connection.name.clone(), connection.connector.clone());
                continue;
            }
            let place = folder.join(&project.environment);
            services.push(Arc::new(Service::start(connection, options, &place, context)?));
        }
        if !services.is_empty() {
            if services.len() + missing.len() == used.len() {
                let last = services.iter().filter_map(|service| service.last).max();
                context.clock = Arc::new(EmulatedClock::new(Arc::clone(&context.clock), last));
            }
            context.secrets = Arc::new(EmulatedSecrets::new(&services, Arc::clone(&context.secrets)));
            context.vault = Arc::new(EmulatedVault::new(
                services.clone(),
                Arc::clone(&context.vault),
                context.clock.now(),
            ));
            let (http, clock) = (Arc::clone(&context.http), Arc::clone(&context.clock));
            context.http = Arc::new(Transport::new(services.clone(), http, clock));
        }
        Ok(Self { services, missing })
    }

    /// The connector that keeps a pipeline from running here, because it has no emulator.
    pub(crate) fn lacks(&self, blueprint: &Blueprint) -> Option<&str> {
        let sides = [&blueprint.source.connection, &blueprint.target.connection];
        sides.into_iter().find_map(|side| self.missing.get(side)).map(String::as_str)
    }

    /// Whether a connection should be emulated and there is no emulator for its connector.
    pub(crate) fn misses(&self, connection: &str) -> bool {
        self.missing.contains_key(connection)
    }

    /// The emulator of a connection.
    pub(crate) fn service(&self, connection: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.connection == connection).map(Arc::as_ref)
    }
}

/// A mistake in `emulate = { ... }`.
fn invalid(
    connection: &engine_project::project::Connection,
    message: impl std::fmt::Display,
) -> CommandError {
    let place = connection.place("/emulate");
    let message = format!("the emulator of `{}` cannot start: {message} ({place})", connection.name);
    CommandError::new(crate::exit::Exit::Invalid, "connection/emulate", message)
}
