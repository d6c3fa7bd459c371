//! The copy of a store, made by runs that are killed anywhere while answers are lost and requests are late: the tables
//! are those of one undisturbed run.
//!
//! Nothing guards the rows, so what is not known of a write is settled only when nothing older can arrive any more.
//! Everything here is emulated: time passes because the store's journal says that it has.

use crate::{
    ENGINE, count,
    kill::{Moment, kill_at},
    warehouse::{JOURNAL, rows, seeded},
};
use connector_emulators::Entry;
use jiff::{SignedDuration, Timestamp};
use kit::Project;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;

/// How often runs are killed in all.
const KILLS: usize = 60;

/// Small batches have many moments.
const BATCHES: [u32; 3] = [3, 7, 20];

/// How often people change orders and customers.
const ROUNDS: u32 = 3;

/// Between two rounds: longer than any run waits, so that nothing is stamped with a time that is over.
const PAUSE: SignedDuration = SignedDuration::from_hours(6);

const STORE: &str = ".engine/emulators/demo/acme-store.ndjson";
const RUN: [&str; 4] = ["run", "woo-to-supabase", "--env", "demo"];

/// The key of the emulated store.
const AUTHORIZATION: &str = "Basic ZW11bGF0ZWQtYWNtZV93b29fa2V5OmVtdWxhdGVkLWFjbWVfd29vX3NlY3JldA==";

/// What people do in the store, and the time that passes there.
struct Life {
    project: Project,
    begin: Timestamp,
    /// How many pauses have passed.
    pauses: i32,
    /// How many rounds of changes were made.
    rounds: u32,
}

impl Life {
    fn new(begin: Timestamp) -> Self {
        Self { project: Project::shops(ENGINE), begin, pauses: 0, rounds: 0 }
    }

    /// Appends requests to the store's journal: the next run finds the store as they leave it.
    fn asked(&self, entries: &[(&str, String, Value)], at: Timestamp) {
        let headers = [("authorization", AUTHORIZATION), ("content-type", "application/json")];
        let path = self.project.path(STORE);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut journal = OpenOptions::new().create(true).append(true).open(path).unwrap();
        for (method, path, body) in entries {
            let entry = Entry {
                at,
                method: (*method).to_owned(),
                uri: format!("/wp-json/wc/v3/{path}"),
                headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
                body: body.to_string(),
                bytes: None,
            };
            writeln!(journal, "{}", entry.to_line()).unwrap();
        }
    }

    /// Six hours go by.
    fn pass(&mut self) {
        self.pauses += 1;
        self.asked(&[("GET", "orders".to_owned(), Value::Null)], self.begin + PAUSE * self.pauses);
    }

    /// Orders get notes, some lose a line; customers get names. Always the same in the same round, but for when.
    fn round(&mut self) {
        self.pass();
        let round = usize::try_from(self.rounds).unwrap();
        self.rounds += 1;
        let mut entries = Vec::new();
        for order in seeded(&self.project, "orders").iter().skip(round).step_by(4) {
            let mut body = json!({"customer_note": format!("Round {round}")});
            let lines = order["line_items"].as_array().unwrap();
            if lines.len() > 1 {
                body["line_items"] = json!([{"id": lines[0]["id"], "quantity": 0}]);
            }
            entries.push(("PUT", format!("orders/{}", order["id"]), body));
        }
        for customer in seeded(&self.project, "customers").iter().skip(round).step_by(5) {
            let body = json!({"first_name": format!("Round {round}")});
            entries.push(("PUT", format!("customers/{}", customer["id"]), body));
        }
        self.asked(&entries, self.begin + PAUSE * self.pauses);
    }

    /// Runs until nothing is left to do. An effect that a killed run left open is settled by the second run after it:
    /// the first one only begins to wait.
    fn come_to_rest(&mut self, told: &str) {
        let rests = (0..6).any(|_| {
            self.pass();
            let ended = self.project.engine(&RUN);
            let writes = ["CREATED", "UPDATED", "DELETED"].iter().any(|word| ended.stdout.contains(word));
            ended.code == 0 && !writes
        });
        assert!(rests, "six runs have not come to rest: {told}");
    }
}

/// The rows of all tables. When a change was made is the store's own affair: it differs from seed to seed.
fn tables(project: &Project) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["customers", "orders", "order_lines"] {
        for mut row in rows(project, table) {
            for member in ["date_modified", "date_modified_gmt"] {
                if let Some(raw) = row["raw"].as_object_mut() {
                    raw.remove(member);
                }
            }
            all.push(format!("{table} {row}"));
        }
    }
    all.sort();
    all
}

/// Requests that take effect and are not answered, and some that do so when nobody waits any more.
fn troubles(project: &Project, seed: u64) {
    let plan = format!(
        "seed = {seed}\n[[fault]]\nwhat = \"drop_after_effect\"\non = {{ probability = 0.07 }}\n\
         [[fault]]\nwhat = {{ late_effect = {{ after_milliseconds = 90000 }} }}\n\
         on = {{ probability = 0.04, methods = [\"POST\", \"DELETE\"] }}\n"
    );
    project.write("samples/faults.toml", plan);
}

#[test]
fn copies_killed_anywhere_with_lost_answers_lose_and_double_nothing() {
    let begin = Timestamp::now();
    let mut undisturbed = Life::new(begin);
    for _ in 0..ROUNDS {
        undisturbed.round();
    }
    drop(undisturbed.project.engine(&RUN).ended(0));
    let whole = tables(&undisturbed.project);
    let (mut kills, mut projects) = (0, 0);
    while kills < KILLS {
        let mut rng = ChaCha8Rng::seed_from_u64(projects);
        let mut life = Life::new(begin);
        for emulated in ["schema = \"store\"", "seed = \"samples/store\""] {
            let faulty = format!("faults = \"samples/faults.toml\", {emulated}");
            life.project.edit("connections.demo.toml", emulated, &faulty);
        }
        let batch = BATCHES[rng.random_range(0..BATCHES.len())];
        let mut told = format!("seed {projects}, batches of {batch}, killed at");
        for run in 0..rng.random_range(4..=6) {
            troubles(&life.project, projects * 10 + run);
            match rng.random_range(0..4) {
                0 | 1 if life.rounds < ROUNDS => life.round(),
                2 => life.pass(),
                _ => {}
            }
            let moment = Moment::seeded(kills, batch * 2, &mut rng);
            if kill_at(&life.project, &RUN, batch, moment).is_ok() {
                kills += 1;
                told = format!("{told} {moment:?}");
            }
        }
        while life.rounds < ROUNDS {
            life.round();
        }
        life.project.write("samples/faults.toml", "");
        life.come_to_rest(&told);
        let left = tables(&life.project);
        let odd = || left.iter().chain(&whole).find(|row| !left.contains(row) || !whole.contains(row));
        assert!(left == whole, "{} rows of {}, such as {:?}: {told}", left.len(), whole.len(), odd());
        let open = count(&life.project.database(".engine/state.db"), "SELECT count(*) FROM intent");
        assert_eq!(open, 0, "{told}");
        let before = life.project.read(JOURNAL);
        drop(life.project.engine(&RUN).ended(0));
        assert_eq!(life.project.read(JOURNAL), before, "the last run writes nothing: {told}");
        projects += 1;
    }
    println!("{kills} kills in {projects} projects");
}
