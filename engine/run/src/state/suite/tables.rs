use super::{
    Home,
    sample::{at, run, wait},
};
use crate::state::{Run, RunFilter, StateDatabase, copy::Writer, sqlite::SCHEMA_VERSION, table::TABLES};
use std::collections::BTreeSet;

/// Columns and tables that copies leave out, and why: the order of runs of one moment is given anew, data keys are copied
/// unwrapped, and `meta` tells of the database itself.
const LEFT_OUT: [&str; 6] =
    ["run number", "data_key purpose", "data_key master", "data_key wrapped", "meta name", "meta value"];

pub(super) fn copies_have_every_column(home: &Home) {
    drop(home.open());
    let of_table = |table: &'static crate::state::table::Table| {
        table.columns.iter().map(|(column, _)| format!("{} {column}", table.name))
    };
    let copied: BTreeSet<String> = TABLES.into_iter().flat_map(of_table).collect();
    let mut there = home.columns();
    there.retain(|column| !LEFT_OUT.contains(&column.as_str()));
    assert_eq!(there, copied);
}

/// Takes a store of today back to the tables of version 2.
const LOWER: &str = "
DROP TABLE confirmation; DROP TABLE mapping; DROP TABLE missing; DROP TABLE conflict;
DROP INDEX audit_record; DROP INDEX audit_run;
ALTER TABLE run DROP COLUMN actor;
ALTER TABLE audit DROP COLUMN actor; ALTER TABLE audit DROP COLUMN fingerprint;
ALTER TABLE audit DROP COLUMN confirmation;
ALTER TABLE failed DROP COLUMN state; ALTER TABLE failed DROP COLUMN note;
";

pub(super) fn a_store_of_the_version_before_is_kept_beside_the_new_one(home: &Home) {
    let known = Run { actor: None, ..run("r1", "p", 1) };
    wait(home.open().begin_run(&known, &[])).unwrap();
    let content = |store: &dyn StateDatabase| wait(store.copy(Writer::counting(at(9)))).unwrap();
    let before = content(&*home.open());
    home.lower(LOWER);
    assert_eq!(home.location.version(), Ok(2));
    let listed = |store: &dyn StateDatabase| {
        wait(store.runs(&RunFilter { limit: 9, ..RunFilter::default() })).unwrap().len()
    };
    match home.location.open_read_only(super::master(1)) {
        Ok(store) => assert_eq!(listed(&*store), 1, "read as it is"),
        Err(error) => assert!(error.to_string().contains("engine state migrate"), "{error}"),
    }
    assert_eq!(home.location.version(), Ok(2));
    assert_eq!(content(&*home.open()), before);
    assert_eq!(home.location.version(), Ok(SCHEMA_VERSION));
    assert_eq!(home.kept(2).version(), Ok(2), "the engine of then can go on with the copy");
}
