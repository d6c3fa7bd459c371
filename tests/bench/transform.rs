//! File -> mapped lines, without a connector: what the mapping loop costs.

use crate::{
    measure::{Measured, measure},
    program,
};
use engine_contract::Record;
use engine_plan::EntityProgram;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

/// Reading lines, checking them, and mapping them.
pub(crate) fn run(input: &Path, output: &Path) -> io::Result<[Measured; 3]> {
    let program = program::reference()?;
    let entity = program.entity_named("orders").ok_or_else(|| io::Error::other("no entity `orders`"))?;
    let mut mapper =
        Mapper { entity, out: BufWriter::with_capacity(1 << 20, File::create(output)?), line: String::new() };
    Ok([
        measure("read lines only", || each_line(input, |_| Ok(())))?,
        measure("read and check JSON", || each_line(input, |line| parse(line).map(drop)))?,
        measure("read, map 20 fields, write", || each_line(input, |line| mapper.map(line)))?,
    ])
}

fn each_line(input: &Path, mut work: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u32> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(input)?);
    let mut line = Vec::new();
    let mut count = 0;
    while reader.read_until(b'\n', &mut line)? > 0 {
        work(&line)?;
        count += 1;
        line.clear();
    }
    Ok(count)
}

fn parse(line: &[u8]) -> io::Result<Record> {
    Record::parse(line.to_vec()).map_err(io::Error::other)
}

struct Mapper<'a> {
    entity: &'a EntityProgram,
    out: BufWriter<File>,
    line: String,
}

impl Mapper<'_> {
    fn map(&mut self, line: &[u8]) -> io::Result<()> {
        self.line.clear();
        program::map(self.entity, parse(line)?, &mut self.line)?;
        self.out.write_all(self.line.as_bytes())
    }
}
