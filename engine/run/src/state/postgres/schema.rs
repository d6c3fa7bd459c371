//! The tables, version by version. Versions are those of SQLite's; 2 is the first that PostgreSQL has.

/// The columns that everything of a pipeline starts with.
pub(super) const SCOPE: &str = "tenant = $1 AND environment = $2 AND pipeline = $3 AND side = $4";

/// The columns that the rows of an entity start with.
pub(super) const RECORD: &str =
    "tenant = $1 AND environment = $2 AND pipeline = $3 AND side = $4 AND entity = $5";

/// The columns of a stream group.
pub(super) const GROUP: &str =
    "tenant = $1 AND environment = $2 AND pipeline = $3 AND side = $4 AND stream_group = $5 AND shard = $6";

/// The first version that PostgreSQL has.
pub(super) const FIRST: i64 = 2;

/// What brings a store from a version to the next, its text to be compared byte by byte; 0 makes the first tables.
pub(super) fn step(version: i64) -> String {
    let tables = if version == 0 { TABLES } else { TRUST };
    tables.replace(" TEXT", " TEXT COLLATE \"C\"")
}

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO meta (name, value) VALUES ('schema', 2), ('audit', 0);

CREATE TABLE link (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, target_connection TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  route TEXT, parent_key TEXT, source_revision TEXT, sent_hash BYTEA NOT NULL, echo_hash BYTEA,
  generation BIGINT NOT NULL, target_token TEXT, mapping_hash TEXT NOT NULL, base BYTEA,
  shared BOOLEAN NOT NULL, run TEXT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);
CREATE UNIQUE INDEX link_target ON link (tenant, environment, target_connection, target_object, target_id)
  WHERE target_id IS NOT NULL AND NOT shared;
CREATE INDEX link_parent ON link (tenant, environment, pipeline, entity, side, parent_key)
  WHERE parent_key IS NOT NULL;

CREATE TABLE intent (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, target_connection TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  route TEXT, parent_key TEXT, source_revision TEXT, sent_hash BYTEA NOT NULL,
  generation BIGINT NOT NULL, base_token TEXT, mapping_hash TEXT NOT NULL, shared BOOLEAN NOT NULL,
  op TEXT NOT NULL, payload BYTEA NOT NULL, match_on TEXT NOT NULL, request_key TEXT NOT NULL,
  marker TEXT NOT NULL, revision BIGINT NOT NULL, attempts BIGINT NOT NULL, epoch BIGINT NOT NULL,
  created_at BIGINT NOT NULL, quiet_after BIGINT,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);

CREATE TABLE dispatch (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, links TEXT NOT NULL, epoch BIGINT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side)
);

CREATE TABLE cursor (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, stream_group TEXT NOT NULL,
  side TEXT NOT NULL, shard TEXT NOT NULL,
  value TEXT, read_hash TEXT NOT NULL, resume TEXT, resume_since TEXT, resume_cap TEXT, epoch BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, stream_group, side, shard)
);

CREATE TABLE lease (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, stream_group TEXT NOT NULL,
  side TEXT NOT NULL, shard TEXT NOT NULL,
  owner TEXT, epoch BIGINT NOT NULL, until BIGINT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, stream_group, side, shard)
);

CREATE TABLE dirty (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, reason TEXT NOT NULL, since BIGINT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);
CREATE INDEX dirty_source ON dirty (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE hold (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, parent_entity TEXT NOT NULL, parent_route TEXT, parent_key TEXT NOT NULL,
  since BIGINT NOT NULL, until BIGINT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);
CREATE INDEX hold_source ON hold (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE failed (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, origin TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  file TEXT, line BIGINT, retry BOOLEAN NOT NULL, broken BOOLEAN NOT NULL, attempts BIGINT NOT NULL,
  mapping_hash TEXT NOT NULL, payload BYTEA NOT NULL,
  first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);
CREATE INDEX failed_source ON failed (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE run (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, side TEXT NOT NULL,
  owner TEXT NOT NULL, cause TEXT NOT NULL, mode TEXT NOT NULL, fingerprint TEXT NOT NULL,
  started_at BIGINT NOT NULL, finished_at BIGINT, status TEXT NOT NULL, error TEXT,
  number BIGINT GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX run_started ON run (started_at);
CREATE TABLE run_count (
  run TEXT NOT NULL, entity TEXT NOT NULL, status TEXT NOT NULL, records BIGINT NOT NULL,
  PRIMARY KEY (run, entity, status)
);

CREATE TABLE audit (
  seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, run TEXT NOT NULL,
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  key TEXT NOT NULL, action TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  content BYTEA NOT NULL, hash BYTEA NOT NULL
);

CREATE TABLE data_key (purpose TEXT PRIMARY KEY, master TEXT NOT NULL, wrapped BYTEA NOT NULL);

CREATE TABLE token (
  account TEXT NOT NULL, kind TEXT NOT NULL, version BIGINT NOT NULL, sealed BYTEA NOT NULL,
  updated_at BIGINT NOT NULL, until BIGINT,
  PRIMARY KEY (account, kind)
);

CREATE TABLE secret (
  name TEXT PRIMARY KEY, version BIGINT NOT NULL, hosts TEXT NOT NULL, sealed BYTEA NOT NULL,
  updated_at BIGINT NOT NULL
);
";

/// Version 3, as SQLite has it.
const TRUST: &str = "
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
  run TEXT NOT NULL, reason TEXT NOT NULL, digest BYTEA NOT NULL, summary TEXT NOT NULL, actor TEXT NOT NULL,
  made_at BIGINT NOT NULL, until BIGINT, used_at BIGINT, used_by TEXT
);

CREATE TABLE mapping (hash TEXT PRIMARY KEY, body BYTEA NOT NULL, kept_at BIGINT NOT NULL);

CREATE TABLE missing (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  since BIGINT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);

CREATE TABLE conflict (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, fields BYTEA NOT NULL, choice TEXT, since BIGINT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
);

UPDATE meta SET value = 3 WHERE name = 'schema';
";
