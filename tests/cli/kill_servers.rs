//! Runs into database servers that are killed anywhere: the next run carries on, and the rows are those of an
//! undisturbed run.

use crate::{
    ENGINE,
    kill::{Moment, kill_at},
};
use kit::{Database, Project};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, Row};
use std::process;

/// How often runs into one server are killed in all.
const KILLS: usize = 50;

/// Small batches have many moments.
const BATCHES: [u32; 3] = [3, 7, 20];

const TABLES: [&str; 2] = [
    "CREATE TABLE orders (id BIGINT PRIMARY KEY, number VARCHAR(40) NOT NULL, status VARCHAR(40) NOT NULL, \
     total DECIMAL(14,2) NOT NULL)",
    "CREATE TABLE order_lines (id BIGINT PRIMARY KEY, order_id BIGINT NOT NULL, quantity INT NOT NULL, \
     total DECIMAL(14,2) NOT NULL)",
];

const ROWS: [&str; 2] = [
    "SELECT concat_ws('|', id, number, status, total) FROM orders ORDER BY id",
    "SELECT concat_ws('|', id, order_id, quantity, total) FROM order_lines ORDER BY id",
];

const PIPELINE: &str = r#"
[pipeline]
name = "orders"
[source]
connection = "store"
[target]
connection = "warehouse"

[entity.order]
from = "orders"
to = "orders"
[entity.order.map]
id = "$.id"
number = "$.number"
status = "$.status"
total = { path = "$.total", transform = ["decimal"] }

[entity.order_line]
from = "orders"
to = "order_lines"
each = "$.line_items[*]"
each_key = "@.id"
[entity.order_line.map]
id = "@.id"
order_id = { ref = "order", key = "$.id" }
quantity = "@.quantity"
total = { path = "@.total", transform = ["decimal"] }
"#;

/// A server with an empty database of its own.
trait Server {
    /// Makes the database and its tables anew.
    fn empty(&mut self);

    /// The settings of a connection to it.
    fn settings(&self) -> String;

    /// What its tables hold, row by row.
    fn rows(&self) -> Vec<String>;
}

fn project(server: &dyn Server) -> Project {
    let quickstart = Project::quickstart(ENGINE);
    let project = Project::empty(ENGINE);
    project.write("data/orders.json", quickstart.read("data/orders.json"));
    project.write("engine.toml", "[project]\nname = \"kills\"\n");
    project.write("orders.toml", PIPELINE);
    let store = "[connection.store]\nconnector = \"file\"\nroot = \"data\"\n[connection.store.stream.orders]\nfiles = \
                 [\"orders.json\"]\nkey = [\"id\"]\n\n[connection.warehouse]\n";
    project.write("connections.toml", format!("{store}{}", server.settings()));
    project
}

/// Kills runs until there were enough, and compares the rows after each project's last run.
fn lose_and_double_nothing(server: &mut dyn Server) {
    server.empty();
    drop(project(server).engine(&["run", "."]).ended(0));
    let whole = server.rows();
    assert_eq!(whole.len(), 207 + 509);
    let (mut kills, mut projects) = (0, 0);
    while kills < KILLS {
        let mut rng = ChaCha8Rng::seed_from_u64(projects);
        server.empty();
        let project = project(server);
        let batch = BATCHES[rng.random_range(0..BATCHES.len())];
        let mut told = format!("seed {projects}, batches of {batch}, killed at");
        for _ in 0..rng.random_range(2..=5) {
            let moment = Moment::seeded(kills, batch * 12, &mut rng);
            match kill_at(&project, &["run", "."], batch, moment) {
                Ok(_) => {
                    kills += 1;
                    told = format!("{told} {moment:?}");
                }
                Err(ended) => drop(ended.ended(0)),
            }
        }
        drop(project.engine(&["run", "."]).ended(0));
        assert!(server.rows() == whole, "{told}");
        let second = project.engine(&["run", "."]).ended(0).stdout;
        assert!(
            !["CREATED", "UPDATED", "DELETED"].iter().any(|word| second.contains(word)),
            "{told}: {second}"
        );
        projects += 1;
    }
}

#[test]
fn runs_into_postgres_killed_anywhere_lose_and_double_nothing() {
    lose_and_double_nothing(&mut Postgres(Database::create()));
}

#[test]
fn runs_into_mysql_killed_anywhere_lose_and_double_nothing() {
    lose_and_double_nothing(&mut Mysql(format!("engine_kills_{}", process::id())));
}

struct Postgres(Database);

impl Server for Postgres {
    fn empty(&mut self) {
        self.0 = Database::create();
        for table in TABLES {
            self.0.execute(table);
        }
    }

    fn settings(&self) -> String {
        let url = self.0.url();
        let name = url.rsplit('/').next().unwrap();
        format!(
            "connector = \"postgres\"\nhost = \"127.0.0.1\"\nuser = \"postgres\"\ndatabase = \"{name}\"\nsslmode = \
             \"disable\"\n"
        )
    }

    fn rows(&self) -> Vec<String> {
        block_on(async {
            let mut db = PgConnection::connect(&self.0.url()).await.unwrap();
            let mut all = Vec::new();
            for sql in ROWS {
                let rows = sqlx::query(sql).fetch_all(&mut db).await.unwrap();
                all.extend(rows.iter().map(|row| row.get::<String, _>(0)));
            }
            all
        })
    }
}

struct Mysql(String);

impl Server for Mysql {
    fn empty(&mut self) {
        let name = &self.0;
        let mut statements = vec![
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
            format!("USE {name}"),
        ];
        statements.extend(TABLES.iter().map(|table| (*table).to_owned()));
        in_mysql(&statements);
    }

    fn settings(&self) -> String {
        format!("connector = \"mysql\"\nhost = \"127.0.0.1\"\nuser = \"root\"\ndatabase = \"{}\"\n", self.0)
    }

    fn rows(&self) -> Vec<String> {
        block_on(async {
            let url = format!("mysql://root@127.0.0.1:3306/{}", self.0);
            let mut db = MySqlConnection::connect(&url).await.unwrap();
            let mut all = Vec::new();
            for sql in ROWS {
                let rows = sqlx::query(sql).fetch_all(&mut db).await.unwrap();
                all.extend(rows.iter().map(|row| row.get::<String, _>(0)));
            }
            all
        })
    }
}

impl Drop for Mysql {
    fn drop(&mut self) {
        in_mysql(&[format!("DROP DATABASE IF EXISTS {}", self.0)]);
    }
}

/// Runs statements one after the other, in one session.
fn in_mysql(statements: &[String]) {
    block_on(async {
        let mut db = MySqlConnection::connect("mysql://root@127.0.0.1:3306/test").await.unwrap();
        for statement in statements {
            db.execute(AssertSqlSafe(statement.as_str())).await.unwrap();
        }
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
