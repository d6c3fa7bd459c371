//! The whole way of a login: an address for the browser, its answer, the exchange, the vault.

use super::{
    listener::{Arrival, Listener},
    pending::{Pending, Refusal},
};
use crate::custody::hide;
use connector_kit::{Accounts, Code, account_name, authorize_url, exchange_code, random_token};
use engine_contract::{ConnectorError, Context, ErrorKind, Login, Tokens};
use url::Url;

/// How often tokens are stored when somebody else stores meanwhile: the login is newer than any refresh.
const TRIES: usize = 5;

/// How the browser's answer comes here.
pub(crate) enum Redirect {
    /// The browser comes to this machine.
    Listen(Listener),
    /// A person copies the address to which the browser was sent.
    Paste(Box<dyn FnOnce() -> std::io::Result<String> + Send>),
}

/// Why a login did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The answer did not count.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The service or the vault failed.
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    /// The account of the connection does not answer the tokens that the login brought.
    #[error("{0}; nothing was stored")]
    NotItsAccount(ConnectorError),
    /// What was pasted cannot be read.
    #[error("nothing could be read: {0}")]
    Input(#[from] std::io::Error),
    /// The command was asked to stop.
    #[error("stopped as asked; nothing was stored")]
    Stopped,
}

/// A login that ended well.
pub(crate) struct LoggedIn {
    /// The tokens, as they are in the vault now.
    pub(crate) tokens: Tokens,
    /// The name by which people know the account, where it tells it.
    pub(crate) name: Option<String>,
}

/// A login of one connection.
pub(crate) struct Flow<'a> {
    pub(crate) context: &'a Context,
    pub(crate) login: &'a Login,
    /// The address that is registered with the app.
    pub(crate) redirect_uri: &'a str,
}

impl Flow<'_> {
    /// Goes the whole way. `show` is given the address for the browser.
    pub(crate) async fn run(&self, redirect: Redirect, show: impl FnOnce(&str)) -> Result<LoggedIn, Failure> {
        let (state, verifier) = (random_token(self.context), random_token(self.context));
        hide(&state);
        hide(&verifier);
        let mut pending = Pending::new(&state, self.login.expects.clone(), self.context.clock.now());
        show(&authorize_url(self.context, self.login, self.redirect_uri, &state, &verifier)?);
        let code = self.code(redirect, &mut pending).await?;
        hide(&code);
        let accounts = Accounts::default();
        let code = Code { code: &code, redirect_uri: self.redirect_uri, verifier: &verifier };
        let tokens = exchange_code(&accounts, self.context, self.login, &code).await?;
        hide(&tokens.access);
        hide(&tokens.refresh);
        // The browser says which account was chosen; only the account itself proves it.
        let name = match account_name(&accounts, self.context, self.login, &tokens).await {
            Ok(name) => name,
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => return Err(Failure::NotItsAccount(error)),
        };
        self.store(&tokens).await?;
        Ok(LoggedIn { tokens, name })
    }

    async fn code(&self, redirect: Redirect, pending: &mut Pending) -> Result<String, Failure> {
        match redirect {
            Redirect::Listen(listener) => match listener.wait(pending, self.context).await {
                Arrival::Code(code) => Ok(code),
                Arrival::Refused(refusal) => Err(refusal.into()),
                Arrival::Stopped => Err(Failure::Stopped),
            },
            Redirect::Paste(read) => {
                let text = read()?;
                Ok(pending.accept(&query(text.trim()), self.context.clock.now())?)
            }
        }
    }

    async fn store(&self, tokens: &Tokens) -> Result<(), ConnectorError> {
        let vault = &self.context.vault;
        let mut tries = 1;
        loop {
            let version = vault.load(&self.login.account).await?.map_or(0, |held| held.version);
            match vault.store(&self.login.account, version, tokens).await {
                Err(error) if error.kind() == ErrorKind::Stale && tries < TRIES => tries += 1,
                stored => return stored.map(drop),
            }
        }
    }
}

/// The query of an address; a query alone is taken as it is.
fn query(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) => url.query().unwrap_or_default().to_owned(),
        Err(_) => text.trim_start_matches('?').to_owned(),
    }
}
