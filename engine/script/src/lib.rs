//! Scripts in mapping files: rhai with limits and exact decimals.
