//! The rules of the workspace.
