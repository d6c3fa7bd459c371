//! What a connector author reads, and all that a connector may depend on.
//!
//! The engine moves records from a [`Source`] to a [`Target`]. Ten sentences carry its promise, *no lost
//! and no doubled record after a crash at any point*:
//!
//! 1. A source yields [`Batch`]es in the order of its cursor, or of its keys when it has no cursor.
//! 2. A batch names the [`Checkpoint`] from which reading goes on; the engine stores it only in the
//!    transaction that also stores the outcome of every record before it.
//! 3. The cursor never passes the source's own clock at the start of a run ([`Source::clock`]), and a run
//!    reads again from the cursor minus the stream's declared visibility lag.
//! 4. A record read twice with equal content costs no call: the engine compares content hashes.
//! 5. [`Target::encode`] is pure; the engine commits the bytes it returns, as an intent, before
//!    [`Target::write`] may send the first of them, and sends the same bytes again after a crash.
//! 6. A target answers every write with an [`Outcome`]: applied, not applied, or *unknown*. Only what the
//!    service documents as "nothing happened" may be called not applied.
//! 7. Unknown outcomes are resolved by the [`EffectClass`] that the target declares: the same key again,
//!    the same guarded row again, or a search for the marker after the settle time.
//! 8. At most one effect is open per record; different records go in parallel.
//! 9. Only the holder of a lease sends; it checks its lease before each send.
//! 10. Connectors classify errors and never retry: the engine alone retries.
//!
//! A connector implements [`Connector`] over its own `Config` type and is listed in a [`Registry`]. Time,
//! randomness, secrets and HTTP come from [`Context`] and from nowhere else.

mod batch;
mod capability;
mod connector;
mod context;
mod erased;
mod error;
mod hash;
mod http;
mod key;
mod login;
mod number;
mod outcome;
mod path;
mod record;
mod registry;
mod schema;
mod value;
mod vault;
mod write;

pub use batch::{Batch, Checkpoint, Cursor, InvalidCursor, ReadRequest, SourceRecord};
pub use capability::{Amount, Capabilities, EffectClass, StreamInfo};
pub use connector::{Access, Connection, Connector, Discovery, Source, Target};
pub use context::{Cancel, Clock, Context, NoSecrets, Rng, SecretName, SecretValue, Secrets};
pub use erased::{DynConnector, InvalidConfig};
pub use error::{ConnectorError, ErrorKind, Result, Retry};
pub use hash::{ContentHash, content_hash};
pub use http::{HttpTransport, NoNetwork};
pub use key::{join_key, key_within, natural_id, split_key};
pub use login::{Login, Question};
pub use number::parse_number;
pub use outcome::{Applied, Change, Outcome};
pub use path::{Path, Step};
pub use record::{InvalidRecord, Kind, Record};
pub use registry::Registry;
pub use schema::{DeletedMark, EntitySchema, Field, FieldType, Offer};
pub use value::{Map, Value};
pub use vault::{Held, NoVault, Tokens, Vault};
pub use write::{Current, Encode, Lookup, Marked, MarkedPage, Op, Write};

/// The attribute that makes `async fn` possible in the traits of this crate.
pub use async_trait::async_trait;
