//! Declarative data pipelines from TOML files kept in git.
