//! A text that nobody sees, and that goes only where it may.

use engine_contract::{ConnectorError, Context, ErrorKind, Result, SecretValue};
use http::Uri;
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// A secret text: a password, a key, a token. It has no `Display` and no `Serialize`, its `Debug` says
/// nothing, and its memory is wiped when it is dropped. Whoever wants the text says where it goes: a secret that
/// is bound to hosts is given out for these and for no other.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    /// It may go where all of these allow it.
    bound: Vec<Arc<Binding>>,
}

/// Where a secret may be sent.
struct Binding {
    secret: String,
    hosts: Vec<String>,
}

impl Secret {
    /// Keeps a text that no administrator has bound to hosts.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Zeroizing::new(text.into()), bound: Vec::new() }
    }

    /// The secret of a name, with the hosts that it is bound to; nothing when no provider has it.
    #[must_use]
    pub fn of(context: &Context, name: &str) -> Option<Self> {
        let SecretValue { text, hosts } = context.secrets.get(name)?;
        let is_bound = !hosts.is_empty();
        let binding = Arc::new(Binding { secret: name.to_owned(), hosts });
        Some(Self { text: Zeroizing::new(text), bound: is_bound.then_some(binding).into_iter().collect() })
    }

    /// Whether it is empty, and so of no use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A text that holds other secrets, such as `Bearer {key}`, or that was bought with them: it goes where all
    /// of them may go. `make` is given their texts in the same order.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn made_of<E>(parts: &[Self], make: impl FnOnce(&[&str]) -> Result<String, E>) -> Result<Self, E> {
        let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        let text = Zeroizing::new(make(&texts)?);
        let bound = parts.iter().flat_map(|part| part.bound.iter().map(Arc::clone)).collect();
        Ok(Self { text, bound })
    }

    /// A text that may go where `other` may: tokens are bound like the secret of the app that they are for.
    #[must_use]
    pub(crate) fn bound_like(text: String, other: &Self) -> Self {
        Self { text: Zeroizing::new(text), bound: other.bound.clone() }
    }

    /// The text itself: for the request that carries it to `place`, and for nothing else.
    ///
    /// # Errors
    /// `Config` when the secret is bound to other hosts. Nothing was sent.
    pub fn reveal_to(&self, place: &Uri) -> Result<&str> {
        let host = place.host().unwrap_or_default().to_ascii_lowercase();
        match self.bound.iter().find(|binding| !binding.allows(&host)) {
            Some(binding) => Err(binding.refusal(&host)),
            None => Ok(&self.text),
        }
    }
}

impl Binding {
    fn allows(&self, host: &str) -> bool {
        self.hosts.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|below| below.ends_with('.')),
            None => allowed.eq_ignore_ascii_case(host),
        })
    }

    fn refusal(&self, host: &str) -> ConnectorError {
        let hosts: Vec<String> = self.hosts.iter().map(|host| format!("`{host}`")).collect();
        let message = format!(
            "secret `{}` may be sent to {} only, and was not sent: mend the address, or bind the secret anew with \
             `engine secret set {} --host HOST`",
            self.secret,
            hosts.join(", "),
            self.secret
        );
        ConnectorError::new(ErrorKind::Config, message).with_context("host", host)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(name: &str, hosts: &[&str]) -> Secret {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let binding = Binding { secret: name.to_owned(), hosts };
        Secret { text: Zeroizing::new("canary".to_owned()), bound: vec![Arc::new(binding)] }
    }

    #[test]
    fn a_secret_goes_to_its_hosts_and_to_no_other() {
        let secret = bound("key", &["shop.example", "*.intuit.com", "[::1]"]);
        for place in [
            "https://shop.example/x",
            "https://SHOP.example:8443/",
            "https://oauth.platform.intuit.com/",
            "https://[::1]:1/",
        ] {
            assert_eq!(secret.reveal_to(&place.parse().unwrap()).unwrap(), "canary", "{place}");
        }
        for place in [
            "https://shop.example.evil.test/",
            "https://evilshop.example/",
            "https://intuit.com/",
            "https://evilintuit.com/",
            "https://shop.example@evil.test/",
            "/no/host",
        ] {
            let error = secret.reveal_to(&place.parse().unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{place}");
            assert!(error.to_string().contains("`key`") && !error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn what_is_made_of_secrets_goes_where_all_of_them_may() {
        let parts = [bound("one", &["a.example", "b.example"]), bound("other", &["b.example", "c.example"])];
        let both = Secret::made_of::<()>(&parts, |texts| Ok(texts.join(":"))).unwrap();
        assert_eq!(both.reveal_to(&"https://b.example/".parse().unwrap()).unwrap(), "canary:canary");
        for host in ["https://a.example/", "https://c.example/"] {
            assert!(both.reveal_to(&host.parse().unwrap()).is_err(), "{host}");
        }
    }
}
