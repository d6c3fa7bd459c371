//! The tables of the state store, version by version.

/// The newest schema this engine knows.
pub const VERSION: i64 = 3;

/// Marks the file as ours: "UDSs" in ASCII.
pub(super) const APPLICATION_ID: i64 = 0x5544_5373;

/// The key columns that every record's rows start with.
pub(super) const RECORD: &str =
    "tenant = ?1 AND environment = ?2 AND pipeline = ?3 AND side = ?4 AND entity = ?5";

/// Version 1: what the engine knows of records. Payloads were sealed with the master key itself.
pub(super) const RECORDS: &str = "
CREATE TABLE link (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, target_connection TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  route TEXT, parent_key TEXT, source_revision TEXT, sent_hash BLOB NOT NULL, echo_hash BLOB,
  generation INTEGER NOT NULL, target_token TEXT, mapping_hash TEXT NOT NULL, base BLOB,
  shared INTEGER NOT NULL, run TEXT NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX link_target ON link (tenant, environment, target_connection, target_object, target_id)
  WHERE target_id IS NOT NULL AND shared = 0;
CREATE INDEX link_parent ON link (tenant, environment, pipeline, entity, side, parent_key)
  WHERE parent_key IS NOT NULL;

CREATE TABLE intent (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, target_connection TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  route TEXT, parent_key TEXT, source_revision TEXT, sent_hash BLOB NOT NULL,
  generation INTEGER NOT NULL, base_token TEXT, mapping_hash TEXT NOT NULL, shared INTEGER NOT NULL,
  op TEXT NOT NULL, payload BLOB NOT NULL, match_on TEXT NOT NULL, request_key TEXT NOT NULL,
  marker TEXT NOT NULL, revision INTEGER NOT NULL, attempts INTEGER NOT NULL, epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL, quiet_after INTEGER,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE dispatch (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, links TEXT NOT NULL, epoch INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, stream_group TEXT NOT NULL,
  side TEXT NOT NULL, shard TEXT NOT NULL,
  value TEXT, read_hash TEXT NOT NULL, resume TEXT, resume_since TEXT, resume_cap TEXT, epoch INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, stream_group, side, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, stream_group TEXT NOT NULL,
  side TEXT NOT NULL, shard TEXT NOT NULL,
  owner TEXT, epoch INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, stream_group, side, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE dirty (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX dirty_source ON dirty (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE hold (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, parent_entity TEXT NOT NULL, parent_route TEXT, parent_key TEXT NOT NULL,
  since INTEGER NOT NULL, until INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_source ON hold (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE failed (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, origin TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  file TEXT, line INTEGER, retry INTEGER NOT NULL, broken INTEGER NOT NULL, attempts INTEGER NOT NULL,
  mapping_hash TEXT NOT NULL, payload BLOB NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX failed_source ON failed (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE run (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, side TEXT NOT NULL,
  owner TEXT NOT NULL, cause TEXT NOT NULL, mode TEXT NOT NULL, fingerprint TEXT NOT NULL,
  started_at INTEGER NOT NULL, finished_at INTEGER, status TEXT NOT NULL, error TEXT
) STRICT;
CREATE INDEX run_started ON run (started_at);
CREATE TABLE run_count (
  run TEXT NOT NULL, entity TEXT NOT NULL, status TEXT NOT NULL, records INTEGER NOT NULL,
  PRIMARY KEY (run, entity, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, run TEXT NOT NULL,
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  key TEXT NOT NULL, action TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  content BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
";

/// Version 2: data keys, wrapped by the master key, and what they seal beside payloads: tokens and secrets.
///
/// A row of `token` that was forgotten keeps its version and is empty, so that versions never repeat.
pub(super) const CUSTODY: &str = "
CREATE TABLE data_key (
  purpose TEXT PRIMARY KEY, master TEXT NOT NULL, wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  account TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB NOT NULL,
  updated_at INTEGER NOT NULL, until INTEGER,
  PRIMARY KEY (account, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
  name TEXT PRIMARY KEY, version INTEGER NOT NULL, hosts TEXT NOT NULL, sealed BLOB NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Version 3: who did what and on whose word, what waits for a person, and what was missing once.
///
/// Columns that tables of before are given may be empty: rows and backups of before have none.
pub(super) const TRUST: &str = "
ALTER TABLE run ADD COLUMN actor TEXT;
ALTER TABLE audit ADD COLUMN actor TEXT;
ALTER TABLE audit ADD COLUMN fingerprint TEXT;
ALTER TABLE audit ADD COLUMN confirmation TEXT;
ALTER TABLE failed ADD COLUMN state TEXT;
ALTER TABLE failed ADD COLUMN note TEXT;
CREATE INDEX audit_record ON audit (tenant, environment, pipeline, entity, key);
CREATE INDEX audit_run ON audit (run);

CREATE TABLE confirmation (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, side TEXT NOT NULL,
  run TEXT NOT NULL, reason TEXT NOT NULL, digest BLOB NOT NULL, summary TEXT NOT NULL, actor TEXT NOT NULL,
  made_at INTEGER NOT NULL, until INTEGER, used_at INTEGER, used_by TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE mapping (hash TEXT PRIMARY KEY, body BLOB NOT NULL, kept_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE missing (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  since INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, fields BLOB NOT NULL, choice TEXT, since INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
";
