//! The arguments, and the root help with its groups.

mod author;
mod confirm;
mod conflicts;
mod connect;
mod connector;
mod emulate;
mod failures;
mod link;
mod observe;
mod plan;
mod reconcile;
mod root;
mod run;
mod state;
mod tooling;
mod tree;

pub(crate) use author::{Fmt, Graph, GraphForm, Init, Schema, SchemaVerb, Test, Validate};
pub(crate) use confirm::{Asking, Audit, AuditLs, AuditVerb, AuditVerify, Confirm};
pub(crate) use conflicts::{Conflicts, ConflictsVerb, Decided};
pub(crate) use connect::{Connections, ConnectionsVerb, Discover, Keys, KeysVerb, Login, Secret, SecretVerb};
pub(crate) use connector::{AuthName, Connector, ConnectorVerb, NewConnector, RecordConnector};
pub(crate) use emulate::{Emulate, EmulatorName};
pub(crate) use failures::{ExplainRecord, FailureFilter, Failures, FailuresVerb, Retry, Revert};
pub(crate) use link::{Link, LinkVerb, One};
pub(crate) use observe::{History, Status};
pub(crate) use plan::{Apply, Plan, Show};
pub(crate) use reconcile::Reconcile;
pub(crate) use root::{Cli, Color, Format, Global, Verb, Which};
pub(crate) use run::{Backfill, Run};
pub(crate) use state::{Passphrase, State, StateVerb};
pub(crate) use tooling::{Completions, Doctor, Explain, Help, Man, Shell};
pub(crate) use tree::{command, parse, verb_names};
