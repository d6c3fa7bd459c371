//! Reads JSON, NDJSON and CSV files, plain or gzipped.
