//! The file for the accountant: what was compared, when, by which pipeline, and a hash of all that.
//!
//! The hash tells whether the content is still what was written. It does not tell by whom: keep the file, or its hash,
//! where only those can write whom you trust.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

/// The version of the format that this engine writes and reads.
const FORMAT: u32 = 1;

/// What a file that is as it was signed says.
pub(crate) struct Signed {
    pub(crate) moment: String,
    pub(crate) hash: String,
    pub(crate) document: Value,
}

/// Writes the file, whole or not at all.
pub(crate) fn sign(path: &Path, reconciliations: &[Value], at: Timestamp) -> Result<String> {
    let mut document = json!({
        "format": FORMAT, "engine": env!("CARGO_PKG_VERSION"), "signed_at": at, "reconciliations": reconciliations,
    });
    let hash = hash(&document);
    if let Some(members) = document.as_object_mut() {
        members.insert("hash".to_owned(), Value::from(hash.as_str()));
    }
    let text = format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default());
    let unwritable = |error: std::io::Error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        CommandError::new(Exit::Failed, "reconcile/unwritable", message)
    };
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    std::fs::write(&unfinished, text).map_err(unwritable)?;
    std::fs::rename(&unfinished, path).map_err(unwritable)?;
    Ok(hash)
}

/// Reads a file, and says whether it is as it was signed.
pub(crate) fn verify(path: &Path) -> Result<Signed> {
    let broken = |what: String| {
        let message = format!("`{}` is no file that `engine reconcile --sign` wrote: {what}", path.display());
        CommandError::new(Exit::Usage, "reconcile/no-sign-off", message)
    };
    let text = std::fs::read_to_string(path).map_err(|error| broken(error.to_string()))?;
    let mut document: Value = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    let format = document.get("format").and_then(Value::as_u64);
    if format != Some(u64::from(FORMAT)) {
        return Err(broken(format!("it has no format {FORMAT}")));
    }
    let moment = document.get("signed_at").and_then(Value::as_str).map(str::to_owned);
    let written = document.as_object_mut().and_then(|members| members.shift_remove("hash"));
    let (Some(moment), Some(written)) = (moment, written.as_ref().and_then(Value::as_str)) else {
        return Err(broken("it has no moment or no hash".to_owned()));
    };
    let hash = hash(&document);
    if hash != written {
        let message = format!("`{}` is not what was signed: its content has another hash", path.display());
        let error = CommandError::new(Exit::Tests, "reconcile/changed-after", message);
        return Err(error.help("compare it with a copy, or sign the days again: engine reconcile --sign"));
    }
    Ok(Signed { moment, hash, document })
}

/// Of the content in its shortest form: line breaks and spaces between its parts do not count.
fn hash(document: &Value) -> String {
    format!("blake3:{}", blake3::hash(document.to_string().as_bytes()).to_hex())
}
