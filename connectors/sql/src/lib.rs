//! Reads and writes SQL databases.
