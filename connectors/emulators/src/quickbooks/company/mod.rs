//! What a new company has: accounts, items, tax codes, lists, preferences.

pub(super) mod accounts;
pub(super) mod defaults;
mod preferences;
pub(super) mod taxes;
