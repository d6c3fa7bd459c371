//! The passphrase of a backup: from a file, or typed.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
    prompt,
};
use std::path::Path;
use zeroize::Zeroizing;

/// The passphrase in a file without its last line break, or what is typed or piped in.
pub(super) fn read(file: Option<&Path>, question: &str) -> Result<Zeroizing<String>> {
    let text = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
                let message = format!("`{}` cannot be read: {}", file.display(), error.kind());
                CommandError::new(Exit::Usage, "command/unusable-file", message)
            })?;
            let line = text.strip_suffix('\n').unwrap_or(&text);
            Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned())
        }
        None => prompt::secret(question)?,
    };
    if text.is_empty() {
        let message = "the passphrase of the backup is empty";
        return Err(CommandError::new(Exit::Usage, "command/needs-value", message)
            .help("type it when it is asked for, pipe it in, or name a file with `--passphrase-file`"));
    }
    Ok(text)
}
