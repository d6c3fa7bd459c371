//! A database of its own on the PostgreSQL server of this machine, through `psql`.

use super::Truth;
use std::{io, process::Command};

/// The server, with a database that goes away at the end.
pub(crate) struct Server {
    pub(crate) postmaster: u32,
    database: String,
}

impl Server {
    /// Makes the database and its tables.
    pub(crate) fn start(schema: &str) -> io::Result<Self> {
        let database = format!("bench_{}", std::process::id());
        psql("postgres", &format!("CREATE DATABASE {database}"))?;
        let pid = psql("postgres", "SELECT pg_read_file('postmaster.pid')")?;
        let pid = pid.lines().next().and_then(|line| line.trim().parse().ok());
        let server = Self { postmaster: pid.ok_or_else(|| io::Error::other("no postmaster"))?, database };
        psql(&server.database, schema)?;
        Ok(server)
    }

    /// The settings of a connection to it.
    pub(crate) fn settings(&self) -> String {
        format!(
            "host = \"127.0.0.1\"\nuser = \"postgres\"\ndatabase = \"{}\"\nsslmode = \"disable\"\n",
            self.database
        )
    }

    /// What the tables hold.
    pub(crate) fn sums(&self) -> io::Result<Truth> {
        let sql = "SELECT count(*), (sum(total) * 100)::bigint, (sum(line_total) * 100)::bigint FROM orders";
        let row = psql(&self.database, sql)?;
        let numbers: Vec<i64> = row.trim().split('|').filter_map(|cell| cell.parse().ok()).collect();
        match numbers.as_slice() {
            [orders, total, line_total] => {
                Ok(Truth { orders: *orders, total: *total, line_total: *line_total })
            }
            _ => Err(io::Error::other(format!("unexpected sums: {row}"))),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(psql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.database)));
    }
}

fn psql(database: &str, sql: &str) -> io::Result<String> {
    let url = format!("postgres://postgres@127.0.0.1:5432/{database}");
    let output = Command::new("psql").args([&url, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql]).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
