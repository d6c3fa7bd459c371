//! What `emulate = { ... }` may say, by connector.

use connector_emulators::quickbooks::CompanyKind;
use serde::Deserialize;

/// `emulate = { seed = "samples/store" }` of a store.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StoreOptions {
    /// A folder with the records that the store begins with.
    pub(super) seed: Option<String>,
    /// The store's zone; that of New York by default.
    pub(super) zone: Option<String>,
    /// A file that says which requests fail, and how.
    pub(super) faults: Option<String>,
}

/// `emulate = { company = "ca" }` of books.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BooksOptions {
    /// Whose rules the company follows.
    pub(super) company: CompanyName,
    /// The currencies that it uses beside its own.
    pub(super) currencies: Vec<String>,
    /// The books are closed up to this day: nothing dated on it or before can be written.
    pub(super) closed_until: Option<jiff::civil::Date>,
    /// A folder with what is written into the books before the first run: `<resource>.json` holds a list of
    /// bodies.
    pub(super) seed: Option<String>,
    /// A file that says which requests fail, and how.
    pub(super) faults: Option<String>,
}

/// `emulate = { schema = "store" }` of a Supabase project.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProjectOptions {
    /// The schema of the tables; `public` by default.
    pub(super) schema: Option<String>,
    /// A folder with `tables.json`, in place of the connection's catalog, and rows in `<table>.json`.
    pub(super) seed: Option<String>,
    /// A file that says which requests fail, and how.
    pub(super) faults: Option<String>,
}

/// A kind of company, as files and the command line name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CompanyName {
    /// USA, tax codes chosen by the caller.
    #[default]
    Us,
    /// USA with automated sales tax.
    UsAst,
    /// Canada.
    Ca,
    /// A country of the European Union.
    Eu,
}

impl From<CompanyName> for CompanyKind {
    fn from(name: CompanyName) -> Self {
        match name {
            CompanyName::Us => Self::Us,
            CompanyName::UsAst => Self::UsAst,
            CompanyName::Ca => Self::Ca,
            CompanyName::Eu => Self::Eu,
        }
    }
}
