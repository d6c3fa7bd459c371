//! The way of one request: wait for the account's turn, sign, send, note what came of it.

use crate::{
    Accounts, Auth, Limits,
    account::{Account, LONGEST_WAIT, Slot, Turns},
    oauth2::{
        self,
        cell::{self, Access},
    },
};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, Result};
use http::{Method, Request, Response, StatusCode, Uri};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};

/// Sends the requests of one connection. Clones share all.
#[derive(Clone)]
pub struct Client {
    account: Arc<Account>,
    /// Where the tokens of [`Auth::OAuth2`] are kept: two connections may have one login.
    login: Arc<Account>,
    /// What all share that ask where those tokens are bought.
    gate: Arc<Account>,
    auth: Auth,
    origin: Option<Uri>,
}

/// Marks a request (in its extensions) as one that was sent before. Repeats have a budget: one to ten requests
/// that are sent for the first time.
#[derive(Clone, Copy, Debug)]
pub struct Repeat;

/// What was asked: in the extensions of each answer that [`Client::send`] gives. Without the query, which may
/// hold secrets and personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// Scheme, host and port: `https://shop.example`.
    pub origin: String,
    /// The path.
    pub path: String,
}

/// With what a request was signed.
struct Signed {
    access: Option<Access>,
    skew: SignedDuration,
}

/// Clocks that differ by less than this are not the reason of a refusal: `WooCommerce` takes 15 minutes.
const CLOCKS_AGREE: SignedDuration = SignedDuration::from_mins(5);

impl Client {
    /// A client of an account. Clients of equal account names share limits, pauses and tokens: name the account
    /// as the service counts it, `woocommerce/shop.example`, `quickbooks/9130350000000000`.
    #[must_use]
    pub fn new(accounts: &Accounts, account: &str, auth: Auth, limits: Limits) -> Self {
        let account = accounts.get(account);
        account.limit(limits);
        let (login, gate) = match &auth {
            Auth::OAuth2(oauth) => (accounts.get(&oauth.account), oauth2::gate(accounts, &oauth.token_url)),
            _ => (Arc::clone(&account), Arc::clone(&account)),
        };
        Self { account, login, gate, auth, origin: None }
    }

    /// Refuses requests to any other scheme, host or port than those of `base`: links in answers cannot carry
    /// the credentials away.
    #[must_use]
    pub fn bound_to(mut self, base: Uri) -> Self {
        self.origin = Some(base);
        self
    }

    /// Sends one request, authenticated, within the account's limits, and gives the answer whatever its status.
    /// Waits for the account's turn on the context's clock, and stops waiting when the context is cancelled.
    ///
    /// A future that was begun may hold one of the account's places: poll it to its end, or drop it.
    ///
    /// A 401 says that nothing happened. The request is repeated once if what was refused can be mended: an
    /// access token of which there is a newer one, or an OAuth 1.0a signature for another time than the service's
    /// (its clock is known from the refusal). Nothing else is ever repeated.
    ///
    /// # Errors
    /// Only when there is no answer. `Unavailable`: nothing was sent; the retry says when to come back.
    /// `Config`, `Unauthorized`: nothing was sent, and somebody has to change a setting or log in. Others, see
    /// [`was_sent`]: the request may have arrived.
    pub async fn send(&self, context: &Context, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.check_origin(request.uri())?;
        let (answer, signed) = self.attempt(context, &request, None).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let refused = signed.access.map(|access| access.version);
        let mended = match &self.auth {
            Auth::OAuth2(_) => self.access(context, refused).await?.is_some(),
            Auth::OAuth1 { .. } => (self.account.skew() - signed.skew).abs() > CLOCKS_AGREE,
            _ => false,
        };
        if mended { Ok(self.attempt(context, &request, refused).await?.0) } else { Ok(answer) }
    }

    /// Lets the whole account wait: for limits that only the body of an answer tells. `QuickBooks` says
    /// `ThrottleExceeded` with a 403 too.
    pub fn hold(&self, context: &Context, wait: Duration) {
        self.account.hold(context, wait);
    }

    async fn attempt(
        &self,
        context: &Context,
        request: &Request<Bytes>,
        refused: Option<u64>,
    ) -> Result<(Response<Bytes>, Signed)> {
        let repeat = request.extensions().get::<Repeat>().is_some();
        // The token is looked at again after each wait: it may have ended meanwhile.
        let (slot, access) = loop {
            let access = self.access(context, refused).await?;
            if let Some(slot) = self.account.turn(context, Turns { repeat, patience: LONGEST_WAIT }).await? {
                break (slot, access);
            }
        };
        let signed = Signed { access, skew: self.account.skew() };
        let mut sealed = request.clone();
        let token = signed.access.as_ref().map(|access| &access.token);
        self.auth.sign(context, &mut sealed, signed.skew, token)?;
        let mut answer = deliver(context, slot, sealed).await?;
        answer.extensions_mut().insert(Asked {
            method: request.method().clone(),
            origin: origin(request.uri()),
            path: request.uri().path().to_owned(),
        });
        Ok((answer, signed))
    }

    /// The access token, if the account has tokens; nothing also when the only one is the one that the service
    /// refused.
    async fn access(&self, context: &Context, refused: Option<u64>) -> Result<Option<Access>> {
        match &self.auth {
            Auth::OAuth2(oauth) => cell::access((&self.login, &self.gate), context, oauth, refused).await,
            _ => Ok(None),
        }
    }

    fn check_origin(&self, uri: &Uri) -> Result<()> {
        if uri.host().is_none() || uri.scheme().is_none() {
            return Err(ConnectorError::new(
                ErrorKind::Config,
                "the address needs a scheme and a host: https://shop.example",
            ));
        }
        match &self.origin {
            Some(base) if origin(base) != origin(uri) => Err(ConnectorError::new(
                ErrorKind::Config,
                "the service points to another host; credentials go only to the one of the connection",
            )
            .with_context("host", uri.host().unwrap_or_default())
            .with_context("connection", base.host().unwrap_or_default())),
            _ => Ok(()),
        }
    }
}

pub(crate) async fn deliver(
    context: &Context,
    slot: Slot,
    request: Request<Bytes>,
) -> Result<Response<Bytes>> {
    match context.http.send(request).await {
        Ok(answer) => {
            slot.answered(context, &answer);
            Ok(answer)
        }
        Err(error) => {
            slot.failed(context, &error);
            Err(error)
        }
    }
}

/// Scheme, host and port; the port only where it is not the scheme's own.
pub(crate) fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let own = if scheme == "http" { 80 } else { 443 };
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    match uri.port_u16().filter(|port| *port != own) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

/// Whether the request of an error from [`Client::send`] may have arrived. `Unavailable` says that it was not
/// sent (the contract of `HttpTransport`); nor was it when a setting, the credentials, the tokens or a hook that
/// makes requests are at fault, because the service's own refusals are answers and not errors. Everything else may
/// have arrived.
#[must_use]
pub fn was_sent(error: &ConnectorError) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Unavailable
            | ErrorKind::Config
            | ErrorKind::Unauthorized
            | ErrorKind::Unsupported
            | ErrorKind::Hook
    )
}

#[cfg(test)]
mod tests;
