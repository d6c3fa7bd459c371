//! The tables of a project, as PostgREST caches them.

mod description;
pub(crate) mod kind;
pub(crate) mod table;

use table::Table;

/// All tables of the exposed schemas.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    tables: Vec<Table>,
}

/// A description of tables that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// It is no catalog.
    #[error("the tables cannot be read: {0}")]
    Unreadable(String),
    /// A key or a unique constraint names a column that is not there.
    #[error("`{table}` has no column `{column}`")]
    Column {
        /// The table.
        table: String,
        /// The column that is named.
        column: String,
    },
    /// The emulator does not know the type of a column.
    #[error("`{table}.{column}` has the type `{kind}`, which the emulator does not know")]
    Kind {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },
    /// A column refers to one of another type.
    #[error("`{table}.{column}` refers to a column of another type")]
    Reference {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A default that the emulator cannot compute.
    #[error("`{table}.{column}` has the default `{default}`, which the emulator cannot compute")]
    Default {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The expression.
        default: String,
    },
}

impl Tables {
    /// Reads tables from a catalog, as `engine discover --save` writes it, with the additions that the page of the
    /// emulator lists. Those without a schema are in `schema`.
    ///
    /// # Errors
    /// When the text is no catalog, or describes what no database can be.
    pub fn read(text: &str, schema: &str) -> Result<Self, TablesError> {
        description::read(text, schema)
    }

    pub(crate) fn all(&self) -> &[Table] {
        &self.tables
    }

    pub(crate) fn find(&self, schema: &str, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.schema == schema && table.name == name)
    }

    fn find_mut(&mut self, schema: &str, name: &str) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.schema == schema && table.name == name)
    }
}
