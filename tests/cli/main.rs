//! The command line as its users meet it: each test runs the real engine on a project of its own and looks
//! at everything that it prints and writes.
//!
//! Snapshots are in `snapshots`. Write them anew with `INSTA_UPDATE=always cargo test -p tests --test cli`,
//! and read the changes like code.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails a test, whose message says where"
)]

mod bases;
mod calls;
mod changes;
mod connections;
mod connector;
mod create_table;
mod cursors;
mod custody;
mod demo;
mod desk;
mod discover;
mod doctor;
mod explain;
mod failing;
mod filters;
mod fmt;
mod formats;
mod graph;
mod guide;
mod help;
mod init;
mod kill;
mod kill_copy;
mod kill_servers;
mod links;
mod mapping_change;
mod options;
mod orphan;
mod output;
mod personal;
mod plan;
mod reconcile;
mod records;
mod revert;
mod run;
mod safety;
mod services;
mod shared;
mod signal;
mod soft;
mod source;
mod start_date;
mod state;
mod state_copies;
mod target;
mod tenants;
mod testing;
mod two_way;
mod validate;
mod vanish;
mod warehouse;
mod watch;

/// The engine that is tested.
const ENGINE: &str = env!("CARGO_BIN_EXE_engine-under-test");

/// Compares an outcome with the snapshot that is called like the test, and like the step of it when there
/// are several.
macro_rules! assert_outcome {
    ($outcome:expr) => {
        crate::with_names!(insta::assert_snapshot!($outcome.snapshot()))
    };
    ($step:literal, $outcome:expr) => {
        insta::with_settings!({ snapshot_suffix => $step }, {
            crate::with_names!(insta::assert_snapshot!($outcome.snapshot()))
        })
    };
}
macro_rules! with_names {
    ($assertion:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { $assertion })
    };
}
pub(crate) use assert_outcome;
pub(crate) use with_names;

/// A copy of the quickstart.
fn quickstart() -> kit::Project {
    kit::Project::quickstart(ENGINE)
}

/// A copy of the quickstart that has been run.
#[track_caller]
fn synced() -> kit::Project {
    let project = quickstart();
    drop(project.engine(&["run", "."]).ended(0));
    project
}

/// The one number that a query gives.
#[track_caller]
fn count(db: &rusqlite::Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}
