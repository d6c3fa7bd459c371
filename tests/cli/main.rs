//! The command line as its users meet it: each test runs the real engine on a project of its own and looks
//! at everything that it prints and writes.
//!
//! Snapshots are in `snapshots`. Write them anew with `INSTA_UPDATE=always cargo test -p tests --test cli`,
//! and read the changes like code.

mod help;

/// The engine that is tested.
const ENGINE: &str = env!("CARGO_BIN_EXE_engine-under-test");

/// Compares an outcome with the snapshot that is called like the test.
macro_rules! assert_outcome {
    ($outcome:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($outcome.snapshot())
        })
    };
}
pub(crate) use assert_outcome;

/// A copy of the quickstart.
fn quickstart() -> kit::Project {
    kit::Project::quickstart(ENGINE)
}
