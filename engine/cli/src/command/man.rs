//! `engine man`: manual pages, one per command, and engine-exit-codes(7).

use crate::{
    args::{self, Man as Arguments},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    topics::EXIT_CODES,
};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};
use std::path::Path;

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<Exit> {
    let mut command = args::command().disable_help_subcommand(true);
    command.build();
    let Some(dir) = &arguments.dir else {
        output.result(&page(&command)?);
        return Ok(Exit::Done);
    };
    let mut files = vec![("engine.1".to_owned(), page(&command)?)];
    add(&command, "engine", &mut files)?;
    files.push(("engine-exit-codes.7".to_owned(), exit_codes()?));
    std::fs::create_dir_all(dir).map_err(|error| refused(dir, &error))?;
    for (name, text) in &files {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(|error| refused(&path, &error))?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    output.step(output::GOOD, "Wrote", &format!("{} manual pages to {}", names.len(), dir.display()));
    if !output.is_text() {
        output.json(&serde_json::json!({ "written": names, "dir": dir }));
    }
    Ok(Exit::Done)
}

fn refused(path: &Path, error: &std::io::Error) -> CommandError {
    let message = format!("`{}` cannot be written: {error}", path.display());
    CommandError::new(Exit::Failed, "command/not-writable", message)
}

/// Adds a page for each command below `parent`.
fn add(command: &clap::Command, parent: &str, files: &mut Vec<(String, String)>) -> Result<()> {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name = format!("{parent}-{}", sub.get_name());
        files.push((format!("{name}.1"), page(sub)?));
        add(sub, &name, files)?;
    }
    Ok(())
}

fn page(command: &clap::Command) -> Result<String> {
    let mut text = Vec::new();
    Man::new(command.clone())
        .source(concat!("engine ", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .map_err(|error| refused(Path::new("-"), &error))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn exit_codes() -> Result<String> {
    let mut roff = Roff::new();
    roff.control("TH", ["engine-exit-codes", "7", "", concat!("engine ", env!("CARGO_PKG_VERSION"))]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("engine-exit-codes - how engine tells scripts what happened")]);
    roff.control("SH", ["EXIT STATUS"]);
    let mut remarks = Vec::new();
    for line in EXIT_CODES.lines().skip(1).map(str::trim).filter(|line| !line.is_empty()) {
        match line.split_once("  ") {
            Some((code, meaning)) if code.parse::<u8>().is_ok() => {
                roff.control("TP", []);
                roff.text([bold(code)]);
                roff.text([roman(meaning)]);
            }
            _ => remarks.push(line),
        }
    }
    roff.control("PP", []);
    roff.text([roman(remarks.join(" "))]);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("engine"), roman("(1)")]);
    let mut text = Vec::new();
    roff.to_writer(&mut text).map_err(|error| refused(Path::new("-"), &error))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
