//! W3: a service that lists orders, a hundred a page, 50 ms each -> PostgreSQL; by id with some pages at once, and along
//! the cursor of changes, where one page follows from the other. Beside each its limit: pages x 50 ms / pages at once.

mod service;

use crate::{
    measure::{run, with_children},
    warehouse::{Server, engine, truth},
};
use service::{LATENCY, Service};
use std::{fs, io, path::Path, process::Command};

const MANIFEST: &str = include_str!("connector.toml");
const FIELDS: &str = include_str!("../../../connectors/catalog/woocommerce/streams/orders.json");
const PIPELINE: &str = include_str!("../warehouse/orders.toml");
const SCHEMA: &str = include_str!("../warehouse/schema.sql");

/// How many pages are asked for at once; none along the cursor.
const WAYS: [Option<u32>; 4] = [Some(1), Some(4), Some(8), None];

/// Orders in a page.
const PAGE: u32 = 100;

/// Measures each way, and checks sums and counts against the file.
pub(crate) fn measure(input: &Path) -> io::Result<()> {
    let truth = truth(input)?;
    let (service, port) = Service::start(input)?;
    let orders = u32::try_from(truth.orders).map_err(io::Error::other)?;
    for way in WAYS {
        let server = Server::start(SCHEMA)?;
        let folder = project(port, &server, way)?;
        let used = with_children(server.postmaster)?;
        let mut command = Command::new(engine()?);
        command.arg("run").arg(folder.path()).env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8");
        let finished = run(&mut command)?;
        let by_server = with_children(server.postmaster)?.saturating_sub(used);
        let found = server.sums()?;
        if found != truth {
            return Err(io::Error::other(format!("the tables say {found:?}, the service {truth:?}")));
        }
        let limit = LATENCY.as_secs_f64() * f64::from(orders.div_ceil(PAGE)) / f64::from(way.unwrap_or(1));
        let wall = finished.wall.as_secs_f64();
        let per = |cpu: std::time::Duration| cpu.as_secs_f64() * 100_000.0 / f64::from(orders);
        println!(
            "{:<28} {wall:>6.2} s wall, {:.2} x the limit of {limit:.2} s   {:>4} pages   {:.2} CPU s / 100k ({:.2} \
             engine + {:.2} server)   {:>4} MB peak",
            way.map_or_else(|| "along the cursor".to_owned(), |pages| format!("by id, {pages} at once")),
            wall / limit,
            service.pages(),
            per(finished.cpu + by_server),
            per(finished.cpu),
            per(by_server),
            finished.peak / 1024
        );
    }
    Ok(())
}

fn project(port: u16, server: &Server, way: Option<u32>) -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or_else(|| Path::new(".")))?;
        fs::write(path, text)
    };
    let at_once = format!("concurrency = {}", way.unwrap_or(1));
    let along = "\n[entity.orders.source]\ncursor = \"date_modified_gmt\"\n";
    write("engine.toml", "[project]\nname = \"bench\"\n")?;
    write("connectors/paged/connector.toml", &MANIFEST.replace("concurrency = 4", &at_once))?;
    write("connectors/paged/streams/orders.json", FIELDS)?;
    write("orders.toml", &format!("{PIPELINE}{}", if way.is_none() { along } else { "" }))?;
    write(
        "connections.toml",
        &format!(
            "[connection.shop]\nconnector = \"paged\"\nurl = \"http://127.0.0.1:{port}\"\n\n[connection.warehouse]\n\
             connector = \"postgres\"\n{}",
            server.settings()
        ),
    )?;
    Ok(folder)
}
