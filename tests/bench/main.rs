//! Measures what the mapping loop costs, beside what reading alone costs.
//!
//! `cargo run --release -p tests --bin bench -- [FILE | COUNT]`: maps a file of orders, or so many generated ones, and writes the
//! mapped lines. Figures are CPU seconds per 100,000 orders; one line per measurement.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be made ends the program, whose output is all there is of it"
)]

mod measure;
mod orders;
mod transform;

use mimalloc::MiMalloc;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "100000".to_owned());
    let folder = tempfile::tempdir()?;
    let input = match argument.parse() {
        Ok(count) => generated(count, folder.path())?,
        Err(_) => PathBuf::from(argument),
    };
    let output = folder.path().join("mapped.ndjson");
    for measured in transform::run(&input, &output)? {
        println!("{measured}");
    }
    Ok(())
}

fn generated(count: u32, folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join("orders.ndjson");
    let mut file = BufWriter::new(File::create(&path)?);
    orders::write(count, &mut file)?;
    file.flush()?;
    Ok(path)
}
