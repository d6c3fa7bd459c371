//! The tables of the store, as both databases have them: what a copy carries, and what statements of several rows
//! are made from.
//!
//! Each database writes its tables down itself ([`super::sqlite`], [`super::postgres`]), because their types differ.
//! A test of each compares what it made with this list.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) enum Kind {
    /// Text.
    Text,
    /// A whole number; moments are milliseconds since 1970.
    Number,
    /// Yes or no.
    Flag,
    /// Bytes.
    Bytes,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::state) struct Table {
    /// Its name.
    pub(in crate::state) name: &'static str,
    /// How many of the columns, from the first, are the primary key.
    pub(in crate::state) key: usize,
    /// Its columns.
    pub(in crate::state) columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// The names of the columns with commas between them.
    pub(in crate::state) fn list(&self) -> String {
        names(self.columns)
    }

    /// The names of the key's columns with commas between them.
    #[cfg(feature = "postgres")]
    pub(in crate::state) fn key_list(&self) -> String {
        names(self.columns.get(..self.key).unwrap_or_default())
    }
}

fn names(columns: &[(&str, Kind)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

use Kind::{Bytes, Flag, Number, Text};

/// A table whose rows belong to records.
macro_rules! record_table {
    ($name:literal, $(($column:literal, $kind:ident)),+ $(,)?) => {
        Table {
            name: $name,
            key: 6,
            columns: &[
                ("tenant", Text), ("environment", Text), ("pipeline", Text), ("entity", Text), ("side", Text),
                ("key", Text), $(($column, $kind)),+
            ],
        }
    };
}

/// A table whose rows belong to stream groups.
macro_rules! group_table {
    ($name:literal, $(($column:literal, $kind:ident)),+ $(,)?) => {
        Table {
            name: $name,
            key: 6,
            columns: &[
                ("tenant", Text), ("environment", Text), ("pipeline", Text), ("stream_group", Text), ("side", Text),
                ("shard", Text), $(($column, $kind)),+
            ],
        }
    };
}

pub(in crate::state) static LINK: Table = record_table!(
    "link",
    ("source_key", Text),
    ("target_connection", Text),
    ("target_object", Text),
    ("target_id", Text),
    ("route", Text),
    ("parent_key", Text),
    ("source_revision", Text),
    ("sent_hash", Bytes),
    ("echo_hash", Bytes),
    ("generation", Number),
    ("target_token", Text),
    ("mapping_hash", Text),
    ("base", Bytes),
    ("shared", Flag),
    ("run", Text),
    ("updated_at", Number),
);

pub(in crate::state) static INTENT: Table = record_table!(
    "intent",
    ("source_key", Text),
    ("target_connection", Text),
    ("target_object", Text),
    ("target_id", Text),
    ("route", Text),
    ("parent_key", Text),
    ("source_revision", Text),
    ("sent_hash", Bytes),
    ("generation", Number),
    ("base_token", Text),
    ("mapping_hash", Text),
    ("shared", Flag),
    ("op", Text),
    ("payload", Bytes),
    ("match_on", Text),
    ("request_key", Text),
    ("marker", Text),
    ("revision", Number),
    ("attempts", Number),
    ("epoch", Number),
    ("created_at", Number),
    ("quiet_after", Number),
);

pub(in crate::state) static DISPATCH: Table = Table {
    name: "dispatch",
    key: 5,
    columns: &[
        ("tenant", Text),
        ("environment", Text),
        ("pipeline", Text),
        ("entity", Text),
        ("side", Text),
        ("links", Text),
        ("epoch", Number),
    ],
};

pub(in crate::state) static CURSOR: Table = group_table!(
    "cursor",
    ("value", Text),
    ("read_hash", Text),
    ("resume", Text),
    ("resume_since", Text),
    ("resume_cap", Text),
    ("epoch", Number),
    ("updated_at", Number),
);

pub(in crate::state) static LEASE: Table =
    group_table!("lease", ("owner", Text), ("epoch", Number), ("until", Number));

pub(in crate::state) static DIRTY: Table =
    record_table!("dirty", ("source_key", Text), ("reason", Text), ("since", Number), ("run", Text));

pub(in crate::state) static HOLD: Table = record_table!(
    "hold",
    ("source_key", Text),
    ("parent_entity", Text),
    ("parent_route", Text),
    ("parent_key", Text),
    ("since", Number),
    ("until", Number),
    ("run", Text),
);

pub(in crate::state) static FAILED: Table = record_table!(
    "failed",
    ("source_key", Text),
    ("origin", Text),
    ("code", Text),
    ("message", Text),
    ("file", Text),
    ("line", Number),
    ("retry", Flag),
    ("broken", Flag),
    ("attempts", Number),
    ("mapping_hash", Text),
    ("payload", Bytes),
    ("first_at", Number),
    ("last_at", Number),
    ("run", Text),
    ("state", Text),
    ("note", Text),
);

pub(in crate::state) static RUN: Table = Table {
    name: "run",
    key: 1,
    columns: &[
        ("id", Text),
        ("tenant", Text),
        ("environment", Text),
        ("pipeline", Text),
        ("side", Text),
        ("owner", Text),
        ("cause", Text),
        ("mode", Text),
        ("fingerprint", Text),
        ("started_at", Number),
        ("finished_at", Number),
        ("status", Text),
        ("error", Text),
        ("actor", Text),
    ],
};

pub(in crate::state) static RUN_COUNT: Table = Table {
    name: "run_count",
    key: 3,
    columns: &[("run", Text), ("entity", Text), ("status", Text), ("records", Number)],
};

pub(in crate::state) static AUDIT: Table = Table {
    name: "audit",
    key: 1,
    columns: &[
        ("seq", Number),
        ("at", Number),
        ("run", Text),
        ("tenant", Text),
        ("environment", Text),
        ("pipeline", Text),
        ("entity", Text),
        ("key", Text),
        ("action", Text),
        ("target_object", Text),
        ("target_id", Text),
        ("content", Bytes),
        ("hash", Bytes),
        ("actor", Text),
        ("fingerprint", Text),
        ("confirmation", Text),
    ],
};

pub(in crate::state) static CONFIRMATION: Table = Table {
    name: "confirmation",
    key: 1,
    columns: &[
        ("id", Text),
        ("tenant", Text),
        ("environment", Text),
        ("pipeline", Text),
        ("side", Text),
        ("run", Text),
        ("reason", Text),
        ("digest", Bytes),
        ("summary", Text),
        ("actor", Text),
        ("made_at", Number),
        ("until", Number),
        ("used_at", Number),
        ("used_by", Text),
    ],
};

pub(in crate::state) static MAPPING: Table =
    Table { name: "mapping", key: 1, columns: &[("hash", Text), ("body", Bytes), ("kept_at", Number)] };

pub(in crate::state) static MISSING: Table = record_table!("missing", ("since", Number), ("run", Text));

pub(in crate::state) static CONFLICT: Table = record_table!(
    "conflict",
    ("source_key", Text),
    ("fields", Bytes),
    ("choice", Text),
    ("since", Number),
    ("run", Text),
);

pub(in crate::state) static TOKEN: Table = Table {
    name: "token",
    key: 2,
    columns: &[
        ("account", Text),
        ("kind", Text),
        ("version", Number),
        ("sealed", Bytes),
        ("updated_at", Number),
        ("until", Number),
    ],
};

pub(in crate::state) static SECRET: Table = Table {
    name: "secret",
    key: 1,
    columns: &[
        ("name", Text),
        ("version", Number),
        ("hosts", Text),
        ("sealed", Bytes),
        ("updated_at", Number),
    ],
};

/// The keys that wrap nothing yet: in a copy they stand as they are, because the whole copy is sealed. In a database
/// they are wrapped by the master key.
pub(in crate::state) static DATA_KEY: Table =
    Table { name: "data_key", key: 1, columns: &[("purpose", Text), ("key", Bytes)] };

/// All tables but that of data keys, in the order in which a copy has them.
pub(in crate::state) static TABLES: [&Table; 17] = [
    &LINK,
    &INTENT,
    &DISPATCH,
    &CURSOR,
    &LEASE,
    &DIRTY,
    &HOLD,
    &FAILED,
    &RUN,
    &RUN_COUNT,
    &AUDIT,
    &TOKEN,
    &SECRET,
    &CONFIRMATION,
    &MAPPING,
    &MISSING,
    &CONFLICT,
];
