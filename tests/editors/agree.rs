//! Schemas and types say the same.
