//! QuickBooks Online: the accounting API, version 3, with its logins, limits and notices.
//!
//! What it answers follows the service's documentation and published bodies; where those are silent, the choice is
//! a setting or is said where it is made.

mod answer;
mod api;
mod books;
mod closing;
mod company;
mod currency;
mod entity;
mod failing;
mod fault;
mod files;
mod gateway;
mod idempotency;
mod kind;
mod number;
mod oauth;
mod query;
mod service;
mod settings;
mod tax;
#[cfg(test)]
mod tests;
mod throttle;
mod time;
mod totals;
mod validate;
mod value;
mod webhook;
mod xml;

pub use oauth::Tokens;
pub use service::QuickBooks;
pub use settings::{
    Calls, Choices, Company, CompanyKind, FaultRule, Latin1, Lifetimes, Limits, Preferences, Repeats,
    ServiceFault, Settings, WebhookFormat, Webhooks,
};
pub use throttle::Usage;
pub use totals::Total;
pub use webhook::Delivery;
