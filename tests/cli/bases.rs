//! The three kinds of databases, each empty and of a test's own.

use kit::{Database, Project};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, Row};
use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// A database that a pipeline of the project writes as `warehouse`.
pub(crate) enum Base {
    Sqlite,
    Postgres(Database),
    Mysql(String),
}

impl Base {
    /// One of each kind.
    pub(crate) fn all() -> [Self; 3] {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("engine_base_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        in_mysql("", &[&format!("DROP DATABASE IF EXISTS {name}"), &format!("CREATE DATABASE {name}")]);
        [Self::Sqlite, Self::Postgres(Database::create()), Self::Mysql(name)]
    }

    /// How it is called in messages of tests.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
            Self::Mysql(_) => "mysql",
        }
    }

    /// The settings of a connection to it.
    pub(crate) fn settings(&self) -> String {
        match self {
            Self::Sqlite => "connector = \"sqlite\"\npath = \"warehouse.db\"\ncreate = true\n".to_owned(),
            Self::Postgres(database) => {
                let url = database.url();
                let name = url.rsplit('/').next().unwrap();
                format!(
                    "connector = \"postgres\"\nhost = \"127.0.0.1\"\nuser = \"postgres\"\ndatabase = \"{name}\"\n\
                     sslmode = \"disable\"\n"
                )
            }
            Self::Mysql(name) => {
                format!(
                    "connector = \"mysql\"\nhost = \"127.0.0.1\"\nuser = \"root\"\ndatabase = \"{name}\"\n"
                )
            }
        }
    }

    /// Runs statements.
    pub(crate) fn execute(&self, project: &Project, statements: &[&str]) {
        match self {
            Self::Sqlite => {
                let db = rusqlite::Connection::open(project.path("warehouse.db")).unwrap();
                for sql in statements {
                    db.execute_batch(sql).unwrap();
                }
            }
            Self::Postgres(database) => {
                for sql in statements {
                    database.execute(sql);
                }
            }
            Self::Mysql(name) => in_mysql(name, statements),
        }
    }

    /// The rows of a query that gives one text each.
    pub(crate) fn texts(&self, project: &Project, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite => {
                let db = rusqlite::Connection::open(project.path("warehouse.db")).unwrap();
                let mut statement = db.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Self::Postgres(database) => block_on(async {
                let mut db = PgConnection::connect(&database.url()).await.unwrap();
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut db).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }),
            Self::Mysql(name) => block_on(async {
                let mut db = MySqlConnection::connect(&mysql_url(name)).await.unwrap();
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut db).await.unwrap();
                let text = |row: &sqlx::mysql::MySqlRow| {
                    String::from_utf8(row.get_unchecked::<Vec<u8>, _>(0)).unwrap()
                };
                rows.iter().map(text).collect()
            }),
        }
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        if let Self::Mysql(name) = self {
            in_mysql("", &[&format!("DROP DATABASE IF EXISTS {name}")]);
        }
    }
}

fn mysql_url(database: &str) -> String {
    format!("mysql://root@127.0.0.1:3306/{}", if database.is_empty() { "test" } else { database })
}

/// Runs statements one after the other, in one session.
fn in_mysql(database: &str, statements: &[&str]) {
    block_on(async {
        let mut db = MySqlConnection::connect(&mysql_url(database)).await.unwrap();
        for statement in statements {
            db.execute(AssertSqlSafe(*statement)).await.unwrap();
        }
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Whether a run wrote anything.
pub(crate) fn wrote(stdout: &str) -> bool {
    ["CREATED", "UPDATED", "DELETED"].iter().any(|word| stdout.contains(word))
}

/// A project with the orders of the quickstart, a pipeline and an empty database.
pub(crate) fn project(base: &Base, pipeline: &str) -> Project {
    let quickstart = Project::quickstart(crate::ENGINE);
    let project = Project::empty(crate::ENGINE);
    project.write("data/orders.json", quickstart.read("data/orders.json"));
    project.write("engine.toml", "[project]\nname = \"tables\"\n");
    project.write("orders.toml", pipeline);
    let store = "[connection.store]\nconnector = \"file\"\nroot = \"data\"\n[connection.store.stream.orders]\nfiles = \
                 [\"orders.json\"]\nkey = [\"id\"]\n\n[connection.warehouse]\n";
    project.write("connections.toml", format!("{store}{}", base.settings()));
    project
}
