//! What connections offer: what was saved of it, what their connectors always offer, or what a look at local
//! files tells. Nothing beyond the project's own files is opened.

use super::runtime;
use crate::error::Result;
use engine_contract::{Access, Context, Discovery, DynConnector, Registry};
use engine_plan::Catalogs;
use engine_project::{
    Connection, FileText, Project,
    diag::{Diagnostic, Diagnostics, code},
};
use std::{collections::BTreeSet, io::ErrorKind, path::Path, sync::Arc};

/// The catalogs of some connections. What is saved in catalogs/ counts first.
pub(super) fn catalogs(
    project: &mut Project,
    wanted: &BTreeSet<String>,
    registry: &Registry,
    context: &Context,
    out: &mut Diagnostics,
) -> Result<Catalogs> {
    let mut catalogs = Catalogs::default();
    let mut texts = Vec::new();
    let runtime = runtime()?;
    for (name, connection) in project.connections.iter().filter(|(name, _)| wanted.contains(*name)) {
        match saved(&context.project_dir, name, out) {
            Saved::Missing => {}
            Saved::Broken(text) => {
                texts.extend(text);
                continue;
            }
            Saved::Catalog(offer) => {
                catalogs.0.insert(name.clone(), *offer);
                continue;
            }
        }
        let Some(connector) = registry.get(&connection.connector) else { continue };
        if let Some(offer) = connector.describe() {
            catalogs.0.insert(name.clone(), offer);
            continue;
        }
        match runtime.block_on(look(connector.as_ref(), connection, context)) {
            Ok(Some(offer)) => drop(catalogs.0.insert(name.clone(), offer)),
            Ok(None) => {}
            Err(reason) => out.push(unknown_offer(connection, &reason)),
        }
    }
    project.texts.extend(texts.into_iter().map(|text| (text.file().to_owned(), text)));
    Ok(catalogs)
}

/// What a local connection offers; nothing for one that is not local, or whose settings are refused, which a
/// check reports.
async fn look(
    connector: &dyn DynConnector,
    connection: &Connection,
    context: &Context,
) -> Result<Option<Discovery>, String> {
    let settings = serde_json::Value::Object(connection.settings.clone());
    if connector.check(&settings).is_err() {
        return Ok(None);
    }
    let open = connector.open(context, &settings, Access::Read).await.map_err(|error| error.to_string())?;
    if !open.capabilities.is_local {
        return Ok(None);
    }
    drop(open);
    let offer = connector.discover(context, &settings).await.map_err(|error| error.to_string())?;
    Ok(Some(offer))
}

fn unknown_offer(connection: &Connection, reason: &str) -> Diagnostic {
    let message = format!("what connection `{}` offers is not known: {reason}", connection.name);
    Diagnostic::warning(code::OFFER_UNKNOWN, message)
        .at(connection.key_place(""), "")
        .help("until it can be looked at, its streams and fields are not checked")
}

/// What catalogs/ says of a connection.
enum Saved {
    Missing,
    /// The file, to show its lines.
    Broken(Option<Arc<FileText>>),
    Catalog(Box<Discovery>),
}

fn saved(project: &Path, connection: &str, out: &mut Diagnostics) -> Saved {
    // A connection's name is no path: one with a separator has no file.
    if connection.contains(['/', '\\']) {
        return Saved::Missing;
    }
    let file = format!("catalogs/{connection}.json");
    let text = match std::fs::read_to_string(project.join(&file)) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Saved::Missing;
        }
        Err(error) => {
            let message = format!("the catalog `{file}` cannot be read: {error}");
            out.push(Diagnostic::error(code::CATALOG_UNREADABLE, message));
            return Saved::Broken(None);
        }
    };
    match serde_json::from_str(&text) {
        Ok(offer) => Saved::Catalog(Box::new(offer)),
        Err(error) => {
            let text = Arc::new(FileText::new(file, text));
            out.push(broken(&text, &error));
            Saved::Broken(Some(text))
        }
    }
}

fn broken(text: &FileText, error: &serde_json::Error) -> Diagnostic {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    let message =
        format!("the catalog `{}` cannot be read: {said}, line {line}, column {column}", text.file());
    let lines = text.text().split_inclusive('\n').take(line.saturating_sub(1));
    // The parser counts bytes, and stands behind the one that it minds.
    let byte = lines.map(str::len).sum::<usize>() + column.saturating_sub(1);
    Diagnostic::error(code::CATALOG_UNREADABLE, message)
        .at(text.place(byte..byte + 1), "")
        .help("a catalog is what the engine wrote there: write it anew, or take it out")
}
