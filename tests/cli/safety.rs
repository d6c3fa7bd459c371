//! Runs that a person has to confirm, runs that nobody watches, and what the audit tells of both.

use crate::{ENGINE, assert_outcome, count, guide::Guide, quickstart, synced};
use kit::{Outcome, Project};
use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// Real business depends on the target from here on.
fn guarded(project: Project) -> Project {
    project.edit("connections.toml", "path = \"warehouse.db\"", "path = \"warehouse.db\"\nproduction = true");
    project
}

/// What a run that asked printed as the token.
#[track_caller]
fn token(outcome: &Outcome) -> String {
    let (_, rest) = outcome.stderr.split_once("engine confirm cfm_").unwrap();
    let letters: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    assert_eq!(letters.len(), 16, "{}", outcome.stderr);
    format!("cfm_{letters}")
}

/// The outcome with the token taken out.
fn tokenless(mut outcome: Outcome) -> Outcome {
    let pattern = regex::Regex::new("(cfm|ask)_[a-z0-9]{16}").unwrap();
    outcome.stderr = pattern.replace_all(&outcome.stderr, "[TOKEN]").into_owned();
    outcome.stdout = pattern.replace_all(&outcome.stdout, "[TOKEN]").into_owned();
    outcome
}

fn confirm(project: &Project, name: &str, more: &[&str]) -> Outcome {
    project.engine(&[&["confirm", name], more].concat())
}

/// Changes the totals of the first orders.
fn change_orders(project: &Project, orders: usize, total: &str) {
    project.edit_records("data/orders.json", |records| {
        records.iter_mut().take(orders).for_each(|order| order["total"] = total.into());
    });
}

/// Takes the last line of so many orders away.
fn drop_lines(project: &Project, orders: usize) {
    project.edit_records("data/orders.json", |records| {
        let lines = records.iter_mut().filter_map(|order| order["line_items"].as_array_mut());
        lines.filter(|lines| lines.len() > 1).take(orders).for_each(|lines| drop(lines.pop()));
    });
}

/// The words for what was done, as the audit has them.
fn told(project: &Project, action: &str) -> i64 {
    count(
        &project.database(".engine/state.db"),
        &format!("SELECT count(*) FROM audit WHERE action = '{action}'"),
    )
}

#[test]
fn a_run_against_production_waits_for_a_word_and_then_writes_what_was_shown() {
    let project = guarded(quickstart());
    // error[confirm/needed]
    let asked = project.engine(&["run", "."]).ended(7);
    let given = token(&asked);
    assert_outcome!("asked", tokenless(asked));
    assert_outcome!("confirmed", confirm(&project, &given, &[]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
    // error[confirm/used]
    assert_outcome!("again", confirm(&project, &given, &[]).ended(9));
    // The run has moved on: nothing is left to write, and nobody is asked.
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(
        (told(&project, "ask"), told(&project, "confirm"), told(&project, "confirm refused")),
        (1, 1, 1)
    );
    let db = project.database(".engine/state.db");
    let unsigned = "SELECT count(*) FROM audit WHERE action = 'create' AND confirmation IS NULL";
    assert_eq!((told(&project, "create"), count(&db, unsigned)), (872, 0));
    let kept: String =
        db.query_row("SELECT group_concat(id || summary) FROM confirmation", [], |row| row.get(0)).unwrap();
    assert!(!kept.contains(&given), "the store knows no token");
}

#[test]
fn records_are_not_written_again_in_production_without_a_word() {
    let project = guarded(synced());
    change_orders(&project, 1, "a lot");
    drop(project.engine(&["run", ".", "--yes"]).ended(5));
    change_orders(&project, 1, "7.77");
    let before = project.tables();
    let backfill = ["backfill", "store-to-sqlite", "--from", "2000-01-01"];
    for command in [&["retry", "--all"][..], &backfill] {
        let refused = project.engine(command).ended(7);
        assert!(refused.stderr.contains("error[confirm/needed]"), "{}", refused.stderr);
        drop(project.engine(&[command, &["--dry-run"]].concat()).ended(0));
    }
    assert_eq!(before.difference(&project.tables()), None);
    drop(project.engine(&["retry", "--all", "--yes"]).ended(0));
    let written = "SELECT count(*) FROM orders WHERE total = '7.77'";
    assert_eq!(count(&project.database("warehouse.db"), written), 1);
    drop(project.engine(&[&backfill[..], &["--yes"]].concat()).ended(0));
}

/// The question does not say since when: whoever answers has to.
#[test]
fn a_run_of_a_part_is_confirmed_by_the_same_command() {
    let project = guarded(synced());
    change_orders(&project, 20, "7.00");
    let run = ["run", ".", "--since", "2000-01-01"];
    let asked = project.engine(&run).ended(7);
    assert!(asked.stderr.contains("the same command with --confirm cfm_"), "{}", asked.stderr);
    let (_, token) = asked.stderr.split_once("--confirm ").unwrap();
    let token: String =
        token.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    drop(project.engine(&[&run[..], &["--confirm", &token]].concat()).ended(0));
    let written = "SELECT count(*) FROM orders WHERE total = '7.00'";
    assert_eq!(count(&project.database("warehouse.db"), written), 20);
}

#[test]
fn few_writes_need_no_word() {
    let project = guarded(synced());
    change_orders(&project, 10, "1.00");
    drop(project.engine(&["run", "."]).ended(0));
    change_orders(&project, 11, "2.00");
    drop(project.engine(&["run", "."]).ended(7));
    project.write("engine.toml", "[safety]\nconfirm_above = 11\n");
    drop(project.engine(&["run", "."]).ended(0));
    let total = "SELECT count(*) FROM orders WHERE CAST(total AS TEXT) LIKE '2%' AND CAST(total AS REAL) = 2";
    assert!(count(&project.database("warehouse.db"), total) >= 11);
}

type Change = (&'static str, i32, fn(&Project));

/// Whatever changes between the question and the answer, nothing is written on an old word.
#[test]
fn a_token_for_one_plan_never_carries_out_another() {
    let changes: [Change; 3] = [
        ("the source", 7, |project| change_orders(project, 1, "3.00")),
        ("less is to do", 7, |project| change_orders(project, 30, "5.00")),
        ("the target", 7, |project| {
            let id = "SELECT id FROM orders WHERE CAST(total AS REAL) <> 1 ORDER BY id DESC LIMIT 1";
            let order: Value = {
                let orders: Vec<Value> = serde_json::from_str(&project.read("data/orders.json")).unwrap();
                orders[0].clone()
            };
            let db = project.database("warehouse.db");
            assert!(count(&db, id) > 0);
            let changed =
                db.execute("UPDATE orders SET total = '9.00' WHERE id = ?1", [order["id"].as_i64()]);
            assert_eq!(changed.unwrap(), 1);
        }),
    ];
    refuse(&changes);
}

#[test]
fn a_token_is_good_for_these_files_for_a_while_and_once() {
    let changes: [Change; 3] = [
        ("the mapping", 7, |project| project.edit("store-to-sqlite.toml", "$.total\"", "$.total_tax\"")),
        ("time", 9, |project| {
            let db = project.database(".engine/state.db");
            assert_eq!(db.execute("UPDATE confirmation SET until = 1", []).unwrap(), 1);
        }),
        ("somebody said no", 9, |project| {
            let db = project.database(".engine/state.db");
            assert_eq!(db.execute("UPDATE confirmation SET used_at = 1, used_by = 'x'", []).unwrap(), 1);
        }),
    ];
    refuse(&changes);
}

fn refuse(changes: &[Change]) {
    for (what, code, change) in changes {
        let project = guarded(synced());
        change_orders(&project, 20, "1.00");
        let given = token(&project.engine(&["run", "."]).ended(7));
        change(&project);
        let before = project.tables();
        let outcome = confirm(&project, &given, &[]).ended(*code);
        assert_eq!(project.tables().difference(&before), None, "{what}: {}", outcome.stderr);
        if *code == 7 {
            // error[confirm/changed]
            assert!(outcome.stderr.contains("error[confirm/changed]"), "{what}: {}", outcome.stderr);
            assert_ne!(token(&outcome), given, "{what}");
            drop(confirm(&project, &token(&outcome), &[]).ended(0));
        }
    }
}

#[test]
fn a_token_is_for_what_was_asked_for() {
    let project = guarded(quickstart());
    let some = ["run", ".", "--entity", "customer"];
    let given = token(&project.engine(&some).ended(7));
    // Through `run` the options count as they are given now, through `confirm` as they were.
    let other = project.engine(&["run", ".", "--entity", "product", "--confirm", &given]).ended(7);
    assert!(other.stderr.contains("error[confirm/changed]"), "{}", other.stderr);
    drop(confirm(&project, &given, &[]).ended(0));
    assert_eq!(project.tables().counts().values().sum::<usize>(), 66);
    // error[confirm/unknown]
    assert_outcome!("unknown", confirm(&project, "cfm_aaaabbbbccccdddd", &[]).ended(9));
    // error[confirm/several]
    let shops = Project::shops(ENGINE);
    drop(
        shops
            .engine(&[
                "run",
                "pipelines/woo-to-qbo.toml",
                "pipelines/woo-to-supabase.toml",
                "--env",
                "demo",
                "--confirm",
                &given,
            ])
            .ended(2),
    );
}

#[test]
fn a_token_ends_after_five_minutes() {
    let project = guarded(quickstart());
    let given = token(&project.engine(&["run", "."]).ended(7));
    let db = project.database(".engine/state.db");
    assert_eq!(count(&db, "SELECT until - made_at FROM confirmation"), 5 * 60 * 1000);
    db.execute("UPDATE confirmation SET until = 1600000000000", []).unwrap();
    drop(db);
    // error[confirm/expired]
    assert_outcome!(confirm(&project, &given, &[]).ended(9));
    assert_eq!(told(&project, "confirm refused"), 1);
}

#[test]
fn of_two_that_confirm_at_once_one_does() {
    let project = guarded(quickstart());
    let given = token(&project.engine(&["run", "."]).ended(7));
    let start = || project.start(&mut project.command(&["confirm", &given]));
    let mut codes = [start(), start()].map(|process| process.wait().code);
    codes.sort_unstable();
    assert_eq!(codes, [0, 9]);
    assert_eq!(told(&project, "create"), 872, "each object is made once");
}

#[test]
fn many_deletes_need_a_second_word() {
    let project = guarded(synced());
    drop_lines(&project, 6);
    let asked = project.engine(&["run", "."]).ended(7);
    let given = token(&asked);
    assert!(asked.stderr.contains("--confirm-deletes 6"), "{}", asked.stderr);
    let before = project.tables();
    // error[confirm/deletes]
    assert_outcome!("one_word", tokenless(confirm(&project, &given, &[]).ended(7)));
    drop(confirm(&project, &given, &["--confirm-deletes", "5"]).ended(7));
    drop(project.engine(&["run", ".", "--yes"]).ended(7));
    assert_eq!(project.tables().difference(&before), None);
    drop(confirm(&project, &given, &["--confirm-deletes", "6"]).ended(0));
    assert_eq!(told(&project, "delete"), 6);
}

#[test]
fn a_yes_beforehand_is_written_down() {
    let project = guarded(quickstart());
    drop(project.engine(&["run", ".", "--yes"]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
    assert_eq!((told(&project, "ask"), told(&project, "confirm")), (1, 1));
}

#[test]
fn programs_get_the_token_in_the_document() {
    let project = guarded(quickstart());
    let asked = project.engine(&["run", ".", "--format", "json"]).ended(7);
    let document = asked.json();
    let run = &document["runs"][0];
    assert_eq!((run["status"].as_str(), document["exit_code"].as_i64()), (Some("failed"), Some(7)));
    assert_eq!(run["confirmation"]["plan"]["writes"], 872);
    assert_eq!(run["confirmation"]["plan"]["deletes"], 0);
    let given = run["confirmation"]["token"].as_str().unwrap();
    drop(confirm(&project, given, &["--format", "json"]).ended(0));
}

/// Runs the engine on a terminal and types.
fn typed(project: &Project, arguments: &str, lines: &str) -> (i32, String) {
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{ENGINE} {arguments}"), "/dev/null"]).current_dir(project.path(""));
    command
        .env_clear()
        .envs(std::env::vars().filter(|(name, _)| name == "PATH"))
        .env("LANG", "C.UTF-8")
        .env("USER", "tester");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn on_a_terminal_the_pipelines_name_is_typed() {
    let project = guarded(quickstart());
    // error[confirm/declined]
    let (code, said) = typed(&project, "run .", "yes\n");
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("error[confirm/declined]"), "{said}");
    assert_eq!((told(&project, "decline"), told(&project, "create")), (1, 0));
    let (code, said) = typed(&project, "run .", "store-to-sqlite\n");
    assert_eq!(code, 0, "{said}");
    assert_eq!(project.tables().difference(&synced().tables()), None);
    let db = project.database(".engine/state.db");
    assert_eq!(count(&db, "SELECT count(*) FROM audit WHERE actor = 'tester' AND action = 'create'"), 872);
}

#[test]
fn on_a_terminal_the_number_of_deletes_is_typed_too() {
    let project = guarded(synced());
    drop_lines(&project, 6);
    let (code, said) = typed(&project, "run .", "store-to-sqlite\n7\n");
    assert_eq!((code, told(&project, "delete")), (7, 0), "{said}");
    let (code, said) = typed(&project, "run .", "store-to-sqlite\n6\n");
    assert_eq!((code, told(&project, "delete")), (0, 6), "{said}");
}

fn unattended(project: &Project) -> Outcome {
    project.engine(&["run", ".", "--unattended"])
}

/// How many rows the target has.
fn rows(project: &Project) -> usize {
    project.tables().counts().values().sum()
}

/// The run that waits.
#[track_caller]
fn waiting(project: &Project) -> String {
    let waiting = project.engine(&["confirm", "--format", "json"]).ended(0).json();
    assert_eq!(waiting["waiting"].as_array().unwrap().len(), 1);
    waiting["waiting"][0]["run"].as_str().unwrap().to_owned()
}

#[test]
fn a_run_that_nobody_watches_stops_before_the_write_that_passes_the_limit() {
    let project = guarded(quickstart());
    project.write("engine.toml", "[safety.unattended]\nmax_writes = 100\n");
    // error[run/awaiting-approval]
    let parked = unattended(&project).ended(7);
    assert!(parked.stderr.contains("error[run/awaiting-approval]"), "{}", parked.stderr);
    assert_eq!(rows(&project), 100, "not one more");
    // Later ones wait with it.
    let later = unattended(&project).ended(7);
    assert!(later.stderr.contains("error[run/still-waiting]"), "{}", later.stderr);
    assert_eq!(rows(&project), 100);
    assert_outcome!("history", project.engine(&["history"]).ended(0));
    let status = project.engine(&["status"]).ended(0);
    assert!(status.stdout.contains("awaiting_approval"), "{}", status.stdout);
    assert_outcome!("waiting", project.engine(&["confirm"]).ended(0));
    let run = waiting(&project);
    // Somebody lets it go on, and it comes to its end.
    drop(confirm(&project, &run, &[]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
    drop(unattended(&project).ended(0));
    assert_eq!((told(&project, "ask"), told(&project, "confirm"), told(&project, "create")), (1, 1, 872));
    // Once.
    drop(confirm(&project, &run, &[]).ended(9));
}

#[test]
fn what_was_declined_goes_on_up_to_the_limit() {
    let project = quickstart();
    project.write("engine.toml", "[safety.unattended]\nmax_writes = 500\n");
    drop(unattended(&project).ended(7));
    assert_eq!(rows(&project), 500);
    assert_outcome!(confirm(&project, &waiting(&project), &["--decline"]).ended(0));
    assert_eq!(rows(&project), 500);
    drop(unattended(&project).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
    assert_eq!(told(&project, "decline"), 1);
}

#[test]
fn deletes_have_a_limit_of_their_own() {
    let project = synced();
    project.write("engine.toml", "[safety.unattended]\nmax_deletes = 2\n");
    drop_lines(&project, 6);
    let parked = unattended(&project).ended(7);
    assert!(parked.stderr.contains("max_deletes"), "{}", parked.stderr);
    assert_eq!(told(&project, "delete"), 2);
    let run = waiting(&project);
    drop(unattended(&project).ended(7));
    assert_eq!(told(&project, "delete"), 2);
    drop(confirm(&project, &run, &[]).ended(0));
    assert_eq!(told(&project, "delete"), 6);
}

/// A limit of zero lets nothing through, and what was settled before is not lost.
#[test]
fn a_limit_of_a_tenant_stands_before_that_of_the_project() {
    let project = Project::shops(ENGINE);
    project.edit("engine.toml", "max_writes = 2000", "max_writes = 0");
    let run = ["run", "woo-to-supabase", "--env", "demo", "--unattended"];
    drop(project.engine(&run).ended(7));
    let db = project.database(".engine/state.db");
    assert_eq!(count(&db, "SELECT count(*) FROM link"), 0);
    let run = waiting(&project);
    drop(db);
    drop(confirm(&project, &run, &["--decline"]).ended(0));
    let tenant = project.read("tenants/acme.toml");
    project.write("tenants/acme.toml", format!("{tenant}\n[safety.unattended]\nmax_writes = 5000\n"));
    drop(project.engine(&["run", "woo-to-supabase", "--env", "demo", "--unattended"]).ended(0));
}

#[test]
fn a_run_that_nobody_watches_stops_when_too_much_fails() {
    let project = quickstart();
    project
        .write("engine.toml", "[safety.unattended]\nmax_error_rate = { above = 0.05, min_records = 50 }\n");
    change_orders(&project, 150, "a lot");
    // error[run/error-rate]
    let broken = unattended(&project).ended(1);
    assert!(broken.stderr.contains("error[run/error-rate]"), "{}", broken.stderr);
    let lines = "SELECT count(*) FROM order_lines";
    assert_eq!(count(&project.database("warehouse.db"), lines), 0, "what comes behind was not begun");
    // Who watches sees it.
    drop(project.engine(&["run", "."]).ended(5));
}

#[test]
fn the_audit_is_listed_without_personal_keys() {
    let project = Project::shops(ENGINE);
    drop(project.engine(&["run", "woo-to-qbo", "--env", "demo"]).ended(5));
    let listed = project.engine(&["audit", "ls", "--env", "demo", "--limit", "5000"]).ended(0);
    assert!(listed.stdout.contains("@..."), "customers are known by their addresses");
    assert!(!listed.stdout.contains("@example"), "{}", listed.stdout);
    let json = project.engine(&["audit", "ls", "--env", "demo", "--limit", "3", "--format", "json"]).ended(0);
    assert_eq!(json.json()["rows"].as_array().unwrap().len(), 3);
    let run = json.json()["rows"][0]["run"].as_str().unwrap().to_owned();
    let of = |more: &[&str]| {
        let all = ["audit", "ls", "--env", "demo", "--format", "json"];
        project.engine(&[&all[..], more].concat()).ended(0).json()["rows"].as_array().unwrap().len()
    };
    assert_eq!(of(&["--run", &run]), 50, "as many as are asked for");
    assert_eq!(of(&["--run", "run_of_nobody"]), 0);
    assert_eq!(of(&["--since", "2999-01-01T00:00:00Z"]), 0);
    assert_eq!(of(&["--pipeline", "woo-to-supabase"]), 0);
    drop(project.engine(&["audit", "verify"]).ended(0));
}

#[test]
fn whoever_touches_the_audit_is_found_out() {
    let project = quickstart();
    drop(project.engine(&["run", "."]).ended(0));
    let verified = project.engine(&["audit", "verify"]).ended(0);
    let head = verified.stdout.trim().to_owned();
    let whole = std::fs::read(project.path(".engine/state.db")).unwrap();
    let hands: [(&str, &str, &[&str]); 8] = [
        ("removed", "DELETE FROM audit WHERE seq = 400", &[]),
        ("removed_first", "DELETE FROM audit WHERE seq = 1", &[]),
        ("changed", "UPDATE audit SET key = 'another' WHERE seq = 400", &[]),
        ("moment", "UPDATE audit SET at = at + 1 WHERE seq = 400", &[]),
        ("actor", "UPDATE audit SET actor = 'another' WHERE seq = 400", &[]),
        (
            "moved",
            "UPDATE audit SET seq = -1 WHERE seq = 400; UPDATE audit SET seq = 400 WHERE seq = 401;
             UPDATE audit SET seq = 401 WHERE seq = -1",
            &[],
        ),
        ("cut", "DELETE FROM audit WHERE seq > 800", &[]),
        ("cut_with_counts", "DELETE FROM audit WHERE seq > 800; DELETE FROM run_count", &["--head", &head]),
    ];
    for (what, sql, more) in hands {
        std::fs::write(project.path(".engine/state.db"), &whole).unwrap();
        project.database(".engine/state.db").execute_batch(sql).unwrap();
        // error[audit/broken]
        let found = project.engine(&[&["audit", "verify"], more].concat()).ended(1);
        insta::with_settings!({ snapshot_suffix => what }, {
            crate::with_names!(insta::assert_snapshot!(found.snapshot()));
        });
    }
    // Written anew from some row on, it is sound in itself, and not what it was.
    std::fs::write(project.path(".engine/state.db"), &whole).unwrap();
    drop(project.engine(&["audit", "verify", "--head", &head]).ended(0));
    let other = head.replacen(':', ":0", 1);
    let mut other = other;
    assert!(other.pop().is_some());
    drop(project.engine(&["audit", "verify", "--head", &other]).ended(1));
    // error[audit/head]
    drop(project.engine(&["audit", "verify", "--head", "yesterday"]).ended(2));
}

#[test]
fn the_guide_to_safe_runs_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/safe-runs.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
