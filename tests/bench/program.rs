//! The reference mapping as a program, and one order through it.

use engine_contract::{Op, Record, SourceRecord};
use engine_plan::{
    Catalogs, EntityProgram, Find, Found, Links, Program, Reference, Resolved, Routed, compile,
};
use engine_project::{MemoryFiles, load};
use std::{collections::BTreeMap, io};

const CONNECTIONS: &str = "[connection.shop]\nconnector = \"file\"\n[connection.shop.stream.orders]\n\
                           files = [\"orders.ndjson\"]\nkey = [\"id\"]\n\
                           [connection.warehouse]\nconnector = \"sqlite\"\npath = \"warehouse.db\"\n";

/// What an orders.toml compiles to, without catalogs.
pub(crate) fn reference() -> io::Result<Program> {
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

/// Maps an order, and writes what the target should hold as a line of JSON.
pub(crate) fn map(entity: &EntityProgram, record: Record, line: &mut String) -> io::Result<()> {
    let source =
        SourceRecord { key: String::new(), modified: None, record, origin: String::new(), is_admitted: true };
    for item in entity.items(&source) {
        let routed = entity.map(&item, None, &NoLinks).map_err(io::Error::other)?;
        let Routed::Mapped(mapped) = routed else { return Err(not_mapped()) };
        let Resolved::Ready(fields) = mapped.resolve(&NoLinks, Op::Create) else {
            return Err(not_mapped());
        };
        engine_contract::Value::Map(fields).write_json(line);
        line.push('\n');
    }
    Ok(())
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
