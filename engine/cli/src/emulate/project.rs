//! The emulator of a Supabase project: its tables are those of the connection's catalog.

use super::{
    invalid,
    options::ProjectOptions,
    service::{read, seed_of},
};
use crate::error::Result;
use connector_emulators::supabase::{Memory, Settings, Supabase, Tables};
use engine_contract::Context;
use engine_project::{model::Open, project::Connection};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The secret key that emulated projects take.
pub(crate) const KEY: &str = "sb_secret_emulated";

/// The name of the text that describes tables, among those that hold their rows.
const TABLES: &str = "tables";

/// Starts the emulator of a connection: with the tables of the seed, else with those of the catalog.
pub(super) fn start(connection: &Connection, options: &Open, context: &Context) -> Result<Supabase<Memory>> {
    let options: ProjectOptions = read(connection, options)?;
    let schema = options.schema.unwrap_or_else(|| "public".to_owned());
    let mut texts = match &options.seed {
        Some(folder) => seed_of(connection, folder, context)?,
        None => BTreeMap::new(),
    };
    if !texts.contains_key(TABLES) {
        let catalog = format!("catalogs/{}.json", connection.name);
        let text = std::fs::read_to_string(context.project_dir.join(&catalog)).map_err(|error| {
            invalid(connection, format!("its tables are not known: `{catalog}` cannot be read: {error}"))
        })?;
        texts.insert(TABLES.to_owned(), text);
    }
    // At each start the same: rows that say when they were made must not seem to have changed.
    let memory =
        filled(&texts, &schema, Timestamp::UNIX_EPOCH).map_err(|problem| invalid(connection, problem))?;
    Ok(Supabase::new(
        Settings { secret_key: KEY.to_owned(), schemas: vec![schema], ..Settings::default() },
        memory,
    ))
}

/// A database with the tables that `tables` describes and the rows of the other texts.
pub(crate) fn filled(
    texts: &BTreeMap<String, String>,
    schema: &str,
    now: Timestamp,
) -> std::result::Result<Memory, String> {
    let described = texts.get(TABLES).ok_or("there is no `tables.json`")?;
    let tables = Tables::read(described, schema).map_err(|error| error.to_string())?;
    let mut memory = Memory::new(tables).map_err(|error| error.to_string())?;
    let mut waiting: Vec<(&String, &String)> = texts.iter().filter(|(name, _)| *name != TABLES).collect();
    while !waiting.is_empty() {
        let mut later = Vec::new();
        let mut orphaned = None;
        for (table, rows) in &waiting {
            let Err(error) = memory.fill(schema, table, rows, now) else { continue };
            let told = format!("the rows of `{table}` are refused: {} ({})", error.message, error.sqlstate);
            // Rows may come before those that they refer to.
            if error.sqlstate != "23503" {
                return Err(told);
            }
            later.push((*table, *rows));
            orphaned = Some(told);
        }
        if later.len() == waiting.len() {
            return Err(orphaned.unwrap_or_default());
        }
        waiting = later;
    }
    Ok(memory)
}
