//! The arguments of `engine emulate`.

use crate::emulate::CompanyName;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Emulate {
    /// The service
    #[arg(value_enum)]
    pub(crate) name: EmulatorName,
    /// What the service begins with: a folder, or for supabase a catalog
    #[arg(long, value_name = "PATH")]
    pub(crate) seed: Option<PathBuf>,
    /// Whose rules the books follow
    #[arg(long, value_enum, default_value_t = CompanyName::Us)]
    pub(crate) company: CompanyName,
    /// The port on this machine; one that is free by default
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// A file that says which requests fail, and how
    #[arg(long, value_name = "PLAN")]
    pub(crate) faults: Option<PathBuf>,
}

/// A service that can be emulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmulatorName {
    /// A WooCommerce store
    Woocommerce,
    /// A QuickBooks Online company
    Quickbooks,
    /// The Data API of a Supabase project
    Supabase,
}
