//! The tokens of one account in this process: one renewal at a time, stored before it is used.
//!
//! Services replace the refresh token when it is used, and two renewals at once can lose it. So:
//!
//! - within a process, who finds the token too old holds the cell's lock while renewing; the others wait and
//!   then use what came;
//! - across processes, the vault's version decides: before a renewal the vault is read again, and when the new
//!   tokens come too late (`Stale`), those of the other process are used;
//! - new tokens are stored before the first request carries them. If they cannot be stored they stay here, and
//!   the next caller stores them before anything else happens;
//! - `invalid_grant` may mean that another process was faster: the vault is read again, at once and two seconds
//!   later, before the login counts as dead. A dead login asks the service nothing until the vault has newer tokens.

use super::{
    OAuth2,
    endpoint::{self, App, Failure},
};
use crate::{Secret, account::Account, limits::moment::Moment};
use engine_contract::{ConnectorError, Context, ErrorKind, Held, Result, Retry, Tokens};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};

/// Tokens are renewed so long before they end, or a fifth of their life before when that is shorter.
const MARGIN: Duration = Duration::from_secs(300);
/// A token that is refused although one was renewed for that so short a time ago is refused for another reason.
const HEALED: Duration = Duration::from_secs(60);
/// After a renewal that failed, the service is left alone for so long.
const REST: Duration = Duration::from_secs(10);
/// Another process stores what it bought within this time.
const STORING: Duration = Duration::from_secs(2);
/// How often who waits for another's renewal looks whether the work should stop.
const GLANCE: Duration = Duration::from_secs(5);

/// What this process knows of an account's tokens.
#[derive(Default)]
pub(crate) struct Cell {
    held: Option<Held>,
    /// Tokens that could not be stored, with the version that they replace.
    unstored: Option<(u64, Tokens)>,
    /// When this process got `held` from the service.
    renewed: Option<Moment>,
    /// When a renewal for a refused token began.
    healed: Option<Moment>,
    /// The version whose refresh token is used up.
    dead: Option<u64>,
    /// When the service may be asked again after a failure.
    rest_until: Option<Moment>,
}

/// An access token.
pub(crate) struct Access {
    pub(crate) token: Secret,
    /// The version of the tokens it belongs to.
    pub(crate) version: u64,
}

/// A good access token; nothing when the service refused version `refused` and there is no other to be had.
///
/// # Errors
/// `Unauthorized` when somebody has to log in or the app is not known, `Config` when its secret may not be sent
/// there, `Unavailable` when there are no tokens now.
pub(crate) async fn access(
    (account, gate): (&Account, &Arc<Account>),
    context: &Context,
    oauth: &OAuth2,
    refused: Option<u64>,
) -> Result<Option<Access>> {
    let mut cell = loop {
        if context.cancel.is_cancelled() {
            return Err(account.stopped());
        }
        tokio::select! {
            biased;
            cell = account.tokens.lock() => break cell,
            () = context.clock.sleep(GLANCE) => {}
        }
    };
    let held = cell.good(gate, context, oauth, refused).await?;
    let token = |tokens: Tokens| Secret::bound_like(tokens.access, &oauth.client_secret);
    Ok(held.map(|held| Access { token: token(held.tokens), version: held.version }))
}

impl Cell {
    async fn good(
        &mut self,
        gate: &Arc<Account>,
        context: &Context,
        oauth: &OAuth2,
        refused: Option<u64>,
    ) -> Result<Option<Held>> {
        self.store_unstored(context, oauth).await?;
        if let Some(held) = self.held.as_ref().filter(|held| self.serves(context, held, refused)) {
            return Ok(Some(held.clone()));
        }
        if self.load(context, oauth).await?
            && let Some(held) = self.held.as_ref().filter(|held| self.serves(context, held, refused))
        {
            return Ok(Some(held.clone()));
        }
        let Some(held) = self.held.clone() else { return Err(not_logged_in(oauth)) };
        let now = Moment::now(context);
        if refused == Some(held.version) {
            if self.healed.is_some_and(|healed| healed.until(now) < HEALED) {
                return Ok(None);
            }
            self.healed = Some(now);
        }
        match self.renew(gate, context, oauth, &held).await {
            Ok(held) => Ok(Some(held)),
            // The margin is there so that a renewal may fail.
            Err(error) if error.is_transient() && refused != Some(held.version) && alive(context, &held) => {
                tracing::debug!(account = %oauth.account, "tokens were not renewed; they are still good");
                Ok(Some(held))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether these tokens can be used without renewing them.
    fn serves(&self, context: &Context, held: &Held, refused: Option<u64>) -> bool {
        let until = Moment::of(held.tokens.access_until);
        let margin = self.renewed.map_or(MARGIN, |renewed| MARGIN.min(renewed.until(until) / 5));
        refused != Some(held.version) && Moment::now(context).plus(margin) < until
    }

    /// Reads the vault; whether it had other tokens than were known.
    async fn load(&mut self, context: &Context, oauth: &OAuth2) -> Result<bool> {
        let loaded = context.vault.load(&oauth.account).await?;
        let version = |held: &Option<Held>| held.as_ref().map(|held| held.version);
        let news = version(&loaded) != version(&self.held);
        if news {
            self.renewed = None;
            self.rest_until = None;
        }
        self.held = loaded;
        Ok(news)
    }

    async fn renew(
        &mut self,
        gate: &Arc<Account>,
        context: &Context,
        oauth: &OAuth2,
        held: &Held,
    ) -> Result<Held> {
        let now = Moment::now(context);
        if self.dead == Some(held.version) {
            return Err(log_in_again(oauth));
        }
        let rest = self.rest_until.map(|until| now.until(until)).unwrap_or_default();
        if !rest.is_zero() {
            return Err(unavailable(
                oauth,
                "the tokens could not be renewed a moment ago",
                Retry::After(rest),
            ));
        }
        let app = App { token_url: &oauth.token_url, id: &oauth.client_id, secret: &oauth.client_secret };
        let refresh = held.tokens.refresh.as_str();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        match endpoint::ask(gate, context, &app, &form, refresh).await {
            Ok(tokens) => {
                self.unstored = Some((held.version, tokens));
                self.store_unstored(context, oauth).await?;
                self.held.clone().ok_or_else(|| not_logged_in(oauth))
            }
            Err(Failure::Grant) => {
                if let Some(theirs) = self.theirs(context, oauth).await? {
                    return Ok(theirs);
                }
                self.dead = Some(held.version);
                Err(log_in_again(oauth))
            }
            Err(Failure::Other(error)) => {
                let rest = match error.retry() {
                    Retry::After(asked) => asked.max(REST),
                    Retry::Soon | Retry::Never => REST,
                };
                self.rest_until = Some(now.plus(rest));
                if matches!(error.kind(), ErrorKind::Config | ErrorKind::Unauthorized) {
                    return Err(error);
                }
                let retry = if rest > REST { Retry::After(rest) } else { Retry::Soon };
                Err(unavailable(oauth, "the tokens cannot be renewed now", retry).with_source(error))
            }
        }
    }

    /// The tokens with which another process was faster. It may have bought them and not stored them yet, so the
    /// vault is read again a little later.
    async fn theirs(&mut self, context: &Context, oauth: &OAuth2) -> Result<Option<Held>> {
        for wait in [Duration::ZERO, STORING] {
            if !wait.is_zero() {
                context.clock.sleep(wait).await;
            }
            if self.load(context, oauth).await? {
                return Ok(self.held.clone().filter(|theirs| alive(context, theirs)));
            }
        }
        Ok(None)
    }

    /// Stores what was bought and not yet stored. Whoever stored first wins.
    async fn store_unstored(&mut self, context: &Context, oauth: &OAuth2) -> Result<()> {
        let Some((version, tokens)) = self.unstored.clone() else { return Ok(()) };
        match context.vault.store(&oauth.account, version, &tokens).await {
            Ok(held) => {
                self.held = Some(held);
                self.renewed = Some(Moment::now(context));
                self.unstored = None;
                self.rest_until = None;
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Stale => {
                self.unstored = None;
                self.load(context, oauth).await?;
                Ok(())
            }
            Err(error) => {
                let message = "the renewed tokens cannot be stored, and are not used before they are";
                Err(unavailable(oauth, message, Retry::Soon).with_source(error))
            }
        }
    }
}

/// Whether the access token has not ended, with a moment for the way to the service.
fn alive(context: &Context, held: &Held) -> bool {
    held.tokens.access_until.duration_since(context.clock.now()) > SignedDuration::from_secs(5)
}

fn not_logged_in(oauth: &OAuth2) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Unauthorized,
        "nobody has logged in to this account: run `engine connections login` with the connection's name",
    )
    .with_context("account", &oauth.account)
}

fn log_in_again(oauth: &OAuth2) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Unauthorized,
        "the login to this account has ended or was taken back: run `engine connections login` with the \
         connection's name",
    )
    .with_context("account", &oauth.account)
}

fn unavailable(oauth: &OAuth2, message: &str, retry: Retry) -> ConnectorError {
    ConnectorError::new(ErrorKind::Unavailable, message)
        .with_retry(retry)
        .with_context("account", &oauth.account)
}
