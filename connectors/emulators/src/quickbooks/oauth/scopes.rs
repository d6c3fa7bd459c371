//! What a login may be used for.

/// The scope of the accounting API.
pub(super) const ACCOUNTING: &str = "com.intuit.quickbooks.accounting";

/// The scopes that the service knows, and the letters that stand for them in codes and tokens.
const SCOPES: [(&str, char); 6] =
    [(ACCOUNTING, 'a'), ("openid", 'o'), ("profile", 'n'), ("email", 'e'), ("phone", 'p'), ("address", 'd')];

/// The scopes of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::quickbooks) struct Scopes(String);

impl Default for Scopes {
    /// The accounting API alone.
    fn default() -> Self {
        Self("a".to_owned())
    }
}

impl Scopes {
    /// The scopes of a list with spaces; `None` where one is unknown.
    pub(super) fn named(list: &str) -> Option<Self> {
        let letter = |name: &str| SCOPES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter);
        list.split_whitespace().map(letter).collect::<Option<String>>().map(Self)
    }

    pub(super) fn of_letters(letters: &str) -> Self {
        Self(letters.to_owned())
    }

    pub(super) fn letters(&self) -> &str {
        &self.0
    }

    pub(super) fn has(&self, name: &str) -> bool {
        SCOPES.iter().any(|(known, letter)| *known == name && self.0.contains(*letter))
    }
}
