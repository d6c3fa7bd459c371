//! Results go to standard output, talk to standard error.

use crate::{
    args::{Color, Format, Global},
    custody::clean,
    error::CommandError,
};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::io::{IsTerminal, Write};

/// Writes for one command.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    format: Format,
    color: ColorChoice,
    quiet: bool,
    bars: bool,
    shows_notes: bool,
}

pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let color = match global.color {
            Color::Auto => AutoStream::choice(&std::io::stderr()),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let quiet = global.quiet || global.format != Format::Text;
        let bars = std::io::stderr().is_terminal() && !quiet && !global.no_progress && global.verbose == 0;
        Self { format: global.format, color, quiet, bars, shows_notes: global.verbose > 0 }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether notes are shown beside errors and warnings: with `-v`.
    pub(crate) fn shows_notes(&self) -> bool {
        self.shows_notes
    }

    pub(crate) fn is_text(&self) -> bool {
        self.format == Format::Text
    }

    /// Whether progress bars make sense here.
    pub(crate) fn bars(&self) -> bool {
        self.bars
    }

    pub(crate) fn colors(&self) -> bool {
        self.color != ColorChoice::Never
    }

    /// A line of a result.
    pub(crate) fn result(&self, line: &str) {
        let choice = match self.color {
            ColorChoice::Always => ColorChoice::Always,
            _ => AutoStream::choice(&std::io::stdout()),
        };
        let mut stream = AutoStream::new(std::io::stdout().lock(), choice);
        // A closed pipe ends the reader's interest, not the work.
        drop(writeln!(stream, "{line}"));
    }

    /// A result as one JSON document.
    pub(crate) fn json(&self, document: &impl serde::Serialize) {
        let text = match self.format {
            Format::Json | Format::Sarif => serde_json::to_string_pretty(document),
            _ => serde_json::to_string(document),
        };
        self.result(&text.unwrap_or_default());
    }

    /// A line of talk, unless `--quiet`.
    pub(crate) fn talk(&self, line: &str) {
        if !self.quiet {
            self.print_error(line);
        }
    }

    /// A line that says what happens: the verb aligned right, as cargo does.
    pub(crate) fn step(&self, style: Style, verb: &str, rest: &str) {
        self.talk(&format!("{style}{verb:>12}{style:#} {rest}"));
    }

    /// A diagnostic or error text on standard error.
    pub(crate) fn print_error(&self, text: &str) {
        let mut stream = AutoStream::new(std::io::stderr().lock(), self.color);
        drop(writeln!(stream, "{text}"));
    }

    /// An error that ends the command.
    pub(crate) fn error(&self, error: &CommandError) {
        let exit_code = error.exit.number();
        let cleaned = |text: &str| clean(text).into_owned();
        let error = &CommandError {
            message: cleaned(&error.message),
            help: error.help.as_deref().map(cleaned),
            code: error.code.clone(),
            exit: error.exit,
        };
        match self.format {
            Format::Text | Format::Github | Format::Sarif => {}
            Format::Json => return self.json(&serde_json::json!({ "error": error, "exit_code": exit_code })),
            Format::Ndjson => {
                let line = serde_json::json!({ "type": "error", "error": error, "exit_code": exit_code });
                return self.json(&line);
            }
        }
        let CommandError { code, message, help, .. } = error;
        self.print_error(&format!("{BAD}error[{code}]{BAD:#}: {message}"));
        if let Some(help) = help {
            self.print_error(&format!("  help: {help}"));
        }
    }
}
