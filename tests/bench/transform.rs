//! File -> mapped lines, without a connector: what the mapping loop costs.

use crate::measure::{Measured, measure};
use engine_contract::{Op, Record, SourceRecord};
use engine_plan::{
    Catalogs, EntityProgram, Find, Found, Links, Program, Reference, Resolved, Routed, compile,
};
use engine_project::{MemoryFiles, load};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

const CONNECTIONS: &str = "[connection.shop]\nconnector = \"file\"\n[connection.shop.stream.orders]\n\
                           files = [\"orders.ndjson\"]\nkey = [\"id\"]\n\
                           [connection.warehouse]\nconnector = \"sqlite\"\npath = \"warehouse.db\"\n";

/// Reading lines, checking them, and mapping them.
pub(crate) fn run(input: &Path, output: &Path) -> io::Result<[Measured; 3]> {
    let program = program()?;
    let entity = program.entity_named("orders").ok_or_else(|| io::Error::other("no entity `orders`"))?;
    let mut mapper =
        Mapper { entity, out: BufWriter::with_capacity(1 << 20, File::create(output)?), line: String::new() };
    Ok([
        measure("read lines only", || each_line(input, |_| Ok(())))?,
        measure("read and check JSON", || each_line(input, |line| parse(line).map(drop)))?,
        measure("read, map 20 fields, write", || each_line(input, |line| mapper.map(line)))?,
    ])
}

/// What an orders.toml compiles to, without catalogs.
fn program() -> io::Result<Program> {
    let files = MemoryFiles::default()
        .with("connections.toml", CONNECTIONS)
        .with("orders.toml", include_str!("warehouse/orders.toml"));
    let (project, mut found) = load(&files, &BTreeMap::new(), None);
    let tenant = project.tenants.first().ok_or_else(|| io::Error::other("no tenant"))?;
    let (blueprint, more) =
        compile(&project, "orders", tenant, &connectors::registry(), &Catalogs::default());
    found.extend(more);
    let blueprint = blueprint.ok_or_else(|| io::Error::other(format!("{found:?}")))?;
    Program::build(&blueprint).map_err(io::Error::other)
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
        let source = SourceRecord {
            key: String::new(),
            modified: None,
            record: parse(line)?,
            origin: String::new(),
            is_admitted: true,
        };
        for item in self.entity.items(&source) {
            let routed = self.entity.map(&item, None, &NoLinks).map_err(io::Error::other)?;
            let Routed::Mapped(mapped) = routed else { return Err(not_mapped()) };
            let Resolved::Ready(fields) = mapped.resolve(&NoLinks, Op::Create) else {
                return Err(not_mapped());
            };
            self.line.clear();
            engine_contract::Value::Map(fields).write_json(&mut self.line);
            self.line.push('\n');
            self.out.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }
}

fn not_mapped() -> io::Error {
    io::Error::other("a record did not become a target object")
}

/// The mapping refers to nothing.
struct NoLinks;

impl Links for NoLinks {
    fn target_id(&self, _: &Reference) -> Option<String> {
        None
    }

    fn found(&self, _: &Find) -> Option<Found> {
        None
    }
}
