//! What a person types, or a program pipes in.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use std::io::{IsTerminal, Read, Write};
use zeroize::Zeroizing;

/// A secret: typed without being shown, or all of standard input without its last line break.
pub(crate) fn secret(question: &str) -> Result<Zeroizing<String>> {
    let read = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(question).map(Zeroizing::new)
    } else {
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
    };
    let text = read.map_err(|error| unreadable(&error))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// One line, after a question on standard error.
pub(crate) fn line(question: &str) -> std::io::Result<String> {
    let mut stderr = std::io::stderr().lock();
    drop(write!(stderr, "{question}").and_then(|()| stderr.flush()));
    let mut text = String::new();
    let read = std::io::stdin().read_line(&mut text)?;
    if read == 0 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(text) }
}

fn unreadable(error: &std::io::Error) -> CommandError {
    let message = format!("the value cannot be read: {error}");
    CommandError::new(Exit::Usage, "command/needs-value", message).help("give it as UTF-8 text")
}
