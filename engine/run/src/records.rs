//! A run over some records alone.

use crate::state::MadeObject;
use engine_contract::SourceRecord;
use std::collections::BTreeMap;

/// The records that a run is about. It works on them and on nothing else, and cursors stay where they are. A person asked
/// for them: what is not looked at by itself any more is looked at here.
#[derive(Clone, Debug)]
pub enum Records {
    /// By entity: source records by the stream's keys, as they are now.
    Now(BTreeMap<String, Vec<String>>),
    /// By entity: source records as they were kept.
    AsOfRun(BTreeMap<String, Vec<SourceRecord>>),
    /// By entity: objects that a run made, to be taken back.
    Made(BTreeMap<String, Vec<MadeObject>>),
}
