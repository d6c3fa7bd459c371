//! The last net: whatever secret was given out in this process is taken out of log lines and errors, should it ever
//! come there. The first net is that nothing puts it there.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use std::{
    borrow::Cow,
    collections::BTreeSet,
    io::{Result, Write},
    sync::{LazyLock, PoisonError, RwLock},
};

/// What stands in the place of a secret.
const HIDDEN: &str = "[secret]";

/// Shorter texts stand in other words by chance: nobody could read the log any more.
const SHORTEST: usize = 6;

/// The secrets that were given out.
static LIVE: LazyLock<RwLock<Net>> = LazyLock::new(RwLock::default);

#[derive(Default)]
struct Net {
    forms: BTreeSet<String>,
    search: Option<AhoCorasick>,
}

impl Net {
    fn add(&mut self, secret: &str) {
        if self.forms.contains(secret) || secret.len() < SHORTEST {
            return;
        }
        self.forms.extend(forms(secret).into_iter().filter(|form| form.len() >= SHORTEST));
        // Without a search nothing would be hidden; building one fails only beyond two thousand million states.
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.forms);
        self.search = search.ok();
    }

    fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.search {
            Some(search) if search.is_match(text) => {
                Cow::Owned(search.replace_all(text, &vec![HIDDEN; self.forms.len()]))
            }
            _ => Cow::Borrowed(text),
        }
    }
}

/// The forms in which a secret travels: itself, escaped for JSON, Rust, URLs and forms, in hexadecimal digits, and in
/// base64 wherever it begins within what is encoded (Basic authorization encodes a user in front of it).
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), format!("{secret:?}").trim_matches('"').to_owned()];
    forms.extend(serde_json::to_string(secret).map(|text| text.trim_matches('"').to_owned()));
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    forms.extend([form.to_lowercase(), percent.to_lowercase(), form, percent]);
    let strict = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    forms.push(secret.bytes().map(strict).collect());
    let digits = hexadecimal(secret.as_bytes());
    forms.extend([digits.to_uppercase(), digits]);
    for (shift, lost) in [(0, 0), (1, 2), (2, 3)] {
        let bytes = [vec![0; shift], secret.as_bytes().to_vec()].concat();
        let whole = bytes.len() * 8 / 6;
        let middle = |text: String| text.chars().take(whole).skip(lost).collect::<String>();
        forms.push(middle(BASE64_STANDARD_NO_PAD.encode(&bytes)));
        forms.push(middle(BASE64_URL_SAFE_NO_PAD.encode(&bytes)));
    }
    forms
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// From now on, this secret does not show.
pub(crate) fn hide(secret: &str) {
    let knows = LIVE.read().unwrap_or_else(PoisonError::into_inner).forms.contains(secret);
    if !knows {
        LIVE.write().unwrap_or_else(PoisonError::into_inner).add(secret);
    }
}

/// A text without secrets.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    LIVE.read().unwrap_or_else(PoisonError::into_inner).clean(text)
}

/// Writes without secrets. The log writes each line in one piece.
pub(crate) struct Clean<W>(pub(crate) W);

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.write_all(clean(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

    #[test]
    fn a_secret_is_hidden_in_every_form_in_which_it_travels() {
        let secrets =
            ["cs_2f8a\"9\\c/+ü 71", "plain-canary-4711", "c2VjcmV0LWluLWJhc2U2NA==", "eyJhbGciOi.J9.x-y_z"];
        let mut net = Net::default();
        for secret in secrets {
            net.add(secret);
        }
        for secret in secrets {
            let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let encoded = [
                secret.to_owned(),
                format!("{secret:?}"),
                serde_json::json!({ "token": secret }).to_string(),
                BASE64_STANDARD.encode(secret),
                BASE64_STANDARD.encode(format!("{secret}:")),
                BASE64_STANDARD.encode(format!("u:{secret}")),
                BASE64_URL_SAFE.encode(format!("user:{secret}:more")),
                BASE64_STANDARD.encode(format!("user2:{secret}")),
                hexadecimal(secret.as_bytes()).to_uppercase(),
                form.replace('+', "%20"),
                form,
            ];
            for text in encoded {
                let line = format!("DEBUG sent token={text} status=200");
                let cleaned = net.clean(&line);
                assert!(cleaned.contains(HIDDEN), "{line}");
                assert!(
                    cleaned.ends_with("status=200") && cleaned.starts_with("DEBUG sent token="),
                    "{cleaned}"
                );
                let left = cleaned.len() - HIDDEN.len() - "DEBUG sent token= status=200".len();
                assert!(left <= 26, "what is left of {text} is {cleaned}");
            }
        }
        assert_eq!(net.clean("nothing to hide"), "nothing to hide");
    }

    #[test]
    fn a_line_is_cleaned_as_it_is_written() {
        hide("canary-of-this-test");
        let mut log = Clean(Vec::new());
        log.write_all(b"key=canary-of-this-test\n").unwrap();
        assert_eq!(String::from_utf8(log.0).unwrap(), "key=[secret]\n");
    }
}
