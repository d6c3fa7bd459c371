//! W1: a file of orders -> PostgreSQL, with links, hashes and checkpoints; then once more, with nothing changed.
//!
//! The engine runs as a program of its own. What the database server's processes use is counted too.

mod server;

use crate::measure::{Finished, run, with_children};
pub(crate) use server::Server;
use std::{fs, io, path::Path, process::Command, time::Duration};

const PIPELINE: &str = include_str!("orders.toml");
const LINES: &str = include_str!("lines.toml");
const SCHEMA: &str = include_str!("schema.sql");

/// Measures, and checks sums and counts against the file itself.
pub(crate) fn measure(input: &Path, with_lines: bool) -> io::Result<()> {
    let truth = truth(input)?;
    let server = Server::start(SCHEMA)?;
    let folder = project(input, &server, with_lines)?;
    let pass = |name: &str| -> io::Result<Finished> {
        let used = with_children(server.postmaster)?;
        let finished = run(Command::new(engine()?).arg("run").arg(folder.path()))?;
        let its_cpu = with_children(server.postmaster)?.saturating_sub(used);
        show(name, truth.orders, &finished, its_cpu);
        Ok(finished)
    };
    pass("first run")?;
    check(&server, &truth)?;
    let second = pass("second run")?;
    if ["CREATED", "UPDATED", "DELETED"].iter().any(|word| second.output.contains(word)) {
        return Err(io::Error::other(format!("the second run wrote something: {}", second.output)));
    }
    check(&server, &truth)
}

fn show(name: &str, orders: i64, finished: &Finished, served: Duration) {
    let per =
        |cpu: Duration| cpu.as_secs_f64() * 100_000.0 / f64::from(u32::try_from(orders.max(1)).unwrap());
    println!(
        "{name:<28} {:>6.2} CPU s / 100k ({:.2} engine + {:.2} server)   {:>5.1} s wall   {:>5} MB peak",
        per(finished.cpu + served),
        per(finished.cpu),
        per(served),
        finished.wall.as_secs_f64(),
        finished.peak / 1024
    );
}

/// What the file says: the tables must say the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) orders: i64,
    pub(crate) total: i64,
    pub(crate) line_total: i64,
}

pub(crate) fn truth(input: &Path) -> io::Result<Truth> {
    use io::BufRead;
    let mut truth = Truth { orders: 0, total: 0, line_total: 0 };
    for line in io::BufReader::new(fs::File::open(input)?).lines() {
        let order: serde_json::Value = serde_json::from_str(&line?)?;
        truth.orders += 1;
        truth.total += cents(&order["total"]);
        let lines = order["line_items"].as_array().into_iter().flatten();
        truth.line_total += lines.map(|line| cents(&line["total"])).sum::<i64>();
    }
    Ok(truth)
}

fn cents(amount: &serde_json::Value) -> i64 {
    amount.as_str().unwrap_or("0.00").replace('.', "").parse().unwrap()
}

fn check(server: &Server, truth: &Truth) -> io::Result<()> {
    let found = server.sums()?;
    if found == *truth {
        return Ok(());
    }
    Err(io::Error::other(format!("the tables say {found:?}, the file {truth:?}")))
}

fn project(input: &Path, server: &Server, with_lines: bool) -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    let pipeline = if with_lines { format!("{PIPELINE}{LINES}") } else { PIPELINE.to_owned() };
    let root = input.parent().unwrap_or_else(|| Path::new(".")).canonicalize()?;
    let file = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
    write("engine.toml", "[project]\nname = \"bench\"\n")?;
    write("orders.toml", &pipeline)?;
    write(
        "connections.toml",
        &format!(
            "[connection.shop]\nconnector = \"file\"\nroot = \"{}\"\n\n[connection.shop.stream.orders]\nfiles = \
             [\"{file}\"]\nkey = [\"id\"]\n\n[connection.warehouse]\nconnector = \"postgres\"\n{}",
            root.display(),
            server.settings()
        ),
    )?;
    Ok(folder)
}

/// The engine beside this program.
pub(crate) fn engine() -> io::Result<std::path::PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("engine"))
}
