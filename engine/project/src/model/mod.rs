//! The tables of the files exactly as they are written.
//!
//! Each field's text is what editors show: what it does, then an example. Tables whose keys are open (a
//! connection's settings, a stream's options, a map) are raw JSON here.

mod condition;
mod connections;
mod engine;
mod entity;
mod history;
mod pipeline;
mod policy;
mod rule;
mod safety;
mod table;
mod tenant;
mod test;
mod write;

pub use condition::{AssertTable, OnFailTable, WhenRefTable};
pub use connections::{ConnectionTable, ConnectionsFile, EnvironmentFile};
pub use engine::{EngineFile, ProjectTable, StateTable};
pub use entity::{EntitySourceTable, EntityTable, RouteTable};
pub use history::{
    MovedTable, ReconcileObjectTable, ReconcileSourceTable, ReconcileTable, ReconcileTargetTable,
};
pub use pipeline::{
    BindTable, LookupTable, PipelineTable, PipelineToml, ScheduleTable, SideTable, VarTable, WebhooksTable,
};
pub use policy::{Conflict, Direction, NewInTarget, SourceOfTruth, VarType};
pub use rule::RuleTable;
pub use safety::{
    ErrorRateTable, NotifierKind, NotifierTable, Occasion, RetentionTable, SafetyTable, UnattendedTable,
};
pub use table::{Open, Table};
pub use tenant::{LookupOverlayTable, TenantFile, TenantTable};
pub use test::{ExpectTable, InputTable, Status, TestTable};
pub use write::{Delete, NameTaken, OnCancel, OnMappingChange, WhenClosed, WriteTable};

#[cfg(test)]
mod tests;
