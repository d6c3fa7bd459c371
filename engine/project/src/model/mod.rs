//! The tables of the files exactly as they are written.
//!
//! Each field's text is what editors show: what it does, then an example. Tables whose keys are open (a
//! connection's settings, a stream's options, a map) are raw JSON here.

mod connections;
mod engine;
mod entity;
mod pipeline;
mod policy;
mod rule;
mod safety;
mod table;
mod test;

pub use connections::{ConnectionTable, ConnectionsFile};
pub use engine::{EngineFile, ProjectTable, StateTable};
pub use entity::{
    Delete, EntityTable, NameTaken, OnCancel, OnMappingChange, RouteTable, WhenClosed, WriteTable,
};
pub use pipeline::{LookupTable, PipelineTable, PipelineToml, SideTable};
pub use policy::{Conflict, Direction, SourceOfTruth, VarType};
pub use rule::RuleTable;
pub use safety::{
    ErrorRateTable, NotifierKind, NotifierTable, Occasion, RetentionTable, SafetyTable, UnattendedTable,
};
pub use table::{Open, Table};
pub use test::{ExpectTable, InputTable, Status, TestTable};
