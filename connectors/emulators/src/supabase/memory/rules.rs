//! The rules of tables, with the errors of PostgreSQL.

use super::{
    cell::Cell,
    show,
    store::{Row, Store},
};
use crate::supabase::{
    error::DatabaseError,
    tables::table::{Privilege, Role, Table},
};

/// Whether a role may do this with a table at all.
pub(super) fn permitted(table: &Table, role: Role, privileges: &[Privilege]) -> Result<(), DatabaseError> {
    if privileges.iter().all(|privilege| table.allows(role, *privilege)) {
        return Ok(());
    }
    Err(DatabaseError::new("42501", format!("permission denied for table {}", table.name)))
}

/// Whether row level security lets a row be written.
pub(super) fn admitted(table: &Table, role: Role, privilege: Privilege) -> Result<(), DatabaseError> {
    if table.admits(role, privilege) {
        return Ok(());
    }
    let message = format!("new row violates row-level security policy for table \"{}\"", table.name);
    Err(DatabaseError::new("42501", message))
}

/// Whether each column that needs a value has one.
pub(super) fn complete(table: &Table, row: &Row) -> Result<(), DatabaseError> {
    let empty = table.columns.iter().zip(row).find(|(column, cell)| column.is_required && cell.is_null());
    let Some((column, _)) = empty else { return Ok(()) };
    let message = format!(
        "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
        column.name, table.name
    );
    Err(DatabaseError::new("23502", message)
        .details(format!("Failing row contains ({}).", show::failing(row))))
}

/// Whether no other row has the values that must be unique.
pub(super) fn unique(table: &Table, store: &Store, row: &Row) -> Result<(), DatabaseError> {
    for (number, rule) in table.uniques.iter().enumerate() {
        let Some(key) = Store::key(table, number, row) else { continue };
        if store.find(number, &key).is_some() {
            let message = format!("duplicate key value violates unique constraint \"{}\"", rule.name);
            let details = format!("Key {} already exists.", named(&table.names(&rule.columns), &key));
            return Err(DatabaseError::new("23505", message).details(details));
        }
    }
    Ok(())
}

/// Whether a row refers to rows that are there. `parent` finds the store of a table.
pub(super) fn refers<'a>(
    table: &Table,
    row: &Row,
    parent: impl Fn(&str) -> Option<(&'a Table, &'a Store)>,
) -> Result<(), DatabaseError> {
    for reference in &table.references {
        let Some(cell) = row.get(reference.column).filter(|cell| !cell.is_null()) else { continue };
        let Some((other, store)) = parent(&reference.table) else { continue };
        if !has(other, store, reference.target, cell) {
            let message = format!(
                "insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                table.name, reference.name
            );
            let names = table.names(&[reference.column]);
            let key = named(&names, std::slice::from_ref(cell));
            let details = format!("Key {key} is not present in table \"{}\".", reference.table);
            return Err(DatabaseError::new("23503", message).details(details));
        }
    }
    Ok(())
}

/// Whether nothing refers to a row that went. `children` are the tables that may.
pub(super) fn unreferred<'a>(
    (table, store): (&Table, &Store),
    gone: &Row,
    children: impl Iterator<Item = (&'a Table, &'a Store)>,
) -> Result<(), DatabaseError> {
    for (child, rows) in children {
        for reference in child.references.iter().filter(|reference| reference.table == table.name) {
            let Some(cell) = gone.get(reference.target).filter(|cell| !cell.is_null()) else { continue };
            if has(table, store, reference.target, cell) {
                continue;
            }
            if rows.rows().any(|(_, row)| row.get(reference.column) == Some(cell)) {
                let message = format!(
                    "update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{}\"",
                    table.name, reference.name, child.name
                );
                let names = table.names(&[reference.target]);
                let key = named(&names, std::slice::from_ref(cell));
                let details = format!("Key {key} is still referenced from table \"{}\".", child.name);
                return Err(DatabaseError::new("23503", message).details(details));
            }
        }
    }
    Ok(())
}

/// Whether a table has a row with this value of a column that is its key.
fn has(table: &Table, store: &Store, column: usize, cell: &Cell) -> bool {
    let index = table.uniques.iter().position(|unique| unique.columns == [column]);
    match index {
        Some(index) => store.find(index, std::slice::from_ref(cell)).is_some(),
        None => store.rows().any(|(_, row)| row.get(column) == Some(cell)),
    }
}

/// `(id, sku)=(1, A)`.
fn named(names: &[&str], cells: &[Cell]) -> String {
    let values: Vec<String> = cells.iter().filter_map(show::text).collect();
    format!("({})=({})", names.join(", "), values.join(", "))
}
