//! Keeps what a connection offers in catalogs/, where people and editors read it and git keeps it.
//!
//! What people added to a catalog stays: descriptions, samples, and which fields are personal or money, for fields that
//! are still there. The file is there whole or not at all.

use super::changes::{self, Change};
use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use engine_contract::{Discovery, EntitySchema, Field};
use std::{
    fs,
    io::{ErrorKind, Write},
    path::Path,
};

/// What was saved.
pub(super) struct Saved {
    /// The file, relative to the project.
    pub(super) file: String,
    /// Nothing was saved before.
    pub(super) is_new: bool,
    pub(super) changes: Vec<Change>,
    pub(super) catalog: Discovery,
}

pub(super) fn save(project: &Path, connection: &str, mut offer: Discovery) -> Result<Saved> {
    let file = format!("catalogs/{connection}.json");
    if connection.contains(['/', '\\']) {
        let message = format!("connection `{connection}` has a name that is no file's");
        return Err(CommandError::new(Exit::Usage, "command/not-writable", message));
    }
    let before = before(project, &file)?;
    if let Some(before) = &before {
        keep(&before.stream_schemas, &mut offer.stream_schemas);
        keep(&before.objects, &mut offer.objects);
    }
    let changes = before.as_ref().map(|before| changes::between(before, &offer)).unwrap_or_default();
    let text = serde_json::to_string_pretty(&offer).unwrap_or_default() + "\n";
    let path = project.join(&file);
    if before.as_ref() != Some(&offer) {
        write(&path, &text).map_err(|error| {
            let message = format!("`{file}` cannot be written: {error}");
            CommandError::new(Exit::Failed, "command/not-writable", message)
        })?;
    }
    Ok(Saved { file, is_new: before.is_none(), changes, catalog: offer })
}

/// What was saved before. A file that cannot be read as a catalog is a person's to look at, not ours to write over.
fn before(project: &Path, file: &str) -> Result<Option<Discovery>> {
    let unreadable = |why: String| {
        let message = format!("the catalog `{file}` cannot be read: {why}");
        CommandError::new(Exit::Failed, "connection/catalog-unreadable", message)
            .help("mend it, or take it out of its place")
    };
    match fs::read_to_string(project.join(file)) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| unreadable(error.to_string())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

fn keep(before: &[EntitySchema], now: &mut [EntitySchema]) {
    for schema in now {
        let Some(old) = before.iter().find(|old| old.name == schema.name) else { continue };
        if schema.description.is_empty() {
            schema.description.clone_from(&old.description);
        }
        keep_fields(&old.fields, &mut schema.fields);
    }
}

fn keep_fields(before: &[Field], now: &mut [Field]) {
    for field in now {
        let Some(old) = before.iter().find(|old| old.name == field.name) else { continue };
        if field.description.is_empty() {
            field.description.clone_from(&old.description);
        }
        if field.sample.is_none() {
            field.sample.clone_from(&old.sample);
        }
        field.is_personal |= old.is_personal;
        field.is_money |= old.is_money && old.kind == field.kind;
        keep_fields(&old.fields, &mut field.fields);
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fresh = path.with_file_name(format!(".{name}-{}", std::process::id()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let written = fs::File::create(&fresh).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&fresh, path));
    if done.is_err() {
        // What could not be finished is of no use; the error says more than that it could not be taken away.
        fs::remove_file(&fresh).ok();
    }
    done
}
