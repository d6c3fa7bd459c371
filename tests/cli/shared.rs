//! Engines that share a state in PostgreSQL: one works on a stream group at a time, and what one leaves the other ends.

use crate::{assert_outcome, quickstart, synced};
use kit::{Database, Outcome, Process, Project};

/// The master key that all machines have.
const KEY: &str = "5555555555555555555555555555555555555555555555555555555555555555";

/// Stops a run where its target has committed and the state does not know it yet.
const ANSWERED: &str = "options.batch_records=return(40);deliver.answered=2*off";

/// Longer than any test waits.
const LONG: u32 = 60_000;

/// Two folders, as on two machines, with one state and one target.
struct Machines {
    database: Database,
    one: Project,
    other: Project,
}

impl Machines {
    fn new() -> Self {
        let (database, one, other) = (Database::create(), quickstart(), quickstart());
        for project in [&one, &other] {
            share(project, &database.url());
        }
        let warehouse = one.path("warehouse.db");
        other.edit("connections.toml", "\"warehouse.db\"", &format!("\"{}\"", warehouse.display()));
        Self { database, one, other }
    }

    /// Whatever leases there are have ended, as they do half a minute after their holder's last word.
    fn wait_for_leases(&self) {
        assert!(self.database.count("SELECT count(*) FROM engine.lease WHERE owner IS NOT NULL") > 0);
        self.database.execute("UPDATE engine.lease SET until = 0 WHERE owner IS NOT NULL");
    }

    fn links(&self) -> i64 {
        self.database.count("SELECT count(*) FROM engine.link WHERE target_id IS NOT NULL")
    }
}

fn share(project: &Project, url: &str) {
    let settings = project.read("engine.toml");
    project.write("engine.toml", format!("{settings}\n[state]\nurl = \"{url}\"\n"));
}

fn engine(project: &Project, arguments: &[&str]) -> Outcome {
    project.end(project.command(arguments).env("ENGINE_MASTER_KEY", KEY))
}

/// A run that has come to a place and stays there for some milliseconds.
fn stopped(project: &Project, milliseconds: u32) -> Process {
    let stop = format!("{ANSWERED}->1*sleep({milliseconds})");
    let mut command = project.command(&["run", ".", "-vvv"]);
    let mut run = project.start(command.env("ENGINE_MASTER_KEY", KEY).env("FAILPOINTS", stop));
    assert!(run.wait_for("place=\"deliver.answered\"", 3));
    run
}

/// Everything has arrived once.
fn check_whole(machines: &Machines) {
    let whole = synced().tables();
    assert_eq!(machines.one.tables().difference(&whole), None);
    let rows: usize = whole.counts().values().sum();
    assert_eq!(usize::try_from(machines.links()).unwrap(), rows);
    for table in ["intent", "dispatch", "failed", "hold", "dirty"] {
        assert_eq!(machines.database.count(&format!("SELECT count(*) FROM engine.{table}")), 0, "{table}");
    }
}

fn written(outcome: &Outcome) -> bool {
    ["CREATED", "UPDATED", "DELETED"].iter().any(|word| outcome.stdout.contains(word))
}

#[test]
fn one_of_two_engines_works_on_a_pipeline_and_the_other_is_told_so() {
    let machines = Machines::new();
    let run = stopped(&machines.one, LONG);
    let busy = engine(&machines.other, &["run", "."]).ended(8);
    assert!(busy.stderr.contains("run/busy"), "{}", busy.stderr);
    drop(run.kill().ended(128 + 9));
    // In its own folder the end of a process is known at once.
    drop(engine(&machines.one, &["run", "."]).ended(0));
    check_whole(&machines);
    let again = engine(&machines.other, &["run", "."]).ended(0);
    assert!(!written(&again), "{}", again.stdout);
    check_whole(&machines);
}

#[test]
fn what_a_killed_engine_leaves_another_machine_ends_and_nothing_is_doubled() {
    let machines = Machines::new();
    for round in 0..2 {
        let killed = if round == 0 { &machines.one } else { &machines.other };
        drop(stopped(killed, LONG).kill().ended(128 + 9));
        let next = if round == 0 { &machines.other } else { &machines.one };
        let busy = engine(next, &["run", "."]).ended(8);
        assert!(busy.stderr.contains("run/busy"), "a machine that is gone is waited for: {}", busy.stderr);
        machines.wait_for_leases();
    }
    drop(engine(&machines.one, &["run", "."]).ended(0));
    check_whole(&machines);
    let again = engine(&machines.other, &["run", "."]).ended(0);
    assert!(!written(&again), "{}", again.stdout);
}

#[test]
fn an_engine_that_was_frozen_settles_nothing_after_another_took_over() {
    let machines = Machines::new();
    let frozen = stopped(&machines.one, 3000);
    frozen.signal("STOP");
    machines.wait_for_leases();
    drop(engine(&machines.other, &["run", "."]).ended(0));
    check_whole(&machines);
    frozen.signal("CONT");
    let late = frozen.wait().ended(8);
    assert!(late.stderr.contains("run/lease-lost"), "{}", late.stderr);
    check_whole(&machines);
}

#[test]
fn a_database_that_does_not_answer_or_admit_is_said_without_its_password() {
    let project = quickstart();
    share(&project, "postgres://engine:pw-canary@127.0.0.1:1/state");
    assert_outcome!("closed", engine(&project, &["run", "."]).ended(1));
    let database = Database::create();
    project.edit("engine.toml", "127.0.0.1:1/state", "127.0.0.1:5432/no_such_database");
    let missing = engine(&project, &["run", "."]).ended(1);
    assert!(
        !missing.stderr.contains("canary") && missing.stderr.contains("state/unavailable"),
        "{}",
        missing.stderr
    );
    project.edit("engine.toml", &"engine:pw-canary@127.0.0.1:5432/no_such_database", &{
        let url = database.url();
        url.strip_prefix("postgres://").unwrap().to_owned()
    });
    database.execute("CREATE SCHEMA engine");
    database.execute("CREATE TABLE engine.customers (id int)");
    let stranger = engine(&project, &["run", "."]).ended(1);
    assert!(stranger.stderr.contains("state/corrupt"), "{}", stranger.stderr);
    database.execute("DROP TABLE engine.customers");
    drop(engine(&project, &["run", "."]).ended(0));
    database.execute("UPDATE engine.meta SET value = 99 WHERE name = 'schema'");
    let newer = engine(&project, &["run", "."]).ended(1);
    assert!(newer.stderr.contains("state/newer"), "{}", newer.stderr);
}

#[test]
fn secrets_keys_and_lists_work_as_with_a_file() {
    let machines = Machines::new();
    let project = &machines.one;
    project.write("value", "ck_canary");
    let mut set = project.after("exec < value", &["secret", "set", "shop_key"]);
    drop(project.end(set.env("ENGINE_MASTER_KEY", KEY)).ended(0));
    assert!(engine(&machines.other, &["secret", "ls"]).ended(0).stdout.contains("shop_key"));
    drop(engine(project, &["run", "."]).ended(0));
    for command in [&["status"][..], &["history"], &["failures"], &["doctor"], &["keys", "show"]] {
        let said = engine(&machines.other, command).ended(0);
        assert!(!said.stdout.contains("canary"), "{command:?}: {}", said.stdout);
    }
    let show = engine(project, &["keys", "show", "--format", "json"]).ended(0).json();
    assert_eq!(show["key"], show["needed"]);
    assert!(show["state"].as_str().unwrap().starts_with("postgres://127.0.0.1"));
    let without = project.engine(&["run", "."]).ended(1);
    assert!(without.stderr.contains("state/key-missing"), "{}", without.stderr);
    assert!(!project.path(".engine/state.db").exists(), "nothing of it is in a file");
}
