//! The workloads of docs/performance.md, each measured beside its limit.
//!
//! `cargo run --release -p tests --bin bench -- WORKLOAD [FILE | COUNT]`, after `cargo build --release`: `w1` runs a
//! file into PostgreSQL (`w1-lines` with the lines of the orders too), `w2` maps a file in the loop alone, `w3` reads a
//! service by pages into PostgreSQL, `w4` measures how quickly things begin. Orders are those of a file, or so many generated ones. Figures are CPU seconds per 100,000
//! orders; one line per measurement.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be made ends the program, whose output is all there is of it; wall time is measured"
)]

mod measure;
mod orders;
mod paged;
mod program;
mod starting;
mod transform;
mod warehouse;

use mimalloc::MiMalloc;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let workload = arguments.next().unwrap_or_default();
    let folder = tempfile::tempdir()?;
    let mut input = || -> std::io::Result<PathBuf> {
        let argument = arguments.next().unwrap_or_else(|| "100000".to_owned());
        match argument.parse() {
            Ok(count) => generated(count, folder.path()),
            Err(_) => Ok(PathBuf::from(argument)),
        }
    };
    match workload.as_str() {
        "w1" => warehouse::measure(&input()?, false),
        "w1-lines" => warehouse::measure(&input()?, true),
        "w2" => {
            let output = folder.path().join("mapped.ndjson");
            transform::run(&input()?, &output)
                .map(|all| all.iter().for_each(|measured| println!("{measured}")))
        }
        "w3" => paged::measure(&input()?),
        "w4" => starting::measure(),
        other => Err(std::io::Error::other(format!("no workload `{other}`: say w1, w1-lines, w2, w3 or w4"))),
    }
}

fn generated(count: u32, folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join("orders.ndjson");
    let mut file = BufWriter::new(File::create(&path)?);
    orders::write(count, &mut file)?;
    file.flush()?;
    Ok(path)
}
