//! The connectors of this engine, as one explicit list.
