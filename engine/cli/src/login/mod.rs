//! How a person gives the engine access to an account (OAuth 2.0, authorization code with PKCE): what is waited for
//! (`pending`), the browser that comes back to this machine (`listener`), the whole way (`flow`).

mod flow;
mod listener;
mod page;
mod pending;

pub(crate) use flow::{Failure, Flow, LoggedIn, Redirect};
pub(crate) use listener::Listener;

#[cfg(test)]
mod tests;
