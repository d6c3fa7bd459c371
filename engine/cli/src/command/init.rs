//! `engine init`: a project that runs at once: the quickstart, files and data, in a folder of one's own.

use crate::{
    args::Init,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
};
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::Path,
};

macro_rules! quickstart {
    ($($path:literal),+ $(,)?) => {
        [$(($path, include_str!(concat!("../../../../pipelines/quickstart/", $path)))),+]
    };
}

/// The reference project in pipelines/quickstart: what is tested there is what a user gets.
const FILES: [(&str, &str); 11] = quickstart![
    "engine.toml",
    "connections.toml",
    "store-to-sqlite.toml",
    "schema.sql",
    "lookups/stages.csv",
    "samples/order.json",
    "data/customers.json",
    "data/orders.json",
    "data/products.json",
    "data/refunds.json",
    "data/variations.ndjson",
];

const IGNORED: (&str, &str) =
    (".gitignore", "# State, its key, and what runs make: not for git.\n.engine/\nwarehouse.db*\n");

pub(super) fn run(arguments: &Init, output: &Output) -> Result<Exit> {
    let files: Vec<(&str, &str)> = FILES.into_iter().chain([IGNORED]).collect();
    if !arguments.force
        && let Some((there, _)) = files.iter().find(|(path, _)| arguments.dir.join(path).exists())
    {
        let message =
            format!("`{}` is there already: nothing was written", arguments.dir.join(there).display());
        return Err(CommandError::new(Exit::Failed, "project/exists", message)
            .help("choose another folder, or overwrite with --force"));
    }
    for (path, text) in &files {
        write(&arguments.dir.join(path), text, arguments.force)?;
    }
    let folder = arguments.dir.display();
    output.step(
        output::GOOD,
        "Created",
        &format!("{folder}: engine.toml, connections.toml, store-to-sqlite.toml, data"),
    );
    output.talk(&format!(
        "Next:\n  engine test -C {folder}\n  engine run {folder} --dry-run\n  engine run {folder}"
    ));
    if !output.is_text() {
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        output.json(&serde_json::json!({ "created": paths, "project": arguments.dir }));
    }
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str, force: bool) -> Result<()> {
    let failed = |error: std::io::Error| {
        let message = if error.kind() == ErrorKind::AlreadyExists {
            format!("`{}` is there already", path.display())
        } else {
            format!("`{}` cannot be written: {error}", path.display())
        };
        CommandError::new(Exit::Failed, "project/not-writable", message)
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}
