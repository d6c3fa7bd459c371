use super::{
    Home,
    sample::{at, failed, group, intent, lease, run, scope, settlement, wait},
};
use crate::state::{
    Acquired, Counts, Dirty, DirtyReason, FailedRecord, PipelineKey, Place, RunFilter, RunStatus, Settlement,
    StateStore, Status,
};

fn all() -> RunFilter {
    RunFilter { limit: 10, ..RunFilter::default() }
}

fn ids(store: &dyn StateStore, filter: &RunFilter) -> Vec<String> {
    wait(store.runs(filter)).unwrap().into_iter().map(|run| run.id).collect()
}

pub(super) fn counts_of_batches_add_up(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    wait(store.begin_run(&run("r1", "p", 1), &[])).unwrap();
    let mut counts = Counts { read: 2, mapped: 3, ..Counts::default() };
    for status in [Status::Created, Status::Created, Status::Failed] {
        counts.add(status);
    }
    for _ in 0..2 {
        wait(store.settle(&held, Settlement { counts: counts.clone(), ..settlement("orders") })).unwrap();
    }
    wait(store.finish_run("r1", RunStatus::Partial, Some("why".into()), at(9))).unwrap();
    let seen = wait(store.runs(&all())).unwrap().remove(0);
    let twice = {
        let mut twice = counts.clone();
        twice.merge(&counts);
        twice
    };
    assert_eq!(seen.entities, [("orders".to_owned(), twice)]);
    assert_eq!(
        (seen.status, seen.finished_at, seen.error.as_deref()),
        (RunStatus::Partial, Some(at(9)), Some("why"))
    );
}

pub(super) fn runs_are_listed_newest_first(home: &Home) {
    let store = home.open();
    for (id, pipeline, seconds) in [("a", "p", 5), ("b", "p", 9), ("c", "q", 7), ("d", "p", 9)] {
        wait(store.begin_run(&run(id, pipeline, seconds), &[])).unwrap();
    }
    assert_eq!(ids(&*store, &all()), ["d", "b", "c", "a"]);
    assert_eq!(ids(&*store, &RunFilter { limit: 1, ..all() }), ["d"]);
    assert_eq!(ids(&*store, &RunFilter { pipeline: Some("q".into()), ..all() }), ["c"]);
    assert!(ids(&*store, &RunFilter { tenant: Some("x".into()), ..all() }).is_empty());
    let first = wait(store.runs(&all())).unwrap().remove(3);
    assert_eq!(first, run("a", "p", 5));
}

pub(super) fn runs_of_dead_owners_are_closed(home: &Home) {
    let store = home.open();
    wait(store.begin_run(&run("r1", "p", 1), &[])).unwrap();
    wait(store.begin_run(&run("r2", "q", 1), &[])).unwrap();
    let key = group("p", "orders");
    drop(wait(store.acquire(&key, "owner of r1", at(1), at(99), None)).unwrap());
    wait(store.begin_run(&run("r3", "p", 2), &["owner of r1".into()])).unwrap();
    let status = |id: &str| {
        let runs = wait(store.runs(&all())).unwrap();
        runs.into_iter().find(|run| run.id == id).map(|run| (run.status, run.finished_at)).unwrap()
    };
    assert_eq!(status("r1"), (RunStatus::Interrupted, Some(at(2))));
    assert_eq!((status("r2").0, status("r3").0), (RunStatus::Running, RunStatus::Running));
    let taken = wait(store.acquire(&key, "owner of r3", at(2), at(99), None)).unwrap();
    assert!(matches!(taken, Acquired::Yes(_)), "its leases are free");
}

pub(super) fn failed_records_are_listed_without_personal_keys(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let place = Some(Place { file: "p.toml".into(), line: 31 });
    let first = FailedRecord { place, source_key: "shopper@example.com".into(), ..failed("orders", "1") };
    wait(store.settle(&held, Settlement { failed: vec![first], ..settlement("orders") })).unwrap();
    let later = Settlement {
        run: "r2".into(),
        at: at(8),
        failed: vec![failed("orders", "2")],
        ..settlement("orders")
    };
    wait(store.settle(&held, later)).unwrap();
    let rows = wait(store.failures(&all(), None)).unwrap();
    assert_eq!(rows.iter().map(|row| row.run.as_str()).collect::<Vec<_>>(), ["r2", "r1"]);
    let old = &rows[1];
    assert_eq!(
        (old.source_key.as_str(), old.attempts, old.first_at, old.last_at),
        ("s...@...", 2, at(2), at(5))
    );
    assert_eq!(old.place, Some(Place { file: "p.toml".into(), line: 31 }));
    assert_eq!(
        (old.code.as_str(), old.origin.as_str(), old.retry),
        ("mapping/required", "orders.ndjson:17", true)
    );
    assert_eq!(wait(store.failures(&all(), Some("r1"))).unwrap(), rows[1..]);
    assert!(wait(store.failures(&RunFilter { limit: 0, ..all() }, None)).unwrap().is_empty());
}

pub(super) fn what_waits_is_counted_by_pipeline(home: &Home) {
    let store = home.open();
    assert!(wait(store.waiting()).unwrap().is_empty());
    for pipeline in ["p", "q"] {
        let held = lease(&*store, pipeline, "orders");
        let dirty = Dirty {
            record: super::sample::record("orders", "9"),
            source_key: "9".into(),
            reason: DirtyReason::Unsent,
        };
        let batch = Settlement {
            failed: vec![failed("orders", "1"), failed("orders", "2")],
            dirty: vec![dirty],
            open: vec![intent("orders", "3", 1)],
            ..settlement("orders")
        };
        wait(store.settle(&held, batch)).unwrap();
    }
    let key = |pipeline| {
        let scope = scope(pipeline);
        PipelineKey { tenant: scope.tenant, environment: scope.environment, pipeline: scope.pipeline }
    };
    let waiting: Vec<_> = wait(store.waiting()).unwrap().into_iter().collect();
    assert_eq!(waiting, [(key("p"), (2, 1, 1)), (key("q"), (2, 1, 1))]);
}
