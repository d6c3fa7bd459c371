//! W4: what it costs to begin: the program itself, checking projects, and the commit before effects.

use crate::{
    measure::{Finished, run},
    warehouse::engine,
};
use engine_contract::{ContentHash, Rng};
use engine_run::{
    GroupKey, RecordKey, Scope, Side,
    state::{Acquired, Intent, Link, Sealer, StateStore, sqlite::SqliteStore},
};
use jiff::{SignedDuration, Timestamp};
use std::{
    fmt::Write as _,
    fs, io,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

/// Each figure is the best of so many, so that a busy machine does not count.
const TRIES: usize = 7;

/// Batches of intents, and how many are in one.
const BATCHES: usize = 50;
const BATCH: usize = 100;

/// Measures.
pub(crate) fn measure() -> io::Result<()> {
    let engine = engine()?;
    show("engine --version", best(|| run(Command::new(&engine).arg("--version")))?, 20);
    let folder = tempfile::tempdir()?;
    for (pipelines, what, limit) in
        [(1, "validate one pipeline", 50), (100, "validate 100 of 40 fields", 1_000)]
    {
        let path = folder.path().join(pipelines.to_string());
        project(&path, pipelines)?;
        show(what, best(|| run(Command::new(&engine).arg("validate").arg(&path)))?, limit);
    }
    println!("{:<28} {:>6.0} / s   (at least 8000)", "intents committed", intents(folder.path())?);
    Ok(())
}

fn show(what: &str, took: Duration, limit: u32) {
    println!("{what:<28} {:>6.1} ms   (at most {limit})", took.as_secs_f64() * 1_000.0);
}

fn best(mut measured: impl FnMut() -> io::Result<Finished>) -> io::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..TRIES {
        best = best.min(measured()?.wall);
    }
    Ok(best)
}

/// So many pipelines of 40 fields from CSV files into a database.
fn project(path: &Path, pipelines: usize) -> io::Result<()> {
    fs::create_dir_all(path.join("pipelines"))?;
    fs::write(path.join("engine.toml"), "[project]\nname = \"many\"\n")?;
    let names: Vec<String> = (0..40).map(|field| format!("field_{field}")).collect();
    fs::write(path.join("rows.csv"), format!("id,{}\n", names.join(",")))?;
    let columns: Vec<String> = names.iter().map(|name| format!("{name} TEXT")).collect();
    let table = format!("CREATE TABLE rows (id INTEGER PRIMARY KEY, {});\n", columns.join(", "));
    fs::write(path.join("schema.sql"), table)?;
    fs::write(
        path.join("connections.toml"),
        "[connection.files]\nconnector = \"file\"\n[connection.files.stream.rows]\nfiles = [\"rows.csv\"]\nkey = \
         [\"id\"]\n[connection.base]\nconnector = \"sqlite\"\npath = \"base.db\"\nschema = \"schema.sql\"\n",
    )?;
    for pipeline in 0..pipelines {
        let mut text = format!(
            "[pipeline]\nname = \"p{pipeline}\"\n[source]\nconnection = \"files\"\n[target]\nconnection = \
             \"base\"\n[entity.rows]\nfrom = \"rows\"\nto = \"rows\"\n[entity.rows.map]\nid = {{ path = \"$.id\", \
             transform = [\"integer\"] }}\n"
        );
        for name in &names {
            let line = writeln!(
                text,
                "{name} = {{ path = \"$.{name}\", transform = [\"trim\", {{ null_if = \"\" }}] }}"
            );
            line.map_err(io::Error::other)?;
        }
        fs::write(path.join(format!("pipelines/p{pipeline}.toml")), text)?;
    }
    Ok(())
}

/// How many intents a second become durable, at batches of [`BATCH`].
fn intents(folder: &Path) -> io::Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let store = SqliteStore::open(&folder.join("state.db"), Sealer::new(&[7; 32], Arc::new(Same)))
        .map_err(io::Error::other)?;
    runtime.block_on(async {
        let scope = Scope {
            tenant: String::new(),
            environment: "bench".to_owned(),
            pipeline: "orders".to_owned(),
            side: Side::Source,
        };
        let key = GroupKey { scope, group: "orders".to_owned(), shard: String::new() };
        let now = Timestamp::UNIX_EPOCH;
        let acquired = store.acquire(&key, "bench", now, now + SignedDuration::from_hours(1), None).await;
        let Acquired::Yes(lease) = acquired.map_err(io::Error::other)? else {
            return Err(io::Error::other("the lease is taken"));
        };
        let begin = Instant::now();
        for batch in 0..BATCHES {
            let intents = (0..BATCH).map(|index| intent(batch * BATCH + index)).collect();
            store.commit_intents(&lease, intents).await.map_err(io::Error::other)?;
        }
        let committed = u32::try_from(BATCHES * BATCH).unwrap();
        Ok(f64::from(committed) / begin.elapsed().as_secs_f64())
    })
}

/// Nothing here is secret.
struct Same;

impl Rng for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// An intent with the bytes of an invoice.
fn intent(number: usize) -> Intent {
    let link = Link {
        record: RecordKey { entity: "orders".to_owned(), key: number.to_string() },
        source_key: number.to_string(),
        target_connection: "books".to_owned(),
        target_object: "Invoice".to_owned(),
        target_id: None,
        route: None,
        parent_key: None,
        source_revision: None,
        sent_hash: ContentHash::UNKNOWN,
        generation: 1,
        target_token: None,
        mapping_hash: "0123456789abcdef".to_owned(),
        shared: false,
    };
    Intent {
        link,
        op: engine_contract::Op::Create,
        payload: vec![b'x'; 800].into(),
        match_on: Vec::new(),
        request_key: format!("{number:036}"),
        marker: format!("{number:036}"),
        revision: 1,
        attempts: 0,
        created_at: Timestamp::UNIX_EPOCH,
        quiet_after: None,
    }
}
